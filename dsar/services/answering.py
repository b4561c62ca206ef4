"""Answer and close a request: computed from what is there, never set by hand."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.models import Copy, Erasure, Request, SenderAsk
from dsar.services import erasing, ledger, mailing, maps, verdicts, work
from dsar.terms import COPIED, ERASED, OPEN, CopyState, Stage, Status


def told(session: Session, row: Request, *, at: datetime) -> None:
    """The person was told that the whole answer is available: this stops the deadline.

    A request whose every verdict is settled is closed with it.  Twice changes nothing.
    """
    if row.status != Status.WORKING or (row.right in ERASED and verdicts.is_open(session, row)):
        return
    copy = session.get(Copy, row.reference)
    if copy and copy.state == CopyState.MAKING:  # it was told of a copy from before something more was proven
        return
    ledger.record(session, "request.told", actor="worker", reference=row.reference, at=at)
    ledger.record(session, "request.answered", actor="worker", reference=row.reference, at=at)
    row.answered_at = row.answered_at or at  # the first answer stopped the deadline
    row.move_to(Status.ANSWERED)
    session.flush()
    ledger.record(session, "request.closed", actor="worker", reference=row.reference, at=at)
    row.closed_at = at
    row.move_to(Status.CLOSED)
    destroy_later(session, row)


def downloaded(session: Session, row: Request, *, actor: str, at: datetime) -> None:
    """A file of the copy was sent out: an entry, and no more, for what arrived cannot be known here."""
    ledger.record(session, "copy.downloaded", actor=actor, reference=row.reference, at=at)


def waits_for_copy(session: Session, row: Request) -> Request | None:
    """The erasure that was asked together with this copy, while it waits for the person to have it."""
    if erasing.has_copy(session, row):
        return None
    together = Request.submission == row.submission, Request.right.in_(ERASED), Request.status.in_(OPEN)
    asked = session.scalars(select(Request).where(*together, Request.looks_only.is_(False)))
    return next((one for one in asked if _not_begun(session, one)), None)


def _not_begun(session: Session, row: Request) -> bool:
    erasure = session.get(Erasure, row.reference)
    stage = erasure and (erasure.held_before if erasure.stage == Stage.HELD else erasure.stage)
    return stage in (None, Stage.PLANNED, Stage.FROZEN)


def fetched(session: Session, row: Request, *, actor: str, at: datetime) -> None:
    """The person, or staff for him, has the whole copy: an erasure that waited for it may begin."""
    copy = session.get_one(Copy, row.reference)
    ledger.record(session, "copy.fetched", actor=actor, reference=row.reference, at=at)
    if copy.state == CopyState.READY:
        copy.state, copy.delivered_at = CopyState.DELIVERED, at
    if row.right in COPIED:
        told(session, row, at=at)
    session.flush()
    erasing.copy_fetched(session, row, at=at)


def handed_over(session: Session, row: Request, *, at: datetime) -> None:
    """Staff has the certificate in hand for the person; where no letter reaches him, that tells him."""
    if mailing.reachable(session, row) is None and session.get(SenderAsk, row.reference) is None:
        told(session, row, at=at)


def destroy_later(session: Session, row: Request) -> None:
    """The proof of the request itself is destroyed the day after its period is over."""
    zone = ZoneInfo(maps.get(session, row.map_version).controller.zone)
    after = datetime.combine(verdicts.proof_until(session, row) + timedelta(days=1), time(0), zone)
    work.put(
        session, "destroy_proof", key=f"destroy:{row.reference}", not_before=after, reference=row.reference
    )
