"""The keys of a request, one a class; and what is sealed under them."""

from datetime import datetime

from sqlalchemy import select
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


def destroy(session: Session, reference: str, key_class: KeyClass, *, at: datetime) -> None:
    """Destroy a key, and with it everything sealed under it; the caller records why."""
    row = session.get_one(RequestKey, (reference, key_class))
    row.wrapped, row.destroyed_at = None, at
