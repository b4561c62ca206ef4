"""Tombstones: what is written of everybody whose erasure begins, so that he is known again once he himself is gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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


def write(session: Session, vault: Vault, rows: Iterable[Request], datamap: DataMap, *, at: datetime) -> None:
    """Write what is not written yet of the identifiers of requests, in every form of the map.

    Before the first record goes, so that nobody is erased without; whether anything is held of him or not.
    Not where only looks were asked, and not of the self-test's people.
    Raises NotFound once the identifiers were destroyed.
    """
    references = [row.reference for row in rows if not (row.looks_only or row.test)]
    identity = keys.of_many(session, vault, references, KeyClass.IDENTITY)
    asked = finding.identifiers_of(session, vault, references, identity)
    there = defaultdict[str, set[bytes]](set)
    known = select(Tombstone.reference, Tombstone.digest).where(Tombstone.reference.in_(references))
    for reference, digest in session.execute(known):
        there[reference].add(digest)
    for reference in references:
        made = _digests(vault, datamap, asked[reference])
        add(session, reference, {d: of for d, of in made.items() if d not in there[reference]}, at=at)


def add(session: Session, reference: str, made: Mapping[bytes, tuple[str, str]], *, at: datetime) -> None:
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
        write(session, vault, [row], datamap, at=at)


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
    rows = session.scalars(wanted.with_for_update(key_share=True)).all()
    write(session, vault, rows, datamap, at=at)


def begun() -> ColumnElement[bool]:
    """Erasures whose records may have gone already, and not only been looked for."""
    held = and_(Erasure.stage == Stage.HELD, Erasure.held_before.in_(BEGUN))
    return and_(Erasure.looks_only.is_(False), or_(Erasure.stage.in_(BEGUN), held))


def _has_key() -> ColumnElement[bool]:
    of = (RequestKey.reference == Erasure.reference, RequestKey.key_class == KeyClass.IDENTITY)
    return exists().where(*of, RequestKey.wrapped.is_not(None))
