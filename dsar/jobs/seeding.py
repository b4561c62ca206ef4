"""The self-test at the stores: seed its people, see what is there of them, clear them away.

A run remembers as `planted`: `known`, the identifiers of the person and of the twin by kind; `records`,
how many of each a place holds; `twin`, a digest of the twin's records there.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dsar.connectors import Act, Connector, Found, Probe, Raw, Sought
from dsar.datamap import seeding
from dsar.datamap.types import Collection, DataMap
from dsar.errors import StoreProblem, StoreRefused
from dsar.jobs.office import Office

PERSON, TWIN = 0, 1
Known = Mapping[str, str]  # kind -> value, of one of the two


@dataclass
class Planted:
    """What was seeded, and where it could not be found afterwards."""

    known: list[dict[str, str]]
    records: dict[str, list[int]] = field(default_factory=dict)
    twin: dict[str, str] = field(default_factory=dict)
    not_found: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As it is remembered."""
        return {"known": self.known, "records": self.records, "twin": self.twin}


def taken(office: Office, datamap: DataMap, digits: tuple[int, int]) -> list[str]:
    """Where somebody is known by one of these identifiers already: he is not to be touched."""
    known = [seeding.identifiers(datamap, n) for n in digits]
    places = []
    for store in datamap.stores.values():
        with office.store(store, datamap) as connector:
            places += [
                f"{store.name}.{collection.name}"
                for collection in store.collections.values()
                if any(found(connector, collection, known))
            ]
    return places


def seed(office: Office, datamap: DataMap, digits: tuple[int, int]) -> Planted:
    """Seed both, the records that lead on first.  What is there of a run that was cut short stays as it is."""
    planted = Planted([seeding.identifiers(datamap, n) for n in digits])
    for store, collection in seeding.in_order(datamap):
        place = f"{store.name}.{collection.name}"
        with office.store(store, datamap) as reading, office.store(store, datamap, erasing=True) as writing:
            there = found(reading, collection, planted.known)
            rows = [
                seeding.record(datamap, collection, planted.known[one], digits[one])
                for one in (PERSON, TWIN)
                if not there[one]
            ]
            if rows:
                writing.seed(collection, rows)
                there = found(reading, collection, planted.known)
        planted.records[place] = [len(records) for records in there]
        planted.twin[place] = digest(there[TWIN])
        if not all(there):
            planted.not_found.append(place)
        for one in (PERSON, TWIN):
            planted.known[one] |= _given(collection, there[one])
    return planted


def found(connector: Connector, collection: Collection, known: Sequence[Known]) -> list[list[Found]]:
    """What a collection holds of each of them."""
    kinds = {by.kind for by in collection.found_by}
    probes = [
        Probe(subject, number, kind, value)
        for subject, of in enumerate(known)
        for number, (kind, value) in enumerate(of.items())
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
    """The seeded places of which the copy gives other rows of the person than stand there; by fields that it gives."""
    places = []
    for store, collection in seeding.in_order(datamap):
        place = f"{store.name}.{collection.name}"
        with office.store(store, datamap) as connector:
            there = found(connector, collection, planted["known"][:1])[PERSON]
        rows = copied.get(place, ())
        fields = sorted({name for row in rows for name in row})
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


def followed(office: Office, datamap: DataMap, digits: tuple[int, int]) -> list[dict[str, str]]:
    """What both are known by, as far as a run came that was cut short."""
    known = [seeding.identifiers(datamap, n) for n in digits]
    for store, collection in seeding.in_order(datamap):
        try:
            with office.store(store, datamap) as connector:
                for one, records in enumerate(found(connector, collection, known)):
                    known[one] |= _given(collection, records)
        except StoreProblem:
            continue  # what it leads to is not known; that it does not answer is told when it is cleared
    return known


def clear(office: Office, datamap: DataMap, known: Sequence[Known]) -> tuple[list[str], list[str]]:
    """Delete what is left of both, what was seeded last first; where something stays, and where nobody knows."""
    stays, unknown = [], []
    for store, collection in reversed(seeding.in_order(datamap)):
        place = f"{store.name}.{collection.name}"
        try:
            with (
                office.store(store, datamap) as reading,
                office.store(store, datamap, erasing=True) as writing,
            ):
                if not _is_cleared(reading, writing, collection, known):
                    stays.append(place)
        except StoreRefused:
            stays.append(place)
        except StoreProblem:
            unknown.append(place)
    return stays, unknown


def _is_cleared(
    reading: Connector, writing: Connector, collection: Collection, known: Sequence[Known]
) -> bool:
    there = [one for records in found(reading, collection, known) for one in records]
    if not there:
        return True
    acts = [Act(one, delete=True) for one in there]
    gone = all(erased.gone for erased in writing.erase(collection, acts))
    return gone and not any(found(reading, collection, known))
