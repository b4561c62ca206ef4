"""Whose erasure is due in a store: to be erased, or to be looked at."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from dsar.datamap.types import DataMap
from dsar.models import Erasure, ErasureItem, Request, StoreWork
from dsar.services import finding, keys, maps, refusing
from dsar.services.finding import Asked
from dsar.terms import KeyClass, Stage, Status
from dsar.vault import Vault


@dataclass(frozen=True, repr=False)
class Target:
    """One request due in a store, with its sealed identifier set."""

    reference: str
    identifiers: list[Asked]
    looks_only: bool


@dataclass(frozen=True, repr=False)
class Batch:
    """All that are due in a store, of requests that pin the same version of the map."""

    datamap: DataMap
    targets: list[Target]


def to_erase(session: Session, vault: Vault, store: str, *, limit: int) -> Batch | None:
    """The requests whose records in a store are to be erased now."""
    item = ErasureItem
    wanted = _due(store, limit).where(item.mapped, item.erased_at.is_(None), Erasure.stage == Stage.ERASING)
    batch = _batch(session, vault, wanted)
    if batch is None or not batch.datamap.stores[store].erasing:
        return None
    waiting = _rebuilt(session, batch, store)
    targets = [target for target in batch.targets if target.reference not in waiting]
    return Batch(batch.datamap, targets) if targets else None


def to_look(session: Session, vault: Vault, store: str, *, limit: int) -> Batch | None:
    """The requests that a store is to be looked at for: all is erased there, and not looked at since."""
    item = ErasureItem
    other = aliased(ErasureItem)
    still_there = (other.store == store, other.mapped, other.erased_at.is_(None), ~refusing.refused(other))
    unerased = select(other.id).where(other.reference == Request.reference, *still_there).exists()
    stages = Erasure.stage.in_((Stage.ERASING, Stage.LOOKING))
    unseen = (item.mapped, item.looked_at.is_(None), ~refusing.refused())
    return _batch(session, vault, _due(store, limit).where(*unseen, stages, ~unerased))


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


def _batch(session: Session, vault: Vault, wanted: Select[str, int, bool]) -> Batch | None:
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
    return Batch(
        maps.get(session, version), [Target(ref, asked[ref], looks_only) for ref, looks_only in same]
    )


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
