"""The list of open requests, soonest deadline first, a page at a time however long it is."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from dsar.errors import BadInput
from dsar.models import Erasure, Request, StoreWork
from dsar.terms import OPEN, SERVED, Right, Stage, Status, StoreState

PAGE = 25
SOON = 7  # days
COUNTED = 1000  # more open requests than this are "more than 1,000"

Test = ColumnElement[bool]
Place = tuple[date, int]  # where a request stands in the list: its deadline, its id


class NoSuchFilter(BadInput):
    """The address asks for a filter that the list does not have."""


@dataclass(frozen=True)
class Wish:
    """What is to be shown: all that is open, or some of it, from a place on."""

    show: str = "all"  # all late soon verifying working
    right: Right | None = None
    after: Place | None = None
    before: Place | None = None


@dataclass(frozen=True)
class Line:
    """One request in the list."""

    request: Request
    days_left: int
    searched: int
    stores: int
    stuck: tuple[str, ...]  # stores that do not answer
    stage: Stage | None


@dataclass(frozen=True)
class Listing:
    """One page, and whether there is more before and after it."""

    lines: list[Line]
    earlier: str | None
    later: str | None


def wish(given: dict[str, str]) -> Wish:
    """What the address of the page asks for.  Raises NoSuchFilter."""
    show, right = given.get("show") or "all", given.get("right")
    if show not in SHOWS or (right and right not in SERVED):
        raise NoSuchFilter("the list has no such filter; choose one of those on the page")
    after, before = _place(given.get("after")), _place(given.get("before"))
    return Wish(show, Right(right) if right else None, after, before)


def listing(session: Session, wish: Wish, today: date) -> Listing:
    """A page of open requests."""
    found = [row for status in SHOWS[wish.show] for row in session.scalars(_part(wish, status, today))]
    rows = sorted(found, key=lambda row: (row.due_on, row.id), reverse=wish.before is not None)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    rows = rows[::-1] if wish.before else rows
    is_earlier = bool(rows) and (more if wish.before else wish.after is not None)
    is_later = bool(rows) and (more or wish.before is not None)
    return Listing(
        _lines(session, rows, today),
        earlier=_text(rows[0]) if is_earlier else None,
        later=_text(rows[-1]) if is_later else None,
    )


def count(session: Session, wish: Wish, today: date) -> int | None:
    """How many there are in all; None for more than a thousand, which are not counted."""
    some = select(Request.id).where(Request.status.in_(SHOWS[wish.show]), *_tests(wish, today))
    found = session.scalar(select(func.count()).select_from(some.limit(COUNTED + 1).subquery())) or 0
    return found if found <= COUNTED else None


def _part(wish: Wish, status: Status, today: date) -> Select[Request]:
    """A page of one status.  Status by status, so that an index gives the rows in their order."""
    order = (Request.due_on, Request.id)
    chosen = select(Request).where(Request.status == status, *_tests(wish, today)).limit(PAGE + 1)
    if wish.before:
        chosen = chosen.where(tuple_(*order) < tuple_(*wish.before))
        return chosen.order_by(*(column.desc() for column in order))
    if wish.after:
        chosen = chosen.where(tuple_(*order) > tuple_(*wish.after))
    return chosen.order_by(*order)


def _tests(wish: Wish, today: date) -> list[Test]:
    tests: list[Test] = [Request.test.is_(False)]
    if wish.right:
        tests.append(Request.right == wish.right)
    if wish.show == "late":
        tests.append(Request.due_on < today)
    if wish.show == "soon":
        tests.append(Request.due_on.between(today, today + timedelta(days=SOON)))
    return tests


SHOWS = {
    "all": sorted(OPEN),
    "late": sorted(OPEN),
    "soon": sorted(OPEN),
    "verifying": [Status.RECEIVED, Status.VERIFYING],
    "working": [Status.WORKING],
}


def _lines(session: Session, rows: list[Request], today: date) -> list[Line]:
    references = [row.reference for row in rows]
    works: dict[str, list[StoreWork]] = {}
    for work in session.scalars(select(StoreWork).where(StoreWork.reference.in_(references))):
        works.setdefault(work.reference, []).append(work)
    stages = select(Erasure.reference, Erasure.stage).where(Erasure.reference.in_(references))
    stage = dict(session.execute(stages).all())
    return [_line(row, works.get(row.reference, []), stage.get(row.reference), today) for row in rows]


def _line(row: Request, works: list[StoreWork], stage: Stage | None, today: date) -> Line:
    stuck = [work.store for work in works if work.state in (StoreState.UNREACHABLE, StoreState.FAILED)]
    searched = sum(work.state == StoreState.SEARCHED for work in works)
    return Line(row, row.days_left(today), searched, len(works), tuple(sorted(stuck)), stage)


def _text(row: Request) -> str:
    return f"{row.due_on.isoformat()}.{row.id}"


def _place(text: str | None) -> Place | None:
    """Where a page begins; None, the first page, for what is no place."""
    if not text:
        return None
    day, _, id = text.partition(".")
    if not re.fullmatch(r"[0-9]{1,18}", id):  # a larger one is no id of the database
        return None
    try:
        return date.fromisoformat(day), int(id)
    except ValueError:
        return None
