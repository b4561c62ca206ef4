"""A SQL database: SQLite, PostgreSQL, MariaDB or MySQL.  Each table that the map names is a collection."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import ColumnClause, Connection, Engine, func, literal_column, make_url, select, text

from dsar.connectors import (
    Act,
    Cleaned,
    Connector,
    Derived,
    Erased,
    Found,
    Held,
    Mentions,
    Place,
    Probe,
    Raw,
    Residue,
    Schema,
    Sought,
    Tells,
    Tie,
)
from dsar.connectors._shelf import FolderShelf, Shelf
from dsar.connectors._sql.checking import acts_of, mapped, permitted
from dsar.connectors._sql.derived import Seeking, marked, to_clean
from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.dialects import dialect_of
from dsar.connectors._sql.erasing import Erasing
from dsar.connectors._sql.finding import Finding
from dsar.connectors._sql.holding import Holding, Key
from dsar.connectors._sql.refusals import answering
from dsar.connectors._sql.sampling import sampled
from dsar.connectors._sql.scanning import scanned
from dsar.connectors._sql.seeding import seeded
from dsar.connectors._sql.shapes import Shape
from dsar.connectors._sql.sweeping import Lead, by_columns, swept
from dsar.connectors._sql.ties import gathered
from dsar.connectors._texts import of_subjects
from dsar.datamap.secrets import resolve
from dsar.datamap.ties import chains
from dsar.datamap.types import Collection, DataMap, Field, Store
from dsar.errors import BadInput, StoreProblem, StoreRefused, StoreUnreachable


class Sql(Connector):
    """A SQL database.  Reading opens read-only connections; every verb opens its own and closes it."""

    kind = "sql"
    by_table = True

    def __init__(self, store: Store, datamap: DataMap, *, url: str, timeout: float) -> None:
        super().__init__(store, datamap, url=url, timeout=timeout)
        self._engines: dict[bool, Engine] = {}
        self._shapes: dict[str, Shape] | None = None
        self._places: list[Derived] = []
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
            self._see_all(connection, shapes)
            for shape, _ in tables:
                permitted(self.dialect, connection, shape, self.store.name, {"SELECT"})
        if erasing and self._erases() and any(acts_of(collection.on_erasure) for _, collection in tables):
            for _, collection in tables:
                self.may_erase(collection)

    def _see_all(self, connection: Connection, shapes: Mapping[str, Shape]) -> None:
        """Raise StoreRefused where rows may be hidden from who reads: then nothing that is seen is complete."""
        if self._reads():
            whole = {each.table for each in self.store.dismissed if not each.columns}
            hiding = self.dialect.hiding(connection, [shapes[name] for name in shapes if name not in whole])
            if hiding:
                raise StoreRefused(
                    f"store {self.store.name}: row-level security may hide rows of {', '.join(sorted(hiding))} from "
                    "this account; let it see all rows (BYPASSRLS), or read with another"
                )

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

    def size(self, collection: Collection, most: int) -> int:
        row: ColumnClause[int] = literal_column("1")
        rows = select(row).select_from(text(self._shape(collection).sql)).limit(most)
        with self._reading() as connection:
            return connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()

    def scan(self, collection: Collection, whose: Tells) -> Iterator[Found]:
        shape = self._shape(collection)
        with self._reading() as connection:
            yield from scanned(self.dialect, connection, self.store.name, shape, collection, whose)

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:
        if not acts:
            return
        erasing = Erasing(self.dialect, self._shape(collection), self.store.name, collection, _shelf_of)
        holding = self._holding(collection)
        with self._writing(collection) as connection:
            erased = erasing.carry_out(connection, acts, holding)
        yield from erased

    def sample(self, table: str, columns: Sequence[str], limit: int) -> Iterator[tuple[str | None, ...]]:
        shape = self._described().get(table)
        if shape is None:
            raise StoreRefused(f"store {self.store.name} has no table {table}; add it or change the map")
        with self._reading() as connection:
            yield from sampled(self.dialect, connection, self.store.name, shape, columns, limit)

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

    def seed(self, collection: Collection, rows: Sequence[Mapping[str, Raw]]) -> None:
        shape = self._shape(collection)
        with self._writing(collection) as connection:
            seeded(self.dialect, connection, self.store.name, shape, rows)

    def blank_mentions(self, collection: Collection, hits: Sequence[Residue], still: Mentions) -> int:
        if not hits:
            return 0
        erasing = Erasing(self.dialect, self._shape(collection), self.store.name, collection, _shelf_of)
        with self._writing(collection) as connection:
            return erasing.empty(connection, hits, still)

    def sweep(
        self, sought: Sequence[Sought], places: Iterable[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        texts = of_subjects(self.map.identifier_kinds, sought)
        shapes = self._described()
        for place in places if places is not None else Schema(shapes).places():
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

    def remains(self, sought: Sequence[Sought]) -> Iterator[Residue]:
        shapes, seeking = self._described(), Seeking(sought, self.map.identifier_kinds)
        with self._reading() as connection:
            yield from self.dialect.deriving.remains(connection, self._places, seeking)
        for place in filter(self.dialect.deriving.is_read, self._places):
            if not shapes[place.table].derived:
                continue  # who knows what it is filled from: it is swept like any table
            for hit in self.sweep(sought, [shapes[place.table].whole()]):
                yield replace(hit, table=place.name, derived=place)

    def clean(self, tables: Set[str], names: Set[str]) -> Iterator[Cleaned]:
        self._described()
        for place in to_clean(self._places, tables, names):
            try:
                with answering(self.store.name, place.name):
                    self.dialect.deriving.clean(self._engine(writing=True), place)
                yield Cleaned(place)
            except StoreProblem as error:
                yield Cleaned(place, str(error), self._is_unseen(place))

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
                places = self.dialect.deriving.places(connection, shapes)
            collected = {each.table for each in self.store.collections.values()}
            self._places = [each for each in places if each.table not in collected]
            derived = marked(shapes, self._places)
            self._shapes = {
                name: replace(shape, declared=self._declared(name), derived=name in derived)
                for name, shape in shapes.items()
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

    def _reads(self) -> bool:
        """Whether this is the account that reads."""
        return resolve(self.store.url, os.environ) == self.url

    def _is_unseen(self, place: Derived) -> bool:
        try:
            with answering(self.store.name, place.name):
                return self.dialect.deriving.is_unseen(self._engine(writing=True), place)
        except StoreProblem:
            return True

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
