"""Erasing: rows go, or fields of them, by key and only while they still hold what was found there."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, text

from dsar.connectors import Act, Erased, Held, Mentions, Raw, Residue
from dsar.connectors._shelf import Shelf
from dsar.connectors._sql.dialect import COMPARED, Dialect, Look, Rows, Way
from dsar.connectors._sql.finding import key_of
from dsar.connectors._sql.holding import Holding, Key
from dsar.connectors._sql.raw import plain, spoken
from dsar.connectors._sql.shapes import Cell, Kind, Shape
from dsar.datamap.types import Collection, Field
from dsar.errors import BadInput, CannotErase, StoreRefused

_EMPTY: dict[Kind, Raw] = {
    Kind.WHOLE: 0, Kind.BITS: 0, Kind.DECIMAL: 0, Kind.FLOAT: 0, Kind.BOOLEAN: False, Kind.BYTES: "",
    Kind.TEXT: "", Kind.TIME: "1970-01-01", Kind.INSTANT: "1970-01-02",
}  # fmt: skip
_EMPTY_OF_TYPE = {
    "json": "null",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "time": "00:00:00",
    "interval": "P0D",
}


def emptied(cell: Cell) -> Raw:
    """What stands in a column once it is blanked: NULL, or where that is not allowed '', 0 or the like."""
    if cell.nullable:
        return None
    if cell.type.endswith("[]"):
        return "{}"
    if cell.cast in ("INTEGER", "NUMERIC", "REAL"):  # SQLite's affinities: dates are of the second
        return "1970-01-01" if "date" in cell.type.lower() or "time" in cell.type.lower() else 0
    for beginning, value in _EMPTY_OF_TYPE.items():
        if cell.type.startswith(beginning) and not cell.type.startswith("timestamp"):
            return value
    return _EMPTY[cell.kind]


TRIES = 3  # to delete a row that something held, and nothing holds any more


class Erasing:
    """One bounded transaction of acts on one collection."""

    def __init__(
        self,
        dialect: Dialect,
        shape: Shape,
        store: str,
        collection: Collection,
        shelf: Callable[[Field], Shelf],
    ) -> None:
        self._dialect, self._shape, self._store = dialect, shape, store
        self._fields, self._shelf = collection.fields, shelf
        self._key = key_of(dialect, shape, store)
        held = dict.fromkeys(by.column for by in collection.found_by)
        self._compared = [cell for name in held if (cell := shape.cell(store, name)).kind in COMPARED]

    def carry_out(self, connection: Connection, acts: Sequence[Act], holding: Holding) -> list[Erased]:
        """Every act with what became of it, in their order.  Deletions go first, level by level; files last.

        What holds rows back is part of the statement that deletes; it is named afterwards, where any stayed.
        """
        going = [act.found.key for act in acts if act.delete]
        held, levels = holding.plan(connection, going) if holding.comes_first else ({}, [going])
        unless = holding.unless(connection) if going else []
        gone: set[Key] = set()
        leaving: dict[str, set[str]] = defaultdict(set)
        for group in _groups(acts, levels):
            gone |= self._reached(connection, group, unless)
        held |= self._held(connection, [act for act in acts if act.delete], gone, held, holding, unless)
        for act in acts:
            if act.found.key in gone:
                self._note_files(act, leaving)
        self._remove_files(connection, leaving)
        return [Erased(act, act.found.key in gone, held.get(act.found.key)) for act in acts]

    def _held(
        self,
        connection: Connection,
        acts: Sequence[Act],
        gone: set[Key],
        before: Mapping[Key, Held],
        holding: Holding,
        unless: Sequence[str],
    ) -> dict[Key, Held]:
        """What holds back the rows that stayed.  What held one may be gone by now: then it is tried once more."""
        held = dict[Key, Held]()
        for tries in range(TRIES):
            left = [act for act in acts if act.found.key not in gone | before.keys() | held.keys()]
            held |= holding.plan(connection, [act.found.key for act in left])[0]
            left = [act for act in left if act.found.key not in held]
            if not left or not unless or tries + 1 == TRIES:
                return held
            gone |= self._reached(connection, left, unless)
        return held

    def empty(self, connection: Connection, hits: Sequence[Residue], still: Mentions) -> int:
        """Blank the one field of each hit, while it holds what `still` says yes to; how many there were.

        A sweep may have seen it long before: what was written there since is not ours to empty.
        """
        return sum(
            self._emptied(connection, column, [hit for hit in hits if hit.column == column], still)
            for column in sorted({hit.column for hit in hits})
        )

    def _emptied(self, connection: Connection, column: str, hits: Sequence[Residue], still: Mentions) -> int:
        of: dict[Key, list[Residue]] = defaultdict(list)
        for hit in hits:
            of[hit.key].append(hit)
        keys, cell = list(of), self._shape.cell(self._store, column)
        source, given = self._dialect.given(Rows(self._shape, self._key, [], keys))
        held = connection.execute(text(f"SELECT p.place, t.{cell.sql} FROM {source}"), given).all()
        rows: dict[bool, list[tuple[Raw, ...]]] = {True: [], False: []}
        for place, value in held:
            if any(still(hit, spoken(value)) for hit in of[keys[place - 1]]):
                comparable = cell.kind in COMPARED and (
                    cell.kind is Kind.BYTES or not isinstance(value, bytes)
                )
                told = (plain(cell, value),) if comparable else ()
                rows[comparable].append((*keys[place - 1], *told))
        new = [self._blank(column)]
        return sum(
            len(
                self._dialect.change(
                    connection, Rows(self._shape, self._key, [cell] if compared else [], some), new
                )
            )
            for compared, some in rows.items()
            if some
        )

    def _reached(self, connection: Connection, acts: Sequence[Act], unless: Sequence[str]) -> set[Key]:
        """The keys of the rows that acts of one kind took effect on."""
        compared = [cell for cell in self._compared if all(cell.name in act.found.row for act in acts)]
        values = list(
            dict.fromkeys((*act.found.key, *(act.found.row[cell.name] for cell in compared)) for act in acts)
        )
        rows = Rows(self._shape, self._key, compared, values)
        if acts[0].delete:
            places = self._dialect.delete(connection, replace(rows, unless=unless))
        else:
            places = (
                self._dialect.change(connection, rows, self._new(acts[0]))
                if acts[0].blank or acts[0].lock
                else set()
            )
        return {values[place][: len(self._key)] for place in places}

    def _new(self, act: Act) -> list[tuple[Cell, Raw]]:
        new = [self._blank(column) for column in act.blank]
        if act.lock:
            column, value = act.lock
            new.append((self._shape.cell(self._store, column), value))
        return new

    def _blank(self, column: str) -> tuple[Cell, Raw]:
        cell = self._shape.cell(self._store, column)
        if column in self._shape.key:
            raise CannotErase(
                f"column {column} of table {self._shape.name} names the row and cannot be emptied"
            )
        return cell, emptied(cell)

    def _note_files(self, act: Act, leaving: dict[str, set[str]]) -> None:
        for name, field in self._fields.items():
            if (
                field.file
                and (act.delete or name in act.blank)
                and isinstance(held := act.found.row.get(name), str)
                and held
            ):
                leaving[name].add(held)

    def _remove_files(self, connection: Connection, leaving: dict[str, set[str]]) -> None:
        """Cut short here, the rows come back with the roll-back and still name what is to be removed.

        A file that another row names as well (a default picture) stays.
        """
        for column, names in leaving.items():
            shelf = self._shelf(self._fields[column])
            for name in sorted(names - self._still_named(connection, column, names)):
                try:
                    with suppress(BadInput):  # a name that leads out of the root names nothing of ours
                        shelf.delete(name)
                except OSError as error:
                    reason = f"a file that column {column} names cannot be removed ({error.strerror})"
                    raise StoreRefused(
                        f"store {self._store}: {reason}; let this account write there"
                    ) from None

    def _still_named(self, connection: Connection, column: str, names: set[str]) -> set[str]:
        cell = self._shape.cell(self._store, column)
        tokens = [(place, 0, name) for place, name in enumerate(sorted(names))]
        look = Look(0, cell, Way.AS_IS, tokens, indexed=column in self._shape.indexed)
        source, values = self._dialect.joined(self._shape, look, "a")
        return set(connection.execute(text(f"SELECT DISTINCT t.{cell.sql} FROM {source}"), values).scalars())


def _groups(acts: Sequence[Act], levels: Sequence[Sequence[Key]]) -> list[list[Act]]:
    """Acts that one statement carries out together: deletions by level, then changes alike; the held are left out."""
    level = {key: number for number, keys in enumerate(levels) for key in keys}
    deleted: dict[int, list[Act]] = defaultdict(list)
    changed: dict[Any, list[Act]] = defaultdict(list)
    for act in acts:
        if not act.delete:
            changed[act.blank, act.lock].append(act)
        elif act.found.key in level:
            deleted[level[act.found.key]].append(act)
    return [*(deleted[number] for number in sorted(deleted)), *changed.values()]
