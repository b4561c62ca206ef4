"""How quickly a whole store is read by value, every cell of every row, for many people at once: what a look costs."""

import time

import psycopg

from bench.house import House
from bench.made_up_stores import email, phone
from bench.processes import cpu_seconds
from dsar import db
from dsar.connectors import Sought
from dsar.services import maps

NOBODY = 700_000_000  # customers from here on are in no store: as after an erasure, nothing is found
STORE = "crm"


def rows_a_second(where: House, people: int) -> tuple[int, float, float]:
    """Rows of the store, seconds, and CPU-seconds of this process and the database server."""
    with db.read() as session:
        datamap = maps.current(session)[1]
    numbers = range(NOBODY, NOBODY + people)
    sought = [Sought(place, "phone", phone(number)) for place, number in enumerate(numbers)]
    sought += [Sought(place, "email", email(number)) for place, number in enumerate(numbers)]
    before, began = _cpu(where), time.monotonic()
    with where.office.store(datamap.stores[STORE], datamap) as connector:
        found = sum(1 for _ in connector.sweep(sought))
    if found:
        raise RuntimeError("somebody was found who is in no store")
    return _rows(where.crm_url), time.monotonic() - began, _cpu(where) - before


def _cpu(where: House) -> float:
    return time.process_time() + sum(cpu_seconds(root) for root in where.roots)


def _rows(url: str) -> int:
    tables = ("customer", "account", "tag", "orders", "order_item", "sms_log")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        counts = (connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() for table in tables)
        return sum(row[0] for row in counts if row)
