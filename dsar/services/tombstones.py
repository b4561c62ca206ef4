"""Tombstones: what is written of everybody whose erasure begins, so that he is known again once he himself is gone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select
from sqlalchemy.orm import Session

from dsar.datamap.tombstones import forms_of, texts_of
from dsar.datamap.types import DataMap
from dsar.models import Erasure, Request, RequestKey, Tombstone
from dsar.services import finding, keys, ledger, maps, work
from dsar.services.finding import Asked
from dsar.terms import KeyClass, Stage
from dsar.vault import Vault

KEY, JOB = "tombstones", "write_tombstones"
BEGUN = (Stage.ERASING, Stage.LOOKING, Stage.DONE)


def write(session: Session, vault: Vault, row: Request, datamap: DataMap, *, at: datetime) -> int:
    """Write what is not written yet of a request's identifiers, in every form of the map; how many that was.

    Before the first record goes, so that nobody is erased without; whether anything is held of him or not.
    Not where only looks were asked, and not of the self-test's people.
    Raises NotFound once the identifiers were destroyed.
    """
    if row.looks_only or row.test:
        return 0
    key = keys.of(session, vault, row.reference, KeyClass.IDENTITY)
    asked = finding.identifiers_of(session, vault, [row.reference], {row.reference: key})[row.reference]
    known = select(Tombstone.digest).where(Tombstone.reference == row.reference)
    there = set(session.scalars(known))
    missing = {digest: of for digest, of in _digests(vault, datamap, asked).items() if digest not in there}
    return add(session, row.reference, missing, at=at)


def add(session: Session, reference: str, made: Mapping[bytes, tuple[str, str]], *, at: datetime) -> int:
    """Write tombstones of a request, each digest with its kind and form; the ledger has their number."""
    rows = [
        {"reference": reference, "kind": kind, "form": form, "digest": digest, "at": at}
        for digest, (kind, form) in sorted(made.items())
    ]
    if rows:
        session.execute(insert(Tombstone), rows, execution_options={"references": [reference]})
        ledger.record(
            session, "tombstones.written", actor="worker", reference=reference, at=at, tombstones=len(rows)
        )
    return len(rows)


def _digests(vault: Vault, datamap: DataMap, asked: Sequence[Asked]) -> dict[bytes, tuple[str, str]]:
    """Each digest with the kind and the form that it is of."""
    known = [one for one in asked if one.kind in datamap.identifier_kinds]
    return {
        vault.tombstone(one.kind, form, text): (one.kind, form)
        for one in known
        for form in forms_of(datamap, datamap.identifier_kinds[one.kind])
        for text in texts_of(datamap.identifier_kinds[one.kind], one.value, form)
    }


def keep_up(
    session: Session, vault: Vault, row: Request, datamap: DataMap, erasure: Erasure, *, at: datetime
) -> None:
    """Write what an erasure that has begun goes on by, where that has grown or the map has."""
    stage = erasure.held_before if erasure.stage == Stage.HELD else erasure.stage
    if stage in BEGUN:
        write(session, vault, row, datamap, at=at)


def call(session: Session) -> None:
    """Have written what another map, or another version of the product, has to add."""
    if session.scalar(select(Erasure.reference).where(begun()).limit(1)) is not None:
        work.put(session, JOB, key=KEY)


def readable(session: Session, *, after: str, limit: int) -> list[str]:
    """The next requests, by their references, whose erasure has begun and whose identifiers can still be read."""
    wanted = select(Erasure.reference).where(begun(), _has_key(), Erasure.reference > after)
    return list(session.scalars(wanted.order_by(Erasure.reference).limit(limit)))


def write_again(session: Session, vault: Vault, references: Sequence[str], *, at: datetime) -> None:
    """Write what the newest map adds for these requests."""
    datamap = maps.current(session)[1]
    wanted = select(Request).where(Request.reference.in_(references)).order_by(Request.reference)
    for row in session.scalars(wanted.with_for_update(key_share=True)):
        write(session, vault, row, datamap, at=at)


def begun() -> ColumnElement[bool]:
    """Erasures whose records may have gone already, and not only been looked for."""
    held = and_(Erasure.stage == Stage.HELD, Erasure.held_before.in_(BEGUN))
    return and_(Erasure.looks_only.is_(False), or_(Erasure.stage.in_(BEGUN), held))


def _has_key() -> ColumnElement[bool]:
    of = (RequestKey.reference == Erasure.reference, RequestKey.key_class == KeyClass.IDENTITY)
    return exists().where(*of, RequestKey.wrapped.is_not(None))
