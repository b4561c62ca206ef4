"""What is known of a store before a map of it is drafted: tables, foreign keys, what columns look like."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dsar.datamap.drafting.words import flat, singular
from dsar.datamap.schema import Schema, Then, Tie

OWN_KINDS = ("email", "phone")  # what people prove, and a record is found by


@dataclass(frozen=True)
class Fact:
    """What a column looks like, by its name and by a sample.  Counts alone: never a value."""

    like: str = ""  # a word of dsar/datamap/likeness.py; '' when it is like nothing personal
    why: str = ""
    forms: tuple[str, ...] = ()  # of a phone or an e-mail address, as the sample has them
    within: str = ""  # what people prove that stands in its texts
    alone: bool | None = None  # whether no value of the sample stood there twice; None: too few to tell


NOTHING = Fact()


@dataclass(frozen=True)
class Link:
    """A column of a table that refers to the one-column key of another; `written` when the store declares it."""

    table: str
    column: str
    parent: str
    parent_column: str
    then: Then
    written: bool = True


@dataclass(frozen=True)
class Facts:
    """Everything that a draft is made from."""

    schema: Schema
    ties: Sequence[Tie]
    columns: Mapping[tuple[str, str], Fact]
    rows: Mapping[str, int] = field(default_factory=dict)  # of each table's sample

    def of(self, table: str, column: str) -> Fact:
        """What one column looks like."""
        return self.columns.get((table, column), NOTHING)

    def like(self, table: str, *likes: str) -> list[str]:
        """The columns of a table that look like one of these."""
        return [
            column for column in self.schema.tables[table].columns if self.of(table, column).like in likes
        ]

    def nullable(self, link: Link) -> bool:
        """Whether a row need not refer to anything."""
        return self.schema.tables[link.table].columns[link.column].nullable

    def links(self) -> list[Link]:
        """Foreign keys of one column, and columns that are named like one where the store declares none."""
        return [*self._declared(), *self._named()]

    def composite(self, table: str) -> list[Tie]:
        """Foreign keys of several columns that are not followed, in this table."""
        followed = {(link.table, link.column) for link in self._declared()}
        return [
            tie
            for tie in self.ties
            if tie.table == table and not any((table, column) in followed for column in tie.columns)
        ]

    def _declared(self) -> list[Link]:
        """Foreign keys of one column, and what those of several columns hold that lead to one of them."""
        declared = [
            Link(tie.table, tie.columns[0], tie.parent, tie.parent_columns[0], tie.then)
            for tie in self.ties
            if len(tie.columns) == 1
        ]
        while derived := [link for link in self._derived(declared) if link not in declared]:
            declared += derived
        return declared

    def _derived(self, links: Sequence[Link]) -> Iterator[Link]:
        """Of a key of several columns: one that holds what a column holds which itself leads to a one-column key."""
        led = {(link.table, link.column): link for link in links}
        for tie in self.ties:
            for own, theirs in zip(tie.columns, tie.parent_columns, strict=False):
                above = led.get((tie.parent, theirs))
                if above and len(tie.columns) > 1:
                    yield Link(tie.table, own, above.parent, above.parent_column, tie.then)

    def _named(self) -> Iterator[Link]:
        """Columns called after a table: customer_id, CustomerId or customerid beside a table `customers`."""
        known = {(tie.table, column) for tie in self.ties for column in tie.columns}
        keys = {table.name: table.key[0] for table in self.schema.tables.values() if len(table.key) == 1}
        tables = _called_after(keys)
        for table in self.schema.tables.values():
            for column in table.columns.values():
                if (table.name, column.name) not in known and (table.key != (column.name,)):
                    called = tables.get(flat(column.name), set()) - {table.name}
                    for parent in called if len(called) == 1 else ():
                        yield Link(table.name, column.name, parent, keys[parent], Then.LOOSEN, written=False)


def _called_after(keys: Mapping[str, str]) -> dict[str, set[str]]:
    """What a column is called that refers to a table, with the tables that it may mean; keys: that of each table."""
    tables = defaultdict[str, set[str]](set)
    for table, key in keys.items():
        own = flat(key)
        for name in (own, f"{flat(table)}id", f"{singular(flat(table))}id"):
            if own in ("id", name) and name.endswith("id") and len(name) >= 4:
                tables[name].add(table)
    return tables
