"""Whose erasure is due in a store: to be erased, or to be looked at."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from dsar.datamap import types
from dsar.datamap.types import DataMap
from dsar.models import Erasure, ErasureItem, Relook, Request, StoreWork
from dsar.services import bygone, finding, intake, keys, maps, refusing, stopping
from dsar.services.finding import Asked
from dsar.terms import COPIED, KeyClass, Stage, Status
from dsar.vault import Vault

FURTHEST_EAST = timedelta(hours=14)  # where a day begins first


@dataclass(frozen=True, repr=False)
class Target:
    """One request due in a store, with its sealed identifier set."""

    reference: str
    identifiers: list[Asked]
    looks_only: bool


@dataclass(frozen=True, repr=False)
class Batch:
    """All that are due in a store, of requests that pin the same version of the map."""

    datamap: DataMap  # that version, or, where the store is gone from it, the last that has it
    version: int
    targets: list[Target]
    gone: Mapping[str, types.Collection] = field(default_factory=dict)  # in the map no more: as they stood
    removed: bool = False  # the store itself is in the map no more


def to_erase(session: Session, vault: Vault, store: str, *, limit: int) -> Batch | None:
    """The requests whose records in a store are to be erased now: planned, and the copy has what it gives of them.

    None while all erasures are stopped.
    """
    if stopping.current(session) is not None:
        return None
    item = ErasureItem
    counted = item.planned.is_not(None)
    wanted = _due(store, limit).where(
        item.mapped, item.erased_at.is_(None), counted, Erasure.stage == Stage.ERASING, ~_copy_waits(store)
    )
    batch = _batch(session, vault, wanted)
    if batch is None or not batch.datamap.stores[store].erasing:
        return None
    waiting = _rebuilt(session, batch, store)
    targets = [target for target in batch.targets if target.reference not in waiting]
    return replace(batch, targets=targets) if targets else None


def to_look(session: Session, vault: Vault, store: str, *, limit: int) -> Batch | None:
    """The requests that a store is to be looked at for: all is erased there, and not looked at since.

    A store that is in the map no more is looked at last: its records may be another's by now, and be erased there.
    """
    item = ErasureItem
    stages = Erasure.stage.in_((Stage.ERASING, Stage.LOOKING))
    ready = or_(_mapped(store) & ~_unerased(store), ~_unerased())
    wanted = _due(store, limit).where(item.looked_at.is_(None), ~refusing.refused(), stages, ready)
    batch = _batch(session, vault, wanted)
    if batch is None:
        return None
    references = [target.reference for target in batch.targets]
    gone = bygone.gone_collections(session, batch.version, store, references)
    if store in batch.datamap.stores:
        return replace(batch, gone=gone)
    before = bygone.last_map(session, batch.version, store)
    return _batch(session, vault, wanted, before) if before else None


def to_relook(session: Session, vault: Vault, store: str, *, at: datetime, limit: int) -> Batch | None:
    """The requests whose erasure is done, and for which a store is to be looked at again, days later.

    Not those with a record whose last day of keeping has passed: that goes first, and has not come back.
    """
    due = (Relook.store == store, Relook.done_at.is_(None), Relook.due_at <= at)
    day = (at + FURTHEST_EAST).date().isoformat()
    kept = aliased(ErasureItem)
    over = select(kept.id).where(kept.reference == Request.reference, kept.kept > 0, kept.next_until < day)
    wanted = (
        select(Request.reference, Request.map_version, Request.looks_only)
        .join(Relook, Relook.reference == Request.reference)
        .join(Erasure, Erasure.reference == Request.reference)
        .where(*due, Erasure.stage == Stage.DONE, ~over.exists())
        .distinct()
        .order_by(Request.map_version, Request.reference)
        .limit(limit)
    )
    return _batch(session, vault, wanted)


def stand(session: Session, batch: Batch, stages: Collection[Stage]) -> bool:
    """Whether nobody in a batch moved to another map, or was held, since it was read; none does until the commit."""
    references = [target.reference for target in batch.targets]
    pinned = intake.lock(session, references)
    working = select(func.count()).select_from(Erasure).join(Request, Request.reference == Erasure.reference)
    still = working.where(
        Erasure.reference.in_(references), Erasure.stage.in_(stages), Request.status == Status.WORKING
    )
    return set(pinned.values()) == {batch.version} and session.scalar(still) == len(references)


def _mapped(store: str) -> ColumnElement[bool]:
    there = aliased(ErasureItem)
    of = select(there.id).where(there.reference == Request.reference, there.store == store, there.mapped)
    return of.exists()


def _unerased(store: str | None = None) -> ColumnElement[bool]:
    """Whether the request has something to be erased yet, in a store or in any."""
    there = aliased(ErasureItem)
    of = select(there.id).where(there.reference == Request.reference, there.mapped, there.erased_at.is_(None))
    of = of.where(~refusing.refused(there))  # that may take days, and the rest is looked at meanwhile
    return (of.where(there.store == store) if store else of).exists()


def _copy_waits(store: str) -> ColumnElement[bool]:
    """Whether a copy that was asked together with the erasure has not all that this store holds."""
    copy, searched = aliased(Request), aliased(StoreWork)
    waits = (
        select(copy.id)
        .join(searched, searched.reference == copy.reference)
        .where(
            copy.submission == Request.submission, copy.right.in_(COPIED), copy.status == Status.WORKING,
            searched.store == store, searched.searched_at.is_(None),
        )
    )  # fmt: skip
    return waits.exists()


def _due(store: str, limit: int) -> Select[str, int, bool]:
    searched = (StoreWork.reference == Request.reference) & (StoreWork.store == ErasureItem.store)
    return (
        select(Request.reference, Request.map_version, Request.looks_only)
        .join(Erasure, Erasure.reference == Request.reference)
        .join(ErasureItem, ErasureItem.reference == Request.reference)
        .join(StoreWork, searched)
        .where(
            ErasureItem.store == store, StoreWork.searched_at.is_not(None), Request.status == Status.WORKING
        )
        .distinct()
        .order_by(Request.map_version, Request.reference)
        .limit(limit)
    )


def _batch(
    session: Session, vault: Vault, wanted: Select[str, int, bool], before: DataMap | None = None
) -> Batch | None:
    """before: the map to go by, where the requests' own has the store no more."""
    rows = session.execute(wanted).all()
    if not rows:
        return None
    version: int = rows[0].map_version
    same: list[tuple[str, bool]] = [
        (row.reference, row.looks_only) for row in rows if row.map_version == version
    ]
    references = [reference for reference, _ in same]
    identity = keys.of_many(session, vault, references, KeyClass.IDENTITY)
    asked = finding.identifiers_of(session, vault, references, identity)
    datamap = before or maps.get(session, version)
    known = {ref: [one for one in all if one.kind in datamap.identifier_kinds] for ref, all in asked.items()}
    targets = [Target(ref, known[ref], looks_only) for ref, looks_only in same]
    return Batch(datamap, version, targets, removed=before is not None)


def _rebuilt(session: Session, batch: Batch, store: str) -> set[str]:
    """Requests for which a place that this store is rebuilt from is not erased yet."""
    sources = [tuple(source.split(".", 1)) for source in batch.datamap.stores[store].rebuilt_from]
    if not sources:
        return set()
    item = ErasureItem
    unerased = select(item.reference, item.store, item.collection).where(
        item.reference.in_([target.reference for target in batch.targets]),
        item.mapped,
        item.erased_at.is_(None),
    )
    return {reference for reference, *place in session.execute(unerased) if tuple(place) in sources}
