"""What an erasure should do to the records of a table, and which rows of others would stop it."""

from dataclasses import dataclass
from typing import Any

from dsar.datamap.drafting.facts import OWN_KINDS, Facts, Link
from dsar.datamap.drafting.graph import Graph, Node
from dsar.datamap.drafting.words import about, bag, words
from dsar.datamap.likeness import Like
from dsar.datamap.schema import Then

_SALES = bag("order invoice payment refund transaction receipt sale bill contract")
_SAYS = ("contact", "basic", "identity", "content", "online", "health", "financial", "location")


@dataclass(frozen=True)
class Proposal:
    """A value for `on_erasure`, and why."""

    act: str | dict[str, Any]
    why: list[str]


def proposal(graph: Graph, node: Node) -> Proposal:
    """Delete what is a person's own; empty what others' rows hold, and what he only dealt with."""
    if node.dealt_with:
        return _let_go(graph.facts, node)
    refused = [link for link in graph.links if _refuses(graph, node, link)]
    others = [link for link in refused if _is_others(graph, link)]
    why = [_held_by(link) for link in refused]
    if others and (fields := _telling(graph.facts, node)):
        tables = ", ".join(sorted({link.table for link in others}))
        return Proposal(
            {"blank": fields},
            [f"(on_erasure) rows of other people refer to it ({tables}), so it is emptied", *why],
        )
    why.insert(0, "(on_erasure) goes with the person")
    if _SALES & set(words(node.table)):
        why.append("(on_erasure) a law may want papers of a sale kept; then name its rule under `keep`")
    return Proposal("delete", why)


def _let_go(facts: Facts, node: Node) -> Proposal:
    columns = [way.column for way in node.ways]
    table = facts.schema.tables[node.table]
    if columns and all(table.columns[column].nullable for column in columns):
        why = "(on_erasure) the person only dealt with the record; his number is taken out of it"
        return Proposal({"blank": columns}, [why])
    why = "(on_erasure) the person only dealt with the record, and his number in it cannot be empty"
    return Proposal({"nothing": "the record is not this person's own"}, [why])


def _refuses(graph: Graph, node: Node, link: Link) -> bool:
    """Whether rows by this foreign key keep a record from going: they are not found with it, and not let go."""
    if link.parent != node.table or not link.written or link.then is Then.LOOSEN:
        return False
    below = graph.nodes.get(link.table)
    if below and link.column in below.gives.values():
        return False  # it is found through that row, which goes first
    kind = graph.kind(link.parent, link.parent_column)
    return below is None or all((way.kind, way.column) != (kind, link.column) for way in below.ways)


def _is_others(graph: Graph, link: Link) -> bool:
    """Whether rows of this table are other people's, each tied to the record for good."""
    return link.table in graph.nodes and not graph.facts.nullable(link)


def _held_by(link: Link) -> str:
    does = "is deleted with it" if link.then is Then.TAKE else "keeps it from going"
    return f"(on_erasure) whatever row of {link.table} refers to it by {link.column} {does}"


def _telling(facts: Facts, node: Node) -> list[str]:
    """The columns that say something of the person and may be emptied."""
    table = facts.schema.tables[node.table]
    followed = {way.column for way in node.ways if way.kind not in OWN_KINDS}
    found = []
    for name, column in table.columns.items():
        fact = facts.of(node.table, name)
        personal = fact.like and (Like(fact.like).personal or fact.like == Like.FREE_TEXT)
        says = column.text and (personal or about(name) in _SAYS)
        if name not in table.key and (column.nullable if name in followed else says):
            found.append(name)
    return found
