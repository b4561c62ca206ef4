"""The tables of the demonstration company's stores, and what each holds of one account.

Each system writes a phone number in its own way; that is the point of them.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dsar.demo.case import Account

Row = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Table:
    """One table: how a row is put in, and the rows of one account.  schema/STORE.sql makes it."""

    store: str  # name of the store's file, without .sqlite
    insert: str
    rows: Callable[[Account], Iterable[Row]]


def dashed(phone: str) -> str:
    """131-0000-8688."""
    return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"


def spaced(phone: str) -> str:
    """131 0000 8688."""
    return dashed(phone).replace("-", " ")


def _student(of: Account) -> Iterable[Row]:
    secret = hashlib.sha256(f"password of {of.student_id}".encode()).hexdigest()
    yield (
        of.student_id, of.phone, of.real_name, of.english_name, of.gender, None, of.avatar, of.source_store,
        of.operator, of.consent_evidence, of.created_at, f"pbkdf2_sha256$600000${secret}",
    )  # fmt: skip


def _tag(of: Account) -> Iterable[Row]:
    return ((of.student_id, label, answer) for label, answer in of.tags.items())


def _message(of: Account) -> Iterable[Row]:
    return ((of.student_id, note.at, note.text) for note in of.messages)


def _suggestion(of: Account) -> Iterable[Row]:
    return ((entry,) for entry in of.suggestions)


def _text(of: Account) -> Iterable[Row]:
    return ((f"86{of.phone}", note.text, note.at) for note in of.texts)


def _order(of: Account) -> Iterable[Row]:
    return (
        (
            each.order_no, of.student_id, dashed(of.phone), each.course, each.price, each.at,
            each.completed_at, each.delivery_address, each.receiver_name, each.receiver_phone,
        )
        for each in of.orders
    )  # fmt: skip


def _lesson(of: Account) -> Iterable[Row]:
    if of.lesson:
        yield of.student_id, of.lesson.course, of.lesson.at, of.lesson.recording


def _hotline(of: Account) -> Iterable[Row]:
    if of.hotline:
        yield of.hotline.mobile, of.hotline.remark


def _marketing(of: Account) -> Iterable[Row]:
    if of.marketing:
        yield f"86{of.phone}", of.created_at


def _oral_account(of: Account) -> Iterable[Row]:
    if of.oral:
        number = f"+86 {spaced(of.phone)}"
        yield of.oral.account_id, number, of.oral.identity, of.oral.interest, "starbridge"


def _timetable(of: Account) -> Iterable[Row]:
    if of.oral:
        yield from ((of.oral.account_id, course, at) for course, at in of.oral.timetable)


def _oral_suggestion(of: Account) -> Iterable[Row]:
    if of.oral:
        yield (f"+86{of.phone}",)


def _member(of: Account) -> Iterable[Row]:
    if of.nickname:
        digest = hashlib.md5(of.phone.encode(), usedforsecurity=False).hexdigest()
        yield digest, of.nickname, "starbridge", of.created_at


TABLES = (
    Table("crm", "insert into student values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _student),
    Table("crm", "insert into student_tag values (?, ?, ?)", _tag),
    Table("crm", "insert into site_message (student_id, sent_at, text) values (?, ?, ?)", _message),
    Table("crm", "insert into callcenter_2021q1 values (?, ?)", _hotline),
    Table("crm_suggest", "insert into search_suggest (entry) values (?)", _suggestion),
    Table(
        "orders",
        """insert into course_order (order_no, student_id, phone, course, price, created_at, completed_at,
        delivery_address, receiver_name, receiver_phone) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        _order,
    ),
    Table(
        "orders", "insert into lesson (student_id, course, taught_at, recording) values (?, ?, ?, ?)", _lesson
    ),
    Table("sms", "insert into sms_log (phone, text, sent_at) values (?, ?, ?)", _text),
    Table("sms", "insert into marketing_list values (?, ?)", _marketing),
    Table("oral", "insert into account values (?, ?, ?, ?, ?)", _oral_account),
    Table("oral", "insert into timetable (account_id, course, starts_at) values (?, ?, ?)", _timetable),
    Table("oral_suggest", "insert into search_suggest (entry) values (?)", _oral_suggestion),
    Table(
        "class",
        "insert into member (phone_md5, nickname, synced_from, joined_at) values (?, ?, ?, ?)",
        _member,
    ),
)
