"""The old way of erasing: somebody deletes the rows he knows of, by hand, and nobody looks again."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from hashlib import md5
from pathlib import Path

from dsar.demo.case import Case
from dsar.demo.tables import dashed, spaced


def delete_by_hand(folder: Path, case: Case) -> int:
    """Delete the subject's rows in every table that the company knew of, and his files; the number of rows.

    What nobody thought of stays: the search boxes, and the spreadsheet in the CRM's database.
    """
    phones = [account.phone for account in case.accounts]
    students = [account.student_id for account in case.accounts]
    seats = [account.oral.account_id for account in case.accounts if account.oral]
    hashes = [md5(phone.encode(), usedforsecurity=False).hexdigest() for phone in phones]
    _delete_files(folder / "media", case)
    return sum((
        _delete(folder / "crm.sqlite", "student_tag", "student_id", students),
        _delete(folder / "crm.sqlite", "site_message", "student_id", students),
        _delete(folder / "crm.sqlite", "student", "phone", phones),
        _delete(folder / "orders.sqlite", "lesson", "student_id", students),
        _delete(folder / "orders.sqlite", "course_order", "phone", [dashed(phone) for phone in phones]),
        _delete(folder / "sms.sqlite", "sms_log", "phone", [f"86{phone}" for phone in phones]),
        _delete(folder / "sms.sqlite", "marketing_list", "phone", [f"86{phone}" for phone in phones]),
        _delete(folder / "oral.sqlite", "timetable", "account_id", seats),
        _delete(folder / "oral.sqlite", "account", "phone", [f"+86 {spaced(phone)}" for phone in phones]),
        _delete(folder / "class.sqlite", "member", "phone_md5", hashes),
    ))  # fmt: skip


def _delete(file: Path, table: str, column: str, values: Sequence[str | int]) -> int:
    with closing(sqlite3.connect(file)) as database, database:
        statement = f"delete from {table} where {column} = ?"
        return sum(database.execute(statement, (value,)).rowcount for value in values)


def _delete_files(folder: Path, case: Case) -> None:
    for account in case.accounts:
        if account.avatar:
            (folder / "avatars" / account.avatar).unlink(missing_ok=True)
        if account.lesson:
            (folder / "recordings" / account.lesson.recording).unlink(missing_ok=True)
