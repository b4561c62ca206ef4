"""What became of what recipients received: their part of a verdict, and how it is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar.clock import moment
from dsar.datamap.types import DataMap, Recipient
from dsar.models import Erasure, Look, RecipientAsk, RecipientStep, Request
from dsar.services import recipients
from dsar.terms import CONFIRMING, OPEN_VERDICTS, Outcome, Verdict

CAME_TO = {
    Outcome.ERASED: Verdict.ERASED,
    Outcome.NOTHING_HELD: Verdict.NOTHING_HELD,
    Outcome.KEPT_BY_LAW: Verdict.KEPT,
}  # a refusal is CANNOT, once staff took it for final


def verdicts(session: Session, row: Request) -> list[Verdict]:
    """The verdict of each recipient that is no store of the map; one that is stands by that store's."""
    return [_verdict(ask) for ask in recipients.asks(session, row.reference).values()]


def unconfirmed(session: Session, row: Request) -> list[RecipientAsk]:
    """The recipients for whom the request waits."""
    return [ask for ask in recipients.asks(session, row.reference).values() if _verdict(ask) in OPEN_VERDICTS]


def shown(
    session: Session, row: Request, datamap: DataMap, by_store: Mapping[str, Verdict]
) -> list[dict[str, Any]]:
    """The recipients of `erasure show`: those that are stores of the map, and those that were asked."""
    asks = recipients.asks(session, row.reference)
    if row.looks_only:  # nobody was asked
        return []
    stores = {name: one for name, one in datamap.recipients.items() if one.store}
    return [
        *(
            _store(session, row, one, by_store.get(one.store or "", Verdict.PENDING))
            for one in stores.values()
        ),
        *(_asked(ask, datamap.recipients.get(name)) for name, ask in asks.items() if name not in stores),
    ]


def steps(session: Session, reference: str) -> list[RecipientStep]:
    """Everything that was done with the recipients of a request, oldest first."""
    wanted = select(RecipientStep).where(RecipientStep.reference == reference).order_by(RecipientStep.id)
    return list(session.scalars(wanted))


def _verdict(ask: RecipientAsk) -> Verdict:
    if ask.outcome in CONFIRMING:
        return CAME_TO[ask.outcome]
    return Verdict.CANNOT if ask.accepted_by else Verdict.UNCONFIRMED


def _asked(ask: RecipientAsk, recipient: Recipient | None) -> dict[str, Any]:
    """state: one of the four that scripts know; step tells more: to_ask and received are asked to them."""
    step = _step(ask)
    state = {"to_ask": "asked", "received": "asked"}.get(step, step)
    return {
        "name": ask.name, "state": state, "asked_at": moment(ask.asked_at), "due_on": ask.due_on.isoformat(),
        "answered_at": moment(ask.answered_at), "title": dict(recipient.title) if recipient else {},
        "step": step, "outcome": ask.outcome, "verdict": _verdict(ask), "channel": ask.channel,
        "received_at": moment(ask.received_at), "silent_at": moment(ask.silent_at), "accepted": bool(ask.accepted_by),
    }  # fmt: skip


def _step(ask: RecipientAsk) -> str:
    if ask.outcome is not None:
        return "confirmed" if ask.outcome in CONFIRMING else "refused"
    if ask.silent_at is not None:
        return "silent"
    if ask.asked_at is None:
        return "to_ask"
    return "received" if ask.received_at else "asked"


def _store(session: Session, row: Request, recipient: Recipient, verdict: Verdict) -> dict[str, Any]:
    """A recipient that is a store of the map is confirmed by that store's verdict."""
    erasure = session.get_one(Erasure, row.reference)
    asked = moment(erasure.sealed_at)
    state, answered = "confirmed", asked
    if verdict in OPEN_VERDICTS:
        state, answered = "silent" if verdict == Verdict.UNREACHABLE else "asked", None
    else:
        at_store = select(func.max(Look.at)).where(
            Look.reference == row.reference, Look.store == recipient.store
        )
        looked = session.scalar(at_store)
        answered = moment(looked) if isinstance(looked, datetime) else asked
    return {
        "name": recipient.name, "state": state, "asked_at": asked, "due_on": row.due_on.isoformat(),
        "answered_at": answered, "title": dict(recipient.title), "step": state, "outcome": None, "verdict": verdict,
        "channel": "store", "received_at": None, "silent_at": None, "accepted": False,
    }  # fmt: skip
