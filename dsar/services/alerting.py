"""Alerts: what somebody must see to, raised once for as long as it is open."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar.errors import Forbidden, NotFound
from dsar.models import Alert
from dsar.services import ledger

BY_ITSELF = "worker"


def raise_alert(
    session: Session,
    kind: str,
    *,
    at: datetime,
    reference: str | None = None,
    store: str | None = None,
    about: str = "",
    **facts: object,
) -> None:
    """Raise one, unless the same is open: of this kind, for this request and store, about the same.

    facts: names of places, counts and days; never personal data.
    """
    key = "/".join((kind, reference or "", store or "", *([about] if about else [])))
    if session.scalar(select(Alert.id).where(Alert.key == key, Alert.settled_at.is_(None))) is None:
        session.add(Alert(key=key, kind=kind, reference=reference, store=store, facts=facts, raised_at=at))


def over(
    session: Session, kind: str, *, store: str | None, reference: str | None = None, at: datetime
) -> None:
    """What was raised of this kind, for a store where it is of one, is over by itself; of one request, or of all."""
    still = select(Alert).where(Alert.kind == kind, Alert.store == store, Alert.settled_at.is_(None))
    if reference is not None:
        still = still.where(Alert.reference == reference)
    for alert in session.scalars(still):
        alert.settled_at, alert.settled_by = at, BY_ITSELF


def seen_to(session: Session, id: int, *, by: str, at: datetime) -> None:
    """A member of staff has seen to one; a second time changes nothing.

    Raises NotFound where there is none of this number, Forbidden for whom it is about.
    """
    alert = session.get(Alert, id, with_for_update=True)
    if alert is None:
        raise NotFound(f"there is no alert {id}; open the list of alerts")
    if is_about(alert, by):
        raise Forbidden(f"alert {id} is about what {by} did; somebody else must see to it")
    if alert.settled_at is None:
        alert.settled_at, alert.settled_by = at, by
        facts = {"kind": alert.kind, "alert": alert.id}
        ledger.record(
            session, "alert.settled", actor=by, reference=alert.reference or ledger.STAFF, at=at, **facts
        )


def is_about(alert: Alert, name: str) -> bool:
    """Whether an alert tells what this member of staff did: then another one sees to it."""
    return alert.facts.get("by") == name


def unsettled(session: Session, *, limit: int, before: int | None = None) -> list[Alert]:
    """What is open, newest first; before: only what was raised before this one."""
    wanted = select(Alert).where(Alert.settled_at.is_(None))
    if before is not None:
        wanted = wanted.where(Alert.id < before)
    return list(session.scalars(wanted.order_by(Alert.id.desc()).limit(limit)))


def count(session: Session, *, most: int) -> int:
    """How many are open; `most` stands for as many or more."""
    some = select(Alert.id).where(Alert.settled_at.is_(None)).limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0
