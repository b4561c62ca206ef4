"""Sweeping: every cell that may hold an identifier is read and compared by value, mapped or not."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from dsar.connectors import Place, Residue
from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.finding import key_of, stream
from dsar.connectors._sql.raw import plain, spoken
from dsar.connectors._sql.shapes import Shape
from dsar.connectors._texts import Texts
from dsar.datamap.types import Store


def declared_key(store: Store, table: str) -> Sequence[str]:
    """The columns that the map says name a row of a table; () when it says none."""
    keys = (collection.key for collection in store.collections.values() if collection.table == table)
    return next((key for key in keys if key), ())


def whole_of(shape: Shape) -> Place:
    """Every column of a table that may hold an identifier."""
    return Place(shape.name, tuple(cell.name for cell in shape.cells.values() if cell.text))


def swept(
    dialect: Dialect,
    connection: Connection,
    store: Store,
    shape: Shape,
    columns: Sequence[str],
    texts: Texts[int],
) -> Iterator[Residue]:
    """Where the identifiers stand in one table: one SELECT, streamed, each place once a subject."""
    cells = [shape.cell(store.name, column) for column in columns]
    key = key_of(dialect, shape, declared_key(store, shape.name), store.name)
    wanted = ", ".join([*(part.expression for part in key), *(f"t.{cell.sql}" for cell in cells)])
    for row in stream(dialect, connection, (f"SELECT {wanted} FROM {shape.sql} t", {})):
        for cell, value in zip(cells, row[len(key) :], strict=True):
            for subject in texts.within(spoken(value)):
                named = tuple(
                    plain(part.cell, part_value) for part, part_value in zip(key, row, strict=False)
                )
                yield Residue(subject, shape.name, cell.name, named)
