"""Who gets a code, and when."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.models import Code, Request, RequestIdentifier
from dsar.services import intake, maps, proving
from dsar.vault import Vault

MOST_AN_HOUR = 5  # codes to one identifier of one request
MOST_TO_ONE = (
    10  # codes an hour to one identifier, whoever gives it: nobody is to be flooded with our messages
)
SAME_TIME = 0.4  # seconds; answers that must not tell whether a reference exists take so long


def to_prove(data: Session, request: Request) -> list[RequestIdentifier]:
    """What the person gave and has not proven, and can be proven by a code."""
    return [row for row in _by_code(data, request) if row.confirmed_at is None]


def send_next(data: Session, vault: Vault, request: Request, *, after: int, at: datetime) -> int | None:
    """Send a code to the next identifier to prove; its number, from 1, or None when there is none."""
    for row in to_prove(data, request):
        if row.number >= after:
            send(data, vault, request, row, at=at)
            return row.number + 1
    return None


def send(data: Session, vault: Vault, request: Request, row: RequestIdentifier, *, at: datetime) -> bool:
    """Send a code, unless one went out in the last minute or five in the last hour."""
    return not _too_many(data, row, at) and proving.send_code(data, vault, request, row, at=at)


def is_out(data: Session, row: RequestIdentifier, *, at: datetime) -> bool:
    """Whether a code that was sent to it can be entered now."""
    good = Code.used_at.is_(None), Code.expires_at > at, Code.tries < proving.TRIES
    return data.scalar(select(Code.id).where(Code.identifier_id == row.id, *good).limit(1)) is not None


def send_back(data: Session, vault: Vault, request: Request, *, at: datetime) -> None:
    """Send codes to whom the person can be reached by, to come back to a request."""
    for row in reachable(data, request):
        send(data, vault, request, row, at=at)


def verify_back(data: Session, vault: Vault, request: Request, digits: str, *, at: datetime) -> bool:
    """Whether these are the digits of any of those codes."""
    rows = reachable(data, request)
    return any(proving.verify_code(data, vault, request, row, digits, at=at) for row in rows)


def reachable(data: Session, request: Request) -> list[RequestIdentifier]:
    """Where the codes to come back go.

    To what was proven by a code; where there is none, to what staff took for proven; where
    there is none, to what was given.  A number that staff took for proven may be an old one
    that somebody else has by now.
    """
    rows = _by_code(data, request)
    siblings = [one.reference for one in intake.submitted(data, request.submission)]
    given = RequestIdentifier
    used = select(given.kind, given.blind).join(Code, Code.identifier_id == given.id)
    used = used.where(given.reference.in_(siblings), Code.used_at.is_not(None))
    by_code = {tuple(one) for one in data.execute(used)}
    proven = [row for row in rows if row.confirmed_at]
    return [row for row in proven if (row.kind, row.blind) in by_code] or proven or rows


@contextmanager
def same_time() -> Iterator[None]:
    """Let a block take a fixed time, whatever it does."""
    until = time.monotonic() + current_app.config.get("SAME_TIME", SAME_TIME)
    yield
    time.sleep(max(0.0, until - time.monotonic()))


def _by_code(data: Session, request: Request) -> list[RequestIdentifier]:
    kinds = maps.get(data, request.map_version).identifier_kinds
    by_code = {name for name, kind in kinds.items() if kind.proof == "code"}
    return [row for row in proving.own(data, request.reference) if row.kind in by_code]


def _too_many(data: Session, row: RequestIdentifier, at: datetime) -> bool:
    """Whether this identifier had its codes of the hour: by this request, or by whoever else gave it."""
    hour = timedelta(hours=1)
    if proving.sent_within(data, row, hour, at=at, here=True) >= MOST_AN_HOUR:
        return True
    return proving.sent_within(data, row, hour, at=at) >= MOST_TO_ONE
