"""Scanning: every row of a table is read once, and those kept that are somebody's."""

from collections.abc import Iterator

from sqlalchemy import Connection

from dsar.connectors import Found, Tells
from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.finding import key_of, stream
from dsar.connectors._sql.raw import comparable, led_on, plain, row_of
from dsar.connectors._sql.shapes import Shape
from dsar.datamap.tombstones import telling
from dsar.datamap.types import Collection


def scanned(
    dialect: Dialect, connection: Connection, store: str, shape: Shape, collection: Collection, whose: Tells
) -> Iterator[Found]:
    """One SELECT, streamed; a row is taken apart only where it is somebody's."""
    key, cells = key_of(dialect, shape, store), list(shape.cells.values())
    columns, gives = telling(collection), frozenset(collection.gives.values())
    compared = [(len(key) + place, cell) for place, cell in enumerate(cells) if cell.name in columns]
    read = ", ".join([*(part.expression for part in key), *(f"t.{cell.sql}" for cell in cells)])
    for row in stream(dialect, connection, (f"SELECT {read} FROM {shape.sql} t", {})):
        held = {cell.name: comparable(cell, row[place]) for place, cell in compared}
        for subject in whose(held):
            named = tuple(plain(part.cell, value) for part, value in zip(key, row, strict=False))
            values, problem = row_of(cells, row[len(key) :], shape.name)
            given, led_nowhere = led_on(cells, row[len(key) :], gives, shape.name)
            yield Found(subject, 0, named, values, problem or led_nowhere, given)
