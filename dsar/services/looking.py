"""When stores are looked at again: where something is due, and, while something is left, within the day."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.models import Erasure, ErasureItem, Request
from dsar.services import barring, ledger, work
from dsar.terms import Stage, Status

AGAIN = timedelta(hours=6)  # after a look that left something: somebody may have cleaned up


def unseen(session: Session, references: Collection[str]) -> list[str]:
    """The stores in which something is to be looked at for these erasures."""
    item = ErasureItem
    wanted = select(item.store).where(item.reference.in_(references), item.looked_at.is_(None))
    return list(session.scalars(wanted.distinct().order_by(item.store)))


def unseen_gone(session: Session, references: Collection[str]) -> list[str]:
    """Of those stores, the ones with a place that is in the map no more: it is looked at when all else is erased."""
    item = ErasureItem
    due = (item.reference.in_(references), item.looked_at.is_(None), item.mapped.is_(False))
    return list(session.scalars(select(item.store).where(*due).distinct().order_by(item.store)))


def wake(session: Session, stores: Iterable[str]) -> None:
    """Have these stores looked at for whatever is due there."""
    work.put_many(session, "look_store", [(f"look:{store}", {"store": store}) for store in stores])


def call_again(session: Session, references: Iterable[str], *, at: datetime) -> None:
    """Have what is left of these erasures looked at once more, later in the day."""
    calls = [(f"again:{reference}", {"reference": reference}) for reference in references]
    work.put_many(session, "look_again", calls, not_before=at + AGAIN)


def again(session: Session, row: Request, *, at: datetime) -> bool:
    """Have the places of an erasure in which something was left looked at again; False: not while it is stopped.

    A record that can be erased there is erased as well, once.
    """
    erasure = session.get(Erasure, row.reference)
    if erasure is None or row.status != Status.WORKING:
        return True
    if erasure.stage not in (Stage.ERASING, Stage.LOOKING, Stage.DONE):
        return False
    wanted = select(ErasureItem).where(ErasureItem.reference == row.reference, ErasureItem.residue > 0)
    left = [item for item in session.scalars(wanted.order_by(ErasureItem.id)) if item.looked_at is not None]
    left += [item for item in barring.barred(session, row) if item not in left]
    if not left:
        return True
    places = [f"{item.store}.{item.collection}" for item in left]
    reopen(session, erasure, at=at, look_again=places)
    barring.lift(left)
    for item in left:
        if item.looked_at is not None:
            item.looked_at, item.rounds = None, max(item.rounds - 1, 0)
    session.flush()
    wake(session, unseen(session, [row.reference]))
    return True


def reopen(session: Session, erasure: Erasure, *, at: datetime, **facts: object) -> None:
    """Take an erasure up again, for something that is due."""
    ledger.record(session, "erasure.reopened", actor="worker", reference=erasure.reference, at=at, **facts)
    if erasure.stage == Stage.DONE:
        erasure.stage, erasure.done_at = Stage.LOOKING if erasure.looks_only else Stage.ERASING, None
        session.flush()
