"""Whom the controller gave records to: each is asked to erase them, and none is ever skipped.

A recipient is asked when the erasure begins, and what it answers is part of the verdict.
Until it has answered, or staff has recorded an answer for it, the request stays open.
Source: PIPL 21, 23, 47; GDPR 19; GB/T 35273-2020, 8.3 b) and c).
"""

import hashlib
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.types import DataMap, Recipient
from dsar.errors import NotAllowed, NotFound
from dsar.models import ErasureItem, RecipientAsk, RecipientStep, Request, RequestIdentifier
from dsar.services import alerting, ledger, maps, proving, staff, work
from dsar.services.opendsr import Standing
from dsar.terms import CONFIRMING, Outcome, Status
from dsar.vault import Vault

SILENT, UNREACHED, REFUSED = "recipient.silent", "recipient.unreached", "recipient.refused"  # alerts
BY_HAND = "recipient.by_hand"  # an alert too: staff must write
ALERTS = (SILENT, UNREACHED, REFUSED, BY_HAND)
RECIPIENT = "recipient"  # who did it, in the ledger


def asks(session: Session, reference: str) -> dict[str, RecipientAsk]:
    """The recipients of a request that are or were to be asked, by name."""
    wanted = select(RecipientAsk).where(RecipientAsk.reference == reference).order_by(RecipientAsk.name)
    return {ask.name: ask for ask in session.scalars(wanted)}


def ask_of(session: Session, row: Request, name: str) -> RecipientAsk:
    """One of them.  Raises NotFound, naming those there are."""
    known = asks(session, row.reference)
    if name not in known:
        there = ", ".join(known) or "none"
        raise NotFound(f"request {row.reference} asks no recipient {name!r}; there is: {there}")
    return known[name]


def call_for(session: Session, row: Request, datamap: DataMap, *, at: datetime) -> None:
    """Have each recipient asked that received records of this person and is no store of the map.

    Once more where an identifier was proven since, for then it was asked by less.
    Nobody is asked about the self-test's people: no recipient has ever received them.
    """
    if row.test:
        return
    known, given, proven = asks(session, row.reference), _given(session, row, datamap), _proven(session, row)
    for name, recipient in datamap.recipients.items():
        ask = known.get(name)
        if row.looks_only or recipient.store or (ask is None and name not in given):
            continue
        if ask is None:
            ask = RecipientAsk(reference=row.reference, name=name, round=0, step=0)
        elif not _anew(ask, recipient, proven):
            if ask.asked_at is None and ask.outcome is None:  # it may have waited while the erasure was held
                _ask(session, ask)
            continue
        _begin(session, ask, recipient, datamap, proven, at=at)


def call_late(session: Session, store: str, references: Collection[str], *, at: datetime) -> None:
    """The same for those of these requests of which a store held something only by the time it was erased."""
    item = ErasureItem
    late = select(item.reference).where(
        item.store == store, item.reference.in_(references), func.coalesce(item.planned, 0) == 0, _held()
    )
    rows = select(Request).where(Request.reference.in_(late)).order_by(Request.reference)
    for row in session.scalars(rows).all():
        call_for(session, row, maps.get(session, row.map_version), at=at)


def left(session: Session, row: Request, name: str, *, at: datetime) -> None:
    """The ask has gone out, for the first time; from now on the recipient has its days to answer."""
    ask = ask_of(session, row, name)
    if ask.asked_at is not None or ask.outcome is not None:
        return
    datamap = maps.get(session, row.map_version)
    ask.asked_at, ask.due_on = at, _due(ask, datamap.recipients.get(name), datamap, at=at)
    facts = {"recipient": name, "channel": ask.channel, "due_on": ask.due_on.isoformat()}
    ledger.record(session, "recipient.asked", actor="worker", reference=row.reference, at=at, **facts)
    note(session, ask, "asked", by="worker", at=at)
    alert_over(session, ask, UNREACHED, BY_HAND, at=at)
    work.put(
        session, "follow_recipient", key=f"follow:{row.reference}:{name}", reference=row.reference, name=name
    )


def heard(
    session: Session, row: Request, name: str, standing: Standing, *, digest: str, at: datetime
) -> bool:
    """What a recipient said in a signed message: that it has the ask, how far it is, what came of it.

    digest: the signature of its message.  What it says of an earlier round changes nothing.
    Whether there is more to hear of it.
    """
    ask = ask_of(session, row, name)
    if ask.request_id != standing.request_id or ask.outcome in CONFIRMING:
        return False
    left(session, row, name, at=at)
    if ask.received_at is None and ask.outcome is None:
        facts = {"recipient": name, "receipt": digest}
        ledger.record(session, "recipient.received", actor=RECIPIENT, reference=row.reference, at=at, **facts)
        note(session, ask, "received", by=RECIPIENT, digest=digest, at=at)
        ask.received_at, ask.receipt = at, standing.reference
    if standing.outcome is not None:
        answered(session, row, name, standing.outcome, by="message", digest=digest, at=at)
    return ask.outcome is None


def answered(
    session: Session, row: Request, name: str, outcome: Outcome, *, by: str, digest: str | None = None, at: datetime
) -> None:  # fmt: skip
    """A recipient has answered for itself, by its link or by a signed message.

    The same again changes nothing.  What it has confirmed stands; after a refusal it may still confirm,
    but one that staff took for final is not refused anew.
    """
    ask = ask_of(session, row, name)
    final = ask.accepted_by and outcome not in CONFIRMING
    if ask.outcome == outcome or ask.outcome in CONFIRMING or final:
        return
    _settle(session, row, ask, outcome, actor=RECIPIENT, digest=digest, at=at)
    ask.answered_by, ask.accepted_by = by, None
    if outcome not in CONFIRMING:
        alert(session, ask, REFUSED, at=at)


def recorded(
    session: Session, vault: Vault, row: Request, name: str, outcome: Outcome, *, by: str, evidence: str, at: datetime
) -> RecipientAsk:  # fmt: skip
    """Staff records an answer that came on paper, or takes a refusal for final.

    The evidence is sealed; the ledger holds its digest.  The same again changes nothing.
    Raises NotFound, Forbidden, BadInput; NotAllowed once the request is closed.
    """
    staff.acting(session, by)
    ask = ask_of(session, row, name)
    if ask.outcome == outcome and (outcome in CONFIRMING or ask.accepted_by):
        return ask
    if row.status != Status.WORKING:
        raise NotAllowed(
            f"request {row.reference} is {row.status}; no answer of a recipient is recorded any more"
        )
    digest = proving.keep_evidence(session, vault, row, by=by, evidence=evidence, at=at)
    _settle(session, row, ask, outcome, actor=by, digest=digest, at=at)
    ask.answered_by, ask.accepted_by = by, None if outcome in CONFIRMING else by
    return ask


def note(
    session: Session, ask: RecipientAsk, step: str, *, by: str, digest: str | None = None, at: datetime
) -> None:
    """Keep one step; the caller records it in the ledger."""
    session.add(RecipientStep(reference=ask.reference, name=ask.name, step=step, by=by, digest=digest, at=at))


def alert(session: Session, ask: RecipientAsk, kind: str, *, at: datetime) -> None:
    """Tell staff of a recipient of this request."""
    due = ask.due_on.isoformat()
    alerting.raise_alert(session, kind, reference=ask.reference, store=ask.name, at=at, due_on=due)


def alert_over(session: Session, ask: RecipientAsk, *kinds: str, at: datetime) -> None:
    """What was raised of a recipient of this request is over by itself."""
    for kind in kinds:
        alerting.over(session, kind, store=ask.name, reference=ask.reference, at=at)


def token(vault: Vault, ask: RecipientAsk) -> str:
    """What the link of this round ends in; only its digest is kept, and only the master key leads to it."""
    return vault.blind("confirm", f"{ask.reference}/{ask.name}/{ask.round}")


def unreached(session: Session, row: Request, name: str, *, at: datetime) -> None:
    """It could not be asked, try after try: staff is told, unless it has the ask already."""
    ask = ask_of(session, row, name)
    if ask.received_at is None and ask.outcome is None:
        alert(session, ask, UNREACHED, at=at)


def digest_of(token: str) -> str:
    """SHA-256 of the end of a link, as it is kept."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def by_token(session: Session, given: str) -> RecipientAsk | None:
    """Whose link this is."""
    return session.scalar(select(RecipientAsk).where(RecipientAsk.token == digest_of(given)))


def by_request(session: Session, name: str, request_id: str) -> RecipientAsk:
    """The ask that a recipient knows by this id.  Raises NotFound."""
    same = (RecipientAsk.name == name, RecipientAsk.request_id == request_id)
    found = session.scalar(select(RecipientAsk).where(*same))
    if found is None:
        raise NotFound("nothing was asked under this subject_request_id")
    return found


def _settle(
    session: Session, row: Request, ask: RecipientAsk, outcome: Outcome, *, actor: str, digest: str | None,
    at: datetime,
) -> None:  # fmt: skip
    act = "recipient.confirmed" if outcome in CONFIRMING else "recipient.refused"
    facts = {"recipient": ask.name, "outcome": outcome, "evidence": digest}
    ledger.record(session, act, actor=actor, reference=row.reference, at=at, **facts)
    note(session, ask, act.partition(".")[2], by=actor, digest=digest, at=at)
    ask.outcome, ask.answered_at = outcome, at
    alert_over(session, ask, *ALERTS, at=at)
    work.put(session, "make_certificate", key=f"certificate:{row.reference}", reference=row.reference)


def _given(session: Session, row: Request, datamap: DataMap) -> set[str]:
    """The recipients of every collection that held a record of this person."""
    item = ErasureItem
    wanted = select(item.store, item.collection).where(item.reference == row.reference, _held())
    places = {tuple(place) for place in session.execute(wanted)}
    return {
        name
        for store, collection in datamap.collections()
        if (store.name, collection.name) in places
        for name in collection.recipients
    }


def _held() -> ColumnElement[bool]:
    """Whether a collection held records when it was planned, or was erased."""
    item = ErasureItem
    return item.mapped & ((item.planned > 0) | (item.found > 0) | (item.erased > 0) | (item.kept > 0))


def _proven(session: Session, row: Request) -> int:
    known = RequestIdentifier
    own = (known.reference == row.reference, known.internal.is_(False), known.confirmed_at.is_not(None))
    return session.scalar(select(func.count()).select_from(known).where(*own)) or 0


def _anew(ask: RecipientAsk, recipient: Recipient, proven: int) -> bool:
    """Whether it was asked by less than is proven now, or only now has a way to be asked by."""
    more = 0 < ask.identifiers < proven
    return more or (ask.outcome is None and ask.channel == "paper" and recipient.channel is not None)


def _begin(
    session: Session, ask: RecipientAsk, recipient: Recipient, datamap: DataMap, proven: int, *, at: datetime
) -> None:
    facts = {"recipient": ask.name, "channel": recipient.channel.kind if recipient.channel else "paper"}
    ledger.record(session, "recipient.named", actor="worker", reference=ask.reference, at=at, **facts)
    ask.channel, ask.called_at, ask.identifiers, ask.round = facts["channel"], at, proven, ask.round + 1
    ask.step, ask.request_id, ask.token = 0, str(uuid4()), None
    ask.asked_at = ask.received_at = ask.receipt = ask.silent_at = None
    ask.outcome = ask.answered_at = ask.answered_by = ask.accepted_by = None
    ask.due_on = _due(ask, recipient, datamap, at=at)
    session.add(ask)
    session.flush()
    if recipient.channel is None:
        alert(session, ask, BY_HAND, at=at)
    _ask(session, ask)
    key = f"follow:{ask.reference}:{ask.name}"
    work.put(session, "follow_recipient", key=key, reference=ask.reference, name=ask.name)


def _ask(session: Session, ask: RecipientAsk) -> None:
    key = f"ask:{ask.reference}:{ask.name}"
    work.put(session, "ask_recipient", key=key, reference=ask.reference, name=ask.name)


def _due(ask: RecipientAsk, recipient: Recipient | None, datamap: DataMap, *, at: datetime) -> date:
    days = (
        recipient.answer_days
        if recipient
        else (ask.due_on - clock.day(ask.called_at, datamap.controller.zone)).days
    )
    return clock.day(at, datamap.controller.zone) + timedelta(days=days)
