"""What differs from one SQL database to the next; everything else is written once."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, Engine

from dsar.connectors import Raw
from dsar.connectors._sql.derived import Deriving
from dsar.connectors._sql.shapes import Cell, KeyPart, Kind, Shape
from dsar.connectors._sql.ties import Link

Token = tuple[int, int, str]  # subject, number of the probe, what the column may hold
FULL_WIDTH, HALF_WIDTH = "０１２３４５６７８９", "0123456789"
_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
COMPARED = (
    Kind.TEXT,
    Kind.WHOLE,
    Kind.DECIMAL,
    Kind.BYTES,
)  # kinds that a row is compared by before it is erased


class Way(StrEnum):
    """How the store reads a column before it is compared with a token."""

    AS_IS = "as is"
    DIGITS = "digits"  # all but the digits stripped, full-width ones made plain
    FOLDED = "folded"  # trimmed and in lower case
    BYTES = "bytes"  # a digest held as bytes; its token is hex
    PREFIX = "prefix"  # the first so many characters


@dataclass(frozen=True, repr=False)
class Look:
    """One column to be compared with many tokens."""

    place: int  # among the looks of a statement
    cell: Cell
    way: Way
    tokens: Sequence[Token]
    length: int = 0  # of a prefix, in characters
    indexed: bool = False


@dataclass(frozen=True, repr=False)
class Rows:
    """Rows to change: each named by its key, and only while the compared columns still hold these values."""

    shape: Shape
    key: Sequence[KeyPart]
    compared: Sequence[Cell]
    values: Sequence[tuple[Raw, ...]]  # key, then compared
    unless: Sequence[str] = ()  # queries about the row `t`: where one finds anything, the row is left

    def cells(self) -> list[Cell]:
        """The columns of `values`."""
        return [part.cell for part in self.key] + list(self.compared)


Statement = tuple[str, dict[str, Any]]
NO_ROW: Statement = ("FALSE", {})  # a condition that no row meets


class Dialect(ABC):
    """One SQL database: how to connect, describe, join with an array of people, and change rows."""

    chunk: int | None = None  # probes a statement can carry; None: any number
    hidden_key_is_unique = True
    catalogue: ClassVar[str]  # the statement that tells the foreign keys
    deriving: ClassVar[Deriving] = Deriving()

    @abstractmethod
    def engine(self, url: URL, timeout: float, *, writing: bool) -> Engine:
        """Connections whose every statement ends within `timeout` seconds; read-only unless writing."""

    @abstractmethod
    def shapes(self, connection: Connection) -> dict[str, Shape]:
        """Every table, in a fixed number of statements."""

    @abstractmethod
    def joined(self, shape: Shape, look: Look, at: str) -> Statement:
        """The FROM of a statement: tokens `p` (s, n, v) joined to the table `t`; `at` names parameters."""

    def promising(
        self,
        connection: Connection,  # noqa: ARG002
        shape: Shape,  # noqa: ARG002
        cells: Sequence[Cell],  # noqa: ARG002
        may: Callable[[bytes], bool],  # noqa: ARG002
    ) -> Statement | None:
        """A condition that every row `t` meets of which `may` says yes, with its parameters, where it saves reading.

        NO_ROW where there is none.

        `may` is asked of many rows together, and of each where it said yes: lines of UTF-8.
        """
        return None

    @abstractmethod
    def beginning(self, cell: Cell, length: int) -> str:
        """The first characters of a cell of `t`, as text."""

    @abstractmethod
    def key_part(self, cell: Cell) -> KeyPart:
        """A column as part of what names a row."""

    @abstractmethod
    def hidden_key(self, shape: Shape) -> list[KeyPart]:
        """What names a row of a table that has no key."""

    @abstractmethod
    def given(self, rows: Rows) -> Statement:
        """The FROM of a statement: the rows `p`, with their `place` from 1, joined to those of `t` that are meant."""

    def links(self, connection: Connection) -> list[Link]:
        """Every foreign key that this account can see, column by column."""
        rows = connection.exec_driver_sql(self.catalogue)
        return [(name, table, own, parent, theirs, rule) for name, table, own, parent, theirs, rule in rows]

    @abstractmethod
    def delete(self, connection: Connection, rows: Rows) -> set[int]:
        """Delete rows; the places in `rows.values` of those that were there and still matched."""

    @abstractmethod
    def change(self, connection: Connection, rows: Rows, new: Sequence[tuple[Cell, Raw]]) -> set[int]:
        """Set columns of rows; the places in `rows.values` of those that were there and still matched."""

    def taken(self, cell: Cell, parameter: str) -> str:  # noqa: ARG002
        """A parameter as a statement puts it into a column."""
        return f":{parameter}"

    def refused(self, connection: Connection, shape: Shape, act: str) -> bool:  # noqa: ARG002
        """Whether this account may not SELECT from, DELETE from or UPDATE the table, so far as it tells."""
        return False

    def hiding(self, connection: Connection, shapes: Iterable[Shape]) -> list[str]:  # noqa: ARG002
        """The names of those tables from which the server may keep rows to itself, without a word to this account."""
        return []

    def renew(self, connection: Connection) -> None:  # noqa: B027  (most servers bound each fetch by themselves)
        """Begin the time allowed anew: a stream is bounded between its rows, not as a whole."""

    def stopper(self, engine: Engine, connection: Connection) -> Callable[[], None]:  # noqa: ARG002
        """What tells the server to stop, once we have stopped waiting for what this connection asked."""
        return lambda: None

    def quoted(self, name: str) -> str:
        """The name in double quotes; a colon is kept from being read as a parameter."""
        return '"' + name.replace('"', '""').replace(":", "\\:") + '"'


def whole(token: str, bound: int = 2**63) -> int | None:
    """The number a token is, when a column of whole numbers, all below `bound`, can hold it and prints it so."""
    number = exactly(token)
    return int(number) if number is not None and -(2**63) <= number < bound else None


def exactly(token: str) -> Decimal | None:
    """The whole number a token is, of any size, when a number would be printed so."""
    return Decimal(token) if _WHOLE.fullmatch(token) else None


def hexadecimal(token: str) -> str:
    """What a column of bytes holds for a token, in hex: the digest itself, or the token's own bytes."""
    return (
        token if re.fullmatch(r"(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})", token) else token.encode().hex()
    )
