"""Signed messages to recipients and senders: sent, and what is answered read."""

import os
from dataclasses import replace

from dsar.datamap.secrets import resolve
from dsar.errors import BadInput, DsarError
from dsar.jobs import wire
from dsar.jobs.wire import Answer, PartyProblem
from dsar.services import messaging, opendsr
from dsar.services.messaging import NONCE, SIGNATURE, Key
from dsar.services.opendsr import Standing
from dsar.services.outgoing import Message

JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def key_of(party: str, secret: str) -> Key:
    """The key of a pair, its secret read from the environment.  Raises BadInput."""
    return Key(party, resolve(secret, os.environ))


def exchanged(message: Message) -> tuple[Standing, str]:
    """Send one message to a recipient; what it answers, and the signature of that.

    Raises PartyProblem, BadInput.
    """
    channel = message.channel
    key, url = key_of(channel.known_as, channel.key), resolve(channel.url, os.environ)
    if message.ask is None:
        answer = _sent(
            "GET", f"{url}/{message.request_id}", key, f"{messaging.STATUS} {message.request_id}", b""
        )
    else:
        body = opendsr.ask_body(replace(message.ask, domain=wire.domain_of(url)))
        answer = _sent("POST", url, key, messaging.ASK, body)
    try:
        return opendsr.read_standing(answer.body, id=message.request_id), answer.headers[SIGNATURE.lower()]
    except BadInput as error:
        raise PartyProblem(f"it answered what is no receipt: {error}") from error


def told(url: str, key: Key, body: bytes) -> None:
    """Tell a sender how far we are.  Raises PartyProblem, BadInput."""
    _sent("POST", url, key, messaging.CALLBACK, body)


def _sent(method: str, url: str, key: Key, purpose: str, body: bytes) -> Answer:
    """The answer, once it is proven to be the other side's."""
    headers = messaging.signed(key, purpose, body)
    answer = wire.call(method, url, JSON | headers, body)
    if answer.status not in (200, 201, 202):
        raise PartyProblem(f"it answered with HTTP {answer.status}")
    try:
        messaging.verified(key, messaging.ANSWER, answer.headers, answer.body, nonce=headers[NONCE])
    except DsarError as error:
        raise PartyProblem(f"what it answered is not proven to be its own: {error}") from error
    return answer
