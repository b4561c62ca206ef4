"""A SQL database: SQLite, PostgreSQL, MariaDB or MySQL.  Each table that the map names is a collection."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url

from dsar.connectors import (
    Act,
    Connector,
    Erased,
    Found,
    Held,
    Place,
    Probe,
    Raw,
    Residue,
    Schema,
    Sought,
    Tie,
)
from dsar.connectors._shelf import FolderShelf, Shelf
from dsar.connectors._sql.checking import acts_of, mapped, permitted
from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.dialects import dialect_of
from dsar.connectors._sql.erasing import Erasing
from dsar.connectors._sql.finding import Finding
from dsar.connectors._sql.holding import Holding, Key
from dsar.connectors._sql.refusals import answering
from dsar.connectors._sql.shapes import Shape
from dsar.connectors._sql.sweeping import Lead, by_columns, swept, whole_of
from dsar.connectors._sql.ties import gathered
from dsar.connectors._texts import Texts
from dsar.datamap.secrets import resolve
from dsar.datamap.ties import chains
from dsar.datamap.types import Collection, DataMap, Field, Store
from dsar.errors import BadInput, StoreRefused, StoreUnreachable


class Sql(Connector):
    """A SQL database.  Reading opens read-only connections; every verb opens its own and closes it."""

    kind = "sql"

    def __init__(self, store: Store, datamap: DataMap, *, url: str, timeout: float) -> None:
        super().__init__(store, datamap, url=url, timeout=timeout)
        self._engines: dict[bool, Engine] = {}
        self._shapes: dict[str, Shape] | None = None
        self._ties: tuple[Tie, ...] | None = None
        self._holdings: dict[str, Holding] = {}
        self._dialect: Dialect | None = None

    def close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()

    def check(self, *, erasing: bool = True) -> None:
        self.describe()
        shapes = self._described()
        tables = [
            (mapped(shapes, self.store.name, collection, self.map.identifier_kinds), collection)
            for collection in self.store.collections.values()
        ]
        with self._reading() as connection:
            for shape, _ in tables:
                permitted(self.dialect, connection, shape, self.store.name, {"SELECT"})
        if erasing and self._erases() and any(acts_of(collection.on_erasure) for _, collection in tables):
            for _, collection in tables:
                self.may_erase(collection)

    def may_erase(self, collection: Collection) -> None:
        acts = acts_of(collection.on_erasure)
        with self._writing(collection) as connection:
            permitted(self.dialect, connection, self._shape(collection), self.store.name, acts)

    def describe(self) -> Schema:
        self._shapes = self._ties = None
        self._holdings.clear()
        return Schema(self._described())

    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:
        if all(probe.done for probe in probes):
            return
        shape = self._shape(collection)
        finding = Finding(self.dialect, shape, self.store.name, self.map, collection, probes)
        with self._reading() as connection:
            yield from finding.found(connection)

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:
        if not acts:
            return
        erasing = Erasing(self.dialect, self._shape(collection), self.store.name, collection, _shelf_of)
        holding = self._holding(collection)
        with self._writing(collection) as connection:
            erased = erasing.carry_out(connection, acts, holding)
        yield from erased

    def ties(self) -> Sequence[Tie]:
        if self._ties is None:
            shapes = self._described()
            with self._reading() as connection:
                self._ties = gathered(self.dialect.links(connection), shapes)
        return self._ties

    def held(self, collection: Collection, keys: Sequence[Key]) -> Mapping[Key, Held]:
        holding = self._holding(collection)
        with self._reading() as connection:
            return holding.plan(connection, keys)[0]

    def blank_mentions(self, collection: Collection, hits: Sequence[Residue]) -> int:
        if not hits:
            return 0
        erasing = Erasing(self.dialect, self._shape(collection), self.store.name, collection, _shelf_of)
        with self._writing(collection) as connection:
            return erasing.empty(connection, hits)

    def sweep(
        self, sought: Sequence[Sought], places: Sequence[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        texts = Texts((one.subject, self.map.identifier_kinds[one.kind], one.value) for one in sought)
        shapes = self._described()
        for place in places if places is not None else map(whole_of, shapes.values()):
            if place.table not in shapes:
                raise StoreRefused(
                    f"store {self.store.name} has no table {place.table}; add it or change the map"
                )
            if place.columns:
                shape = shapes[place.table]
                lead = self._lead(shape, own)
                with self._reading() as connection:  # a snapshot a table: none is held for the whole sweep
                    yield from swept(
                        self.dialect, connection, self.store.name, shape, place.columns, texts, lead
                    )

    def read_file(self, collection: Collection, row: Mapping[str, Raw], field: str) -> Iterator[bytes]:
        declared, held = collection.fields.get(field), row.get(field)
        if declared is None or declared.file is None or not isinstance(held, str):
            raise BadInput(
                f"store {self.store.name}: field {field} of {collection.name} names no file in this record"
            )
        return _shelf_of(declared).open(held)

    @property
    def dialect(self) -> Dialect:
        """What this database speaks.  Raises StoreRefused for a url that is none."""
        if self._dialect is None:
            with answering(self.store.name):
                self._dialect = dialect_of(make_url(self.url))
        return self._dialect

    def _declared(self, table: str) -> tuple[str, ...]:
        """The columns that the map says name a row of a table; () when it says none."""
        keys = (each.key for each in self.store.collections.values() if each.table == table)
        return next((key for key in keys if key), ())

    def _described(self) -> dict[str, Shape]:
        if self._shapes is None:
            with self._reading() as connection:
                shapes = self.dialect.shapes(connection)
            self._shapes = {
                name: replace(shape, declared=self._declared(name)) for name, shape in shapes.items()
            }
        return self._shapes

    def _lead(self, shape: Shape, own: Sequence[Probe]) -> Lead:
        """How a row of a table is known to be one that `find` brings for these probes."""
        held = [each for each in self.store.collections.values() if each.table == shape.name]
        return by_columns(shape, self.store.name, self.map.identifier_kinds, held, own)

    def _shape(self, collection: Collection) -> Shape:
        return mapped(self._described(), self.store.name, collection, self.map.identifier_kinds)

    def _holding(self, collection: Collection) -> Holding:
        if collection.table not in self._holdings:
            reaching = chains(self.store, self.ties(), collection.table)
            self._holdings[collection.table] = Holding(
                self.dialect, self._described(), self.store.name, self._shape(collection), reaching
            )
        return self._holdings[collection.table]

    def _erases(self) -> bool:
        """Whether this is the account that erases: there is no other, or it is this url."""
        erase_url = self.store.erase_url
        return self.store.erasing and (erase_url is None or resolve(erase_url, os.environ) == self.url)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        stop = None
        try:
            with answering(self.store.name):
                engine = self._engine(writing=False)
                with engine.connect() as connection:
                    stop = self.dialect.stopper(engine, connection)
                    yield connection
        except StoreUnreachable:
            if stop is not None:
                stop()
            raise

    @contextmanager
    def _writing(self, collection: Collection) -> Iterator[Connection]:
        with answering(self.store.name, collection.table), self._engine(writing=True).begin() as connection:
            yield connection

    def _engine(self, *, writing: bool) -> Engine:
        if writing not in self._engines:
            self._engines[writing] = self.dialect.engine(make_url(self.url), self.timeout, writing=writing)
        return self._engines[writing]


def _shelf_of(field: Field) -> Shelf:
    return FolderShelf(Path(resolve(field.file.root if field.file else "", os.environ)))
