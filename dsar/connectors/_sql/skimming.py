"""Skimming: PostgreSQL hands a table over as one stream of text; most of it is never taken apart."""

import re
from collections.abc import Callable, Sequence

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait
from sqlalchemy.exc import DBAPIError

from dsar.connectors._sql.whole_rows import MOST

TOGETHER = 1 << 17  # bytes of rows that are looked at together
Place = tuple[int, str]  # oid of the table or partition, ctid

_ENDED = ("57", "08")  # classes of SQLSTATE: we were told to stop, or the server is gone
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


class _TooMany(Exception):
    """Only an exception makes the driver end a stream before its end."""


def skimmed(
    driver: psycopg.Connection, table: str, columns: Sequence[str], may: Callable[[bytes], bool]
) -> list[Place] | None:
    """Where the rows stand of which `may` says yes; None when the table is better read row by row.

    They stand there as long as the transaction sees what it sees now (repeatable read), and holds the lock
    that its first statement takes: nobody rewrites the table meanwhile.  That statement waits for no longer than
    any; for the stream the server's own time-out is set aside, and our patience for its next piece bounds it.

    An account may read some columns and not where rows stand; then, and wherever else a stream is refused, the
    table is read as any other.  Raises DBAPIError where the server ends it.
    """
    read = ", ".join(f"t.{each}" for each in columns)
    statement = f"COPY (SELECT t.tableoid, t.ctid, {read} FROM {table} t) TO STDOUT"
    try:
        with driver.cursor() as cursor:
            cursor.execute(f"SELECT FROM {table} LIMIT 0".encode())
            cursor.execute("SAVEPOINT skimming")
            cursor.execute("SET LOCAL statement_timeout = 0")
            places = _tried(driver, cursor, statement.encode(), may)
            cursor.execute("ROLLBACK TO SAVEPOINT skimming")
    except psycopg.Error as error:
        raise DBAPIError(None, None, error) from None
    return places


def _tried(
    driver: psycopg.Connection, cursor: psycopg.Cursor, statement: bytes, may: Callable[[bytes], bool]
) -> list[Place] | None:
    try:
        return _places(driver, cursor, statement, may)
    except _TooMany:
        return None
    except psycopg.Error as error:
        refused = driver.info.transaction_status == TransactionStatus.INERROR
        if not refused or (error.sqlstate or _ENDED[0]).startswith(_ENDED):
            raise
        return None


def _places(
    driver: psycopg.Connection, cursor: psycopg.Cursor, statement: bytes, may: Callable[[bytes], bool]
) -> list[Place]:
    places, more = list[Place](), True
    with cursor.copy(statement):
        while more:
            rows, more = driver.wait(_together(driver.pgconn))
            if may(_lines(rows)):
                places += [_place(row) for row in rows if may(_lines([row]))]
            if len(places) > MOST:
                raise _TooMany
    return places


def _together(server: PGconn) -> PQGen[tuple[list[bytes], bool]]:
    """Some rows of the stream, as they come, and whether there may be more.

    The driver's own way takes as long for each row as the server does.
    """
    rows, size = list[bytes](), 0
    while size < TOGETHER:
        length, row = server.get_copy_data(1)
        if length > 0:
            rows.append(bytes(row))
            size += length
        elif length == 0:
            yield from _more(server)
        else:
            yield from _ended(server)
            return rows, False
    return rows, True


def _ended(server: PGconn) -> PQGen[None]:
    """What the server says after the last row of a stream."""
    while True:
        while server.is_busy():
            yield from _more(server)
        result = server.get_result()
        if result is None:
            return
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)


def _more(server: PGconn) -> PQGen[None]:
    while not (yield Wait.R):
        pass
    server.consume_input()


def _lines(rows: Sequence[bytes]) -> bytes:
    """The text of rows; an escape is a backslash again, or the blank that it stands for."""
    lines = b"".join(rows)
    return _ESCAPED.sub(lambda held: b"\\" if held[1] == b"\\" else b" ", lines) if b"\\" in lines else lines


def _place(row: bytes) -> Place:
    table, place, _ = row.split(b"\t", 2)
    return int(table), place.decode()
