"""The daily self-test: its runs, the two requests of each, and what came of it.

A synthetic person and a near twin are seeded in the stores that allow it.  The person is copied and
erased as anybody would be; the twin must come through unchanged.  Every miss is an alert.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap import seeding
from dsar.datamap.types import DataMap
from dsar.models import Copy, Erasure, ErasureItem, Request, SelfTest
from dsar.models.self_test import Step
from dsar.services import alerting, answering, intake, ledger, maps, proving, stopping, verdicts, work
from dsar.services.intake import Given, Intake
from dsar.terms import COPIED, ERASED, OPEN, CopyState, Right, Stage, Status, Verdict
from dsar.vault import Vault

BOOK = "self-tests"  # the chain of the ledger that every run is in
MISSED = "self_test.missed"  # alert
BY = "self-test"  # who vouches for its people, in the ledger
LONGEST = timedelta(hours=20)  # what is not finished by then is a miss: the next run is near
Misses = Mapping[str, list[str]]


@dataclass(frozen=True)
class Run:
    """One run, in plain values; of its requests the references, once there are any."""

    number: int
    step: Step
    late: bool  # it should be over by now
    datamap: DataMap
    planted: Mapping[str, Any]
    copy: str | None
    erasure: str | None

    @property
    def digits(self) -> tuple[int, int]:
        """The numbers of the person and of the twin: they differ in the last digit alone."""
        first = 2 * self.number % seeding.NUMBERS
        return first, first + 1

    @property
    def begun(self) -> list[str]:
        """The tables that it began to put something in."""
        return list(self.planted.get("begun", ()))


def begin(session: Session, *, at: datetime) -> int | None:
    """Begin a run, or have the one go on that is under way; its number.

    None where the map seeds nothing, and while all erasures are stopped.
    """
    number = _under_way(session) or _begun(session, at=at)
    if number:
        call(session, number)
    return number


def _under_way(session: Session) -> int | None:
    return session.scalar(select(SelfTest.number).where(SelfTest.ended_at.is_(None)).limit(1))


def _begun(session: Session, *, at: datetime) -> int | None:
    if not maps.newest(session) or stopping.current(session):
        return None
    version, datamap = maps.current(session)
    if not datamap.self_test:
        return None
    ledger.open_book(session, BOOK)
    ledger.head(session, BOOK)  # from here on whoever begins one at the same time waits
    if other := _under_way(session):
        return other
    row = SelfTest(map_version=version, step=Step.LOOK, begun_at=at, planted={}, misses={})
    session.add(row)
    session.flush()
    ledger.record(
        session, "self_test.begun", actor="system", reference=BOOK, at=at, number=row.number, map=version
    )
    return row.number


def run(session: Session, number: int, *, at: datetime) -> Run:
    """One run as it stands."""
    row = session.get_one(SelfTest, number)
    requests = intake.submitted(session, row.submission) if row.submission else []
    copy = next((one.reference for one in requests if one.right in COPIED), None)
    erasure = next((one.reference for one in requests if one.right in ERASED), None)
    datamap = maps.get(session, row.map_version)
    late = at > row.begun_at + LONGEST
    return Run(number, Step(row.step), late, datamap, row.planted, copy, erasure)


def newest(session: Session) -> SelfTest | None:
    """The last run that was begun."""
    return session.scalar(select(SelfTest).order_by(SelfTest.number.desc()).limit(1))


def go_on(session: Session, number: int, step: Step, misses: Misses, *, at: datetime) -> None:
    """A step was done, with these misses; the next is this."""
    row = session.get_one(SelfTest, number)
    row.step = step
    if step == Step.CLEAR and row.submission:
        _withdraw(session, row.submission, at=at)
    row.misses = row.misses | {what: sorted(places) for what, places in misses.items() if places}


def put_in(session: Session, number: int, table: str) -> None:
    """It begins to put something in this table, where nothing stood of its people."""
    row = session.get_one(SelfTest, number)
    row.planted = row.planted | {"begun": [*row.planted.get("begun", ()), table]}


def _withdraw(session: Session, submission: str, *, at: datetime) -> None:
    """Nothing is erased for its person any more: once it is cleared away its numbers may be somebody else's."""
    for request in intake.submitted(session, submission):
        if request.status in OPEN:
            ledger.record(session, "request.withdrawn", actor=BY, reference=request.reference, at=at)
            request.move_to(Status.WITHDRAWN)


def ask(session: Session, vault: Vault, number: int, planted: Mapping[str, Any], *, at: datetime) -> None:
    """The people are seeded: the one asks for a copy and to be erased, and is vouched for, once."""
    row = session.get_one(SelfTest, number)
    if row.submission:
        return
    datamap = maps.get(session, row.map_version)
    given = [Given(kind, planted["known"][0][kind]) for kind in datamap.self_test]
    wanted = Intake([Right.COPY, Right.ERASURE], given, "zh-CN", at, test=True)
    asked = intake.open_submission(session, vault, wanted, actor="system", at=at)
    said = hashlib.sha256(f"{BOOK}/{number}".encode()).hexdigest()
    for request in asked:
        proving.vouched(session, request, by=BY, digest=said, at=at)
    row.submission, row.planted = asked[0].submission, row.planted | dict(planted)


def wake(session: Session, row: Request) -> None:
    """A paper of a request was made: where it is the self-test's, its run goes on."""
    if row.test:
        mine = (SelfTest.submission == row.submission, SelfTest.ended_at.is_(None))
        for number in session.scalars(select(SelfTest.number).where(*mine)):
            call(session, number)


def call(session: Session, number: int) -> None:
    """Have a run go on."""
    work.put(session, "self_test", key=f"self-test:{number}", number=number)


def copy_is_ready(session: Session, reference: str) -> bool:
    """Whether its copy can be fetched."""
    copy = session.get(Copy, reference)
    return copy is not None and copy.state in (CopyState.READY, CopyState.DELIVERED)


def fetch(session: Session, reference: str, *, at: datetime) -> None:
    """The copy was looked through: the erasure need not wait for it any longer.  Twice changes nothing."""
    if session.get_one(Copy, reference).state == CopyState.READY:
        answering.fetched(session, intake.get(session, reference), actor=BY, at=at)


def not_erased(session: Session, reference: str, seeded: set[str]) -> list[str] | None:
    """Seeded places whose verdict is not ERASED, and all others where anything is left; None while it is at work."""
    erasure = session.get(Erasure, reference)
    if erasure is None or erasure.stage != Stage.DONE or not erasure.certificate:
        return None
    items = session.scalars(select(ErasureItem).where(ErasureItem.reference == reference))
    came = {f"{item.store}.{item.collection}": verdicts.of_item(item, None) for item in items}
    left = {place for place, verdict in came.items() if verdict not in (Verdict.ERASED, Verdict.NOTHING_HELD)}
    return sorted(left | {place for place in seeded if came.get(place) != Verdict.ERASED})


def answer(session: Session, reference: str, *, at: datetime) -> None:
    """The certificate was seen: the request is closed, where every verdict allows it."""
    answering.handed_over(session, intake.get(session, reference), at=at)


def end(session: Session, number: int, *, at: datetime) -> None:
    """The run is over: what it missed is told, and a run without a miss settles what an earlier one missed."""
    row = session.get_one(SelfTest, number)
    if row.ended_at is not None:
        return
    row.step, row.ended_at = Step.ENDED, at
    ledger.record(
        session, "self_test.ended", actor="worker", reference=BOOK, at=at, number=number, misses=row.misses
    )
    if row.misses:
        alerting.raise_alert(session, MISSED, at=at, number=number, misses=row.misses)
    else:
        alerting.over(session, MISSED, store=None, at=at)
