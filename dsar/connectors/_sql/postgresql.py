"""PostgreSQL through psycopg 3: arrays by unnest, values as their own text, bounded on both sides."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import Loader
from psycopg.pq import TransactionStatus
from psycopg.types.string import TextLoader
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text

from dsar.connectors import Raw
from dsar.connectors._sql import ties
from dsar.connectors._sql.dialect import (
    FULL_WIDTH,
    HALF_WIDTH,
    NO_ROW,
    Dialect,
    Look,
    Rows,
    Statement,
    Way,
    exactly,
    hexadecimal,
    whole,
)
from dsar.connectors._sql.postgresql_derived import PostgresqlDeriving
from dsar.connectors._sql.raw import Unreadable, given_back, readable
from dsar.connectors._sql.shapes import Cell, KeyPart, Kind, Shape, for_driver, shaped
from dsar.connectors._sql.skimming import skimmed

GRACE = 2.0  # seconds beyond the server's own time-out before we stop waiting for its answer
_KINDS = {
    "int2": Kind.WHOLE, "int4": Kind.WHOLE, "int8": Kind.WHOLE, "oid": Kind.WHOLE, "bool": Kind.BOOLEAN,
    "numeric": Kind.DECIMAL, "float4": Kind.FLOAT, "float8": Kind.FLOAT, "bytea": Kind.BYTES,
    "date": Kind.TIME, "time": Kind.TIME, "timetz": Kind.TIME, "timestamp": Kind.TIME,
    "timestamptz": Kind.TIME, "interval": Kind.TIME,
}  # fmt: skip
_CASTS = {
    "varchar": "text",
    "bpchar": "bpchar",
    "int2": "bigint",
    "int4": "bigint",
    "int8": "bigint",
    "numeric": "numeric",
}
_AS_THEY_ARE = {"int2", "int4", "int8", "oid", "bool", "bytea"}  # every other type is fetched as its text
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SETTLE = """
    SELECT set_config('statement_timeout', %s, false), set_config('default_transaction_read_only', %s, false),
           set_config('default_transaction_isolation', %s, false), set_config('TimeZone', 'UTC', false),
           set_config('DateStyle', 'ISO', false), set_config('IntervalStyle', 'iso_8601', false),
           set_config('client_encoding', %s, false)"""
_COLUMNS = """
    WITH RECURSIVE based(oid, base) AS (
        SELECT oid, oid FROM pg_type WHERE typtype <> 'd'
        UNION ALL SELECT d.oid, b.base FROM pg_type d JOIN based b ON b.oid = d.typbasetype WHERE d.typtype = 'd')
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END,
           n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
           b.typname, b.typtype = 'e', format_type(b.oid, NULL),
           (SELECT u.place FROM unnest(CAST(k.indkey AS int2[])) WITH ORDINALITY u(number, place)
            WHERE u.number = a.attnum AND u.place <= k.indnkeyatts),
           EXISTS (SELECT FROM pg_index i
                   WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indpred IS NULL AND i.indisvalid)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN based y ON y.oid = a.atttypid
    JOIN pg_type b ON b.oid = y.base
    LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
    WHERE c.relkind IN ('r', 'p', 'm') AND c.relispopulated AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY 1, a.attnum"""


class Postgresql(Dialect):
    """A PostgreSQL database: every table, and materialised view, of every schema of it.

    Tables outside the search path are called schema.table.
    """

    catalogue = ties.POSTGRESQL
    deriving = PostgresqlDeriving()
    utf8 = True
    copies = True  # in UTF-8

    def engine(self, url: URL, timeout: float, *, writing: bool) -> Engine:
        url = url.set(drivername="postgresql+psycopg")
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, use_native_hstore=False)

        @event.listens_for(engine, "do_connect")
        def connect(
            _dialect: Any, _record: Any, args: list[Any], options: dict[str, Any]
        ) -> psycopg.Connection[Any]:
            driver = _Patient.connect(*args, **{"connect_timeout": max(2, round(timeout)), **options})
            self._settle(driver, timeout, writing)
            return driver

        return engine

    def _settle(self, driver: "_Patient", timeout: float, writing: bool) -> None:
        driver.patience = timeout + GRACE
        driver.autocommit = True
        isolation = "read committed" if writing else "repeatable read"
        encoding = driver.info.parameter_status("server_encoding")
        spoken = "SQL_ASCII" if encoding == "SQL_ASCII" else "UTF8"  # else it refuses what is not valid
        driver.execute(_SETTLE, (str(round(timeout * 1000)), "off" if writing else "on", isolation, spoken))
        driver.autocommit = False
        self.utf8, self.copies = encoding == "UTF8", spoken == "UTF8"
        loader = TextLoader if spoken == "UTF8" else _Lenient
        for known in psycopg.postgres.types:
            if known.name not in _AS_THEY_ARE:
                driver.adapters.register_loader(known.oid, loader)
            driver.adapters.register_loader(known.array_oid, loader)
        driver.adapters.register_loader(0, loader)

    def shapes(self, connection: Connection) -> dict[str, Shape]:
        tables: dict[str, list[Sequence[Any]]] = {}
        for name, *column in connection.exec_driver_sql(_COLUMNS.replace("%", "%%")):
            tables.setdefault(name, []).append(column)
        return {name: self._shape(name, columns) for name, columns in tables.items()}

    def _shape(self, name: str, columns: Iterable[Sequence[Any]]) -> Shape:
        cells, key, indexed, sql = {}, {}, set(), ""
        for schema, table, column, declared, nullable, base, closed, own, place, leads in columns:
            sql = f"{self.quoted(schema)}.{self.quoted(table)}"
            kind = _KINDS.get(base, Kind.TEXT)
            may = not (closed or base in ("int2", "bool") or kind is Kind.TIME)
            cast = "text" if own.endswith("[]") else _CASTS.get(base, own)  # unnest would take arrays apart
            cells[column] = Cell(column, declared, nullable, may, self.quoted(column), kind, cast)
            if place is not None:
                key[place] = column
            if leads:
                indexed.add(column)
        return shaped(name, sql, cells, tuple(key[place] for place in sorted(key)), indexed)

    def joined(self, shape: Shape, look: Look, at: str) -> Statement:
        cast, column = _compared_as(look), f"t.{look.cell.sql}"
        kept = [
            (s, n, value) for s, n, token in look.tokens if (value := _parameter(cast, token)) is not None
        ]
        arrays = f"CAST(:{at}s AS int[]), CAST(:{at}n AS int[]), CAST(:{at}v AS {cast}[])"
        values = {f"{at}{part}": [row[place] for row in kept] for place, part in enumerate("snv")}
        matched = f"{self._expression(look, column, cast)} = p.v"
        return f"unnest({arrays}) AS p(s, n, v) JOIN {shape.sql} t ON {matched}", values

    def _expression(self, look: Look, column: str, cast: str) -> str:
        held = f"CAST({column} AS text)"
        match look.way:
            case Way.DIGITS:
                plain = f"translate({held}, '{FULL_WIDTH}', '{HALF_WIDTH}')" if self.utf8 else held
                return f"regexp_replace({plain}, '[^0-9]', '', 'g')"
            case Way.FOLDED:
                narrow = f"normalize({held}, NFKC)" if self.utf8 else held
                return f"lower(btrim({narrow}, E' \\t\\r\\n'))"
            case Way.PREFIX:
                return f"left({held}, {look.length})"
        return column if cast == look.cell.cast else held

    def promising(
        self, connection: Connection, shape: Shape, cells: Sequence[Cell], may: Callable[[bytes], bool]
    ) -> Statement | None:
        driver = connection.connection.driver_connection
        if not self.copies or any(cell.kind is Kind.BYTES for cell in cells) or driver is None:
            return None
        places = skimmed(driver, for_driver(shape.sql), [for_driver(cell.sql) for cell in cells], may)
        if not places:
            return NO_ROW if places is not None else None
        tables, rows = ([place[part] for place in places] for part in (0, 1))
        meant = "(t.tableoid, t.ctid) IN (SELECT * FROM unnest(CAST(:tables AS oid[]), CAST(:rows AS tid[])))"
        return meant, {"tables": tables, "rows": rows}

    def beginning(self, cell: Cell, length: int) -> str:
        return f"left(CAST(t.{cell.sql} AS text), {length})"

    def key_part(self, cell: Cell) -> KeyPart:
        held = f"CAST(t.{cell.sql} AS text)" if cell.cast == "text" else f"t.{cell.sql}"
        equals = f"{held} = {{p}}"
        if cell.kind is Kind.TEXT:
            equals += f" AND {_bytewise(f't.{cell.sql}')} = {_bytewise('{p}')}"
        return KeyPart(f"t.{cell.sql}", equals, cell)

    def hidden_key(self, shape: Shape) -> list[KeyPart]:  # noqa: ARG002
        """Where the row stands and what all of it is: a row that moved or changed is another row."""
        part, place, whole_row = (
            Cell(name, name, False, False, name, kind, cast)
            for name, kind, cast in (
                ("tableoid", Kind.WHOLE, "oid"),
                ("ctid", Kind.TEXT, "text"),
                ("md5", Kind.TEXT, "text"),
            )
        )
        return [
            KeyPart("CAST(t.tableoid AS bigint)", "t.tableoid = {p}", part),
            KeyPart("CAST(t.ctid AS text)", "t.ctid = CAST({p} AS tid)", place),
            KeyPart("md5(CAST(t AS text))", "md5(CAST(t AS text)) = {p}", whole_row),
        ]

    def given(self, rows: Rows) -> Statement:
        source, matched, values = _given(rows)
        return f"{source} JOIN {rows.shape.sql} t ON {matched}", values

    def delete(self, connection: Connection, rows: Rows) -> set[int]:
        source, matched, values = _given(rows)
        statement = f"DELETE FROM {rows.shape.sql} t USING {source} WHERE {matched} RETURNING p.place"
        return {place - 1 for place in connection.execute(text(statement), values).scalars()}

    def change(self, connection: Connection, rows: Rows, new: Sequence[tuple[Cell, Raw]]) -> set[int]:
        source, matched, values = _given(rows)
        columns = ", ".join(f"{c.sql} = {self.taken(c, f'new{at}')}" for at, (c, _) in enumerate(new))
        values |= {f"new{place}": given_back(cell, value) for place, (cell, value) in enumerate(new)}
        statement = f"UPDATE {rows.shape.sql} t SET {columns} FROM {source} WHERE {matched} RETURNING p.place"
        return {place - 1 for place in connection.execute(text(statement), values).scalars()}

    def taken(self, cell: Cell, parameter: str) -> str:
        return f"CAST(:{parameter} AS {cell.type})"

    def hiding(self, connection: Connection, shapes: Iterable[Shape]) -> list[str]:
        names = {for_driver(shape.sql): shape.name for shape in shapes}
        statement = text("SELECT n FROM unnest(CAST(:names AS text[])) n WHERE row_security_active(n)")
        return [names[name] for name in connection.execute(statement, {"names": list(names)}).scalars()]

    def refused(self, connection: Connection, shape: Shape, act: str) -> bool:
        asked = {"name": for_driver(shape.sql), "act": act}
        statement = text("SELECT has_table_privilege(CAST(:name AS text), CAST(:act AS text))")
        return not connection.execute(statement, asked).scalar_one()


class _Patient(psycopg.Connection[Any]):
    """A connection that stops waiting for a server that does not answer at all."""

    patience = 0.0

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or self.patience or None)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # nobody knows what it would answer to the next question
            raise


class _Lenient(Loader):
    """Text of a database whose encoding promises nothing (SQL_ASCII)."""

    def load(self, data: bytes | bytearray | memoryview) -> str | Unreadable:
        return readable(bytes(data))


def _compared_as(look: Look) -> str:
    if look.way is Way.BYTES:
        return "bytea"
    simple = look.way is Way.AS_IS and look.cell.cast in (
        "text",
        "bigint",
        "numeric",
        "uuid",
        "bpchar",
        "citext",
    )
    return look.cell.cast if simple else "text"


def _parameter(cast: str, token: str) -> Any:
    """The token as the column's type has it; None when no such column can hold it."""
    if cast == "bytea":
        return bytes.fromhex(hexadecimal(token))
    if cast == "bigint":
        return whole(token)
    if cast == "numeric":
        return exactly(token)
    if cast == "uuid":
        return token if _UUID.fullmatch(token) else None
    return None if "\0" in token else token


def _bytewise(value: str) -> str:
    return f'CAST({value} AS text) COLLATE "C"'


def _given(rows: Rows) -> tuple[str, str, dict[str, Any]]:
    """The rows as arrays `p` with their places, when one of them is meant, and the parameters."""
    cells, count = rows.cells(), len(rows.key)
    columns = enumerate(cells)
    values = {f"row{place}": [given_back(cell, row[place]) for row in rows.values] for place, cell in columns}
    matched = [part.equals.format(p=f"p.c{place}") for place, part in enumerate(rows.key)]
    for place, cell in enumerate(rows.compared):
        held, given = f"t.{cell.sql}", f"p.c{count + place}"
        if cell.kind is Kind.TEXT:
            held, given = _bytewise(held), _bytewise(given)
        matched.append(f"{held} IS NOT DISTINCT FROM {given}")
    matched += [f"NOT EXISTS ({query})" for query in rows.unless]
    arrays = ", ".join(f"CAST(:row{place} AS {cell.cast}[])" for place, cell in enumerate(cells))
    names = ", ".join([*(f"c{place}" for place in range(len(cells))), "place"])
    return f"unnest({arrays}) WITH ORDINALITY AS p({names})", " AND ".join(matched), values
