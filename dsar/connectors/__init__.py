"""Kinds of store, one module each.  Adding a file here adds a kind.

A connector finds, erases and looks at what one store holds of many data subjects
at once.  It knows its store and nothing else: no database of ours, no request, no
web page, no law.
"""

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib import import_module
from typing import ClassVar, Self

from dsar.datamap.schema import Column as Column
from dsar.datamap.schema import Place as Place
from dsar.datamap.schema import Schema as Schema
from dsar.datamap.schema import Table as Table
from dsar.datamap.schema import Tie as Tie
from dsar.datamap.types import Collection, DataMap, Store
from dsar.datamap.types import Raw as Raw
from dsar.errors import BadInput, CannotErase, StoreRefused

KINDS: dict[str, type["Connector"]] = {}


@dataclass(frozen=True, repr=False)
class Probe:
    """One identifier of one data subject, to be looked for in one collection."""

    subject: int  # which of the batch
    number: int  # its place among the subject's identifiers; a row is counted for the first that matches
    kind: str
    value: str  # in its normal form
    done: bool = False  # looked for before: rows it leads to are not found again


@dataclass(frozen=True, repr=False)
class Found:
    """One record of one data subject."""

    subject: int
    number: int  # of the probe that led here
    key: tuple[Raw, ...]  # what names the row in its store
    row: Mapping[str, Raw]  # every column of it
    problem: str | None = None  # why this row could not be decoded (then row holds what could); never a value
    given: Mapping[str, str] = field(
        default_factory=dict
    )  # columns that give an internal number, where it is not as `row` has it: what leads on


@dataclass(frozen=True, repr=False)
class Act:
    """What an erasure does to one found record."""

    found: Found
    delete: bool
    blank: tuple[str, ...] = ()  # columns to empty, where it is not deleted
    lock: tuple[str, Raw] | None = None  # column and value that lock it


@dataclass(frozen=True)
class Held:
    """Why a record is not deleted: rows that stay refer to it, and would be lost or would be left without it."""

    table: str  # of those rows
    tie: str  # name of the foreign key


@dataclass(frozen=True, repr=False)
class Erased:
    """What became of one act; `gone` False when the record no longer matched, or is held, and was left alone."""

    act: Act
    gone: bool
    held: Held | None = None


@dataclass(frozen=True, repr=False)
class Sought:
    """One identifier of one data subject, to be looked for by value, however it is written."""

    subject: int
    kind: str
    value: str  # in its normal form


@dataclass(frozen=True)
class Derived:
    """A place that a store fills from its tables by itself: what went in outlives the row that it came from."""

    name: str  # as people are told: `student (statistics)`
    tables: tuple[str, ...]  # that it is filled from, over others too, as far as the store tells
    remedy: str  # brings it up to what they hold now; as somebody would type it
    table: str = ""  # where it is a table of the store: its name
    leftover: bool = False  # nothing that is told of it belongs to a row that stands


@dataclass(frozen=True, repr=False)
class Residue:
    """One place where an identifier stands.  Names of places, never values."""

    subject: int
    table: str
    column: str
    key: tuple[Raw, ...]
    typed: Sought | None = None  # offered by a search box: what was being typed,
    prefix: int = 0  # and how many characters of it, in the shortest form, brought this entry up
    own: bool = False  # the record is the subject's: one of the probes given to the sweep leads to it
    derived: Derived | None = None  # the place, where it is one; then `table` is its name


@dataclass(frozen=True)
class Cleaned:
    """What became of one derived place: brought up to date, or why not, in our words."""

    derived: Derived
    problem: str | None = None
    unseen: bool = False  # then the store does not show this account what stands there either


Mentions = Callable[[Residue, str], bool]  # whether what a field holds now is still what a sweep saw there
# Whose a record is, told by the columns that may say so, as the store holds them; () for nobody's.
Tells = Callable[[Mapping[str, object]], Sequence[int]]


class Connector(ABC):
    """One kind of store.  Opens nothing until asked; `close` lets go of what it opened."""

    kind: ClassVar[str]
    has_search_box: ClassVar[bool] = False
    whole: ClassVar[bool] = False  # a record is kept or deleted whole: it has no fields to empty, and no lock
    by_table: ClassVar[bool] = False  # a sweep asks for each of its places when it is due

    def __init_subclass__(cls) -> None:
        KINDS[cls.kind] = cls

    def __init__(self, store: Store, datamap: DataMap, *, url: str, timeout: float) -> None:
        """A connector of one store; `url` is resolved, `timeout` in seconds bounds each statement."""
        self.store, self.map, self.url, self.timeout = store, datamap, url, timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of connections."""

    @abstractmethod
    def check(self, *, erasing: bool = True) -> None:
        """Whether the store can be reached and read and, when erasing, whether it lets this account do that.

        Raises StoreUnreachable or StoreRefused; so does every other verb.
        """

    @abstractmethod
    def describe(self) -> Schema:
        """What is there."""

    def may_erase(self, collection: Collection) -> None:
        """Raise StoreRefused when the store does not let this account erase from a collection as the map asks.

        Most kinds know of no rights but over the whole store.
        """
        self.check()

    def sample(self, table: str, columns: Sequence[str], limit: int) -> Iterator[tuple[str | None, ...]]:
        """The beginnings of what stands in some columns of at most `limit` records, newest and oldest; None: empty.

        It is for guessing what a column holds, and is kept nowhere.  A kind that cannot be sampled gives nothing.
        """
        return iter(())

    def ties(self) -> Sequence[Tie]:
        """The foreign keys among its tables."""
        return ()

    @abstractmethod
    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:
        """The records that the probes lead to, streamed, ordered by subject, then probe, then key.  Reads only.

        One statement for each kind of identifier, however many probes.  Every
        candidate is compared again on our side before it counts.  A record that
        matches several identifiers of its subject counts once: for the first.
        """

    def size(self, collection: Collection, most: int) -> int | None:
        """How many records a collection has, of anybody, counted no further than `most`; None: not known."""
        return None

    def scan(self, collection: Collection, whose: Tells) -> Iterator[Found]:
        """Every record that `whose` gives to somebody, once for each of them, streamed in any order.  Reads only.

        `whose` is asked of every record: with the columns that `telling` names, or with the text of an entry of a
        search box.  Raises CannotErase when this kind of store cannot be read record by record.
        """
        raise CannotErase(f"a store of kind {self.kind} cannot be read record by record")

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:
        """Carry the acts out in one bounded transaction, by `key AND still matches`; twice is harmless.

        Raises CannotErase when this kind of store cannot, RowsRefused when the store forbids it for these rows.
        """
        raise CannotErase(f"a store of kind {self.kind} cannot erase")

    def seed(self, collection: Collection, rows: Sequence[Mapping[str, Raw]]) -> None:
        """Put the self-test's records in, in one transaction.

        Raises StoreRefused when the store takes none, or not these.
        """
        raise StoreRefused(f"a store of kind {self.kind} cannot be seeded")

    def held(self, collection: Collection, keys: Sequence[tuple[Raw, ...]]) -> Mapping[tuple[Raw, ...], Held]:
        """Which of these records are not deleted, because rows that stay refer to them."""
        return {}

    @abstractmethod
    def sweep(
        self, sought: Sequence[Sought], places: Iterable[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        """Where the identifiers stand, by value, in any common form; everywhere when no places are named.

        own: whatever leads to records of these subjects; a hit in a record that `find` would bring for
        them is marked as their own.
        """

    def remains(self, sought: Sequence[Sought]) -> Iterator[Residue]:
        """Where the identifiers stand, by value, in places that the store derives from its tables."""
        return iter(())

    def clean(self, tables: Set[str], names: Set[str]) -> Iterator[Cleaned]:
        """Bring up to date what derives from these tables and, by their names, other derived places.

        Each once, whatever else derives from it after it; twice is harmless.  What the account may not do, or
        not in the time allowed, is said and does not end the others.
        """
        return iter(())

    def offers(self, sought: Sequence[Sought]) -> Iterator[Residue]:
        """What the search box offers when each identifier is typed, prefix by prefix, the last being the whole."""
        return iter(())

    def blank_mentions(self, collection: Collection, hits: Sequence[Residue], still: Mentions) -> int:
        """Empty the one field of each hit, where `still` says yes to what it holds now; the number emptied."""
        raise CannotErase(f"a store of kind {self.kind} cannot empty a field")

    def read_file(self, collection: Collection, row: Mapping[str, Raw], field: str) -> Iterator[bytes]:
        """The bytes of the file that a field of a found row names, in pieces.

        Raises BadInput when the name leads out of its root or there is no such file.
        """
        raise BadInput(f"a store of kind {self.kind} holds no files")


def load_all() -> None:
    """Import every kind, so that KINDS names them."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


def open_store(store: Store, datamap: DataMap, *, url: str, timeout: float) -> Connector:
    """The connector for a store of the map.  Opens no connection yet.

    Raises BadInput for a kind that there is no file for.
    """
    load_all()
    if store.connector not in KINDS:
        raise BadInput(
            f"store {store.name}: connector {store.connector!r} is not one of {', '.join(sorted(KINDS))}"
        )
    return KINDS[store.connector](store, datamap, url=url, timeout=timeout)
