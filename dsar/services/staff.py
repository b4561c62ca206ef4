"""The staff: who may act, set up by a link that works once."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from dsar import clock
from dsar.errors import BadInput, Forbidden, NotFound
from dsar.models import User
from dsar.services import ledger
from dsar.terms import Role

LINK_HOURS = 24
INSPECTOR_HOURS = 24  # unless a day is given
ACTING = frozenset({Role.HANDLER, Role.LEAD, Role.OFFICER})
SHORTEST = 12  # characters of a password


def add(
    session: Session, name: str, role: Role, *, until: datetime | None = None, at: datetime
) -> tuple[User, str | None]:
    """Make a member of staff and the token of the link that sets the password.

    until: from then on nobody signs in by the name; an inspector's access ends a day later where none is given.
    The same name and role again changes nothing but a given end, and gives a fresh token only
    while no password is set.  Raises BadInput when the name is in use with another role.
    """
    if until is not None and until <= at:
        raise BadInput(
            "access that has ended already is of no use; give a moment to come, as 2026-01-31T09:00:00Z"
        )
    if not re.fullmatch(r"[\w.@-]{1,64}", name):
        raise BadInput("a user's name has 1 to 64 letters, digits, or . _ - @")
    user = session.scalar(select(User).where(User.name == name))
    if user is not None and user.role != role:
        raise BadInput(f"{name} is already {user.role}; choose another name")
    if user is not None and until is not None:
        _end(session, user, until, at=at)
    if user is not None and user.password:
        return user, None
    user = user or _make(session, name, role, until, at=at)
    token = secrets.token_urlsafe(24)
    user.set_up, user.set_up_until = _digest(token), at + timedelta(hours=LINK_HOURS)
    return user, token


def _make(session: Session, name: str, role: Role, until: datetime | None, *, at: datetime) -> User:
    if role == Role.INSPECTOR:
        until = until or at + timedelta(hours=INSPECTOR_HOURS)
    facts = {"until": clock.text(until)} if until else {}
    ledger.open_book(session, ledger.STAFF)
    ledger.record(
        session, "user.added", actor="operator", reference=ledger.STAFF, at=at, name=name, role=role, **facts
    )
    user = User(name=name, role=role, ends_at=until)
    session.add(user)
    return user


def _end(session: Session, user: User, until: datetime, *, at: datetime) -> None:
    """Give the access of a member of staff another end."""
    if user.ends_at != until:
        facts = {"name": user.name, "until": clock.text(until)}
        ledger.record(session, "user.ends", actor="operator", reference=ledger.STAFF, at=at, **facts)
        user.ends_at = until


def exists(session: Session, name: str) -> bool:
    """Whether there is a member of staff of that name."""
    return session.scalar(select(User.id).where(User.name == name)) is not None


def named(session: Session, name: str) -> User:
    """The member of staff of that name.  Raises NotFound, saying how to add one."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise NotFound(f"there is no user {name}; add one: dsar user add {name} --role handler")
    return user


def present(session: Session, name: str, *, at: datetime) -> User:
    """The member of staff of that name.  Raises NotFound, and Forbidden for one whose access is over."""
    user = named(session, name)
    if ended(user, at=at):
        raise Forbidden(f"the access of {name} has ended; give it a new end: dsar user add --until")
    return user


def acting(session: Session, name: str) -> User:
    """The member of staff of that name, who may act on requests.

    Raises NotFound, and Forbidden for an auditor or inspector: they look and do not act.
    """
    user = present(session, name, at=clock.now())
    if user.role not in ACTING:
        raise Forbidden(f"{name} is {user.role} and may look, not act; a handler, lead or officer can")
    return user


def ended(user: User, *, at: datetime) -> bool:
    """Whether the access is over; that of an inspector to whom nobody gave an end never began."""
    return user.ends_at <= at if user.ends_at else user.role == Role.INSPECTOR


def to_set_up(session: Session, token: str, *, at: datetime) -> User | None:
    """Whose set-up link this is; None when it was used or is too old."""
    user = session.scalar(select(User).where(User.set_up == _digest(token)))
    return user if user and user.set_up_until and user.set_up_until > at else None


def set_password(session: Session, user: User, password: str, *, at: datetime) -> None:
    """Set the password and end the link.  Raises BadInput when it is too short."""
    if len(password) < SHORTEST:
        raise BadInput(f"a password has at least {SHORTEST} characters; choose a longer one")
    ledger.record(session, "user.set_up", actor=user.name, reference=ledger.STAFF, at=at)
    user.password, user.set_up, user.set_up_until = generate_password_hash(password), None, None


def signed_in(session: Session, name: str, password: str) -> User | None:
    """The member of staff with this name and password, or None; both answers take as long."""
    user = session.scalar(select(User).where(User.name == name))
    known = user.password if user and user.password else _nobody()
    return user if check_password_hash(known, password) and user and user.password else None


@cache
def _nobody() -> str:
    """A hash that is checked when there is no such user, so that both answers take as long."""
    return generate_password_hash("nobody has this")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
