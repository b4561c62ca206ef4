"""SQLite: files that are never created, probes through json_each, two functions of our own for `any`."""

import json
import sqlite3
import unicodedata
from base64 import b64decode
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text

from dsar.connectors import Raw
from dsar.connectors._sql import ties
from dsar.connectors._sql.dialect import (
    NO_ROW,
    Dialect,
    Look,
    Rows,
    Statement,
    Token,
    Way,
    hexadecimal,
    whole,
)
from dsar.connectors._sql.finding import batches
from dsar.connectors._sql.raw import plain, readable
from dsar.connectors._sql.shapes import Cell, KeyPart, Kind, Shape, shaped
from dsar.connectors._sql.sqlite_cells import affinity, kind, may_identify, said, still
from dsar.connectors._sql.sqlite_derived import SqliteDeriving
from dsar.connectors._sql.whole_rows import promising

STEPS = 10_000  # of SQLite's machine between looks at the clock, some 0.1 ms
WIDEST = 400  # columns that are joined; SQLite builds no expression deeper than 1,000
_COLUMNS = """
    SELECT l.name, l.wr, c.name, c.type, c."notnull", c.pk
    FROM pragma_table_list l JOIN pragma_table_xinfo(l.name) c
    WHERE l.schema = 'main' AND l.type IN ('table', 'virtual') AND c.hidden <> 1
      AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY l.name, c.cid"""
_INDEXED = """
    SELECT l.name, c.name
    FROM pragma_table_list l JOIN pragma_index_list(l.name) i JOIN pragma_index_info(i.name) c
    WHERE l.schema = 'main' AND l.type = 'table' AND c.seqno = 0 AND NOT i.partial AND c.name IS NOT NULL"""


class Sqlite(Dialect):
    """A SQLite file.  Reading connections are read-only; what it declares of types binds nobody."""

    catalogue = ties.SQLITE
    deriving = SqliteDeriving()

    def engine(self, url: URL, timeout: float, *, writing: bool) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=lambda: _open(url, timeout, writing),
            poolclass=NullPool,
            hide_parameters=True,
        )
        event.listen(
            engine,
            "begin",
            lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN"),
        )
        event.listen(engine, "before_cursor_execute", lambda connection, *_: self.renew(connection))
        return engine

    def renew(self, connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.renew()

    def shapes(self, connection: Connection) -> dict[str, Shape]:
        tables: dict[str, list[Sequence[object]]] = {}
        for name, *column in connection.exec_driver_sql(_COLUMNS):
            tables.setdefault(name, []).append(column)
        indexed: dict[str, set[str]] = {}
        for name, column in connection.exec_driver_sql(_INDEXED):
            indexed.setdefault(name, set()).add(column)
        return {
            name: self._shape(name, columns, indexed.get(name, set())) for name, columns in tables.items()
        }

    def _shape(self, table: str, columns: Iterable[Sequence[object]], indexed: set[str]) -> Shape:
        cells, key, without_rowid = {}, {}, False
        for without, name, declared, required, place in columns:
            name, declared, without_rowid = str(name), str(declared), bool(without)
            cells[name] = Cell(
                name,
                declared,
                not required,
                may_identify(declared),
                self.quoted(name),
                kind(declared),
                affinity(declared),
            )
            if place:
                key[int(str(place))] = name
        names = tuple(key[place] for place in sorted(key))
        free = [
            name for name in ("rowid", "_rowid_", "oid") if name not in {column.lower() for column in cells}
        ]
        rowid = "" if without_rowid or not free else free[0]
        return shaped(table, self.quoted(table), cells, names, indexed | set(names[:1]), rowid)

    def joined(self, shape: Shape, look: Look, at: str) -> Statement:
        cast = look.cell.cast == "TEXT" or look.way in (Way.DIGITS, Way.FOLDED, Way.PREFIX)
        value = "CAST(value ->> 2 AS TEXT)" if cast else "value ->> 2"
        if look.way is Way.BYTES:
            value = "dsar_hex(value ->> 2)"
        probes = f"(SELECT value ->> 0 AS s, value ->> 1 AS n, {value} AS v FROM json_each(:{at}) LIMIT -1) p"
        order = (
            f"{probes} CROSS JOIN {shape.sql} t"
            if look.indexed
            else f"{shape.sql} t {'CROSS ' * cast}JOIN {probes}"
        )
        return f"{order} ON {self._expression(look)} = p.v", {at: json.dumps(_tokens(look))}

    def _expression(self, look: Look) -> str:
        column = f"t.{look.cell.sql}"
        match look.way:
            case Way.DIGITS:
                if look.cell.cast != "TEXT":  # the text of 7.0 has a digit that its number has not
                    column = (
                        f"CASE typeof({column}) WHEN 'real' THEN CAST({column} AS INTEGER) ELSE {column} END"
                    )
                return f"dsar_digits(CAST({column} AS BLOB))"
            case Way.FOLDED:
                return f"dsar_folded(CAST({column} AS BLOB))"
            case Way.PREFIX:
                return f"CAST(substr({column}, 1, {look.length}) AS TEXT)"
        return column

    def beginning(self, cell: Cell, length: int) -> str:
        return self._expression(Look(0, cell, Way.PREFIX, (), length))

    def promising(
        self, connection: Connection, shape: Shape, cells: Sequence[Cell], may: Callable[[bytes], bool]
    ) -> Statement | None:
        (encoding,) = connection.exec_driver_sql("PRAGMA encoding").one()
        if not shape.rowid or encoding != "UTF-8" or len(cells) > WIDEST:
            return None
        text = " || char(10) || ".join(said(f"t.{cell.sql}") for cell in cells)
        statement = f"SELECT t.{shape.rowid}, CAST({text} AS BLOB) FROM {shape.sql} t"
        rows = promising(batches(self, connection, (statement, {})), may)
        if not rows:
            return NO_ROW if rows is not None else None
        return f"t.{shape.rowid} IN (SELECT value FROM json_each(:rows))", {"rows": json.dumps(rows)}

    def key_part(self, cell: Cell) -> KeyPart:
        given = "dsar_base64({p})" if cell.kind is Kind.BYTES else "{p}"
        return KeyPart(
            f"t.{cell.sql}", f"t.{cell.sql} = {given} AND t.{cell.sql} IS {given} COLLATE BINARY", cell
        )

    def hidden_key(self, shape: Shape) -> list[KeyPart]:
        cell = Cell(shape.rowid, "INTEGER", False, False, shape.rowid, Kind.WHOLE, "INTEGER")
        return [KeyPart(f"t.{shape.rowid}", f"t.{shape.rowid} = {{p}}", cell)]

    def given(self, rows: Rows) -> Statement:
        cells, count = rows.cells(), len(rows.key)
        given = "".join(f", value ->> {place} AS c{place}" for place in range(len(cells)))
        matched = [part.equals.format(p=f"p.c{place}") for place, part in enumerate(rows.key)]
        matched += [still(cell, f"p.c{count + place}") for place, cell in enumerate(rows.compared)]
        matched += [f"NOT EXISTS ({query})" for query in rows.unless]
        probes = f"(SELECT key + 1 AS place{given} FROM json_each(:rows) LIMIT -1) p"
        source = f"{probes} CROSS JOIN {rows.shape.sql} t ON {' AND '.join(matched)}"
        return source, {"rows": json.dumps(rows.values)}

    def delete(self, connection: Connection, rows: Rows) -> set[int]:
        return self._carry_out(connection, rows, f"DELETE FROM {rows.shape.sql}", {})

    def change(self, connection: Connection, rows: Rows, new: Sequence[tuple[Cell, Raw]]) -> set[int]:
        columns = ", ".join(f"{cell.sql} = :new{place}" for place, (cell, _) in enumerate(new))
        values = {f"new{place}": value for place, (_, value) in enumerate(new)}
        return self._carry_out(connection, rows, f"UPDATE {rows.shape.sql} SET {columns}", values)

    def _carry_out(self, connection: Connection, rows: Rows, verb: str, values: dict[str, Raw]) -> set[int]:
        """One statement; which rows it reached is told by the keys it returns."""
        source, given = self.given(rows)
        count = len(rows.key)
        named = [rows.shape.rowid] if rows.shape.rowid else [part.cell.sql for part in rows.key]
        chosen = f"SELECT {', '.join(f't.{name}' for name in named)} FROM {source}"
        returned = ", ".join(part.cell.sql for part in rows.key)
        statement = f"{verb} WHERE ({', '.join(named)}) IN ({chosen}) RETURNING {returned}"
        reached = connection.execute(text(statement), {**given, **values}).all()
        keys = {
            tuple(plain(part.cell, value) for part, value in zip(rows.key, row, strict=True))
            for row in reached
        }
        return {place for place, value in enumerate(rows.values) if value[:count] in keys}


class _Bounded(sqlite3.Connection):
    """A connection whose statements are interrupted when the time allowed is over."""

    timeout = 0.0
    deadline = 0.0

    def bound(self, timeout: float) -> None:
        self.timeout = timeout
        self.renew()
        self.set_progress_handler(lambda: monotonic() > self.deadline, STEPS)

    def renew(self) -> None:
        self.deadline = monotonic() + self.timeout


def _open(url: URL, timeout: float, writing: bool) -> sqlite3.Connection:
    try:
        return _prepared(url, timeout, "rw" if writing else "ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK":
            raise
    # A writer was killed amid its transaction.  Whoever opens the file next rolls that back, and may not only read.
    _prepared(url, timeout, "rw").close()
    return _prepared(url, timeout, "ro")


def _prepared(url: URL, timeout: float, mode: str) -> sqlite3.Connection:
    path = quote(str(Path(url.database or "").absolute()))
    driver = sqlite3.connect(
        f"file:{path}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
        factory=_Bounded,
    )
    driver.bound(timeout)
    driver.text_factory = readable
    (encoding,) = driver.execute("PRAGMA encoding").fetchone()
    driver.execute("PRAGMA foreign_keys = ON")
    driver.execute("PRAGMA secure_delete = ON")  # what we delete leaves nothing on its page
    for name, function in (("dsar_digits", _digits), ("dsar_folded", _folded)):
        driver.create_function(name, 1, _of_bytes(function, str(encoding)), deterministic=True)
    driver.create_function("dsar_hex", 1, bytes.fromhex, deterministic=True)
    driver.create_function("dsar_base64", 1, _from_base64, deterministic=True)
    return driver


def _of_bytes(function: Callable[[str], str], encoding: str) -> Callable[[bytes | None], str | None]:
    """The function over a cell's bytes: text that is not valid would end the whole statement."""
    return lambda cell: None if cell is None else function(cell.decode(encoding, errors="replace"))


def _digits(cell: str) -> str:
    return "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", cell)))


def _folded(cell: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cell).strip().lower())


def _from_base64(raw: object) -> bytes | None:
    try:
        return b64decode(raw, validate=True) if isinstance(raw, str) else None
    except ValueError:
        return None


def _tokens(look: Look) -> list[tuple[int, int, str | int]]:
    if look.way is Way.BYTES:
        return [(subject, number, hexadecimal(token)) for subject, number, token in look.tokens]
    tokens: list[tuple[int, int, str | int]] = list(look.tokens)
    if look.way is Way.AS_IS and look.cell.cast == "NONE":  # compared by type: 1 is not '1' there
        tokens += _as_numbers(look.tokens)
    return tokens


def _as_numbers(tokens: Sequence[Token]) -> list[tuple[int, int, str | int]]:
    return [
        (subject, number, value) for subject, number, token in tokens if (value := whole(token)) is not None
    ]
