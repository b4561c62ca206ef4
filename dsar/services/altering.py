"""What one version of the map changes beside another: what is to be searched, erased or looked at anew.

Titles, purposes, periods, reasons for withholding and decoded values are read from the
map when a paper is made: a map that changes only these changes nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dsar.datamap.compare import columns
from dsar.datamap.types import Collection, DataMap, Store
from dsar.services import mentioning, sharing

Place = tuple[str, str]  # store, collection


@dataclass(frozen=True)
class Altered:
    """What changed; a place that is new is to be searched and erased too."""

    searched: frozenset[Place]  # a search would find or give something else
    erased: frozenset[Place]  # an erasure would do something else
    gone: frozenset[Place]  # in the map no more
    looked: frozenset[str]  # stores in which other columns are accounted for, or are settled otherwise


def compare(old: DataMap, new: DataMap) -> Altered:
    """What a search, an erasure and a look by the new map would do otherwise than by the old one."""
    before, now = places(old), places(new)
    kinds = _kinds_differ(old, new)
    searched = {p for p in now if p not in before or kinds or _found_otherwise(before[p], now[p])}
    erased = {p for p in now if p in searched or _settled_otherwise(before[p], now[p])}
    gone = before.keys() - now.keys()
    looked = {s for s, _ in searched | gone} | {
        s for s in new.stores if _accounted(old, s) != _accounted(new, s)
    }
    return Altered(
        frozenset(searched), frozenset(erased), frozenset(gone), frozenset(looked & new.stores.keys())
    )


def outgrown(old: DataMap, new: DataMap, place: Place) -> bool:
    """Whether what was sealed of a place by the old map lacks something that the new one gives.

    A kind of identifier that it is found by only now is no lack: what that finds is searched besides.
    """
    (before_store, before), (store, now) = places(old)[place], places(new)[place]
    return (
        _kinds_differ(old, new)
        or _read_at(before_store, before) != _read_at(store, now)
        or not sharing.sealed_columns(now) <= sharing.sealed_columns(before)
        or not _files(now) <= _files(before)
        or not now.gives.items() <= before.gives.items()
        or any(set(ways) != set(_ways(before).get(kind, ways)) for kind, ways in _ways(now).items())
    )


def places(datamap: DataMap) -> dict[Place, tuple[Store, Collection]]:
    """Every collection of a map by its place."""
    return {(store.name, collection.name): (store, collection) for store, collection in datamap.collections()}


def _kinds_differ(old: DataMap, new: DataMap) -> bool:
    """Whether a kind that both know is written, or followed, otherwise: then every match may be another."""
    both = old.identifier_kinds.keys() & new.identifier_kinds.keys()
    pairs = ((old.identifier_kinds[name], new.identifier_kinds[name]) for name in both)
    return any((a.normal, a.region, a.internal) != (b.normal, b.region, b.internal) for a, b in pairs)


def _found_otherwise(before: tuple[Store, Collection], now: tuple[Store, Collection]) -> bool:
    return (
        _read_at(*before) != _read_at(*now) or _found(before[1]) != _found(now[1]) or _more(before[1], now[1])
    )


def _more(before: Collection, now: Collection) -> bool:
    return not (
        sharing.sealed_columns(now) <= sharing.sealed_columns(before) and _files(now) <= _files(before)
    )


def _found(collection: Collection) -> object:
    about_others = frozenset(mentioning.columns(collection))
    return collection.found_by, dict(collection.gives), about_others, collection.shared is None


def _read_at(store: Store, collection: Collection) -> object:
    return store.connector, store.url, dict(store.settings), collection.table, collection.key


def _files(collection: Collection) -> set[tuple[str, str]]:
    return {(f.name, f.file.root) for f in collection.fields.values() if f.file and f.given}


def _ways(collection: Collection) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    ways: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for by in collection.found_by:
        ways.setdefault(by.kind, []).append((by.column, by.forms))
    return ways


def _settled_otherwise(before: tuple[Store, Collection], now: tuple[Store, Collection]) -> bool:
    return (before[1].on_erasure, before[1].shared) != (now[1].on_erasure, now[1].shared)


def _accounted(datamap: DataMap, store: str) -> object:
    """The columns of a store that a look by value knows, and what it does with a hit there."""
    if store not in datamap.stores:
        return None
    of = datamap.stores[store]
    return datamap.everywhere, of.dismissed, frozenset(_named(of))


def _named(store: Store) -> Iterator[tuple[object, ...]]:
    for collection in store.collections.values():
        yield from ((collection.table, column) for _, column in columns(collection))
        for field in collection.fields.values():
            yield collection.table, field.name, field.mentions, field.identifier
