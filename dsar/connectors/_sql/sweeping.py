"""Sweeping: every cell that may hold an identifier is read and compared by value, mapped or not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection

from dsar.connectors import Probe, Residue
from dsar.connectors._owners import Owners
from dsar.connectors._sql.dialect import NO_ROW, Dialect
from dsar.connectors._sql.finding import AT_ONCE, key_of, stream
from dsar.connectors._sql.raw import comparable, plain, spoken
from dsar.connectors._sql.shapes import Cell, Shape
from dsar.connectors._texts import Texts
from dsar.datamap.types import Collection, IdentifierKind


@dataclass(frozen=True)
class Lead:
    """How a row is known to be one that `find` brings for a subject: the cells to read, and whether it is."""

    cells: Sequence[Cell]
    brings: Callable[[int, Sequence[Any]], bool]  # subject, what the cells hold


def by_columns(
    shape: Shape,
    store: str,
    kinds: Mapping[str, IdentifierKind],
    collections: Sequence[Collection],
    own: Sequence[Probe],
) -> Lead:
    """By the columns that the collections of a table are found by."""
    owners = [Owners(kinds, each.found_by, own) for each in collections if own]
    columns = dict.fromkeys(column for each in owners for column in each.columns)
    cells = [shape.cell(store, column) for column in columns]

    def brings(subject: int, values: Sequence[Any]) -> bool:
        row = {cell.name: comparable(cell, value) for cell, value in zip(cells, values, strict=True)}
        return any(each.first(subject, row)[0] is not None for each in owners)

    return Lead(cells, brings)


def swept(
    dialect: Dialect,
    connection: Connection,
    store: str,
    shape: Shape,
    columns: Sequence[str],
    texts: Texts[int],
    lead: Lead,
) -> Iterator[Residue]:
    """Where the identifiers stand in one table: one SELECT, streamed, each place once a subject.

    A store that can hand its rows over more quickly than we take them apart is skimmed first.
    """
    cells = [shape.cell(store, column) for column in columns]
    key = key_of(dialect, shape, store)
    read = [*(part.expression for part in key), *(f"t.{cell.sql}" for cell in (*cells, *lead.cells))]
    where, values = dialect.promising(connection, shape, cells, texts.may_hold) or ("TRUE", {})
    if where == NO_ROW[0]:
        return
    statement = f"SELECT {', '.join(read)} FROM {shape.sql} t WHERE {where}"
    rows = stream(dialect, connection, (statement, values))
    start, end = len(key), len(key) + len(cells)
    for row, said in _promising(rows, start, end, texts):
        for cell, text in zip(cells, said, strict=True):
            for subject in texts.within(text):
                named = tuple(
                    plain(part.cell, part_value) for part, part_value in zip(key, row, strict=False)
                )
                yield Residue(subject, shape.name, cell.name, named, own=lead.brings(subject, row[end:]))


def _promising(
    rows: Iterator[Sequence[Any]], start: int, end: int, texts: Texts[int]
) -> Iterator[tuple[Sequence[Any], list[str]]]:
    """The rows that may hold an identifier, with the text of each cell from `start` to `end`."""
    while batch := list(islice(rows, AT_ONCE)):
        cells = chain.from_iterable(batch)
        if texts.any_in([each if type(each) is str else spoken(each) for each in cells if each is not None]):
            for row in batch:
                said = [spoken(value) for value in row[start:end]]
                if texts.any_in(said):
                    yield row, said
