"""Ask recipients to erase what they received, and follow each until it has answered."""

from datetime import datetime, timedelta

from dsar import clock, faults
from dsar.errors import DsarError
from dsar.jobs import job, messages
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.models import Erasure
from dsar.services import intake, outgoing, recipients, reminding, stopping, work
from dsar.services.outgoing import Message
from dsar.services.work import Claim
from dsar.terms import Stage, Status

LATER = timedelta(hours=1)  # until an erasure that is held or stopped is looked for again
EVERY = timedelta(hours=6)  # between two questions how far a recipient is: its own message may be lost


@job
def ask_recipient(office: Office, claim: Claim, *, reference: str, name: str) -> datetime | None:
    """Ask it by the way that the map names; one without is written to by staff: dsar certificate letters."""
    try:
        message = _to_send(office, claim, reference, name)
        if not isinstance(message, Message):
            return message
        with faults.effect("recipient.send"):
            standing, digest = messages.exchanged(message)
    except DsarError:
        if claim.tried_enough:
            with held(claim) as session:
                recipients.unreached(session, intake.get(session, reference), name, at=clock.now())
        raise
    with faults.effect("recipient.write"), held(claim) as session:
        row = intake.get(session, reference)
        if recipients.heard(session, row, name, standing, digest=digest, at=clock.now()):
            later = clock.now() + EVERY
            work.put(
                session, "ask_recipient", key=claim.key, not_before=later, reference=reference, name=name
            )
    return None


@job
def follow_recipient(office: Office, claim: Claim, *, reference: str, name: str) -> None:
    """Remind it when that is due, and tell staff once its last day went by."""
    with held(claim) as session:
        reminding.follow(session, office.vault, intake.get(session, reference), name, at=clock.now())


def _to_send(office: Office, claim: Claim, reference: str, name: str) -> Message | datetime | None:
    """The message that is due; otherwise when to come again, or None when there is nothing to do."""
    with held(claim) as session:
        row = intake.get(session, reference)
        ask = recipients.asks(session, row.reference).get(name)
        if ask is None or ask.outcome is not None or row.status != Status.WORKING:
            return None
        if session.get_one(Erasure, reference).stage == Stage.HELD or stopping.current(session):
            return clock.real() + LATER
        if ask.channel == "mail" and ask.asked_at is None:
            reminding.write_to(session, office.vault, row, ask, kind="ask", at=clock.now())
        if ask.channel != "http":
            return None
        callback = f"{office.config.public_url}/api/recipients/{name}/callback"
        return outgoing.message(session, office.vault, row, ask, callback=callback)
