"""Systems that may ask over HTTP who is to stay erased: each has a token, shown once."""

import hashlib
import re
import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dsar.errors import BadInput, NotFound
from dsar.models import Asker
from dsar.services import ledger


def add(session: Session, name: str, *, at: datetime) -> str | None:
    """A token for a system; None where it has one already, which changes nothing.

    Raises BadInput for what cannot be a name.
    """
    if not re.fullmatch(r"[\w.-]{1,64}", name):
        raise BadInput("a system's name has 1 to 64 letters, digits, or . _ -")
    ledger.open_book(session, ledger.STAFF)
    if _standing(session, name) is not None:
        return None
    token = secrets.token_urlsafe(32)
    session.add(Asker(name=name, digest=_digest(token), made_at=at))
    ledger.record(session, "token.added", actor="operator", reference=ledger.STAFF, at=at, name=name)
    return token


def revoke(session: Session, name: str, *, at: datetime) -> None:
    """End a system's token at once; a second time changes nothing.  Raises NotFound where it never had one."""
    if session.scalar(select(Asker.id).where(Asker.name == name).limit(1)) is None:
        raise NotFound(f"no system {name} has a token; see: dsar suppressed token list")
    if _standing(session, name) is None:
        return
    session.execute(update(Asker).where(Asker.name == name, Asker.revoked_at.is_(None)).values(revoked_at=at))
    ledger.record(session, "token.revoked", actor="operator", reference=ledger.STAFF, at=at, name=name)


def listed(session: Session) -> list[Asker]:
    """Every system that has or had a token, in the order in which they were made."""
    return list(session.scalars(select(Asker).order_by(Asker.id)))


def known(session: Session, token: str) -> str | None:
    """The name of the system whose token this is; None for one that is not ours, or was revoked."""
    named = select(Asker.name).where(Asker.digest == _digest(token), Asker.revoked_at.is_(None))
    return session.scalar(named)


def _standing(session: Session, name: str) -> int | None:
    return session.scalar(select(Asker.id).where(Asker.name == name, Asker.revoked_at.is_(None)).limit(1))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
