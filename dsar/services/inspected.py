"""What an inspection holds: its key, what was typed, what each store answered; all of it sealed, until its day.

Sealed under a key of the inspection's own.  The keyed digest of what was typed is another in each.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.errors import NotFound
from dsar.models import InspectedStore, Inspection
from dsar.vault import Vault

Shown = dict[str, Any]  # plain values, as they are sealed


@dataclass(frozen=True, repr=False)
class Typed:
    """What was typed, in its normal form, why, and for which case."""

    kind: str
    value: str
    reason: str
    case: str


def digest(vault: Vault, number: int, value: str) -> str:
    """A keyed digest of what was typed, another in each inspection, so that none says of two that they are alike."""
    return vault.blind(about(number), value)


def get(session: Session, number: int) -> Inspection:
    """The inspection of that number.  Raises NotFound."""
    row = session.get(Inspection, number) if 0 < number < 2**31 else None
    if row is None:
        raise NotFound(f"there is no inspection {number}; see the list on the desk")
    return row


def key_of(vault: Vault, row: Inspection) -> bytes:
    """The key of an inspection.  Raises NotFound once it was destroyed."""
    if row.wrapped is None:
        raise NotFound(f"what inspection {row.number} found was destroyed when its time was over")
    return vault.unwrap(row.wrapped, about(row.number))


def typed(vault: Vault, row: Inspection) -> Typed:
    """What was typed.  Raises NotFound once it was destroyed."""
    key = key_of(vault, row)
    return Typed(**json.loads(vault.open(key, row.sealed or b"", about(row.number))))


def answers(session: Session, vault: Vault, row: Inspection) -> dict[str, Shown]:
    """What each store answered, opened."""
    return {one.store: opened(vault, row, one) for one in asked(session, row.number)}


def asked(session: Session, number: int) -> list[InspectedStore]:
    """The stores that have been asked, in the order in which they answered."""
    wanted = select(InspectedStore).where(InspectedStore.inspection == number)
    return list(session.scalars(wanted.order_by(InspectedStore.id)))


def opened(vault: Vault, row: Inspection, one: InspectedStore) -> Shown:
    """What one store answered."""
    bound = about(row.number, one.store)
    answer: Shown = json.loads(vault.open(key_of(vault, row), one.sealed or b"", bound))
    return answer


def about(number: int, store: str = "") -> str:
    """What is bound to whatever is sealed of an inspection."""
    return f"inspection/{number}/{store}" if store else f"inspection/{number}"
