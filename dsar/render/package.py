"""What a copy is made of: plain values that the PDF, the JSON and the CSV are all made from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dsar.datamap.types import Controller, Field, Text

Raw = str | int | float | bool | None
Row = Mapping[str, Raw]  # field -> raw value, given fields only; a foreign identifier already masked


@dataclass(frozen=True)
class FieldShown:
    """One field of a collection: given, or withheld with a reason."""

    field: Field
    state: str  # given | withheld
    reason: str | None


@dataclass(frozen=True)
class RecipientShown:
    """Someone who received records of a collection."""

    name: str
    title: Text
    legal_name: str
    contact: str
    abroad: bool
    got: Text
    why: Text
    consent: Text


@dataclass(frozen=True)
class FileShown:
    """A file of the package that a row names."""

    row: int  # place of the row in its collection, from 0
    field: str
    name: str  # files/<store>/<collection>/<n>-<name>
    type: str  # image audio video document
    bytes: int
    sha256: str


@dataclass(frozen=True)
class SharedShown:
    """Records of a collection that belong to other people as well, and what the map's rule makes of them."""

    rule: str  # give | redact (the others' identifiers are masked, their files left out) | keep (not given)
    records: int

    @property
    def withheld(self) -> int:
        """Records that are not in the copy."""
        return self.records if self.rule == "keep" else 0


@dataclass(frozen=True)
class CollectionShown:
    """One collection, with why it is held; `rows` may be called again and again."""

    name: str
    title: Text
    purpose: Text
    legal_basis: Text
    source: Text | None  # None: each row says it, in source_field
    source_field: str | None
    consent_field: str | None  # empty in a row: no consent on record
    recipients: tuple[RecipientShown, ...]
    retention: Text
    records: int
    without_consent: int  # rows whose consent_field is empty
    mentions: int  # other people's records in which an identifier of the person stands
    fields: tuple[FieldShown, ...]
    rows: Callable[[], Iterator[Row]]
    files: tuple[FileShown, ...] = ()
    shared: SharedShown | None = None

    @property
    def withheld(self) -> int:
        """Records found that are not in the copy."""
        return self.shared.withheld if self.shared else 0


@dataclass(frozen=True)
class StoreShown:
    """One store: searched or not, when, how, and what it holds."""

    name: str
    title: Text
    kind: str  # connector
    state: str  # a StoreState
    reason: str | None
    at: datetime | None  # searched, or tried last
    collections: tuple[CollectionShown, ...]

    @property
    def records(self) -> int:
        return sum(collection.records for collection in self.collections)

    @property
    def withheld(self) -> int:
        """Records found that are not in the copy."""
        return sum(collection.withheld for collection in self.collections)


@dataclass(frozen=True)
class LikeShown:
    """A column that looks personal: like what, and how many of the values read look so; None: by its name."""

    column: str
    like: str | None
    alike: int | None
    of: int | None


@dataclass(frozen=True)
class UnmappedShown:
    """A place the map does not account for; records None: not looked at; above 0: holds this person."""

    store: str
    table: str
    columns: tuple[str, ...]
    records: int | None
    looks_personal: tuple[LikeShown, ...] = ()  # and nobody has said yet what they are


@dataclass(frozen=True)
class PointShown:
    """One form field the controller collects, and where it is now."""

    name: str
    title: Text
    field: str
    field_title: Text
    state: str | None  # held | not_kept | withheld
    place: Text | None
    reason: Text | None


@dataclass(frozen=True)
class IdentifierShown:
    """A proven identifier, in full: this goes to its own holder."""

    kind: str
    title: Text
    value: str


@dataclass(frozen=True)
class SealShown:
    """The ledger of the request when the copy was made."""

    entries: int
    head: str  # hex


@dataclass(frozen=True)
class Package:
    """The whole copy."""

    reference: str
    right: str
    lang: str
    made_at: datetime
    received_at: datetime
    due_on: date
    promise: Text  # the rule in words, naming its article or the policy
    complete: bool
    controller: Controller
    identifiers: tuple[IdentifierShown, ...]
    period: tuple[date | None, date]  # from (None: from the beginning), to
    stores: tuple[StoreShown, ...]
    points: tuple[PointShown, ...]
    unmapped: tuple[UnmappedShown, ...]
    recipients: tuple[RecipientShown, ...]
    seal: SealShown
    verify_url: str  # where a seal can be checked; no personal data in it
    pretend: str | None = None  # the pretended present (DSAR_NOW), said on paper

    @property
    def records(self) -> int:
        return sum(store.records for store in self.stores)
