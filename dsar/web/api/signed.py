"""Signed messages of other controllers: what they ask of us, and what they answer to what we asked.

No token and no session: each message carries the signature of a party that the data map names.
"""

import logging
import os

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from dsar import clock, db
from dsar.datamap.secrets import resolve
from dsar.datamap.types import Sender
from dsar.errors import BadInput, DsarError, Forbidden, NotFound
from dsar.jobs import wire
from dsar.models import RecipientAsk
from dsar.services import intake, messaging, opendsr, receiving, recipients
from dsar.services.messaging import ANSWER, ASK, CALLBACK, PARTY, SIGNATURE, STATUS, Key
from dsar.web import here

log = logging.getLogger("dsar.web")
bp = Blueprint("signed", __name__, url_prefix="/api")

LARGEST = 64 * 1024  # bytes of a message
JSON = "application/json"


class Unset(DsarError):
    """The key that is shared with a party is not set, or is none."""

    status = 503


@bp.record_once
def install(state) -> None:
    """No form and no cookie leads here."""
    state.app.extensions["csrf"].exempt(bp)


@bp.post("/opendsr/v2/requests")
def ask():
    """Another controller asks us to erase a person whom it has proven; the answer is a receipt."""
    sender, key = _sender()
    body = _body()
    nonce = messaging.verified(key, ASK, dict(request.headers), body)
    office, datamap = here.office(), here.datamap()
    with db.begin() as data:
        messaging.once(data, "sender", key, nonce)
        taken = receiving.taken(data, office.vault, sender, body, at=clock.now())
        due = intake.get(data, taken.reference).due_on
        receipt = opendsr.receipt_body(
            body, id=taken.request_id, party=key.party, reference=taken.reference, domain=_domain(),
            received_at=taken.received_at, due=opendsr.end_of(due, datamap.controller.zone),
        )  # fmt: skip
    return _answer(key, nonce, receipt, 201)


@bp.get("/opendsr/v2/requests/<id>")
def status(id: str):
    """How far a request of theirs is."""
    _, key = _sender()
    nonce = messaging.verified(key, f"{STATUS} {id}", dict(request.headers), b"")
    with db.begin() as data:
        messaging.once(data, "sender", key, nonce)
        asked = receiving.asked(data, key.party, id)
        row = intake.get(data, asked.reference)
        due = opendsr.end_of(row.due_on, here.datamap().controller.zone)
        told = receiving.standing(data, row, asked)
    return _answer(key, nonce, opendsr.standing_body(told, party=key.party, domain=_domain(), due=due), 200)


@bp.post("/recipients/<name>/callback")
def callback(name: str):
    """A recipient tells by itself how far it is."""
    key, body = _recipient(name), _body()
    nonce = messaging.verified(key, CALLBACK, dict(request.headers), body)
    standing = opendsr.read_standing(body)
    with db.begin() as data:
        messaging.once(data, "recipient", key, nonce)
        asked = recipients.by_request(data, name, standing.request_id)
        _hear(data, asked, standing)
    return _answer(key, nonce, body, 200)


def _hear(data, asked: RecipientAsk, standing) -> None:
    row = intake.get(data, asked.reference)
    digest = request.headers.get(SIGNATURE, "")
    recipients.heard(data, row, asked.name, standing, digest=digest, at=clock.now())


def _sender() -> tuple[Sender, Key]:
    """Who says that it sent this, and the key that would prove it."""
    party = request.headers.get(PARTY, "")
    sender = here.datamap().senders.get(party)
    if sender is None:
        raise Forbidden(f"{PARTY} names nobody who may ask here")
    return sender, _key(sender.name, sender.key)


def _recipient(name: str) -> Key:
    known = here.datamap().recipients.get(name)
    channel = known.channel if known else None
    if channel is None or channel.kind != "http":
        raise NotFound("no recipient of this name is asked by messages")
    return _key(channel.known_as, channel.key)


def _key(party: str, secret: str) -> Key:
    """The key of a pair; what is wrong with it is ours to mend, and no business of whoever knocks."""
    try:
        return Key(party, resolve(secret, os.environ))
    except BadInput as error:
        raise Unset(str(error)) from error


def _body() -> bytes:
    request.max_content_length = LARGEST
    return request.get_data(cache=False)


def _domain() -> str:
    return wire.domain_of(here.office().config.public_url)


def _answer(key: Key, nonce: str, body: bytes, status: int) -> Response:
    headers = messaging.signed(key, ANSWER, body, nonce=nonce) | {opendsr.DOMAIN: _domain()}
    return Response(body, status, headers, mimetype=JSON)


@bp.errorhandler(DsarError)
def on_purpose(error: DsarError):
    """What is wrong with a message is told to whoever sent it; what is wrong with us is told to the operator."""
    if error.status >= 500 or isinstance(error, here.NoMapYet):
        log.error("%s: %s", request.endpoint, error)
        return _error(error.status, "this cannot be done now; try again")
    return _error(error.status, str(error))


@bp.errorhandler(HTTPException)
def in_words(error: HTTPException):
    """What went wrong, for a program."""
    return _error(error.code or 500, error.name)


@bp.errorhandler(Exception)
def unforeseen(error: Exception):
    """Only the kind: a message may quote what was sent."""
    log.error("%s: %s", request.endpoint, type(error).__name__)
    return _error(500, "something went wrong on our side")


def _error(status: int, words: str) -> tuple[dict, int]:
    return {"error": {"code": status, "message": words}}, status
