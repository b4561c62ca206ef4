"""Who is to stay erased: asked before anybody is written to or imported; lifted when a person comes back by himself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dsar.datamap import identifiers
from dsar.datamap.tombstones import NORMAL, texts_of
from dsar.datamap.types import DataMap, IdentifierKind
from dsar.errors import BadInput, Forbidden, NotAllowed
from dsar.models import Request, Tombstone
from dsar.services import intake, ledger, relooking, staff
from dsar.services.intake import Given
from dsar.terms import OPEN, Role
from dsar.vault import Vault

LIFTING = frozenset({Role.OFFICER})  # who may lift
AT_ONCE = 1000  # identifiers in one statement


class Reason(StrEnum):
    """Why a person is not to stay erased any more: a closed set, since a reason in words would be personal data."""

    REGISTERED_AGAIN = "registered_again"  # of his own will, after the erasure
    ASKED = "asked"  # he wants to be written to again
    MISTAKE = "mistake"  # the identifier was another's


@dataclass(frozen=True)
class Answer:
    """Whether somebody is to stay erased; None where the identifier cannot be read, and why."""

    suppressed: bool | None
    problem: str | None = None


def answers(session: Session, vault: Vault, datamap: DataMap, asked: Sequence[Given]) -> list[Answer]:
    """An answer for each, in their order: one statement for every AT_ONCE of them.  Never repeats a value."""
    digests = [_digest(vault, datamap, one) for one in asked]
    known = set[bytes]()
    wanted = [digest for digest in digests if isinstance(digest, bytes)]
    for start in range(0, len(wanted), AT_ONCE):
        there = select(Tombstone.digest).where(Tombstone.digest.in_(wanted[start : start + AT_ONCE]))
        known.update(session.scalars(there.where(Tombstone.lifted_at.is_(None))))
    return [Answer(one in known) if isinstance(one, bytes) else Answer(None, one) for one in digests]


def kind_of(datamap: DataMap, name: str) -> IdentifierKind:
    """A kind that can be asked for.  Raises BadInput for any other."""
    kinds = {each.name: each for each in datamap.identifier_kinds.values() if not each.internal}
    if name not in kinds:
        raise BadInput(f"this is not a kind of identifier that can be asked for: {', '.join(sorted(kinds))}")
    return kinds[name]


def lift(
    session: Session, vault: Vault, datamap: DataMap, given: Sequence[Given], *, by: str, reason: Reason, at: datetime
) -> int:  # fmt: skip
    """Let these identifiers be written to and imported again; how many were suppressed until now.

    The numbers of the old accounts stay: a backup that is restored loses those all the same.  Looks that were
    still to come are not made any more: they would take what he has registered since for what came back.

    Raises NotFound and Forbidden for who is no officer, NotAllowed while such an erasure is at work,
    BadInput for an identifier that cannot be one.
    """
    user = staff.acting(session, by)
    if user.role not in LIFTING:
        raise Forbidden(f"{by} is {user.role} and cannot let a person be written to again; an officer can")
    lifted = 0
    for one in given:
        kind = kind_of(datamap, one.kind)
        lifted += _lift(
            session, vault, kind, identifiers.normal(kind, one.value), by=by, reason=reason, at=at
        )
    return lifted


def _lift(
    session: Session, vault: Vault, kind: IdentifierKind, value: str, *, by: str, reason: Reason, at: datetime
) -> int:
    stone = Tombstone
    asked = stone.digest == vault.tombstone(kind.name, NORMAL, value)
    references = list(session.scalars(select(stone.reference).where(asked, stone.lifted_at.is_(None))))
    intake.lock(session, references)
    for reference in sorted(references):
        row = session.scalars(select(Request).where(Request.reference == reference)).one()
        if row.status in OPEN:
            raise NotAllowed(f"the erasure {reference} is still at work; wait until it is closed")
        forms = session.scalars(
            select(stone.form).where(stone.reference == reference, stone.kind == kind.name).distinct()
        )
        digests = [
            vault.tombstone(kind.name, form, text) for form in forms for text in texts_of(kind, value, form)
        ]
        chosen = update(stone).where(stone.reference == reference, stone.digest.in_(digests))
        session.execute(chosen.values(lifted_at=at), execution_options={"references": [reference]})
        relooking.forget(session, row)
        facts = {"kind": kind.name, "reason": reason}
        ledger.record(session, "suppression.lifted", actor=by, reference=reference, at=at, **facts)
    return 1 if references else 0


def _digest(vault: Vault, datamap: DataMap, asked: Given) -> bytes | str:
    """What is looked up, or why there is nothing to look up."""
    try:
        kind = kind_of(datamap, asked.kind)
        return vault.tombstone(kind.name, NORMAL, identifiers.normal(kind, asked.value))
    except BadInput as error:
        return str(error)
