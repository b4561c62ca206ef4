"""Holding back: rows to which rows that stay refer are not deleted, so that no foreign key takes those along."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from dsar.connectors import Held, Raw
from dsar.connectors._sql.dialect import Dialect, Rows
from dsar.connectors._sql.finding import key_of
from dsar.connectors._sql.shapes import Shape
from dsar.datamap.schema import Tie
from dsar.datamap.ties import Chain

Key = tuple[Raw, ...]
_Link = tuple[
    int, tuple[Any, ...], tuple[Any, ...]
]  # place of a row from 1, what names it, what names one below


class Holding:
    """The rows of one table that other rows hold back, asked of the store: one statement for all of them."""

    def __init__(
        self, dialect: Dialect, shapes: Mapping[str, Shape], store: str, shape: Shape, chains: Sequence[Chain]
    ) -> None:
        self._dialect, self._shapes, self._store, self._shape = dialect, shapes, store, shape
        known = [
            chain for chain in chains if all(_is_whole(tie, shapes, chain.refuses) for tie in chain.ties)
        ]
        self._within = [chain for chain in known if chain.table == shape.name]
        self._beyond = [chain for chain in known if chain.table != shape.name]
        self._key = key_of(dialect, shape, store)
        self._seen: dict[str, bool] = {}

    @property
    def comes_first(self) -> bool:
        """Whether the order in which rows go must be asked for before any does: the table refers to itself."""
        own = self._shape.name
        return bool(self._within) or any(own == tie.table for chain in self._beyond for tie in chain.ties)

    def unless(self, connection: Connection) -> list[str]:
        """Queries for what the deletion of a row `t` would take along, or break."""
        if self.comes_first:  # not every store reads a table that it deletes from
            return []
        return [f"SELECT 1 FROM {self._below(chain)}" for chain in self._asked(connection)]

    def plan(self, connection: Connection, keys: Sequence[Key]) -> tuple[dict[Key, Held], list[list[Key]]]:
        """Which rows are held back, were all of them to be deleted together; the others, in the order they go in.

        Rows of a table that refers to itself go level by level, whatever refers to a row before it.
        """
        held = self._by_others(connection, keys)
        links = [(chain, self._links(connection, chain, keys)) for chain in self._within if keys]
        while more := {key: _by(chain) for chain, rows in links for key in _left_behind(rows, keys, held)}:
            held |= more
        going = [key for key in dict.fromkeys(keys) if key not in held]
        return held, _levels([row for _, rows in links for row in rows], keys, going)

    def _by_others(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, Held]:
        beyond = self._asked(connection) if keys else []
        if not beyond:
            return {}
        given, values = self._dialect.given(Rows(self._shape, self._key, [], keys))
        parts = [
            f"SELECT DISTINCT p.place, {place} FROM {given}{self._joined(chain)}"
            for place, chain in enumerate(beyond)
        ]
        answer = connection.execute(text(" UNION ALL ".join(parts)), values)
        return {keys[place - 1]: _by(beyond[chain]) for place, chain in reversed(answer.all())}

    def _asked(self, connection: Connection) -> list[Chain]:
        """The chains whose rows to ask for: not where the account may not, and the store refuses by itself."""
        tables = {tie.table for chain in self._beyond if chain.refuses for tie in chain.ties}
        for table in sorted(tables - self._seen.keys()):
            self._seen[table] = not self._dialect.refused(connection, self._shapes[table], "SELECT")
        return [
            chain
            for chain in self._beyond
            if not chain.refuses or all(self._seen[tie.table] for tie in chain.ties)
        ]

    def _links(self, connection: Connection, chain: Chain, keys: Sequence[Key]) -> list[_Link]:
        """Each row with the rows of the same table that refer to it, both by what is referred to."""
        given, values = self._dialect.given(Rows(self._shape, self._key, [], keys))
        referred = [self._shape.cell(self._store, column).sql for column in chain.ties[0].parent_columns]
        last = f"c{len(chain.ties) - 1}"
        named = ", ".join(f"{row}.{column}" for row in ("t", last) for column in referred)
        joined = self._joined(chain, "LEFT JOIN")
        count = len(referred)
        rows = connection.execute(text(f"SELECT p.place, {named} FROM {given}{joined}"), values)
        return [(row[0], tuple(row[1 : 1 + count]), tuple(row[1 + count :])) for row in rows]

    def _joined(self, chain: Chain, join: str = "JOIN") -> str:
        """The rows that refer to those of `t`, as c0, and to these, as c1, and so on."""
        above = ["t", *(f"c{place}" for place in range(len(chain.ties)))]
        return "".join(
            f" {join} {self._on(tie, *above[place : place + 2])}" for place, tie in enumerate(chain.ties)
        )

    def _below(self, chain: Chain) -> str:
        """The rows that a chain reaches from a row `t` of the statement around."""
        first = chain.ties[0]
        further = "".join(
            f" JOIN {self._on(tie, f'c{place}', f'c{place + 1}')}" for place, tie in enumerate(chain.ties[1:])
        )
        return f"{self._shapes[first.table].sql} c0{further} WHERE {self._equal(first, 't', 'c0')}"

    def _on(self, tie: Tie, parent: str, child: str) -> str:
        return f"{self._shapes[tie.table].sql} {child} ON {self._equal(tie, parent, child)}"

    def _equal(self, tie: Tie, parent: str, child: str) -> str:
        shape, above = self._shapes[tie.table], self._shapes[tie.parent]
        return " AND ".join(
            f"{child}.{shape.cell(self._store, own).sql} = {parent}.{above.cell(self._store, theirs).sql}"
            for own, theirs in zip(tie.columns, tie.parent_columns, strict=True)
        )


def _is_whole(tie: Tie, shapes: Mapping[str, Shape], refuses: bool) -> bool:
    """Whether a key's table is seen, and the columns of one that refuses: SQLite takes one that leads nowhere."""
    if tie.table not in shapes or not refuses:
        return tie.table in shapes
    parts = (tie.table, tie.columns), (tie.parent, tie.parent_columns)
    return len(tie.columns) == len(tie.parent_columns) and all(
        shapes[table].cells.keys() >= set(columns) for table, columns in parts
    )


def _left_behind(links: Sequence[_Link], keys: Sequence[Key], held: Container[Key]) -> Iterator[Key]:
    """The rows to which one refers that does not go itself."""
    going = {named for place, named, _ in links if keys[place - 1] not in held}
    for place, named, below in links:
        if named in going and below not in going and any(value is not None for value in below):
            yield keys[place - 1]


def _levels(links: Sequence[_Link], keys: Sequence[Key], going: Sequence[Key]) -> list[list[Key]]:
    key_of_row = {named: keys[place - 1] for place, named, _ in links}
    below: dict[Key, set[Key]] = {}
    for place, named, other in links:
        if other in key_of_row and other != named:
            below.setdefault(keys[place - 1], set()).add(key_of_row[other])
    levels, waiting = list[list[Key]](), dict.fromkeys(going)
    while waiting:
        free = [key for key in waiting if below.get(key, set()).isdisjoint(waiting)]
        levels.append(free or list(waiting))  # in a circle they go together
        waiting = {key: None for key in waiting if key not in set(levels[-1])}
    return levels


def _by(chain: Chain) -> Held:
    return Held(chain.table, chain.name)
