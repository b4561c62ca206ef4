"""Skimming: PostgreSQL hands a table over as one stream of text; most of it is never taken apart."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import psycopg
from psycopg.abc import Buffer
from sqlalchemy.exc import DBAPIError

TOGETHER = 1 << 17  # bytes of rows that are looked at together
MOST = 20_000  # rows that are remembered; a table with more of them is better read row by row
Place = tuple[int, str]  # oid of the table or partition, ctid


def skimmed(
    driver: psycopg.Connection, table: str, columns: Sequence[str], may: Callable[[bytes], bool]
) -> list[Place] | None:
    """Where the rows stand of which `may` says yes; None when there are too many.

    They stand there as long as the transaction sees what it sees now (repeatable read).  The server's own
    time-out is set aside: it would bound the whole stream; what bounds it is our patience for the next piece.
    Raises DBAPIError, as any statement does.
    """
    read = ", ".join(f"t.{each}" for each in columns)
    statement = f"COPY (SELECT t.tableoid, t.ctid, {read} FROM {table} t) TO STDOUT"
    try:
        with driver.cursor() as cursor:
            cursor.execute("SAVEPOINT skimming")
            cursor.execute("SET LOCAL statement_timeout = 0")
            places = _places(cursor, statement.encode(), may)
            cursor.execute("ROLLBACK TO SAVEPOINT skimming")
    except psycopg.Error as error:
        raise DBAPIError(None, None, error) from None
    return places


def _places(cursor: psycopg.Cursor, statement: bytes, may: Callable[[bytes], bool]) -> list[Place] | None:
    places = list[Place]()
    with cursor.copy(statement) as stream:
        for rows in _together(stream):
            if may(_lines(rows)):
                places += [_place(row) for row in rows if may(_lines([row]))]
            if len(places) > MOST:
                return None
    return places


def _together(stream: Iterable[Buffer]) -> Iterator[list[bytes]]:
    rows, size = list[bytes](), 0
    for row in map(bytes, stream):
        rows.append(row)
        size += len(row)
        if size >= TOGETHER:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _lines(rows: Sequence[bytes]) -> bytes:
    lines = b"".join(rows)
    return lines.replace(rb"\\", b"\\") if b"\\" in lines else lines


def _place(row: bytes) -> Place:
    table, place, _ = row.split(b"\t", 2)
    return int(table), place.decode()
