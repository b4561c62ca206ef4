"""What a store's own foreign keys mean for an erasure: what goes first, and what may not go."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from dsar.datamap.schema import Then, Tie
from dsar.datamap.types import Collection, Delete, Store


@dataclass(frozen=True)
class Chain:
    """Foreign keys, one behind the other, by which deleting a row reaches rows of another table, or of its own."""

    ties: tuple[Tie, ...]

    @property
    def table(self) -> str:
        """The table that is reached."""
        return self.ties[-1].table

    @property
    def name(self) -> str:
        """The foreign key by which it is reached."""
        return self.ties[-1].name

    @property
    def refuses(self) -> bool:
        """Whether the store itself keeps the row above: nothing goes unseen where these rows cannot be asked for."""
        return self.ties[-1].then is Then.REFUSE


@dataclass(frozen=True)
class Reached:
    """Rows that a store's foreign keys reach when rows of a collection's table are deleted."""

    collection: str
    table: str  # of the rows that are reached
    tie: Tie
    reason: str


def erase_order(store: Store, ties: Sequence[Tie]) -> list[Collection]:
    """The collections of a store, whatever refers to a table before that table.

    Where foreign keys leave it open, children go before the parents that lead to them.
    """
    waiting, ordered = store.erase_order(), list[Collection]()
    while waiting:
        tables = {each.table for each in waiting}
        free = (each for each in waiting if not _referring(each.table, ties) & tables)
        first = next(free, waiting[0])  # in a circle of foreign keys somebody has to begin
        waiting.remove(first)
        ordered.append(first)
    return ordered


def _referring(table: str, ties: Sequence[Tie]) -> set[str]:
    """The other tables whose rows refer to a table, over tables that are taken with it."""
    return {
        tie.table for chain in _chains(table, ties, ()) for tie in chain if tie.table != table
    }  # fmt: skip


def chains(store: Store, ties: Sequence[Tie], table: str) -> list[Chain]:
    """The ways in which deleting rows of a table reaches rows that the map names, or is refused for others."""
    mapped = {each.table for each in store.collections.values()}
    ways = list(_chains(table, ties, ()))
    return [Chain(way) for way in ways if way[-1].table in mapped or _refuses(way, ways, mapped)]


def _refuses(way: Sequence[Tie], ways: Sequence[Sequence[Tie]], mapped: Set[str]) -> bool:
    """Whether rows that nobody mapped hold those above them.

    Where the store takes rows of that table along by another way, it alone knows which of them would be left.
    """
    last = way[-1]
    taken_too = any(_takes(other) and other[-1].table == last.table for other in ways)
    return last.then is Then.REFUSE and last.table not in mapped and not taken_too


def _chains(table: str, ties: Sequence[Tie], before: tuple[Tie, ...]) -> Iterator[tuple[Tie, ...]]:
    """Every way on from a table; a circle is gone round once."""
    for tie in ties:
        if tie.parent != table or tie.then is Then.LOOSEN or tie in before:
            continue
        yield (*before, tie)
        if tie.then is Then.TAKE and tie.table != tie.parent:
            yield from _chains(tie.table, ties, (*before, tie))


def taken(store: Store, ties: Sequence[Tie]) -> Iterator[Reached]:
    """What an erasure would take along unseen: rows of no collection, or of one that is not deleted from."""
    for collection in store.collections.values():
        if not deletes(collection):
            continue
        reached = {chain[-1]: None for chain in _chains(collection.table, ties, ()) if _takes(chain)}
        for tie in reached:
            if reason := _wrong(store, tie.table):
                yield Reached(collection.name, tie.table, tie, reason)


def refusing(store: Store, ties: Sequence[Tie]) -> Iterator[Reached]:
    """What stops an erasure: rows of no collection, which the store does not let go without a row they refer to."""
    mapped = {each.table for each in store.collections.values()}
    for collection in filter(deletes, store.collections.values()):
        ways = list(_chains(collection.table, ties, ()))
        for tie in dict.fromkeys(way[-1] for way in ways if _refuses(way, ways, mapped)):
            yield Reached(
                collection.name, tie.table, tie, _wrong(store, tie.table) or "which the map dismisses"
            )


def _takes(chain: Sequence[Tie]) -> bool:
    return all(tie.then is Then.TAKE for tie in chain)


def _wrong(store: Store, table: str) -> str | None:
    """Why rows of a table should not go by themselves."""
    held = [each for each in store.collections.values() if each.table == table]
    if not held:
        dismissed = any(each.table == table and not each.columns for each in store.dismissed)
        return None if dismissed else "which the map does not name"
    stays = [each.name for each in held if not isinstance(each.on_erasure, Delete) or each.shared]
    return f"which collection {stays[0]} does not delete" if stays else None


def deletes(collection: Collection) -> bool:
    """Whether an erasure may delete rows of a collection."""
    rule = collection.on_erasure
    return isinstance(getattr(rule, "otherwise", rule), Delete)
