"""Collections that a store would not let us erase from: named, tried again, while the rest of the store goes on."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dsar.models import ErasureItem
from dsar.services import intake, searching
from dsar.terms import StoreState

Key = tuple[str, str]  # reference, collection
LONGEST = 300  # characters of a reason


def refused(item: type[ErasureItem] = ErasureItem) -> ColumnElement[bool]:
    """Whether what a row of the table stands for was refused at its last try, and is tried again."""
    return item.cannot & item.mapped & item.erased_at.is_(None)


def is_refused(item: ErasureItem) -> bool:
    """The same of one row."""
    return item.cannot and item.mapped and item.erased_at is None


def unerased(session: Session, store: str, references: Collection[str]) -> set[Key]:
    """The collections of a store that these requests have not had erased yet."""
    item = ErasureItem
    wanted = select(item.reference, item.collection).where(
        item.store == store, item.reference.in_(references), item.mapped, item.erased_at.is_(None)
    )
    return {(reference, collection) for reference, collection in session.execute(wanted)}


def note(
    session: Session, store: str, reasons: Mapping[Key, str], *, next_try_at: datetime, at: datetime
) -> None:
    """Say on each request what its store refused in which collection, and when it is tried again."""
    references = sorted({reference for reference, _ in reasons})
    intake.lock(session, references)
    item = ErasureItem
    rows = select(item).where(item.store == store, item.reference.in_(references), item.erased_at.is_(None))
    said: dict[str, str] = {}
    for row in session.scalars(rows.order_by(item.id)):
        if reason := reasons.get((row.reference, row.collection)):
            row.cannot, row.reason = True, reason[:LONGEST]
            said.setdefault(row.reference, reason)
    by_reason: dict[str, list[str]] = {}
    for reference, reason in said.items():
        by_reason.setdefault(reason, []).append(reference)
    for reason, some in by_reason.items():
        searching.trouble(
            session, store, some, StoreState.UNREACHABLE, reason, next_try_at=next_try_at, at=at
        )


def without(session: Session, store: str, references: Collection[str]) -> list[str]:
    """Those of the requests that a store refuses nothing."""
    item = ErasureItem
    wanted = select(item.reference).where(item.store == store, item.reference.in_(references), refused())
    stuck = set(session.scalars(wanted))
    return [reference for reference in references if reference not in stuck]
