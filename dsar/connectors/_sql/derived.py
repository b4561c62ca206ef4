"""Derived places of a SQL database: what each engine fills from tables by itself, read and brought up to date."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from dsar.connectors import Derived, Residue, Sought
from dsar.connectors._sql.shapes import Shape
from dsar.connectors._texts import of_subjects
from dsar.datamap.types import IdentifierKind

LONGEST = 120  # characters of a name, as it is written down
_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^{},"]+)')


@dataclass(frozen=True, repr=False)
class Said:
    """One text that stands in a derived place."""

    derived: Derived
    column: str
    key: tuple[str, ...]  # which entry of the place it is
    text: str


class Seeking:
    """The identifiers that are looked for in derived places: in a text, or taken apart into words."""

    def __init__(self, sought: Sequence[Sought], kinds: Mapping[str, IdentifierKind]) -> None:
        self.sought, self.kinds = sought, kinds
        self._texts = of_subjects(kinds, sought)

    def within(self, said: Said) -> Iterator[Residue]:
        """Who stands in a text."""
        if not self._texts.any_in([said.text]):
            return
        for subject in self._texts.within(said.text):
            yield found(said.derived, subject, said.column, said.key)


class Deriving:
    """What one engine derives from its tables; this one, nothing."""

    def places(self, connection: Connection, shapes: Mapping[str, Shape]) -> list[Derived]:  # noqa: ARG002
        """Every derived place, a fixed number of statements; what is filled from another stands behind it."""
        return []

    def is_read(self, derived: Derived) -> bool:
        """Whether a place is a table that is read like any other."""
        return bool(derived.table)

    def remains(
        self,
        connection: Connection,  # noqa: ARG002
        places: Sequence[Derived],  # noqa: ARG002
        seeking: Seeking,  # noqa: ARG002
    ) -> Iterator[Residue]:
        """Who stands in those places that are not read like a table."""
        return iter(())

    def is_unseen(self, engine: Engine, derived: Derived) -> bool:  # noqa: ARG002
        """Whether the store does not show this account what stands in a place."""
        return False

    def clean(self, engine: Engine, derived: Derived) -> None:
        """Bring one place up to date.

        Raises StoreProblem, or what the driver raises, where that is not possible.
        """


def found(derived: Derived, subject: int, column: str, key: Sequence[str]) -> Residue:
    """One entry of a derived place in which somebody stands."""
    return Residue(subject, derived.name, column, tuple(key), derived=derived)


def named(table: str, what: str) -> str:
    """What a derived place is called: `student (statistics)`."""
    return f"{table[: LONGEST - len(what) - 3]} ({what})"


def items(array: str) -> list[str]:
    """The elements of an array as PostgreSQL writes it, however deep."""
    return [re.sub(r"\\(.)", r"\1", quoted) or plain for quoted, plain in _ITEM.findall(array)]


def marked(shapes: Mapping[str, Shape], places: Iterable[Derived]) -> set[str]:
    """The tables that hold nothing which other tables do not: all that they are filled from is known."""
    return {each.table for each in places if each.table and each.tables and shapes.keys() >= {*each.tables}}


def to_clean(places: Sequence[Derived], tables: Set[str], names: Set[str]) -> Iterator[Derived]:
    """The places that derive from these tables, or from one another, or are named; each behind what fills it."""
    changed = set(tables)
    for each in places:
        if each.name in names or not changed.isdisjoint(each.tables):
            changed |= {each.table} if each.table else set()
            yield each
