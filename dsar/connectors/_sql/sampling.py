"""Sampling: the beginnings of some cells of a few rows, the newest and the oldest, to guess what a column holds."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, text

from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.shapes import Cell, Kind, Shape

LENGTH = 500  # characters of a cell that are read


def sampled(
    dialect: Dialect, connection: Connection, store: str, shape: Shape, columns: Sequence[str], limit: int
) -> Iterator[tuple[str | None, ...]]:
    """At most `limit` rows: half of them the newest by primary key, since a new column is filled there first.

    Two statements, each bounded by the number of its rows; no table is read to its end, however large.
    """
    cells = [shape.cell(store, column) for column in columns]
    key = [f"t.{shape.cell(store, column).sql}" for column in shape.key]
    read = [*key, *(_beginning(dialect, cell) for cell in cells)]
    rows = select(*map(text, read)).select_from(text(f"{shape.sql} t"))
    taken, seen = 0, set[tuple[Any, ...]]()
    for statement in _halves(rows, key, limit):
        for row in connection.execute(statement).all():
            named = tuple(row[: len(key)])
            if taken < limit and (not key or named not in seen):
                taken += 1
                seen.add(named)
                yield tuple(_text(value) for value in row[len(key) :])


def _halves(rows: Select[Any], key: Sequence[str], limit: int) -> list[Select[Any]]:
    newest = rows.order_by(*(text(f"{each} DESC") for each in key)).limit(limit // 2)
    return [newest, rows.limit(limit)] if key else [rows.limit(limit)]


def _beginning(dialect: Dialect, cell: Cell) -> str:
    return "NULL" if cell.kind is Kind.BYTES else dialect.beginning(cell, LENGTH)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return None if value is None else str(value)
