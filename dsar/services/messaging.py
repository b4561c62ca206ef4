"""Messages between a controller and who receives records from it: signed over their exact bytes, fresh, and used once.

Both sides know one secret and one name for it.  What is signed holds the purpose, so that no
message can stand in for another, and an answer holds the nonce of what it answers.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dsar import clock, db
from dsar.errors import BadInput, Forbidden, NotAllowed
from dsar.models import Nonce

FRESH = timedelta(minutes=5)  # how far the clocks of the two sides may differ
SHORTEST_KEY = 32  # characters of a secret
PARTY, TIME, NONCE, SIGNATURE = "X-DSAR-Party", "X-DSAR-Time", "X-DSAR-Nonce", "X-DSAR-Signature"
ASK, STATUS, CALLBACK, ANSWER = "ask", "status", "callback", "answer"  # purposes


class Forged(Forbidden):
    """A message does not carry the signature that it would have, had the other side sent it now."""


class Replayed(NotAllowed):
    """A message was taken before."""


@dataclass(frozen=True, repr=False)
class Key:
    """What two sides share: a name and a secret."""

    party: str
    secret: str

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_KEY:
            raise BadInput(
                f"the key shared with {self.party} is shorter than {SHORTEST_KEY} characters; make a longer one"
            )


def signed(key: Key, purpose: str, body: bytes, *, nonce: str | None = None) -> dict[str, str]:
    """The headers of a message; nonce: that of the message which this one answers."""
    at, nonce = clock.text(clock.real()), nonce or secrets.token_hex(16)
    return {PARTY: key.party, TIME: at, NONCE: nonce, SIGNATURE: _signature(key, purpose, at, nonce, body)}


def verified(
    key: Key, purpose: str, headers: Mapping[str, str], body: bytes, *, nonce: str | None = None
) -> str:
    """The nonce of a message, once it is proven to be the other side's, of this purpose, and fresh.

    Raises Forged, in words for whoever runs the other side.
    """
    told = {name.lower(): value for name, value in headers.items()}
    at, given = told.get(TIME.lower(), ""), told.get(NONCE.lower(), "")
    right = _signature(key, purpose, at, given, body)
    if not hmac.compare_digest(right.encode(), told.get(SIGNATURE.lower(), "").encode(errors="replace")):
        raise Forged("the signature does not hold: the key, the purpose or a byte of the message is another")
    if nonce is not None and not hmac.compare_digest(nonce.encode(), given.encode(errors="replace")):
        raise Forged("the signature is that of an answer to another message")
    try:
        apart = abs(clock.real() - clock.parse(at))
    except BadInput:
        raise Forged(f"{TIME} is no moment; write it like 2026-01-31T09:00:00Z") from None
    if apart > FRESH:
        raise Forged(
            f"the message is of another time than now by {int(apart.total_seconds())} s; set the clock right"
        )
    return given


def once(session: Session, side: str, key: Key, nonce: str) -> None:
    """Take a message for used; side: who of us took it.  Raises Replayed.

    What is older than any message can be is forgotten.
    """
    now = clock.real()
    session.execute(delete(Nonce).where(Nonce.at < now - 3 * FRESH))
    digest = hashlib.sha256(f"{side}\0{key.party}\0{nonce}".encode(errors="replace")).hexdigest()
    ours = (
        db.insert(session)(Nonce)
        .values(digest=digest, at=now)
        .on_conflict_do_nothing()
        .returning(Nonce.digest)
    )
    if session.scalar(ours) is None:
        raise Replayed(
            "this message was taken before; a message is sent once, and signed anew to be sent again"
        )


def _signature(key: Key, purpose: str, at: str, nonce: str, body: bytes) -> str:
    whole = "\n".join(("dsar-1", purpose, key.party, at, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.digest(key.secret.encode(), whole.encode(errors="replace"), "sha256").hex()
