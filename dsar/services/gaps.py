"""The review list as it is read: places where the stores and the forms differ from the map, gravest first."""

from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from dsar import clock
from dsar.models import Gap, Request, StoreSeen, Work
from dsar.models.gap import PERSONAL
from dsar.services import ledger
from dsar.terms import COPIED, GapKind, Status

FORMS = ""  # the store of fields of forms
NEW, CHANGED = (GapKind.NEW_TABLE, GapKind.NEW_COLUMN), (GapKind.TYPE, GapKind.MEANING)
NAMED = 20  # places that an entry of the ledger, or a request, names
LISTED = 1000  # places that the command shows


def before(session: Session, store: str) -> dict[str, Any] | None:
    """The mapped columns of a store as they were when it was last compared; None when it never was."""
    row = session.get(StoreSeen, store)
    return row.columns if row and row.seen_at else None


def known(session: Session, store: str) -> set[tuple[str, str]] | None:
    """(table, column) of everything new that is on the list, settled or not; None where the store is not watched."""
    if before(session, store) is None:
        return None
    listed = select(Gap.table, Gap.columns).where(Gap.store == store, Gap.kind.in_(NEW))
    return {(table, column) for table, columns in session.execute(listed) for column in columns}


def holding_back(session: Session, row: Request) -> list[Gap]:
    """The places, the oldest first and not more than some, that keep a request's copy from being complete.

    A copy that was made before a place was listed stays what it was.
    """
    if row.right not in COPIED or row.status != Status.WORKING:
        return []
    made = ledger.newest(session, row.reference, "copy.made")
    if made and made > ledger.newest(session, row.reference, "store.found", "request.map_moved"):
        return []
    waiting = select(Gap).where(Gap.open, Gap.grave == PERSONAL).order_by(Gap.id).limit(NAMED)
    return list(session.scalars(waiting))


def listed(session: Session, *, limit: int, after: tuple[int, int] | None = None) -> list[Gap]:
    """What is open, gravest and then oldest first; after: (grave, id) of the last one seen."""
    wanted = select(Gap).where(Gap.open)
    if after is not None:
        wanted = wanted.where(tuple_(Gap.grave, Gap.id) > after)
    return list(session.scalars(wanted.order_by(Gap.grave, Gap.id).limit(limit)))


def name(row: Gap) -> str:
    """A place in the words of the map: crm.student.mobile, signup.level."""
    return ".".join(part for part in (row.store, row.table, row.column) if part)


def are_open(session: Session, store: str | None = None) -> bool:
    """Whether anything that looks personal is open, of one store or of any."""
    still = select(Gap.id).where(Gap.open, Gap.grave == PERSONAL)
    return session.scalar((still if store is None else still.where(Gap.store == store)).limit(1)) is not None


def count(session: Session, *, most: int) -> int:
    """How many places copies wait for; `most` stands for as many or more."""
    some = select(Gap.id).where(Gap.open, Gap.grave == PERSONAL).limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def shown(session: Session) -> dict[str, Any]:
    """The beginning of the list in plain values, how long it is, and the stores that could not be compared."""
    still = select(func.count()).select_from(Gap).where(Gap.open)
    failing = select(Work).where(Work.key.startswith("watch:"), Work.reason.is_not(None)).order_by(Work.key)
    return {
        "open": session.scalar(still) or 0,
        "personal": session.scalar(still.where(Gap.grave == PERSONAL)) or 0,
        "listed": [
            {
                "id": row.id, "place": name(row), "kind": row.kind, "columns": row.columns, "was": row.was,
                "personal": row.personal, "since": clock.text(row.seen_at),
            }
            for row in listed(session, limit=LISTED)
        ],
        "not_compared": [
            {"store": row.args["store"], "reason": row.reason} for row in session.scalars(failing)
        ],
    }  # fmt: skip
