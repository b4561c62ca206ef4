"""The messages that ask recipients, in plain values: what is sent, where, and under which key."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dsar.datamap.identifiers import written
from dsar.datamap.types import Channel, DataMap, say
from dsar.errors import NotFound
from dsar.models import RecipientAsk, Request
from dsar.services import maps, opendsr, reminding
from dsar.services.finding import Asked
from dsar.services.opendsr import Ask, Identity
from dsar.terms import LANGUAGES
from dsar.vault import Vault


@dataclass(frozen=True, repr=False)
class Message:
    """One message: an ask that the recipient has no receipt of yet, or the question how far it is."""

    channel: Channel
    request_id: str
    ask: Ask | None  # None: the question


def message(session: Session, vault: Vault, row: Request, ask: RecipientAsk, *, callback: str) -> Message:
    """What is to be sent to a recipient now.

    Raises NotFound where the map has no such channel any more, or nothing that it may be told of the person.
    """
    datamap = maps.get(session, row.map_version)
    recipient = datamap.recipients.get(ask.name)
    if (
        recipient is None
        or recipient.channel is None
        or recipient.channel.kind != "http"
        or not ask.request_id
    ):
        raise NotFound(f"the recipient {ask.name} has no address for messages in the data map any more")
    if ask.received_at is not None:
        return Message(recipient.channel, ask.request_id, None)
    return Message(recipient.channel, ask.request_id, Ask(
        request_id=ask.request_id, submitted_at=row.received_at, due_on=ask.due_on,
        regulation=_regulation(datamap), controller=say(datamap.controller.legal_name, LANGUAGES[0]),
        identities=_identities(session, vault, row, datamap, recipient.channel, ask.name), domain="",
        callback=callback,
    ))  # fmt: skip


def _regulation(datamap: DataMap) -> str:
    known = opendsr.REGULATIONS
    return next((known[law] for law in datamap.controller.laws if law in known), "pipl")


def _identities(
    session: Session, vault: Vault, row: Request, datamap: DataMap, channel: Channel, name: str
) -> list[Identity]:
    """What the person has proven, as far as it was agreed, and in the forms that were agreed."""
    own = reminding.own_identifiers(session, vault, row)
    sent = [_identity(datamap, channel, one) for one in own if one.kind in channel.identifiers]
    if not sent:
        raise NotFound(f"nothing that the person has proven may be told to the recipient {name}; write to it")
    return sent


def _identity(datamap: DataMap, channel: Channel, one: Asked) -> Identity:
    form = channel.identifiers[one.kind]
    value = min(written(datamap.identifier_kinds[one.kind], one.value, form))
    return Identity(one.kind, value, form.partition(":")[0] if ":" in form else opendsr.RAW)
