"""MariaDB and MySQL through PyMySQL: arrays by JSON_TABLE; rows that changed are told apart under row locks."""

import json
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import cache
from ssl import CERT_NONE, PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import pymysql
from pymysql.connections import Connection as PyMySQL
from pymysql.constants import FIELD_TYPE
from pymysql.converters import encoders
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from dsar.connectors import Raw
from dsar.connectors._sql import ties
from dsar.connectors._sql.dialect import (
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
from dsar.connectors._sql.finding import batches
from dsar.connectors._sql.mariadb_derived import MariadbDeriving
from dsar.connectors._sql.mariadb_rows import bytewise, given_rows, of_keys, reached_by, type_of, whole_rows
from dsar.connectors._sql.raw import given_back
from dsar.connectors._sql.shapes import Cell, KeyPart, Kind, Shape, shaped
from dsar.connectors._sql.whole_rows import promising

GRACE = 2.0  # seconds beyond the server's own time-out before we stop waiting for its answer
NO_PRIVILEGE = (1044, 1142, 1143)
_WHITE = " \t\r\n\u00a0\u3000"
_NUMBERS = ("TINY", "SHORT", "LONG", "LONGLONG", "INT24", "YEAR")  # every other type is fetched as its text
_KINDS = {
    "tinyint": Kind.WHOLE, "smallint": Kind.WHOLE, "mediumint": Kind.WHOLE, "int": Kind.WHOLE,
    "bigint": Kind.WHOLE, "year": Kind.WHOLE, "decimal": Kind.DECIMAL, "float": Kind.FLOAT,
    "double": Kind.FLOAT, "bit": Kind.BITS,
    "date": Kind.TIME, "time": Kind.TIME, "datetime": Kind.TIME, "timestamp": Kind.INSTANT,
    "binary": Kind.BYTES, "varbinary": Kind.BYTES, "tinyblob": Kind.BYTES, "blob": Kind.BYTES,
    "mediumblob": Kind.BYTES, "longblob": Kind.BYTES,
}  # fmt: skip
_NAMING = (Kind.TEXT, Kind.WHOLE, Kind.DECIMAL)  # kinds of a key by which many rows are named at once
_NO_IDENTIFIER = {
    *["tinyint", "smallint", "year", "bit", "date", "time", "datetime", "timestamp", "enum", "set"]
}
_COLUMNS = """
    SELECT c.table_name, c.column_name, c.column_type, c.is_nullable, c.data_type,
           c.character_set_name, c.collation_name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
    ORDER BY c.table_name, c.ordinal_position"""
_INDEXED = """
    SELECT table_name, column_name, index_name = 'PRIMARY', seq_in_index
    FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, seq_in_index"""


class Mariadb(Dialect):
    """A MariaDB database (MySQL 8 speaks the same here).

    tinyint(1) stays a number: the server keeps no trace of BOOLEAN.
    """

    catalogue = ties.MARIADB
    deriving = MariadbDeriving()
    hidden_key_is_unique = False

    def engine(self, url: URL, timeout: float, *, writing: bool) -> Engine:
        numbers = {getattr(FIELD_TYPE, name): int for name in _NUMBERS}
        patience = {
            "connect_timeout": max(1, round(timeout)),
            "read_timeout": timeout + GRACE,
            "write_timeout": timeout + GRACE,
        }
        engine = create_engine(
            url.set(drivername="mysql+pymysql"),
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={"conv": {**encoders, **numbers}, **patience},
        )
        event.listen(
            engine, "do_connect", lambda _dialect, _record, given, named: _Preferring(*given, **named)
        )
        event.listen(engine, "connect", lambda driver, _record: _settle(driver, timeout, writing))
        return engine

    def stopper(self, engine: Engine, connection: Connection) -> Callable[[], None]:
        driver: Any = connection.connection.dbapi_connection
        number = driver.thread_id()

        def stop() -> None:
            _, options = engine.dialect.create_connect_args(engine.url)
            quick = {"connect_timeout": 2, "read_timeout": 2, "write_timeout": 2}
            with suppress(pymysql.Error), closing(pymysql.connect(**{**options, **quick})) as other:
                other.query(f"KILL {number:d}")  # a server that does not answer this either is gone

        return stop

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``").replace(":", "\\:") + "`"

    def shapes(self, connection: Connection) -> dict[str, Shape]:
        cells: dict[str, dict[str, Cell]] = {}
        for table, name, declared, nullable, base, encoding, collation in connection.exec_driver_sql(
            _COLUMNS
        ):
            kind = _KINDS.get(base, Kind.TEXT)
            cast = f" CHARACTER SET {encoding} COLLATE {collation}" if encoding else _cast(kind, declared)
            may = base not in _NO_IDENTIFIER
            cells.setdefault(table, {})[name] = Cell(
                name, declared, nullable == "YES", may, self.quoted(name), kind, cast
            )
        keys: dict[str, list[str]] = {}
        leading: dict[str, set[str]] = {}
        for table, name, primary, place in connection.exec_driver_sql(_INDEXED):
            if primary:
                keys.setdefault(table, []).append(name)
            if place == 1:
                leading.setdefault(table, set()).add(name)
        return {
            table: shaped(
                table, self.quoted(table), columns, tuple(keys.get(table, ())), leading.get(table, set())
            )
            for table, columns in cells.items()
        }

    def joined(self, shape: Shape, look: Look, at: str) -> Statement:
        tokens = _tokens(look)
        kind = (
            type_of(look.cell, [value for *_, value in tokens]) if look.way is Way.AS_IS else _text_type(look)
        )
        columns = f"COLUMNS (s INT PATH '$[0]', n INT PATH '$[1]', v {kind} PATH '$[2]')"
        given, value = (
            f"JSON_TABLE(:{at}, '$[*]' {columns})",
            "UNHEX(p.v)" if look.way is Way.BYTES else "p.v",
        )
        if look.indexed:
            source = f"{given} p STRAIGHT_JOIN {shape.sql} t"
        else:  # the table once; the tokens, in a derived table, get an index of their own
            source = f"{shape.sql} t STRAIGHT_JOIN (SELECT DISTINCT s, n, v FROM {given} j) p"
        return f"{source} ON {value} = {_expression(look)}", {at: json.dumps(tokens)}

    def beginning(self, cell: Cell, length: int) -> str:
        return _expression(Look(0, cell, Way.PREFIX, (), length))

    def promising(
        self, connection: Connection, shape: Shape, cells: Sequence[Cell], may: Callable[[bytes], bool]
    ) -> Statement | None:
        if not shape.key or any(shape.cells[name].kind not in _NAMING for name in shape.key):
            return None
        read = batches(self, connection, (whole_rows(shape, cells), {}))
        keys = promising(([(row[:-1], row[-1]) for row in rows] for rows in read), may)
        return of_keys(shape, keys) if keys else NO_ROW if keys is not None else None

    def key_part(self, cell: Cell) -> KeyPart:
        given = "FROM_BASE64({p})" if cell.kind is Kind.BYTES else "{p}"
        equals = f"t.{cell.sql} = {given}"
        if cell.kind is Kind.TEXT:
            equals += f" AND {bytewise(f't.{cell.sql}')} = {bytewise(given)}"
        return KeyPart(f"t.{cell.sql}", equals, cell)

    def hidden_key(self, shape: Shape) -> list[KeyPart]:
        """A digest of the whole row.  Rows that are the same in every column are one, and go together."""
        parts = ", ".join(f"IFNULL(HEX(CAST(t.{cell.sql} AS BINARY)), '-')" for cell in shape.cells.values())
        digest = f"MD5(CONCAT_WS(',', {parts}))"
        cell = Cell(
            "md5",
            "char(32)",
            False,
            False,
            "md5",
            Kind.TEXT,
            " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        )
        return [KeyPart(digest, f"{{p}} = CONVERT({digest} USING utf8mb4) COLLATE utf8mb4_general_ci", cell)]

    def given(self, rows: Rows) -> Statement:
        return given_rows(rows)

    def delete(self, connection: Connection, rows: Rows) -> set[int]:
        source, values = given_rows(rows)
        return reached_by(connection, rows, f"DELETE t FROM {source}", values)

    def change(self, connection: Connection, rows: Rows, new: Sequence[tuple[Cell, Raw]]) -> set[int]:
        source, values = given_rows(rows)
        columns = ", ".join(f"t.{cell.sql} = :new{place}" for place, (cell, _) in enumerate(new))
        values |= {f"new{place}": given_back(cell, value) for place, (cell, value) in enumerate(new)}
        return reached_by(connection, rows, f"UPDATE {source} SET {columns}", values)

    def refused(self, connection: Connection, shape: Shape, act: str) -> bool:
        column = next(iter(shape.cells.values())).sql
        tried = {
            "SELECT": f"SELECT 1 FROM {shape.sql} LIMIT 0",
            "DELETE": f"DELETE FROM {shape.sql} WHERE FALSE",
            "UPDATE": f"UPDATE {shape.sql} SET {column} = {column} WHERE FALSE",
        }
        try:
            connection.execute(text(tried[act]))
        except DBAPIError as error:
            if error.orig is not None and error.orig.args[:1] and error.orig.args[0] in NO_PRIVILEGE:
                return True
            raise
        return False


class _Preferring(PyMySQL):
    """A connection that prefers TLS, as PyMySQL's own do, and reads no certificates where it is to check none."""

    def _create_ssl_ctx(self, sslp: Any) -> SSLContext:
        return super()._create_ssl_ctx(sslp) if sslp else _unchecked()  # type: ignore[misc]


@cache
def _unchecked() -> SSLContext:
    """TLS where the server has it, whoever it is; PyMySQL makes one for each connection, in 50 ms of its CPU."""
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, CERT_NONE
    return context


def _settle(driver: Any, timeout: float, writing: bool) -> None:
    seconds = max(1, round(timeout))
    settings = [
        "time_zone = '+00:00'",
        f"innodb_lock_wait_timeout = {seconds}",
        f"lock_wait_timeout = {seconds}",
        f"net_write_timeout = {max(600, seconds)}",  # we may be slow to take a stream's rows
    ]
    if writing and "MariaDB" in driver.server_version:
        settings.append(
            f"max_statement_time = {timeout}"
        )  # it would end a stream in its midst, so not for reading
    with driver.cursor() as cursor:
        cursor.execute(f"SET SESSION {', SESSION '.join(settings)}")
        if not writing:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")


def _cast(kind: Kind, declared: str) -> str:
    if kind is Kind.WHOLE:
        return "BIGINT UNSIGNED" if "unsigned" in declared else "BIGINT"
    return declared.replace("zerofill", "") if kind in (Kind.DECIMAL, Kind.TIME, Kind.INSTANT) else ""


def _text_type(look: Look) -> str:
    longest = (
        max((len(token) for *_, token in look.tokens), default=0) * (2 if look.way is Way.BYTES else 1) or 1
    )
    collation = "utf8mb4_unicode_ci" if look.way in (Way.DIGITS, Way.FOLDED) else "utf8mb4_bin"
    return f"VARCHAR({longest}) CHARACTER SET utf8mb4 COLLATE {collation}"


def _tokens(look: Look) -> list[tuple[int, int, str | int]]:
    """Each once as the column's collation compares, or a row would be joined twice."""
    tokens: dict[tuple[int, int, str | int], tuple[int, int, str | int]] = {}
    for subject, number, token in look.tokens:
        if (value := _parameter(look, token)) is not None:
            folded = (
                value.lower() if isinstance(value, str) and not look.cell.cast.endswith("_bin") else value
            )
            tokens.setdefault((subject, number, folded), (subject, number, value))
    return list(tokens.values())


def _parameter(look: Look, token: str) -> str | int | None:
    if look.way is Way.BYTES:
        return hexadecimal(token)
    if look.way is Way.AS_IS and look.cell.kind is Kind.WHOLE:
        return whole(token, 2**64)
    if look.way is Way.AS_IS and look.cell.kind is Kind.DECIMAL:
        return token if exactly(token) is not None else None
    return token


def _expression(look: Look) -> str:
    """unicode_ci holds full-width and half-width, upper and lower case for equal: wider than any form."""
    column = f"t.{look.cell.sql}"
    held = f"CONVERT({column} USING utf8mb4)"
    match look.way:
        case Way.DIGITS:
            return f"REGEXP_REPLACE({held}, '[^0-9０-９]', '') COLLATE utf8mb4_unicode_ci"
        case Way.FOLDED:
            return (
                f"LOWER(REGEXP_REPLACE({held}, '^[{_WHITE}]+|[{_WHITE}]+$', '')) COLLATE utf8mb4_unicode_ci"
            )
        case Way.PREFIX:
            return f"LEFT({held}, {look.length}) COLLATE utf8mb4_bin"
    return column
