"""The yardstick of the run itself: the same rows read, or deleted, by a plain loop, one person at a time.

It seals nothing, records nothing, prints nothing and looks at nothing: it is what the stores alone allow.
"""

import json
import time
from collections.abc import Iterable

import psycopg

from bench.made_up_stores import email, phone

BY_CUSTOMER = ("account", "tag", "orders")
ITEMS = "FROM order_item WHERE order_id IN (SELECT id FROM orders WHERE customer_id = %s)"


def reads(crm_url: str, affiliate_url: str, customers: Iterable[int]) -> float:
    """People a minute, read as JSON."""
    began, people = time.monotonic(), 0
    with _open(crm_url) as crm, _open(affiliate_url) as affiliate:
        for customer in customers:
            rows = crm.execute(
                "SELECT * FROM customer WHERE phone = %s OR email = %s", _names(customer)
            ).fetchall()
            for table in BY_CUSTOMER:
                rows += crm.execute(f"SELECT * FROM {table} WHERE customer_id = %s", [customer]).fetchall()
            rows += crm.execute(f"SELECT * {ITEMS}", [customer]).fetchall()
            rows += crm.execute("SELECT * FROM sms_log WHERE phone = %s", [phone(customer)]).fetchall()
            for (member,) in affiliate.execute(*_members(customer)).fetchall():
                rows += affiliate.execute("SELECT * FROM member WHERE id = %s", [member]).fetchall()
                rows += affiliate.execute(
                    "SELECT * FROM member_order WHERE member_id = %s", [member]
                ).fetchall()
            json.dumps(rows, default=str)
            people += 1
    return people * 60 / (time.monotonic() - began)


def deletes(crm_url: str, affiliate_url: str, customers: Iterable[int]) -> float:
    """People a minute, deleted, committed one by one."""
    began, people = time.monotonic(), 0
    with _open(crm_url) as crm, _open(affiliate_url) as affiliate:
        for customer in customers:
            crm.execute(f"DELETE {ITEMS}", [customer])
            for table in BY_CUSTOMER:
                crm.execute(f"DELETE FROM {table} WHERE customer_id = %s", [customer])
            crm.execute("DELETE FROM sms_log WHERE phone = %s", [phone(customer)])
            crm.execute("DELETE FROM customer WHERE id = %s", [customer])
            crm.commit()
            for (member,) in affiliate.execute(*_members(customer)).fetchall():
                affiliate.execute("DELETE FROM member_order WHERE member_id = %s", [member])
                affiliate.execute("DELETE FROM member WHERE id = %s", [member])
            affiliate.commit()
            people += 1
    return people * 60 / (time.monotonic() - began)


def _open(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""))


def _names(customer: int) -> list[str]:
    return [phone(customer), email(customer)]


def _members(customer: int) -> tuple[str, list[object]]:
    wanted = "SELECT id FROM member WHERE shared_account_id = %s OR phone = %s OR email = %s"
    return wanted, [customer, *_names(customer)]
