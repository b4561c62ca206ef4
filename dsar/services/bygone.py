"""What earlier versions of the map left: what is sealed of places that were erased since, and places that are gone."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from dsar.datamap import types
from dsar.datamap.types import DataMap
from dsar.models import ErasureItem, Probe, Request, RequestIdentifier
from dsar.models.search import UNMAPPED
from dsar.services import altering, ledger, maps
from dsar.services.altering import Place
from dsar.terms import COPIED


def touched(session: Session, row: Request) -> set[Place]:
    """The places where an erasure of the same person has begun: what a copy has sealed of them is all that is left."""
    mine, theirs, item = aliased(RequestIdentifier), aliased(RequestIdentifier), ErasureItem
    same = (theirs.kind == mine.kind) & (theirs.blind == mine.blind)
    wanted = (
        select(item.store, item.collection)
        .join(theirs, theirs.reference == item.reference)
        .join(mine, same)
        .where(
            mine.reference == row.reference, mine.confirmed_at.is_not(None), mine.internal.is_(False),
            theirs.confirmed_at.is_not(None),
            or_(item.erased > 0, item.found > 0, item.keepable > 0),
        )
    )  # fmt: skip
    return {(store, collection) for store, collection in session.execute(wanted.distinct())}


def sealed(session: Session, reference: str) -> set[Place]:
    """The places of which a search is done, or some of it."""
    wanted = select(Probe.store, Probe.collection).where(
        Probe.reference == reference, Probe.collection != UNMAPPED, Probe.open.is_(False)
    )
    return {(store, collection) for store, collection in session.execute(wanted.distinct())}


def outgrown(session: Session, row: Request, new: DataMap, kept: Collection[Place]) -> list[Place]:
    """Of the places that are erased, those that would have to be searched anew by another map, and cannot be."""
    moves = ledger.facts_of(session, row.reference, "request.map_moved")
    there = sorted(set(kept) & altering.places(new).keys() & sealed(session, row.reference))
    return [
        place
        for place in there
        if (by := _sealed_by(session, moves, place, row.map_version)) and altering.outgrown(by, new, place)
    ]


def unread(session: Session, reference: str) -> set[Place]:
    """The places of which the copy has only what was sealed before they were erased, and the map wants more."""
    moves = ledger.facts_of(session, reference, "request.map_moved")
    return {_place(named) for named in moves[-1].get("unread", ())} if moves else set()


def with_sealed(session: Session, row: Request, datamap: DataMap) -> DataMap:
    """The map and, for a copy, the places of earlier versions of which sealed records are the last."""
    if row.right not in COPIED:
        return datamap
    lost = sorted(sealed(session, row.reference) - altering.places(datamap).keys())
    for store, collection in lost:
        before = last_map(session, row.map_version, store, collection)
        datamap = _added(datamap, before, (store, collection)) if before else datamap
    return datamap


def last_map(session: Session, version: int, store: str, collection: str | None = None) -> DataMap | None:
    """The newest map up to a version that has a store, and in it a collection where one is named; None: none has."""
    for number in range(version, 0, -1):
        datamap = maps.get(session, number)
        if store in datamap.stores and (
            collection is None or collection in datamap.stores[store].collections
        ):
            return datamap
    return None


def gone_collections(
    session: Session, version: int, store: str, references: Collection[str]
) -> dict[str, types.Collection]:
    """The collections that were planned for these erasures and are in a store's map no more, as they stood there."""
    item = ErasureItem
    wanted = select(item.collection).where(
        item.reference.in_(references), item.store == store, item.mapped.is_(False), item.planned.is_not(None)
    )
    found = {name: last_map(session, version, store, name) for name in session.scalars(wanted.distinct())}
    return {name: of.stores[store].collections[name] for name, of in found.items() if of is not None}


def _sealed_by(session: Session, moves: list[dict[str, Any]], place: Place, version: int) -> DataMap | None:
    """The map by which a place was last searched: each move since then names it as not searched."""
    for move in reversed(moves):
        if place not in map(_place, move.get("unread", ())):
            break
        version = move["before"]
    return last_map(session, version, *place)


def _place(named: str) -> Place:
    store, _, collection = named.partition(".")
    return store, collection


def _added(datamap: DataMap, before: DataMap, place: Place) -> DataMap:
    """The map with one more place, as another has it."""
    name, collection = place
    of = before.stores[name]
    here = datamap.stores.get(name, replace(of, collections={}))
    grown = replace(here, collections={**here.collections, collection: of.collections[collection]})
    return replace(
        datamap,
        stores={**datamap.stores, name: grown},
        identifier_kinds={**before.identifier_kinds, **datamap.identifier_kinds},
        recipients={**before.recipients, **datamap.recipients},
    )
