"""What a store says of itself: tables and columns, to compare with the map."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Column:
    """One column of a table as the store describes it."""

    name: str
    type: str
    nullable: bool
    text: bool  # may hold an identifier, so a sweep reads it

    def unfollowed(self) -> str:
        """What it holds that no internal number can be followed through; '' where one can."""
        return ""

    def rounded(self) -> bool:
        """Whether it keeps some 7 digits of a number and drops the others, so that no identifier can stand in it."""
        return False


@dataclass(frozen=True)
class Place:
    """Columns of one table that a sweep reads."""

    table: str
    columns: tuple[str, ...]


def reading(places: Iterable[Place] | None) -> Callable[[str, str], bool]:
    """Whether a sweep of these places reads a column of a table; every one where no places are named."""
    asked = None if places is None else {(place.table, name) for place in places for name in place.columns}
    return lambda table, column: asked is None or (table, column) in asked


@dataclass(frozen=True)
class Table:
    """One table as the store describes it."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]  # primary key; () when it has none
    indexed: frozenset[str] = frozenset()  # columns that lead an index
    derived: bool = (
        False  # its store fills it from other tables of its own: it holds nothing that they do not
    )

    def whole(self) -> Place:
        """Every column that may hold an identifier."""
        return Place(self.name, tuple(column.name for column in self.columns.values() if column.text))


class Then(StrEnum):
    """What a store does to the rows that refer to a row which is deleted."""

    TAKE = "take"  # deletes them too: ON DELETE CASCADE
    LOOSEN = "loosen"  # empties what refers to it: SET NULL, SET DEFAULT
    REFUSE = "refuse"  # keeps the row


@dataclass(frozen=True)
class Tie:
    """One foreign key of a store: rows of a table refer to rows of another, or of the same."""

    name: str
    table: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    then: Then


@dataclass(frozen=True)
class Schema:
    """What is there, to compare with the map."""

    tables: Mapping[str, Table] = field(default_factory=dict)

    def places(self) -> list[Place]:
        """Every column of every table that may hold an identifier; what derives from others is asked for by itself."""
        return [table.whole() for table in self.tables.values() if not table.derived]
