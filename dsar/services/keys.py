"""The keys of a request, one a class; and what is sealed under them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dsar.errors import NotFound
from dsar.models import RequestKey
from dsar.terms import KeyClass
from dsar.vault import Vault


def make(session: Session, vault: Vault, reference: str) -> dict[KeyClass, bytes]:
    """Make a new request's keys, all classes."""
    made = {}
    for key_class in KeyClass:
        made[key_class], wrapped = vault.new_key(f"{reference}/{key_class}")
        session.add(RequestKey(reference=reference, key_class=key_class, wrapped=wrapped))
    return made


def of(session: Session, vault: Vault, reference: str, key_class: KeyClass) -> bytes:
    """The key of one request and class.  Raises NotFound once it was destroyed."""
    return of_many(session, vault, [reference], key_class)[reference]


def of_many(session: Session, vault: Vault, references: list[str], key_class: KeyClass) -> dict[str, bytes]:
    """The keys of one class of many requests, read with one statement."""
    wanted = select(RequestKey).where(RequestKey.reference.in_(references), RequestKey.key_class == key_class)
    rows = {row.reference: row.wrapped for row in session.scalars(wanted)}
    keys = {}
    for reference in references:
        wrapped = rows.get(reference)
        if wrapped is None:
            raise NotFound(f"request {reference}: what was sealed as {key_class} was destroyed")
        keys[reference] = vault.unwrap(wrapped, f"{reference}/{key_class}")
    return keys


def destroy(session: Session, reference: str, classes: Iterable[KeyClass], *, at: datetime) -> int:
    """Destroy keys, and with them everything sealed under them; how many still stood.  The caller records why."""
    standing = update(RequestKey).where(RequestKey.reference == reference, RequestKey.wrapped.is_not(None))
    chosen = standing.where(RequestKey.key_class.in_(list(classes))).returning(RequestKey.key_class)
    return len(session.scalars(chosen.values(wrapped=None, destroyed_at=at)).all())
