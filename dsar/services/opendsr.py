"""The shapes of messages between two controllers: OpenDSR 2.0 where its text is clear, else its extensions.

A message is plain JSON.  An identity that OpenDSR has no word for, such as a telephone number,
stands in the extension of the receiving domain, as its section 7.1.2 has it.
Source: github.com/opengdpr/OpenDSR, specification.md, sections 5 to 8.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dsar import clock
from dsar.errors import BadInput
from dsar.terms import CONFIRMING, Outcome, Status, Verdict

VERSION = "2.0"
DOMAIN = "X-OpenDSR-Processor-Domain"
REGULATIONS = {"EU": "gdpr", "US": "ccpa"}  # what OpenDSR has words for, by the laws of a controller
ITS_OWN = ("email", "controller_customer_id")  # kinds of identity that OpenDSR has a word for
MOST = 50  # identities in one message
RAW = "raw"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
CAME_TO = {
    Verdict.ERASED: Outcome.ERASED,
    Verdict.NOTHING_HELD: Outcome.NOTHING_HELD,
    Verdict.KEPT: Outcome.KEPT_BY_LAW,
    Verdict.CANNOT: Outcome.TECHNICALLY_HARD,
}


@dataclass(frozen=True, repr=False)
class Identity:
    """One identifier as a message carries it; format: raw, md5, sha1 or sha256."""

    type: str
    value: str
    format: str = RAW


@dataclass(frozen=True, repr=False)
class Ask:
    """An erasure that is asked of who received records."""

    request_id: str  # UUID v4, of the asking side
    submitted_at: datetime  # when the person asked
    due_on: date
    regulation: str
    controller: str
    identities: Sequence[Identity]
    domain: str  # of the receiving side
    callback: str


@dataclass(frozen=True, repr=False)
class Standing:
    """How far a receiving side is."""

    request_id: str
    status: str  # pending in_progress completed cancelled
    reference: str | None  # its own
    outcome: Outcome | None


def ask_body(ask: Ask) -> bytes:
    """The message that asks; the same for the same ask, byte by byte."""
    own = [_identity(one) for one in ask.identities if one.type in ITS_OWN]
    others = [_identity(one) for one in ask.identities if one.type not in ITS_OWN]
    more = {"controller": ask.controller, "due_on": ask.due_on.isoformat(), "identities": others}
    plain: dict[str, Any] = {
        "regulation": ask.regulation, "subject_request_id": ask.request_id, "subject_request_type": "erasure",
        "submitted_time": clock.text(ask.submitted_at), "subject_identities": own, "api_version": VERSION,
        "status_callback_urls": [ask.callback], "extensions": {ask.domain: more},
    }  # fmt: skip
    return _bytes(plain)


def read_ask(body: bytes) -> tuple[str, list[Identity]]:
    """The id and the identities of a message that asks.

    Raises BadInput, in words for whoever runs the other side; no value is repeated.
    """
    plain = _object(body)
    id, type = plain.get("subject_request_id"), plain.get("subject_request_type")
    if not isinstance(id, str) or not _GUID.fullmatch(id):
        raise BadInput("subject_request_id is no UUID v4 in lower case")
    if type != "erasure":
        raise BadInput("subject_request_type: only erasure is served here")
    extensions = plain.get("extensions")
    more = extensions.values() if isinstance(extensions, dict) else ()
    lists = [
        plain.get("subject_identities"),
        *(one.get("identities") for one in more if isinstance(one, dict)),
    ]
    identities = [_read_identity(one) for many in lists if isinstance(many, list) for one in many[: MOST + 1]]
    if not 0 < len(identities) <= MOST:
        raise BadInput(f"give 1 to {MOST} identities")
    return id, identities


def receipt_body(
    ask: bytes, *, id: str, party: str, reference: str, domain: str, received_at: datetime, due: datetime
) -> bytes:
    """What is answered to an ask: our reference, and by when it is to be done."""
    return _bytes({
        "controller_id": party, "expected_completion_time": clock.text(due), "received_time": clock.text(received_at),
        "encoded_request": base64.b64encode(ask).decode(), "subject_request_id": id, "api_version": VERSION,
        "extensions": {domain: {"reference": reference}},
    })  # fmt: skip


def standing_body(
    standing: Standing, *, party: str, domain: str, due: datetime, callback: str | None = None
) -> bytes:
    """How far we are: answered to a question, or told by itself (callback: to which address)."""
    more = {"reference": standing.reference, "outcome": standing.outcome}
    plain: dict[str, Any] = {
        "controller_id": party, "expected_completion_time": clock.text(due),
        "subject_request_id": standing.request_id, "request_status": standing.status, "api_version": VERSION,
        "extensions": {domain: {name: value for name, value in more.items() if value}},
    }  # fmt: skip
    return _bytes(plain | ({"status_callback_url": callback} if callback else {}))


def read_standing(body: bytes, *, id: str | None = None) -> Standing:
    """A receipt, or how far the other side is; id: of which ask it must be.  Raises BadInput."""
    plain = _object(body)
    of, status = plain.get("subject_request_id"), plain.get("request_status", "pending")
    if not isinstance(of, str) or not _GUID.fullmatch(of) or (id is not None and of != id):
        raise BadInput("subject_request_id is not that of the ask")
    if status not in ("pending", "in_progress", "completed", "cancelled"):
        raise BadInput("request_status is none of pending, in_progress, completed, cancelled")
    extensions = plain.get("extensions")
    more = [
        one for one in (extensions.values() if isinstance(extensions, dict) else ()) if isinstance(one, dict)
    ]
    said = (one["reference"] for one in more if isinstance(one.get("reference"), str))
    reference = next((one[:64] for one in said if one.isprintable()), None)
    return Standing(of, status, reference, _outcome(status, more))


def status_of(status: Status, settled: Verdict | None) -> str:
    """The word for where a request stands; settled: its verdict, once nothing of it is open."""
    if settled is not None:
        return "completed"
    if status in (Status.REFUSED, Status.WITHDRAWN):
        return "cancelled"
    return "in_progress" if status == Status.WORKING else "pending"


def end_of(day: date, zone: str) -> datetime:
    """The last moment of a day."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone))


def _outcome(status: str, more: Sequence[Mapping[str, Any]]) -> Outcome | None:
    said = next((one["outcome"] for one in more if one.get("outcome") in list(Outcome)), None)
    if status == "completed":
        return Outcome(said) if said else Outcome.ERASED
    if status == "cancelled":
        return Outcome(said) if said and said not in CONFIRMING else Outcome.NO_GROUND
    return None


def _identity(one: Identity) -> dict[str, str]:
    return {"identity_type": one.type, "identity_value": one.value, "identity_format": one.format}


def _read_identity(one: object) -> Identity:
    known = one if isinstance(one, dict) else {}
    parts = [known.get(f"identity_{part}") for part in ("type", "value", "format")]
    values = [part for part in parts if isinstance(part, str)]
    if len(values) != len(parts):
        raise BadInput("an identity has identity_type, identity_value and identity_format, all of them text")
    if values[2] != RAW:
        raise BadInput("identity_format: only raw is served here; a digest leads to nobody")
    return Identity(*values)


def _object(body: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(body.decode())
        _bytes(plain)  # half a character, which JSON can name and no text holds, is refused here
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        raise BadInput("the message is no JSON object, or holds what is no text")
    return plain


def _bytes(plain: object) -> bytes:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()
