"""Erasures that another controller asks of us, for a person that it has proven: taken once, and answered to it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.types import Sender
from dsar.errors import NotAllowed, NotFound
from dsar.models import Erasure, Request, SenderAsk
from dsar.services import alerting, barring, intake, ledger, opendsr, proving, verdicts
from dsar.services.intake import Given, Intake
from dsar.services.opendsr import Identity, Standing
from dsar.terms import LANGUAGES, OPEN_VERDICTS, Right, Stage, Verdict
from dsar.vault import Vault

UNTOLD = "sender.untold"  # alert


def taken(session: Session, vault: Vault, sender: Sender, body: bytes, *, at: datetime) -> SenderAsk:
    """Open a request for what a sender asks; the same ask gives the same request.

    Raises BadInput for what cannot be asked; NotAllowed where another ask has its id.
    """
    id, identities = opendsr.read_ask(body)
    digest = _digest(vault, identities)
    before = by_id(session, sender.name, id)
    if before is not None:
        if before.digest != digest:
            raise NotAllowed("another ask has this subject_request_id; give each its own")
        return before
    given = [Given(one.type, one.value) for one in identities]
    asked = Intake([Right.ERASURE], given, LANGUAGES[0], at, once=f"sender:{sender.name}:{id}")
    actor = f"sender:{sender.name}"
    (row,) = intake.open_submission(session, vault, asked, actor=actor, at=at)
    facts = {"sender": sender.name, "digest": digest, "proof": sender.proof}
    ledger.record(session, "sender.asked", actor=actor, reference=row.reference, at=at, **facts)
    ask = SenderAsk(
        reference=row.reference,
        sender=sender.name,
        request_id=id,
        digest=digest,
        received_at=at,
        told_at=None,
    )
    session.add(ask)
    if sender.proof == "sender":
        proving.vouched(session, row, by=actor, digest=digest, at=at)
    return ask


def by_id(session: Session, sender: str, id: str) -> SenderAsk | None:
    """What a sender asked under this id."""
    return session.scalar(select(SenderAsk).where(SenderAsk.sender == sender, SenderAsk.request_id == id))


def asked(session: Session, sender: str, id: str) -> SenderAsk:
    """The same.  Raises NotFound."""
    found = by_id(session, sender, id)
    if found is None:
        raise NotFound("nothing was asked under this subject_request_id")
    return found


def standing(session: Session, row: Request, ask: SenderAsk) -> Standing:
    """How far its request is, and what came of it."""
    verdict = settled(session, row)
    outcome = opendsr.CAME_TO[verdict] if verdict else None
    return Standing(ask.request_id, opendsr.status_of(row.status, verdict), row.reference, outcome)


def settled(session: Session, row: Request) -> Verdict | None:
    """The verdict, once everything was looked at and nothing is open."""
    erasure = session.get(Erasure, row.reference)
    if erasure is None or erasure.stage != Stage.DONE:
        return None
    verdict = verdicts.of_request(session, row)
    return None if verdict in OPEN_VERDICTS or barring.barred(session, row) else verdict


def told(session: Session, row: Request, ask: SenderAsk, *, at: datetime) -> None:
    """What came of it has reached the sender, who tells the person."""
    facts = {"sender": ask.sender}
    ledger.record(session, "sender.told", actor="worker", reference=row.reference, at=at, **facts)
    ask.told_at = at
    alerting.over(session, UNTOLD, store=ask.sender, reference=row.reference, at=at)


def untold(session: Session, ask: SenderAsk, *, at: datetime) -> None:
    """It could not be told, try after try: staff must see to it."""
    alerting.raise_alert(session, UNTOLD, reference=ask.reference, store=ask.sender, at=at)


def _digest(vault: Vault, identities: Sequence[Identity]) -> str:
    """Of what was asked, keyed: it stands in the ledger, and identifiers are few enough to be guessed."""
    return vault.blind("sender-ask", "\n".join(sorted(f"{one.type} {one.value}" for one in identities)))
