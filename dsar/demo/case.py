"""The demonstration case, read from case.yaml: the data subject and the people nearest to him."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("case.yaml")


@dataclass(frozen=True)
class Note:
    """Some words and when they were sent, civil time of the company."""

    at: str
    text: str


@dataclass(frozen=True)
class Order:
    """One course ordered; a price of 0 is a lesson given away."""

    order_no: str
    course: str
    price: int  # yuan
    at: str
    completed_at: str | None = None
    delivery_address: str | None = None
    receiver_name: str | None = None
    receiver_phone: str | None = None  # +86…


@dataclass(frozen=True)
class Lesson:
    """A lesson that was recorded."""

    course: str
    at: str
    recording: str  # file name
    seconds: int


@dataclass(frozen=True)
class OralAccount:
    """What the affiliate Starbridge Oral holds of an account."""

    account_id: int
    timetable: tuple[tuple[str, str], ...]  # course, when
    identity: str | None = None
    interest: str | None = None


@dataclass(frozen=True)
class HotlineRow:
    """A row of the call centre's spreadsheet, as it was typed there."""

    mobile: str
    remark: str


@dataclass(frozen=True)
class Account:
    """Everything that all stores hold under one phone number of one person."""

    phone: str  # national form: 13100008688
    student_id: int
    english_name: str
    source_store: str
    operator: str
    created_at: str
    tags: Mapping[str, str]  # label -> answer
    real_name: str | None = None
    gender: str | None = None  # M F
    avatar: str | None = None  # file name
    consent_evidence: str | None = None
    messages: tuple[Note, ...] = ()
    orders: tuple[Order, ...] = ()
    lesson: Lesson | None = None
    texts: tuple[Note, ...] = ()  # short messages
    marketing: bool = False
    oral: OralAccount | None = None
    nickname: str | None = None  # at Starbridge Class; None: not synced there
    suggestions: tuple[str, ...] = ()  # what the search box of the CRM learned of him
    hotline: HotlineRow | None = None


@dataclass(frozen=True)
class Case:
    """The data subject, the people nearest to him, and the dates of the court's case."""

    controller: Mapping[str, str]
    name: str
    identifiers: tuple[tuple[str, str], ...]  # kind, value in its normal form
    accounts: tuple[Account, ...]  # the subject's, one a number
    twin: Account  # same name, one digit away
    friend: Account  # received a parcel of the subject's
    recycled: tuple[Account, ...]  # one number: its former holder, then a colleague of the subject's
    policy_text: str
    timeline: tuple[Mapping[str, Any], ...]

    def bystanders(self) -> Iterator[Account]:
        """The people who must stay as they are, whatever is done for the subject."""
        yield from (self.twin, self.friend, *self.recycled)


@cache
def read() -> Case:
    """The case that comes with the product."""
    plain = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    subject = plain["subject"]
    return Case(
        controller=plain["controller"],
        name=subject["name"],
        identifiers=tuple((each["kind"], each["value"]) for each in subject["identifiers"]),
        accounts=tuple(map(_account, subject["accounts"])),
        twin=_account(plain["twin"]),
        friend=_account(plain["friend"]),
        recycled=tuple(map(_account, plain["recycled"])),
        policy_text=plain["policy_text"],
        timeline=tuple(plain["timeline"]),
    )


def _account(plain: Mapping[str, Any]) -> Account:
    nested = {
        "messages": tuple(Note(**each) for each in plain.get("messages", ())),
        "orders": tuple(Order(**each) for each in plain.get("orders", ())),
        "texts": tuple(Note(**each) for each in plain.get("texts", ())),
        "suggestions": tuple(plain.get("suggestions", ())),
        "lesson": Lesson(**plain["lesson"]) if "lesson" in plain else None,
        "oral": _oral(plain["oral"]) if "oral" in plain else None,
        "hotline": HotlineRow(**plain["hotline"]) if "hotline" in plain else None,
    }
    return Account(**{**plain, **nested})


def _oral(plain: Mapping[str, Any]) -> OralAccount:
    timetable = tuple((each["course"], each["at"]) for each in plain["timetable"])
    return OralAccount(**{**plain, "timetable": timetable})
