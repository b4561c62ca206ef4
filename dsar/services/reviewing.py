"""What a person decides of a place on the review list: that nobody is in it, and why."""

from datetime import datetime

from sqlalchemy.orm import Session

from dsar.errors import Forbidden, NotAllowed, NotFound
from dsar.models import Gap
from dsar.services import comparing, gaps, ledger, staff
from dsar.terms import Dismissal, Role

DISMISSING = frozenset({Role.LEAD, Role.OFFICER})  # who answers for it
DISMISSED = frozenset({*gaps.CHANGED, *gaps.NEW})  # the others end only in the map


def one(session: Session, id: int) -> Gap:
    """One place of the list, settled or not.  Raises NotFound."""
    row = session.get(Gap, id)
    if row is None:
        raise NotFound(f"there is no place {id} on the review list; open the list")
    return row


def reasons(row: Gap) -> tuple[Dismissal, ...]:
    """The reasons for which a person may dismiss a place; none where only the map can settle it."""
    if row.kind not in DISMISSED:
        return ()
    if row.kind in gaps.CHANGED:  # what the map says of the column may still be right
        return (Dismissal.KNOWN,)
    return tuple(each for each in Dismissal if each != Dismissal.KNOWN)


def dismiss(session: Session, id: int, *, by: str, reason: Dismissal, at: datetime) -> None:
    """A person answers for it that a place is not personal, or that the map still says it right; twice changes nothing.

    The map stays what its engineers keep: they write the same there.  Raises NotFound, Forbidden for who
    does not answer for it, NotAllowed for a reason or a place that this cannot be said of.
    """
    user = staff.acting(session, by)
    if user.role not in DISMISSING:
        raise Forbidden(f"{by} is {user.role} and cannot dismiss a place; a lead or an officer can")
    ledger.head(session, ledger.MAP)  # held first, as by every change of the list
    row = session.get(Gap, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no place {id} on the review list; open the list")
    if reason not in reasons(row):
        raise NotAllowed("this place cannot be dismissed for that reason; say in the data map what it is")
    if row.open:
        ledger.record(
            session, "review.dismissed", actor=by, reference=ledger.MAP, at=at,
            place=gaps.name(row), kind=row.kind, columns=len(row.columns), reason=reason,
        )  # fmt: skip
        comparing.settled(session, [row], by=by, reason=reason, at=at)
