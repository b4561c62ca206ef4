"""The self-test at the stores: seed its people, see what is there of them, clear them away.

A run remembers as `planted`: `begun`, the tables that it puts something in; and once all is in: `known`, the
identifiers of the person and of the twin by kind; `records`, how many of each a place holds; `rows`, a digest of
each record there; `twin`, a digest of the twin's.

Internal numbers are given by the stores, which may give one again that was somebody's: what a number leads to is
the self-test's only where nothing stood under it before, and while a record with its own identifier has it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dsar import db
from dsar.connectors import Act, Connector, Found, Place, Probe, Raw, Sought
from dsar.datamap import seeding
from dsar.datamap.types import Collection, DataMap, Store
from dsar.errors import StoreProblem, StoreRefused
from dsar.jobs.office import Office
from dsar.services import sharing, stopping

PERSON, TWIN = 0, 1
Known = Mapping[str, str]  # kind -> value, of one of the two


@dataclass
class Planted:
    """What was seeded, and where it could not be found afterwards."""

    known: list[dict[str, str]]
    records: dict[str, list[int]] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    twin: dict[str, str] = field(default_factory=dict)
    not_found: list[str] = field(default_factory=list)
    reused: list[str] = field(
        default_factory=list
    )  # where something stood under their internal numbers before

    def plain(self) -> dict[str, Any]:
        """As it is remembered."""
        return {"known": self.known, "records": self.records, "rows": self.rows, "twin": self.twin}


def taken(office: Office, datamap: DataMap, digits: tuple[int, int]) -> list[str]:
    """Where somebody is known by one of these identifiers already: he is not to be touched."""
    known = [seeding.identifiers(datamap, n) for n in digits]
    places = []
    for store in datamap.stores.values():
        with office.store(store, datamap) as connector:
            places += [
                f"{store.name}.{collection.name}"
                for collection in store.collections.values()
                if any(found(connector, collection, known)) or _is_mentioned(connector, collection, known)
            ]
    return places


def _is_mentioned(connector: Connector, collection: Collection, known: Sequence[Known]) -> bool:
    """Whether one stands in a field of somebody's that an erasure would empty."""
    fields = collection.fields.values()
    emptied = tuple(field.name for field in fields if field.mentions and field.mentions.act == "erase")
    sought = [Sought(one, kind, value) for one, of in enumerate(known) for kind, value in of.items()]
    return bool(emptied) and any(True for _ in connector.sweep(sought, [Place(collection.table, emptied)]))


def seed(
    office: Office,
    datamap: DataMap,
    digits: tuple[int, int],
    begun: Sequence[str],
    begin: Callable[[str], None],
) -> Planted:
    """Seed both, the records that lead on first.

    `begin` is told each table before something is put in; what stands in those of `begun` is of this run, which
    was cut short, and stays as it is.  Nothing more is put in once somebody's records stand under their numbers.
    """
    planted, mine = Planted([seeding.identifiers(datamap, n) for n in digits]), set(begun)
    for store, collection in seeding.in_order(datamap):
        place, table = f"{store.name}.{collection.name}", f"{store.name}.{collection.table}"
        with office.store(store, datamap) as reading, office.store(store, datamap, erasing=True) as writing:
            there = found(reading, collection, planted.known)
            if table not in mine:
                if _by_number(datamap, there):
                    planted.reused.append(place)
                    return planted
                begin(table)
                mine.add(table)
            rows = [
                seeding.record(datamap, collection, planted.known[one], digits[one])
                for one in (PERSON, TWIN)
                if not there[one]
            ]
            if rows:
                _refuse_while_stopped()
                writing.seed(collection, rows)
                there = found(reading, collection, planted.known)
        _note(planted, place, collection, there)
    planted.reused += _elsewhere(office, datamap, planted.known)
    return planted


def _refuse_while_stopped() -> None:
    with db.read() as session:
        stopping.refuse_while_stopped(session)


def _note(planted: Planted, place: str, collection: Collection, there: Sequence[Sequence[Found]]) -> None:
    planted.records[place] = [len(records) for records in there]
    planted.rows[place] = [digest([one]) for records in there for one in records]
    planted.twin[place] = digest(there[TWIN])
    if not all(there):
        planted.not_found.append(place)
    for one in (PERSON, TWIN):
        planted.known[one] |= _given(collection, there[one])


def _by_number(datamap: DataMap, there: Sequence[Sequence[Found]]) -> bool:
    """Whether any of these was found by an internal number alone."""
    return any(one.number >= len(datamap.self_test) for records in there for one in records)


def _elsewhere(office: Office, datamap: DataMap, known: Sequence[Known]) -> Iterator[str]:
    """Collections that are not seeded, and hold something under their numbers all the same."""
    for store in datamap.stores.values():
        unseeded = [each for each in store.collections.values() if each.seed is None]
        with office.store(store, datamap) as connector:
            for collection in unseeded:
                if _by_number(datamap, found(connector, collection, known)):
                    yield f"{store.name}.{collection.name}"


def found(connector: Connector, collection: Collection, known: Sequence[Known]) -> list[list[Found]]:
    """What a collection holds of each of them; their own identifiers are the first probes, before the numbers."""
    kinds = {by.kind for by in collection.found_by}
    own = connector.map.self_test
    probes = [
        Probe(subject, number, kind, of[kind])
        for subject, of in enumerate(known)
        for number, kind in enumerate(sorted(of, key=lambda kind: kind not in own))
        if kind in kinds
    ]
    there: list[list[Found]] = [[] for _ in known]
    for one in connector.find(collection, probes):
        there[one.subject].append(one)
    return there


def _given(collection: Collection, records: Sequence[Found]) -> dict[str, str]:
    """The internal numbers that lead on."""
    held = {kind: (one, column) for one in records for kind, column in collection.gives.items()}
    numbers = {kind: one.given.get(column, one.row.get(column)) for kind, (one, column) in held.items()}
    return {kind: str(number) for kind, number in numbers.items() if number not in (None, "")}


def digest(records: Sequence[Found]) -> str:
    """SHA-256 over all that stands in these records."""
    rows = sorted(json.dumps(dict(one.row), sort_keys=True, ensure_ascii=False) for one in records)
    return hashlib.sha256("\n".join(rows).encode(errors="backslashreplace")).hexdigest()


def not_copied(
    office: Office, datamap: DataMap, planted: Mapping[str, Any], copied: Mapping[str, Sequence[Mapping[str, Raw]]]
) -> list[str]:  # fmt: skip
    """The seeded places of which the copy gives other rows of the person than stand there, in the fields of a copy."""
    places = []
    for store, collection in seeding.in_order(datamap):
        place = f"{store.name}.{collection.name}"
        with office.store(store, datamap) as connector:
            there = found(connector, collection, planted["known"][:1])[PERSON]
        rows = copied.get(place, ())
        fields = sorted(sharing.given_columns(collection))
        if not rows or _rows(fields, [one.row for one in there]) != _rows(fields, rows):
            places.append(place)
    return places


def _rows(fields: Sequence[str], rows: Sequence[Mapping[str, Raw]]) -> Counter[str]:
    return Counter(json.dumps([str(row.get(name)) for name in fields]) for row in rows)


def left(office: Office, datamap: DataMap, planted: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is there after the erasure and should not be, and which of the twin's records have changed."""
    misses: dict[str, list[str]] = {"left": [], "offered": [], "twin_changed": []}
    for store, collection in seeding.in_order(datamap):
        place = f"{store.name}.{collection.name}"
        with office.store(store, datamap) as connector:
            person, twin = found(connector, collection, planted["known"])
            if person:
                misses["left"].append(place)
            if digest(twin) != planted["twin"][place]:
                misses["twin_changed"].append(place)
            sought = [Sought(PERSON, kind, planted["known"][PERSON][kind]) for kind in datamap.self_test]
            if connector.has_search_box and any(True for _ in connector.offers(sought)):
                misses["offered"].append(place)
    return misses


def followed(
    office: Office, datamap: DataMap, digits: tuple[int, int], begun: Sequence[str]
) -> list[dict[str, str]]:
    """What both are known by now: their own identifiers, and the numbers that these lead to where it put records."""
    known = [seeding.identifiers(datamap, n) for n in digits]
    for store, collection in _begun(datamap, begun):
        try:
            with office.store(store, datamap) as connector:
                for one, records in enumerate(found(connector, collection, known)):
                    known[one] |= _given(collection, records)
        except StoreProblem:
            continue  # what it leads to is not known; that it does not answer is told when it is cleared
    return known


def _begun(datamap: DataMap, begun: Sequence[str]) -> list[tuple[Store, Collection]]:
    return [(s, c) for s, c in seeding.in_order(datamap) if f"{s.name}.{c.table}" in begun]


def clear(
    office: Office, datamap: DataMap, digits: tuple[int, int], planted: Mapping[str, Any], *, last: bool
) -> tuple[list[str], list[str]]:
    """Delete what is left of both, what was seeded last first; where something stays, and where nobody knows.

    What leads to a place that does not answer stays as well, for the next time; unless this is the last.
    """
    stays, unknown = [], []
    begun = planted.get("begun", ())
    known = followed(office, datamap, digits, begun)
    for store, collection in reversed(_begun(datamap, begun)):
        place = f"{store.name}.{collection.name}"
        try:
            with (
                office.store(store, datamap) as reading,
                office.store(store, datamap, erasing=True) as writing,
            ):
                if not _is_cleared(reading, writing, collection, partial(_ours, known, planted, place)):
                    stays.append(place)
        except StoreRefused:
            stays.append(place)
        except StoreProblem:
            unknown.append(place)
            if not last:
                break
    return stays, unknown


Ours = Callable[[Connector, Collection], list[Found]]


def _ours(
    known: Sequence[Known],
    planted: Mapping[str, Any],
    place: str,
    connector: Connector,
    collection: Collection,
) -> list[Found]:
    """What is theirs now; and where its number leads nowhere any more, what stands as it was seeded."""
    ours = [one for records in found(connector, collection, known) for one in records]
    seeded = planted.get("rows", {}).get(place, ())
    before = [one for records in found(connector, collection, planted.get("known", ())) for one in records]
    return list({one.key: one for one in (*ours, *(b for b in before if digest([b]) in seeded))}.values())


def _is_cleared(reading: Connector, writing: Connector, collection: Collection, ours: Ours) -> bool:
    there = ours(reading, collection)
    if not there:
        return True
    _refuse_while_stopped()
    gone = all(erased.gone for erased in writing.erase(collection, [Act(one, delete=True) for one in there]))
    return gone and not ours(reading, collection)
