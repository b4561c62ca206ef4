"""The data map as frozen values: which stores hold what of whom, why, and what an erasure does there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dsar.datamap.parties import Channel as Channel
from dsar.datamap.parties import CollectionPoint as CollectionPoint
from dsar.datamap.parties import Controller as Controller
from dsar.datamap.parties import Promise as Promise
from dsar.datamap.parties import Purpose as Purpose
from dsar.datamap.parties import Recipient as Recipient
from dsar.datamap.parties import Sender as Sender
from dsar.datamap.parties import Source as Source
from dsar.datamap.words import NO_TEXT as NO_TEXT
from dsar.datamap.words import Text as Text
from dsar.datamap.words import say as say

# A value as the copy's JSON gives it: decimals and times as text, bytes as base64.
Raw = str | int | float | bool | None


@dataclass(frozen=True)
class IdentifierKind:
    """One kind of thing a person is known by.

    normal: how a value is brought to its one written form: e164 (with region),
    email (NFKC, trimmed, case-folded), exact (NFKC, trimmed).
    """

    name: str
    title: Text
    normal: Literal["e164", "email", "exact"]
    proof: Literal["code", "staff"] | None  # None: internal
    region: str | None = None  # ISO 3166, for e164

    @property
    def internal(self) -> bool:
        """Ours, followed from store to store; never shown as the person's own."""
        return self.proof is None


@dataclass(frozen=True)
class FoundBy:
    """A column that holds an identifier, and the forms it is written in there.

    forms: e164 national digits spaced dashed 0086 any exact, md5:FORM sha1:FORM sha256:FORM.
    """

    kind: str
    column: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class FileOf:
    """The field holds the name of a file below a root (a folder; ${NAME} resolved at use)."""

    root: str
    type: str  # image audio video document


@dataclass(frozen=True)
class Mentions:
    """What an erasure does when the person's identifier stands in this field of anybody's record."""

    act: Literal["erase", "keep"]
    reason: str = ""


@dataclass(frozen=True)
class Field:
    """One column: what it is called, what its codes mean, or why it is withheld."""

    name: str
    title: Text
    category: str
    values: Mapping[str, Text] = field(default_factory=dict)
    file: FileOf | None = None
    withhold: str | None = None  # reason; such a field is in no copy
    identifier: str | None = None  # holds an identifier of this kind, maybe another person's: shown masked
    mentions: Mentions | None = None

    @property
    def given(self) -> bool:
        return self.withhold is None


@dataclass(frozen=True)
class Condition:
    """A test on one column of a row: `above`, `below`, `is_not` or `is`, against one value, or `in` several."""

    column: str
    test: Literal["above", "below", "is", "is_not", "in"]
    value: str | int | float | bool | tuple[str | int | float | bool | None, ...] | None


@dataclass(frozen=True)
class Delete:
    """The row goes."""


@dataclass(frozen=True)
class Blank:
    """The row stays, these fields are emptied."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class Nothing:
    """Nothing is done here, for a reason that the person is told."""

    reason: str


@dataclass(frozen=True)
class Keep:
    """Rows that a law wants kept: reduced to some fields, locked, until a date; other rows go `otherwise`."""

    rule: str  # id of a retention rule in law/rules.yaml
    where: tuple[Condition, ...]
    fields: tuple[str, ...]
    until_column: str
    lock_column: str | None
    lock_value: str | int | bool | None
    otherwise: "Delete | Blank | Nothing"


OnErasure = Delete | Blank | Nothing | Keep


@dataclass(frozen=True)
class Pace:
    """How quickly an erasure may go in a store: records in one transaction, and records in a second."""

    chunk: int | None = None  # None: the product's own
    per_second: float | None = None  # None: as quickly as it can


@dataclass(frozen=True)
class Collection:
    """One kind of record in a store: a table, a folder, an index."""

    name: str
    table: str  # the store's own name for it; the collection's name unless given
    title: Text
    found_by: tuple[FoundBy, ...]
    gives: Mapping[str, str]  # internal identifier kind -> column
    purpose: Purpose
    source: Source
    consent: str | None  # column that names the proof of consent; empty there: "no consent on record"
    recipients: tuple[str, ...]
    fields: Mapping[str, Field]
    on_erasure: OnErasure
    shared: Literal["give", "redact", "keep"] | None = None
    key: tuple[str, ...] = ()  # columns that name a row, where the table has no primary key
    pace: Pace = Pace()
    seed: Mapping[str, Raw] | None = None  # of a record that the self-test puts here; None: it puts none

    def names(self, column: str) -> bool:
        """Whether a column is a field of the collection, or what it is found by."""
        return column in self.fields or any(by.column == column for by in self.found_by)


@dataclass(frozen=True)
class Dismissed:
    """A table, or some of its columns, that someone declared not personal."""

    table: str
    columns: tuple[str, ...]  # empty: the whole table
    reason: str
    by: str


@dataclass(frozen=True)
class Store:
    """A place that holds personal data."""

    name: str
    title: Text
    connector: str
    url: str  # ${NAME} unresolved
    erase_url: str | None
    settings: Mapping[str, object]  # what the connector's kind wants besides
    collections: Mapping[str, Collection]
    dismissed: tuple[Dismissed, ...]
    rebuilt_from: tuple[str, ...] = ()  # "store.collection": erased before this one
    kept_days: int | None = None  # of its backups
    erasing: bool = True

    def collection_at(self, table: str, column: str) -> Collection | None:
        """The collection of a table that maps this column; None where none does."""
        return next((c for c in self.collections.values() if c.table == table and c.names(column)), None)

    def erase_order(self) -> list[Collection]:
        """Collections, children before the parents that lead to them, however deep."""
        return sorted(self.collections.values(), key=lambda each: (-self._depth(each, ()), each.name))

    def _depth(self, collection: Collection, below: tuple[str, ...]) -> int:
        """How many collections of this store lead to one, in the longest chain; `below` ends a circle."""
        kinds, path = {by.kind for by in collection.found_by}, (*below, collection.name)
        givers = [
            each for each in self.collections.values() if kinds & set(each.gives) and each.name not in path
        ]
        return max((self._depth(giver, path) + 1 for giver in givers), default=0)


@dataclass(frozen=True)
class Caution:
    """Where a plan of an erasure stops until a second person has let it go: above any of these."""

    records: int = 10_000
    share: int = 25  # percent of a collection,
    share_from: int = 100  # that has more records than this
    others: int = 100  # records to be deleted that name other people too


@dataclass(frozen=True)
class DataMap:
    """The whole map, one immutable version of it."""

    controller: Controller
    promise: Promise
    identifier_kinds: Mapping[str, IdentifierKind]
    purposes: Mapping[str, Purpose]
    stores: Mapping[str, Store]
    recipients: Mapping[str, Recipient]
    collection_points: tuple[CollectionPoint, ...]
    undo_hours: int = 0
    caution: Caution = Caution()
    relook_days: tuple[int, ...] = (1, 7, 30)  # after an erasure: stores are looked at again
    senders: Mapping[str, Sender] = field(default_factory=dict)  # who may ask us to erase
    self_test: Mapping[str, str] = field(default_factory=dict)  # kind -> identifier of its people, with {n}
    everywhere: bool = False  # a copy is looked for by value in mapped columns too

    def collections(self) -> Iterator[tuple[Store, Collection]]:
        """Every collection with its store, in the map's order."""
        for store in self.stores.values():
            for collection in store.collections.values():
                yield store, collection

    def asked_by(self, kind: str) -> list[tuple[Store, Collection]]:
        """The collections that can be searched by an identifier of this kind."""
        return [(s, c) for s, c in self.collections() if any(by.kind == kind for by in c.found_by)]

    def leads_to(self, store: str) -> set[str]:
        """The stores that give, directly or through others, an internal kind that this store is searched by."""
        wanted = {by.kind for c in self.stores[store].collections.values() for by in c.found_by}
        givers: set[str] = set()
        while True:
            more = {s.name for s, c in self.collections() if wanted & set(c.gives)} - givers
            if not more:
                return givers
            givers |= more
            wanted |= {
                by.kind for name in more for c in self.stores[name].collections.values() for by in c.found_by
            }
