"""Seeding: the records of the self-test are put into a table."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from dsar.connectors import Raw
from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.raw import given_back
from dsar.connectors._sql.shapes import Shape


def seeded(
    dialect: Dialect, connection: Connection, store: str, shape: Shape, rows: Sequence[Mapping[str, Raw]]
) -> None:
    """Insert the rows, each with the columns that it names.  Raises StoreRefused for one that is not there."""
    for row in rows:
        new = [(shape.cell(store, name), value) for name, value in row.items()]
        columns = ", ".join(cell.sql for cell, _ in new)
        given = ", ".join(dialect.taken(cell, f"new{place}") for place, (cell, _) in enumerate(new))
        values = {f"new{place}": given_back(cell, value) for place, (cell, value) in enumerate(new)}
        connection.execute(text(f"INSERT INTO {shape.sql} ({columns}) VALUES ({given})"), values)
