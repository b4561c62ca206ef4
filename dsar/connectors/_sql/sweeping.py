"""Sweeping: every cell that may hold an identifier is read and compared by value, mapped or not."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection

from dsar.connectors import Place, Residue
from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.finding import AT_ONCE, key_of, stream
from dsar.connectors._sql.raw import plain, spoken
from dsar.connectors._sql.shapes import Shape
from dsar.connectors._texts import Texts


def whole_of(shape: Shape) -> Place:
    """Every column of a table that may hold an identifier."""
    return Place(shape.name, tuple(cell.name for cell in shape.cells.values() if cell.text))


def swept(
    dialect: Dialect,
    connection: Connection,
    store: str,
    shape: Shape,
    columns: Sequence[str],
    texts: Texts[int],
) -> Iterator[Residue]:
    """Where the identifiers stand in one table: one SELECT, streamed, each place once a subject."""
    cells = [shape.cell(store, column) for column in columns]
    key = key_of(dialect, shape, store)
    wanted = ", ".join([*(part.expression for part in key), *(f"t.{cell.sql}" for cell in cells)])
    rows = stream(dialect, connection, (f"SELECT {wanted} FROM {shape.sql} t", {}))
    for row, said in _promising(rows, len(key), texts):
        for cell, text in zip(cells, said, strict=True):
            for subject in texts.within(text):
                named = tuple(
                    plain(part.cell, part_value) for part, part_value in zip(key, row, strict=False)
                )
                yield Residue(subject, shape.name, cell.name, named)


def _promising(
    rows: Iterator[Sequence[Any]], start: int, texts: Texts[int]
) -> Iterator[tuple[Sequence[Any], list[str]]]:
    """The rows, with the text of each cell from `start` on, of every batch that may hold an identifier."""
    while batch := [
        (row, [value if type(value) is str else spoken(value) for value in row[start:]])
        for row in islice(rows, AT_ONCE)
    ]:
        if texts.any_in(chain.from_iterable(said for _, said in batch)):
            yield from batch
