"""Finding: one statement for any number of people, each candidate compared again on our side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, text

from dsar.connectors import Found, Probe
from dsar.connectors._owners import Owners
from dsar.connectors._sql.dialect import Dialect, Look, Statement, Token, Way
from dsar.connectors._sql.raw import comparable, led_on, plain, row_of
from dsar.connectors._sql.shapes import Cell, KeyPart, Kind, Shape
from dsar.datamap.identifiers import written
from dsar.datamap.types import Collection, DataMap, FoundBy

AT_ONCE = 500  # rows fetched in one go


def stream(dialect: Dialect, connection: Connection, statement: Statement) -> Iterator[Sequence[Any]]:
    """The rows of a statement through a server-side cursor; the time allowed is that between rows."""
    return chain.from_iterable(batches(dialect, connection, statement))


def batches(
    dialect: Dialect, connection: Connection, statement: Statement
) -> Iterator[Sequence[Sequence[Any]]]:
    """The same, some rows at a time."""
    words, values = statement
    streaming = connection.execution_options(stream_results=True, yield_per=AT_ONCE)
    with streaming.execute(text(words), values) as result:
        dialect.renew(connection)
        while rows := result.fetchmany(AT_ONCE):
            yield rows
            dialect.renew(connection)


def key_of(dialect: Dialect, shape: Shape, store: str) -> list[KeyPart]:
    """What names a row: its primary key, else the map's key, else what the dialect has."""
    columns = shape.key or shape.declared
    return [dialect.key_part(shape.cell(store, column)) for column in columns] or dialect.hidden_key(shape)


@dataclass(frozen=True)
class _Entry:
    by: FoundBy
    cell: Cell
    way: Way


class Finding:
    """One find in one collection."""

    def __init__(
        self,
        dialect: Dialect,
        shape: Shape,
        store: str,
        datamap: DataMap,
        collection: Collection,
        probes: Sequence[Probe],
    ) -> None:
        self._dialect, self._shape, self._kinds = dialect, shape, datamap.identifier_kinds
        self._cells = list(shape.cells.values())
        self._entries = [
            entry for by in collection.found_by for entry in self._split(shape.cell(store, by.column), by)
        ]
        self._owners = Owners(self._kinds, [entry.by for entry in self._entries], probes)
        names = self._owners.columns
        self._compared = [(place, cell) for place, cell in enumerate(self._cells) if cell.name in names]
        self._wanted = sorted(
            (p for p in probes if not p.done), key=lambda probe: (probe.subject, probe.number)
        )
        self._key = key_of(dialect, shape, store)
        self._gives = frozenset(collection.gives.values())
        self._exactly = [] if shape.key or not shape.declared else dialect.hidden_key(shape)

    def found(self, connection: Connection) -> Iterator[Found]:
        """The records, ordered by subject, probe, column and key; each once."""
        wanted = iter(self._wanted)
        while probes := list(islice(wanted, self._dialect.chunk)):
            if looks := list(self._looks(probes)):
                yield from self._counted(stream(self._dialect, connection, self._statement(looks)))

    def _counted(self, rows: Iterator[Sequence[Any]]) -> Iterator[Found]:
        start = 3 + len(self._key) + len(self._exactly)
        names_one = bool(self._shape.key) or self._dialect.hidden_key_is_unique
        last: tuple[Any, ...] | None = None
        for row in rows:
            named = tuple(row[:start])
            if named == last and names_one:
                continue  # a collation held two tokens of one probe for equal
            last = named
            probe, entry = self._owners.first(row[0], self._comparable(row[start:]))
            if probe is not None and not probe.done and (probe.number, entry) == (row[1], row[2]):
                yield self._record(row, start)

    def _comparable(self, values: Sequence[Any]) -> Mapping[str, object]:
        return {cell.name: comparable(cell, values[place]) for place, cell in self._compared}

    def _record(self, row: Sequence[Any], start: int) -> Found:
        values, problem = row_of(self._cells, row[start:], self._shape.name)
        key = tuple(plain(part.cell, value) for part, value in zip(self._key, row[3:], strict=False))
        given, led_nowhere = led_on(self._cells, row[start:], self._gives, self._shape.name)
        return Found(row[0], row[1], key, values, problem or led_nowhere, given)

    def _split(self, cell: Cell, by: FoundBy) -> Iterator["_Entry"]:
        """The ways to look into one column: `any` reads it, the other forms are compared with it as it is."""
        exact = tuple(form for form in by.forms if form != "any")
        if exact and cell.kind is Kind.BYTES:
            yield _Entry(replace(by, forms=exact), cell, Way.BYTES)
        if exact and (cell.kind is not Kind.BYTES or cell.cast == "NONE"):  # SQLite's may hold text as well
            yield _Entry(replace(by, forms=exact), cell, Way.AS_IS)
        if "any" in by.forms:
            way = Way.DIGITS if self._kinds[by.kind].normal == "e164" else Way.FOLDED
            if cell.kind is Kind.DECIMAL:  # 7.00 has digits that its number has not
                way = Way.AS_IS
            yield _Entry(replace(by, forms=("any",)), cell, way)

    def _looks(self, probes: Sequence[Probe]) -> Iterator[Look]:
        for place, entry in enumerate(self._entries):
            if tokens := self._tokens(entry.by, probes):
                indexed = entry.way is Way.AS_IS and entry.cell.name in self._shape.indexed
                yield Look(place, entry.cell, entry.way, tokens, indexed=indexed)

    def _tokens(self, by: FoundBy, probes: Sequence[Probe]) -> list[Token]:
        kind = self._kinds[by.kind]
        return [
            (probe.subject, probe.number, token)
            for probe in probes
            if probe.kind == by.kind
            for token in sorted(
                {token for form in by.forms for token in _either_case(written(kind, probe.value, form), form)}
            )
        ]

    def _statement(self, looks: Sequence[Look]) -> Statement:
        """One SELECT a column to look into, in one statement, so that the store puts all of it in order."""
        key = [f"{part.expression} AS k{place}" for place, part in enumerate(self._key + self._exactly)]
        columns = ", ".join([*key, *(f"t.{cell.sql}" for cell in self._cells)])
        values: dict[str, Any] = {}
        parts = []
        for look in looks:
            source, given = self._dialect.joined(self._shape, look, f"a{look.place}")
            parts.append(f"SELECT p.s, p.n, {look.place} AS l, {columns} FROM {source}")
            values |= given
        order = ", ".join(str(place + 1) for place in range(3 + len(key)))
        return f"{' UNION ALL '.join(parts)} ORDER BY {order}", values


def _either_case(tokens: frozenset[str], form: str) -> frozenset[str]:
    """A digest is written in lower or in upper case."""
    return tokens | {token.upper() for token in tokens} if ":" in form else tokens
