"""How far a store has been searched by value: remembered, so that a pass that is cut short goes on where it was."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dsar.models import Sweeping

FRESH = timedelta(hours=1)  # real time; what was seen longer ago is looked at once more
ABOUT = "sweeping"  # what its key is bound to


def so_far(session: Session, key: str, batch: str, *, now: datetime) -> Sweeping | None:
    """What this piece of work had done of the same pass; None where it begins anew."""
    session.execute(delete(Sweeping).where(Sweeping.at < now - FRESH))
    found = session.get(Sweeping, key)
    return found if found and found.batch == batch else None


def remember(
    session: Session, key: str, store: str, batch: str, tables: Sequence[str], of: int, wrapped: bytes, hits: bytes,
    *, now: datetime,
) -> None:  # fmt: skip
    """How far a pass has come, and what it has seen there, sealed."""
    session.merge(
        Sweeping(key=key, store=store, batch=batch, at=now, tables=list(tables), of=of, wrapped=wrapped, hits=hits)
    )  # fmt: skip


def over(session: Session, key: str) -> None:
    """A pass was recorded: the next one begins anew."""
    session.execute(delete(Sweeping).where(Sweeping.key == key))


def going(session: Session, *, now: datetime) -> dict[str, dict[str, int]]:
    """The stores that are being searched by value, where that takes long: tables done, and how many there are."""
    rows = session.execute(
        select(Sweeping.store, Sweeping.tables, Sweeping.of).where(Sweeping.at >= now - FRESH)
    )
    return {store: {"tables": len(tables), "of": of} for store, tables, of in rows}
