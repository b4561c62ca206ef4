"""How a store differs from the map and from what it was: what is new, changed, missing, and looks personal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsar.datamap.compare import absent, columns, unmapped
from dsar.datamap.drafting.words import flat
from dsar.datamap.identifiers import HASHES
from dsar.datamap.likeness import Like, Likeness, by_name
from dsar.datamap.schema import Place, Schema, Tie
from dsar.datamap.types import Collection, DataMap, Store
from dsar.terms import GapKind

LONGEST = 200  # characters of a name of a table or column, and of a type
ENOUGH = 10  # values without which nothing is said to have changed its meaning
_PLAIN = frozenset({"id", "uuid", "no", "code", "name", "key", "entry", "value", "number"})  # of anything

Sampled = Mapping[
    tuple[str, str], tuple[Likeness | None, int]
]  # table, column -> what its values look like, of how many
Seen = dict[str, Any]  # type, like, alike, of, personal: of one column, as it is kept


@dataclass(frozen=True)
class Difference:
    """One place of a store that differs.  columns: those meant, with what they are and look like."""

    table: str
    column: str  # '' for a whole table
    kind: GapKind
    columns: Mapping[str, Seen]
    was: str | None = None


@dataclass(frozen=True)
class Watched:
    """A store as it is now, beside the map and what was seen before."""

    datamap: DataMap
    store: Store
    schema: Schema
    ties: Sequence[Tie]
    sampled: Sampled
    before: Mapping[str, Mapping[str, Seen]]  # table -> column -> as it was

    def differences(self) -> list[Difference]:
        """Everything that differs, each place once a kind."""
        return [*self.new(), *self._changed(), *self._missing()]

    def new(self, places: Sequence[Place] | None = None) -> Iterator[Difference]:
        """Tables and columns that the map does not account for; all, or only these places."""
        mapped = {each.table for each in self.store.collections.values()} | {self.store.settings.get("table")}
        for place in unmapped(self.store, self.schema) if places is None else places:
            seen = {column: self._seen(place.table, column) for column in place.columns}
            if place.table not in mapped:
                yield Difference(place.table[:LONGEST], "", GapKind.NEW_TABLE, seen)
                continue
            for column, one in seen.items():
                yield Difference(place.table[:LONGEST], column[:LONGEST], GapKind.NEW_COLUMN, {column: one})

    def now(self) -> dict[str, dict[str, Seen]]:
        """The mapped columns as they are: what the next comparison begins from."""
        return {
            place.table: {column: self._seen(place.table, column, mapped=True) for column in place.columns}
            for place in mapped_places(self.store, self.schema)
        }

    def _missing(self) -> Iterator[Difference]:
        for table, column in absent(self.store, self.schema):
            yield Difference(table[:LONGEST], column[:LONGEST], GapKind.MISSING, {})

    def _changed(self) -> Iterator[Difference]:
        for table, there in self.now().items():
            for column, now in there.items():
                was = self.before.get(table, {}).get(column)
                if was is None:
                    continue
                at = table[:LONGEST], column[:LONGEST]
                if was["type"] != now["type"]:
                    yield Difference(*at, GapKind.TYPE, {column: now}, was["type"])
                if self._means_another(table, column, was, now):
                    yield Difference(*at, GapKind.MEANING, {column: now | {"personal": True}}, was["like"])

    def _means_another(self, table: str, column: str, was: Seen, now: Seen) -> bool:
        """Whether a column holds something personal that the map does not know of, or no more what it is found by."""
        if min(was["of"] or 0, now["of"] or 0) < ENOUGH or was["like"] == now["like"]:
            return False
        held = [each for each in self.store.collections.values() if each.table == table]
        if any(by.column == column and not self._internal(by.kind) for each in held for by in each.found_by):
            return bool(was["like"]) and was["alike"] * 2 >= was["of"]
        like = Like(now["like"]) if now["like"] else None
        return like is not None and like.personal and not any(_says(each, column, like) for each in held)

    def _internal(self, kind: str) -> bool:
        return self.datamap.identifier_kinds[kind].internal

    def _seen(self, table: str, column: str, *, mapped: bool = False) -> Seen:
        """A column: by its values where they are telling, else by its name or by what it refers to."""
        by_values, filled = self.sampled.get((table, column), (None, None))
        likeness = by_values
        if not mapped and not (by_values and self._personal(by_values)):
            likeness = self._leading(table, column) or self._named(table, column) or by_values
        personal = bool(likeness and (self._personal(likeness) or self._leads(table, column)))
        return {
            "type": self.schema.tables[table].columns[column].type[:LONGEST],
            "like": likeness.like if likeness else None,
            "alike": likeness.alike if likeness else None,
            "of": filled,
            "personal": personal,
        }

    def _named(self, table: str, column: str) -> Likeness | None:
        named = by_name(column, table)
        return named if named and self._personal(named) else None

    def _personal(self, likeness: Likeness) -> bool:
        return likeness.personal or (likeness.like is Like.DIGEST and self._digests())

    def _digests(self) -> bool:
        """Whether the map says somewhere that an identifier is kept as its digest."""
        forms = (form for _, each in self.datamap.collections() for by in each.found_by for form in by.forms)
        return any(form.startswith(HASHES) for form in forms)

    def _leading(self, table: str, column: str) -> Likeness | None:
        return Likeness(Like.INTERNAL_ID) if self._leads(table, column) else None

    def _leads(self, table: str, column: str) -> bool:
        """Whether it is called as a number of people is in this map, or refers to a table of theirs."""
        mapped = {each.table for each in self.store.collections.values()}
        refers = any(
            column in tie.columns and tie.table == table and tie.parent in mapped for tie in self.ties
        )
        return refers or flat(column) in _numbers(self.datamap)


def mapped_places(store: Store, schema: Schema) -> list[Place]:
    """The columns of a store that its collections name, table by table."""
    named: dict[str, dict[str, None]] = {}
    for each in store.collections.values():
        there = schema.tables.get(each.table)
        held = [column for _, column in columns(each) if there and column in there.columns]
        named.setdefault(each.table, {}).update(dict.fromkeys(held))
    return [Place(table, tuple(held)) for table, held in named.items() if held]


def _says(collection: Collection, column: str, like: Like) -> bool:
    """Whether the map already says that a column holds such a thing, or gives it to nobody."""
    field = collection.fields.get(column)
    return field is None or not field.given or field.identifier is not None or field.category == like.category


def _numbers(datamap: DataMap) -> frozenset[str]:
    """What columns of internal numbers are called in a map."""
    internal = {kind.name for kind in datamap.identifier_kinds.values() if kind.internal}
    held = {column for _, each in datamap.collections() for column in each.gives.values()}
    held |= {by.column for _, each in datamap.collections() for by in each.found_by if by.kind in internal}
    return frozenset({flat(name) for name in internal | held} - _PLAIN)
