"""The collections and the dismissed tables of one store, as a draft proposes them: plain values, guesses marked."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dsar.datamap.compare import unmapped
from dsar.datamap.drafting.dismissing import dismissal
from dsar.datamap.drafting.facts import OWN_KINDS
from dsar.datamap.drafting.graph import Graph, Node, Way
from dsar.datamap.drafting.holding import proposal
from dsar.datamap.drafting.words import about, title
from dsar.datamap.likeness import Like
from dsar.datamap.schema import Column
from dsar.datamap.sections import NAME
from dsar.datamap.spot import CHECK
from dsar.datamap.types import Store

Plain = dict[str, Any]


class Section:
    """What is not in the map yet of one store.  `kinds` are the identifier kinds that it makes use of."""

    def __init__(self, graph: Graph, store: Store, *, purpose: str | Plain, by: str) -> None:
        self._graph, self._facts, self._store = graph, graph.facts, store
        self._purpose, self._by = purpose, by
        self._missing = {place.table: place.columns for place in unmapped(store, graph.facts.schema)}
        self.kinds: dict[str, None] = {}  # in their order

    def plain(self) -> Plain:
        """The keys below the store."""
        collections: Plain = {}
        dismissed: Plain = {}
        for table in self._facts.schema.tables:
            node = self._graph.nodes.get(table)
            if node and node.mapped:
                collections |= self._added(node)
            elif node and node.ways and table in self._missing:
                name = self._name(table, collections)
                collections[name] = self._collection(name, node)
            elif table in self._missing:
                dismissed[table] = dismissal(self._facts, table, self._missing[table], self._by)
        return {
            key: value for key, value in (("collections", collections), ("dismissed", dismissed)) if value
        }

    def _name(self, table: str, taken: Plain) -> str:
        """The collection's name: the table's, of letters, digits, _ and - alone."""
        name = re.sub(r"[^\w-]", "_", table)[:60]
        name = name if NAME.fullmatch(name) else f"t{name}"
        number = 2
        while name in taken or name in self._store.collections:
            name, number = f"{name.rstrip('0123456789')}{number}", number + 1
        return name

    def _added(self, node: Node) -> Plain:
        """To a table that the map has: columns that are new there, numbers that others are found by."""
        held = next(each for each in self._store.collections.values() if each.table == node.table)
        new = {kind: column for kind, column in node.gives.items() if kind not in held.gives}
        added: Plain = {}
        if new:
            added["gives"] = new
            added[CHECK] = list(map(_leads, new.items()))
            self.kinds |= dict.fromkeys(new)
        fields = {name: self._field(node, name) for name in self._missing.get(node.table, ())}
        if fields:
            added["fields"] = fields
        return {held.name: added} if added else {}

    def _collection(self, name: str, node: Node) -> Plain:
        proposed, shared = proposal(self._graph, node), self._is_shared(node)
        plain: Plain = {
            "title": dict(title(node.table)),
            CHECK: list(self._asked(node, shared)) + proposed.why,
        }
        if name != node.table:
            plain["table"] = node.table
        plain["found_by"] = self._found_by(node.ways)
        if node.gives:
            plain["gives"] = dict(node.gives)
        self.kinds |= dict.fromkeys([*(way.kind for way in node.ways), *node.gives])
        plain["purpose"] = self._purpose
        columns = self._facts.schema.tables[node.table].columns
        plain["fields"] = {column: self._field(node, column) for column in columns}
        if shared:
            plain["shared"] = "redact"
        plain["on_erasure"] = proposed.act
        return plain

    def _asked(self, node: Node, shared: bool) -> Iterator[str]:
        """What somebody has to answer of a collection as a whole."""
        yield "(title) made from the table's name"
        yield from node.notes
        table = self._facts.schema.tables[node.table]
        if not table.key:
            yield "the table has no primary key; name the columns that name a row under `key`, if some do"
        for tie in self._facts.composite(node.table):
            yield f"the foreign key {tie.name} has several columns and is not followed"
        for tie in self._facts.ties:
            if tie.table == tie.parent == node.table:
                yield f"{', '.join(tie.columns)} leads to another row of the same table and is not followed"
        yield from polymorphic(table.columns)
        yield from map(_leads, node.gives.items())
        if shared:
            yield "(shared) a row that names somebody else too stays, without this person's identifiers"

    def _is_shared(self, node: Node) -> bool:
        """Whether a row may name several people: an address beside a key to an account, or two such keys."""
        columns = {way.column for way in node.ways}
        own = any(way.kind in OWN_KINDS for way in node.ways)
        followed = {way.column for way in node.ways if way.kind not in OWN_KINDS}
        same_kind = len({way.kind for way in node.ways}) < len(columns)
        return (own and bool(followed)) or (same_kind and len(followed) > 1)

    def _found_by(self, ways: list[Way]) -> Plain:
        found: dict[str, list[Plain]] = {}
        for way in ways:
            item: Plain = {"column": way.column}
            if way.forms:
                item["form"] = way.forms[0]
            found.setdefault(way.kind, []).append({**item, CHECK: way.why})
        return {kind: items[0] if len(items) == 1 else items for kind, items in found.items()}

    def _field(self, node: Node, name: str) -> Plain:
        column, fact = self._facts.schema.tables[node.table].columns[name], self._facts.of(node.table, name)
        if fact.like == Like.CREDENTIAL:
            return {"withhold": "credential", CHECK: fact.why}
        plain: Plain = {"title": dict(title(name)), "category": self._category(name, fact.like)}
        why = [fact.why] if fact.why else ["title and category are made from its name"]
        if fact.like in OWN_KINDS and all(way.column != name for way in node.ways):
            plain |= {"identifier": str(fact.like), "mentions": "erase"}
            self.kinds[str(fact.like)] = None
            why.append("maybe another person's, so it is shown masked, and emptied when that person asks")
        if fact.within:
            plain["mentions"] = "erase"
            why.append("whoever stands in somebody else's text has all of it emptied when he asks")
        if "json" in column.type.lower():
            why.append("holds JSON: it may hold anything")
        return {**plain, CHECK: "; ".join(why)}

    def _category(self, name: str, like: str) -> str:
        if like and Like(like).personal:
            return Like(like).category
        return about(name) or (Like(like).category if like else "other")


def _leads(given: tuple[str, str]) -> str:
    return f"(gives) {given[0]} leads from {given[1]} to other tables"


def polymorphic(columns: Mapping[str, Column]) -> Iterator[str]:
    """Columns that name rows of several tables, which one is told by another column: no foreign key says so."""
    for name in columns:
        stem = name.lower().removesuffix("_id").removesuffix("id")
        beside = {f"{stem}_type", f"{stem}type", f"{stem}_type_id"} | (
            {"content_type_id", "content_type"} if stem == "object" else set()
        )
        if stem and name.lower() != stem and beside & {each.lower() for each in columns}:
            yield f"{name} names rows of several tables, and another column says of which; it is not followed"
