"""The emergency stop: nothing is deleted anywhere until somebody who answers for it lets erasing go on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.errors import Forbidden, NotAllowed
from dsar.models import Erasure, ErasureItem, Stop
from dsar.services import alerting, ledger, staff, work
from dsar.terms import Role, Stage

ENDING = frozenset({Role.LEAD, Role.OFFICER})  # who may let erasing go on; whoever acts may stop it
STOPPED = "erasures.stopped"  # alert


class Stopped(NotAllowed):
    """All erasures are stopped."""


def current(session: Session) -> Stop | None:
    """The stop that stands; None while erasing goes on."""
    return session.scalar(select(Stop).where(Stop.ended_at.is_(None)).limit(1))


def refuse_while_stopped(session: Session) -> None:
    """Raise Stopped while a stop stands: asked before each chunk of records that is to go."""
    if current(session) is not None:
        raise Stopped("all erasures are stopped; a lead or an officer lets them go on: dsar erasure resume")


def stop(session: Session, *, by: str, at: datetime) -> Stop:
    """Stop all erasures; a second time changes nothing.

    Raises NotFound and Forbidden for who may not act.
    """
    staff.acting(session, by)
    stands = current(session)
    if stands is not None:
        return stands
    made = Stop(stopped_at=at, stopped_by=by)
    session.add(made)
    ledger.record(session, STOPPED, actor=by, reference=ledger.STAFF, at=at)
    alerting.raise_alert(session, STOPPED, at=at, by=by)
    return made


def resume(session: Session, *, by: str, at: datetime) -> Stop | None:
    """Let erasing go on; what stood still is taken up.  None when there was no stop.

    Raises NotFound and Forbidden for who does not answer for it.
    """
    user = staff.acting(session, by)
    if user.role not in ENDING:
        raise Forbidden(f"{by} is {user.role} and cannot let erasures go on; a lead or an officer can")
    stands = current(session)
    if stands is None:
        return None
    stands.ended_at, stands.ended_by = at, by
    ledger.record(session, "erasures.resumed", actor=by, reference=ledger.STAFF, at=at)
    alerting.over(session, STOPPED, store=None, at=at)
    _wake(session)
    return stands


def _wake(session: Session) -> None:
    """The stores in which something was still to be erased."""
    item = ErasureItem
    due = (item.mapped, item.erased_at.is_(None), Erasure.stage == Stage.ERASING)
    there = select(item.store).join(Erasure, Erasure.reference == item.reference).where(*due).distinct()
    calls = [(f"erase:{store}", {"store": store}) for store in session.scalars(there.order_by(item.store))]
    work.put_many(session, "erase_store", calls)
