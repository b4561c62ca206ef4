"""Tell another controller what came of an erasure that it asked of us."""

import os

from sqlalchemy.orm import Session

from dsar import clock, faults
from dsar.datamap.secrets import resolve
from dsar.errors import DsarError, NotFound
from dsar.jobs import job, messages, wire
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.models import SenderAsk
from dsar.services import answering, intake, maps, opendsr, receiving
from dsar.services.messaging import Key
from dsar.services.work import Claim
from dsar.terms import Status


@job
def tell_sender(office: Office, claim: Claim, *, reference: str) -> None:
    """The sender tells the person: once it has the answer, that is given and the request closes."""
    try:
        with held(claim) as session:
            due = _due(session, office, reference)
        if due is None:
            return
        url, key, body = due
        with faults.effect("recipient.send"):
            messages.told(url, key, body)
    except DsarError:
        if claim.tried_enough:
            with held(claim) as session:
                receiving.untold(session, session.get_one(SenderAsk, reference), at=clock.now())
        raise
    with faults.effect("recipient.write"), held(claim) as session:
        row = intake.get(session, reference)
        receiving.told(session, row, session.get_one(SenderAsk, reference), at=clock.now())
        answering.told(session, row, at=clock.now())


def _due(session: Session, office: Office, reference: str) -> tuple[str, Key, bytes] | None:
    """Where it is told, under which key, and what; None while something is open, and once it was told."""
    row = intake.get(session, reference)
    ask = session.get_one(SenderAsk, reference)
    datamap = maps.current(session)[1]
    if row.status != Status.WORKING or receiving.settled(session, row) is None:
        return None
    if ask.sender not in datamap.senders:
        raise NotFound(f"the data map has no sender {ask.sender} any more; it cannot be told what came of it")
    sender = datamap.senders[ask.sender]
    url, key = resolve(sender.callback, os.environ), messages.key_of(sender.name, sender.key)
    due = opendsr.end_of(row.due_on, datamap.controller.zone)
    domain = wire.domain_of(office.config.public_url)
    told = receiving.standing(session, row, ask)
    return url, key, opendsr.standing_body(told, party=sender.name, domain=domain, due=due, callback=url)
