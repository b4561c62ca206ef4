"""A SQL table of suggestions behind a search box: looked at by value, and typed into prefix by prefix."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from dsar.connectors import Found, Probe, Residue, Sought, Tells
from dsar.connectors._prefixes import SHOWN, Offer, Prefixes, residue
from dsar.connectors._sql.dialect import Look, Way
from dsar.connectors._sql.finding import key_of, stream
from dsar.connectors._sql.raw import led_on, plain, row_of, spoken
from dsar.connectors._sql.scanning import scanned
from dsar.connectors._sql.shapes import Shape
from dsar.connectors._sql.sweeping import Lead
from dsar.connectors._texts import Texts, first_of_each, leading, of_probes
from dsar.connectors.sql import Sql
from dsar.datamap.types import Collection, FoundBy
from dsar.errors import StoreRefused


class SqlSuggest(Sql):
    """Settings: table, column, and key where the table has no primary key.

    An entry is found wherever an identifier stands in it (`罗明 13100008688`), in any common
    form; it is deleted whole, whoever else it names: it is only a suggestion.
    """

    kind = "sql_suggest"
    has_search_box = True

    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:
        """As everywhere; the table is read once, and what is found is put in order here, being little."""
        if all(probe.done for probe in probes):
            return
        shape, gives = self._shape(collection), frozenset(collection.gives.values())
        texts = of_probes(self.map.identifier_kinds, probes)
        yield from sorted(self._matched(shape, texts, gives), key=lambda found: (found.subject, found.number))

    def scan(self, collection: Collection, whose: Tells) -> Iterator[Found]:
        shape, column = self._shape(collection), self._column()
        with self._reading() as connection:
            telling = replace(collection, found_by=(FoundBy("", column, ()),), gives={}, fields={})
            yield from scanned(
                self.dialect, connection, self.store.name, shape, telling,
                lambda held: whose({column: spoken(held[column])}),
            )  # fmt: skip

    def _lead(self, shape: Shape, own: Sequence[Probe]) -> Lead:
        if shape.name != self.store.settings["table"]:
            return super()._lead(shape, own)
        texts = leading(self.map.identifier_kinds, self.store.collections.values(), own)
        cells = [shape.cell(self.store.name, self._column())] if own else []
        return Lead(
            cells, lambda subject, values: subject in texts.within(spoken(values[0])) if own else False
        )

    def _matched(self, shape: Shape, texts: Texts[Probe], gives: Container[str]) -> Iterator[Found]:
        key = key_of(self.dialect, shape, self.store.name)
        cells, place = list(shape.cells.values()), list(shape.cells).index(self._column())
        columns = ", ".join([*(part.expression for part in key), *(f"t.{cell.sql}" for cell in cells)])
        order = ", ".join(str(number + 1) for number in range(len(key)))
        with self._reading() as connection:
            words = f"SELECT {columns} FROM {shape.sql} t ORDER BY {order}"
            for row in stream(self.dialect, connection, (words, {})):
                values = row[len(key) :]
                for probe in first_of_each(texts.within(spoken(values[place]))):
                    named = tuple(plain(part.cell, value) for part, value in zip(key, row, strict=False))
                    read, problem = row_of(cells, values, shape.name)
                    given, led_nowhere = led_on(cells, values, gives, shape.name)
                    yield Found(probe.subject, probe.number, named, read, problem or led_nowhere, given)

    def offers(self, sought: Sequence[Sought]) -> Iterator[Residue]:
        yield from residue(self.typed(sought), str(self.store.settings["table"]), self._column())

    def typed(self, sought: Sequence[Sought]) -> Iterator[Offer]:
        """What is offered as each identifier is typed, one statement for each length of prefix."""
        prefixes, shape = Prefixes(self.map, sought), self._suggestions()
        with self._reading() as connection:
            for length in prefixes.lengths():
                typed = prefixes.of_length(length)
                tokens = [(place, 0, prefix) for place, prefix in enumerate(typed)]
                look = Look(0, shape.cell(self.store.name, self._column()), Way.PREFIX, tokens, length)
                rows = stream(self.dialect, connection, self._offered(shape, look))
                yield from prefixes.offers(
                    length, ((typed[s], spoken(entry), (*key,)) for s, entry, *key in rows)
                )

    def _offered(self, shape: Shape, look: Look) -> tuple[str, dict[str, object]]:
        source, values = self.dialect.joined(shape, look, "a")
        key = key_of(self.dialect, shape, self.store.name)
        named = "".join(f", {part.expression} AS k{place}" for place, part in enumerate(key))
        ranked = f"row_number() OVER (PARTITION BY p.s ORDER BY t.{look.cell.sql}) AS place"
        columns = f"p.s AS s, t.{look.cell.sql} AS entry{named}, {ranked}"
        kept = "".join(f", k{place}" for place in range(len(key)))
        return (
            f"SELECT s, entry{kept} FROM (SELECT {columns} FROM {source}) o WHERE place <= {SHOWN:d}",
            values,
        )

    def _suggestions(self) -> Shape:
        table = str(self.store.settings["table"])
        if table not in self._described():
            raise StoreRefused(f"store {self.store.name} has no table {table}; correct the map")
        return self._described()[table]

    def _column(self) -> str:
        return str(self.store.settings["column"])

    def _declared(self, table: str) -> tuple[str, ...]:
        key = self.store.settings.get("key")
        return (str(key),) if key and table == self.store.settings["table"] else super()._declared(table)
