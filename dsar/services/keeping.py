"""Records that a law keeps: until when, and what happens the day after."""

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.models import ErasureItem, Request
from dsar.services import erasing, ledger, maps
from dsar.terms import Stage, Status

LATER = timedelta(hours=1)  # until it is seen again whether an erasure is still held


def ends(session: Session, row: Request) -> datetime | None:
    """The first moment at which a record that a law keeps may go: the day after its last; None when none is kept."""
    first = ErasureItem.next_until
    kept = (ErasureItem.reference == row.reference, ErasureItem.kept > 0, first.is_not(None))
    last = session.scalar(select(func.min(first)).where(*kept))
    zone = ZoneInfo(maps.get(session, row.map_version).controller.zone)
    return datetime.combine(date.fromisoformat(last) + timedelta(days=1), time(0), zone) if last else None


def erase_kept(session: Session, row: Request, *, at: datetime) -> bool:
    """Open an erasure again for records whose last day of keeping has passed (PIPL 47(2): then they go too).

    False while it is held: then once more, later.
    """
    datamap = maps.get(session, row.map_version)
    today = clock.day(at, datamap.controller.zone).isoformat()
    wanted = select(ErasureItem).where(ErasureItem.reference == row.reference, ErasureItem.kept > 0)
    over = [
        item for item in session.scalars(wanted) if item.next_until is not None and item.next_until < today
    ]
    if not over or row.status not in (Status.ANSWERED, Status.CLOSED):
        return True
    erasure = erasing.of(session, row)
    if erasure.stage == Stage.HELD:
        return False
    places = [f"{item.store}.{item.collection}" for item in over]
    ledger.record(
        session, "erasure.reopened", actor="worker", reference=row.reference, at=at, kept_until_passed=places
    )
    row.move_to(Status.WORKING)
    row.closed_at, erasure.stage, erasure.done_at = None, Stage.ERASING, None
    for item in [*over, *_held(session, row.reference, {item.store for item in over})]:
        item.erased_at = item.looked_at = item.residue = item.found = None
        item.rounds, item.cannot = 0, False
    session.flush()
    erasing.wake(session, erasure, datamap.stores)
    return True


def _held(session: Session, reference: str, stores: Container[str]) -> list[ErasureItem]:
    """Records of the same stores that could not go: what was kept may have held them."""
    cannot = (
        ErasureItem.reference == reference,
        ErasureItem.mapped,
        ErasureItem.cannot,
        ErasureItem.until.is_(None),
    )
    return [item for item in session.scalars(select(ErasureItem).where(*cannot)) if item.store in stores]
