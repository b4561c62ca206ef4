"""What a recipient is reminded of, and when; what becomes known to staff when its last day went by."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.types import Channel, DataMap, Recipient, say
from dsar.models import RecipientAsk, Request
from dsar.services import finding, ledger, mailing, maps, recipients, work
from dsar.services.mailing import Address
from dsar.terms import Status
from dsar.vault import Vault

HOUR = time(9)  # of the day on which a reminder goes out, in the controller's zone
WEEK = timedelta(days=7)  # between reminders once the last day went by


def follow(session: Session, vault: Vault, row: Request, name: str, *, at: datetime) -> None:
    """Remind a recipient that is due to be reminded, and tell staff that it is silent; come again on its next day."""
    ask = recipients.asks(session, row.reference).get(name)
    if ask is None or ask.outcome is not None or row.status != Status.WORKING:
        return
    datamap = maps.get(session, row.map_version)
    zone = ZoneInfo(datamap.controller.zone)
    due = ask.step
    while moment_of(ask, due, zone) <= at:
        due += 1
    if due > ask.step:  # of several that were missed, one is made up for
        _remind(session, vault, row, ask, datamap, at=at)
        ask.step = due
    work.put(
        session, "follow_recipient", key=f"follow:{row.reference}:{name}", not_before=moment_of(ask, due, zone),
        reference=row.reference, name=name,
    )  # fmt: skip


def moment_of(ask: RecipientAsk, step: int, zone: ZoneInfo) -> datetime:
    """When a reminder is due: halfway, on the last day, on the day after it, and then every week."""
    began = (ask.asked_at or ask.called_at).astimezone(zone).date()
    days = (ask.due_on - began).days
    on: date = {0: ask.due_on - timedelta(days=days // 2), 1: ask.due_on}.get(
        step, ask.due_on + timedelta(days=1) + (step - 2) * WEEK
    )
    return datetime.combine(on, HOUR, zone)


def write_to(
    session: Session, vault: Vault, row: Request, ask: RecipientAsk, *, kind: str, at: datetime
) -> None:
    """Raise the letter that asks a recipient, or reminds it; once for each round and step."""
    datamap = maps.get(session, row.map_version)
    recipient = datamap.recipients.get(ask.name)
    channel = recipient.channel if recipient else None
    if recipient is None or channel is None or channel.kind != "mail":
        return
    link = recipients.token(vault, ask)
    if ask.token is None:
        told = {"recipient": ask.name, "channel": ask.channel}
        ledger.record(session, "recipient.written", actor="worker", reference=row.reference, at=at, **told)
        ask.token = recipients.digest_of(link)
    facts = _facts(session, vault, row, ask, datamap, recipient, channel) | {"token": link}
    key = f"{kind}:{row.reference}:{ask.name}:{ask.round}:{ask.step}"
    mailing.raise_asked(
        session, vault, row, kind, key, Address("recipient", channel.to, channel.lang), facts, at=at
    )


def own_identifiers(session: Session, vault: Vault, row: Request) -> list[finding.Asked]:
    """What the person has proven: a recipient can find him by nothing else."""
    return [one for one in finding.known_of(session, vault, row.reference) if not one.internal]


def _remind(
    session: Session, vault: Vault, row: Request, ask: RecipientAsk, datamap: DataMap, *, at: datetime
) -> None:
    late = clock.day(at, datamap.controller.zone) > ask.due_on
    if late and ask.silent_at is None:
        facts = {"recipient": ask.name, "due_on": ask.due_on.isoformat()}
        ledger.record(session, "recipient.silent", actor="worker", reference=row.reference, at=at, **facts)
        recipients.note(session, ask, "silent", by="worker", at=at)
        ask.silent_at = at
    if late:  # once more every week, should somebody have seen to it and nothing come of it
        recipients.alert(session, ask, recipients.SILENT, at=at)
    act = "recipient.unreached" if ask.asked_at is None else "recipient.reminded"
    facts = {"recipient": ask.name, "channel": ask.channel}
    ledger.record(session, act, actor="worker", reference=row.reference, at=at, **facts)
    if ask.channel == "paper":
        recipients.alert(session, ask, recipients.BY_HAND, at=at)
    elif ask.asked_at is None:
        recipients.alert(session, ask, recipients.UNREACHED, at=at)
    else:
        recipients.note(session, ask, "reminded", by="worker", at=at)
        write_to(session, vault, row, ask, kind="remind", at=at)
        if ask.channel == "http":  # it is asked how far it is
            key = f"ask:{row.reference}:{ask.name}"
            work.put(session, "ask_recipient", key=key, reference=row.reference, name=ask.name)


def _facts(
    session: Session, vault: Vault, row: Request, ask: RecipientAsk, datamap: DataMap, recipient: Recipient,
    channel: Channel,
) -> dict[str, str]:  # fmt: skip
    own = own_identifiers(session, vault, row)
    lines = [f"{say(datamap.identifier_kinds[one.kind].title, channel.lang)}: {one.value}" for one in own]
    return {
        "recipient": recipient.legal_name, "name": ask.name, "got": say(recipient.got, channel.lang),
        "answer_by": ask.due_on.isoformat(), "identifiers": "\n".join(lines),
    }  # fmt: skip
