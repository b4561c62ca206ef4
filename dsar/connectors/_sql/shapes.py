"""Tables of a SQL store as our statements need them: columns with their kinds, keys with their SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dsar.connectors import Column, Table
from dsar.errors import StoreRefused


class Kind(StrEnum):
    """How a cell of a column is read and written."""

    WHOLE = "whole"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    FLOAT = "float"
    TIME = "time"
    INSTANT = "instant"  # a time in UTC that its text does not say
    BYTES = "bytes"
    BITS = "bits"
    TEXT = "text"


_UNFOLLOWED = {
    Kind.BOOLEAN: "yes or no", Kind.FLOAT: "floating-point numbers", Kind.TIME: "times",
    Kind.INSTANT: "times", Kind.BYTES: "bytes", Kind.BITS: "bits",
}  # fmt: skip


@dataclass(frozen=True)
class Cell(Column):
    """A column, with what its dialect must know of it."""

    sql: str  # its quoted name
    kind: Kind
    cast: str  # PostgreSQL: type; MariaDB: type of a parameter that is compared with it; SQLite: affinity
    encoding: str = ""  # MariaDB: of its text

    def unfollowed(self) -> str:
        if "date" in (self.cast, self.type.lower()):
            return ""  # is written in one way
        return "floating-point numbers" if self.cast == "REAL" else _UNFOLLOWED.get(self.kind, "")

    def rounded(self) -> bool:
        single = self.cast == "real" or re.fullmatch(
            r"float(\([0-9,]+\))?( unsigned)?( zerofill)?", self.type
        )
        return self.kind is Kind.FLOAT and bool(single)


@dataclass(frozen=True)
class KeyPart:
    """One part of what names a row: its SQL over `t`, and when a parameter equals it."""

    expression: str
    equals: str  # a condition over `t` and {p}, the parameter's column
    cell: Cell


@dataclass(frozen=True)
class Shape(Table):
    """A table, with what its dialect must know of it."""

    cells: Mapping[str, Cell] = field(default_factory=dict)
    sql: str = ""  # its quoted name
    rowid: str = ""  # SQLite: what its hidden row number is called; '' when it has none
    declared: tuple[str, ...] = ()  # what the map says names a row; it may name several

    def cell(self, store: str, column: str) -> Cell:
        """The column of this name.

        Raises StoreRefused when there is none.
        """
        if column not in self.cells:
            raise StoreRefused(
                f"store {store}: table {self.name} has no column {column}; add it or change the map"
            )
        return self.cells[column]


def for_driver(sql: str) -> str:
    """SQL as a driver takes it, to which a colon begins no parameter."""
    return sql.replace("\\:", ":")


def shaped(
    name: str, sql: str, cells: Mapping[str, Cell], key: tuple[str, ...], indexed: set[str], rowid: str = ""
) -> Shape:
    """A shape from its parts."""
    return Shape(name, cells, key, frozenset(indexed), cells=cells, sql=sql, rowid=rowid)
