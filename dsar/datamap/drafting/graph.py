"""Which tables hold records of people, and how foreign keys lead from a person to them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dsar.datamap.drafting.facts import OWN_KINDS, Facts, Link
from dsar.datamap.drafting.words import bag, words

# A column of these words tells who dealt with a record, not whose it is.
_DEALT_WITH = bag(
    "manager supervisor boss assigned assignee handled handler support rep agent operator approved approver reviewed"
    " reviewer created creator updated modified changed deleted closed by staff editor edited actor sender referrer"
    " inviter parent reports salesman salesperson teacher doctor"
)
# A column of these words holds another person's number or address, or may.
_OTHERS = bag(
    "receiver recipient sender referrer referee inviter invitee friend emergency guardian parent father mother spouse"
    " reply bcc cc from contact"
)
# Tables of these words are about a person and are not the person: others that refer to them are not theirs.
_DETAILS = bag(
    "address shippingaddress billingaddress useraddress order invoice payment message log mail alert review comment"
    " session request booking notification ticket feedback enquiry inquiry form event history"
)
_PLACES = bag("address shippingaddress billingaddress location detail contact recipient receiver")


@dataclass(frozen=True)
class Way:
    """What a record is found by: a kind that people prove, or the number of a record that leads here."""

    kind: str
    column: str
    why: str
    forms: tuple[str, ...] = ()


@dataclass
class Node:
    """A table with records of people."""

    table: str
    ways: list[Way] = field(default_factory=list)
    gives: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    dealt_with: bool = False  # it is nobody's own: a person only dealt with it
    mapped: bool = False  # the map has it already


@dataclass(frozen=True)
class Known:
    """What the map says already: the internal numbers that tables give, after which columns elsewhere are called."""

    gives: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # table -> column -> kind
    kinds: Mapping[str, bool] = field(default_factory=dict)  # kind -> internal
    mapped: frozenset[str] = frozenset()


class Graph:
    """Foreign keys followed from the people outwards.  `nodes` are the tables that are reached."""

    def __init__(self, facts: Facts, known: Known) -> None:
        self.facts, self.known = facts, known
        self.links = [link for link in facts.links() if link.table != link.parent]
        self._own = {table: self._own_columns(table) for table in facts.schema.tables}
        self._by_number = {table: list(self._numbered(table)) for table in facts.schema.tables}
        self.nodes: dict[str, Node] = {}
        self._persons = {table for table in facts.schema.tables if self._is_person(table)}
        self._spread()
        self._kinds = self._named()
        new = [node for node in self.nodes.values() if not node.mapped]
        for node in new:
            self._lead(node)
        for node in new:
            self._point(node)

    def _own_columns(self, table: str) -> list[str]:
        """The columns of a person's own telephone number or e-mail address."""
        return [column for column in self.facts.like(table, *OWN_KINDS) if not _OTHERS & set(words(column))]

    def _numbered(self, table: str) -> Iterator[Way]:
        """Columns called after an internal number of the map, as `student_id` in another store."""
        for column in self.facts.schema.tables[table].columns:
            if self.known.kinds.get(column) and column not in self.facts.schema.tables[table].key:
                yield Way(column, column, f"is called as the number {column} that the map follows")

    def _is_person(self, table: str) -> bool:
        """Whether the rows of a table are people: an own address or number, and no foreign key to somebody else's."""
        owned = any(
            link.table == table and not self._dealt_with(link) and self._own[link.parent]
            for link in self.links
        )
        return bool(self._own[table]) and not owned and not _DETAILS & set(words(table))

    def _spread(self) -> None:
        """Whatever refers to a person's record, and what refers to that, to the end."""
        held = (self._own, self._by_number, self.known.gives)
        waiting = [table for table in self.facts.schema.tables if any(of.get(table) for of in held)]
        for table in waiting:  # grows meanwhile
            self.nodes.setdefault(table, Node(table, mapped=table in self.known.mapped))
            for link in self.links:
                leads = link.parent == table and not self._dealt_with(link) and not self._is_place(table)
                if leads and link.table not in waiting:
                    waiting.append(link.table)
        for link in self.links:
            if link.parent in self._persons and link.table not in self.nodes and self._dealt_with(link):
                self.nodes[link.table] = Node(link.table, dealt_with=True)

    def _is_place(self, table: str) -> bool:
        """Whether it is an address or the like, at which others point."""
        return table not in self.known.gives and words(table)[-1:] != [] and words(table)[-1] in _PLACES

    def _dealt_with(self, link: Link) -> bool:
        return bool(_DEALT_WITH & set(words(link.column)))

    def _named(self) -> dict[str, str]:
        """The internal kind of each table that others refer to, after the column by which most of them do."""
        wanted: dict[str, str] = {}
        for table in self.nodes:
            columns = [link.column for link in self.links if link.parent == table and _names_one(link.column)]
            plain = [
                column for column in columns if words(column)[:-1] and words(column)[-2] in table.lower()
            ]
            chosen = plain or columns
            wanted[table] = "_".join(words(max(chosen, key=chosen.count))) if chosen else f"{table}_id"
        names = list(wanted.values())
        return {
            table: name if names.count(name) == 1 and name not in self.known.kinds else f"{table}_id"
            for table, name in wanted.items()
        }

    def kind(self, table: str, column: str) -> str:
        """The kind of the number that a column of a table is, known to the map or made up."""
        return self.known.gives.get(table, {}).get(column) or _fitting(self._kinds.get(table, f"{table}_id"))

    def _lead(self, node: Node) -> None:
        """The ways to a table: what it is found by."""
        followed = [
            link
            for link in self.links
            if link.table == node.table
            and link.parent in self.nodes
            and not self.nodes[link.parent].dealt_with
            and not self._is_place(link.parent)
            and node.dealt_with == self._dealt_with(link)
        ]
        chosen = self._chosen(followed)
        for link in chosen:
            self._follow(node, link)
        self._note_unfollowed(node, [link for link in self._to_people(node) if link not in chosen])
        node.ways += self._by_number[node.table]
        if not any(not self.facts.nullable(link) for link in chosen):
            node.ways += [self._by_own(node.table, column) for column in self._own[node.table]]

    def _chosen(self, links: list[Link]) -> list[Link]:
        """A key that must be filled tells whose a record is; one that may be empty only where there is no other."""
        direct = [link for link in links if link.parent in self._persons]
        filled = [link for link in links if not self.facts.nullable(link)]
        return [link for link in direct if link in filled] or filled or direct or links

    def _to_people(self, node: Node) -> list[Link]:
        return [link for link in self.links if link.table == node.table and link.parent in self._persons]

    def _follow(self, node: Node, link: Link) -> None:
        kind = self.kind(link.parent, link.parent_column)
        how = "foreign key" if link.written else "by its name alone, there is no foreign key"
        if all((way.kind, way.column) != (kind, link.column) for way in node.ways):
            node.ways.append(Way(kind, link.column, f"leads to {link.parent}.{link.parent_column} ({how})"))
        self.nodes[link.parent].gives.setdefault(kind, link.parent_column)

    def _by_own(self, table: str, column: str) -> Way:
        fact = self.facts.of(table, column)
        return Way(fact.like, column, fact.why, fact.forms)

    def _note_unfollowed(self, node: Node, links: Iterable[Link]) -> None:
        for link in links:
            node.notes.append(
                f"{link.column} leads to {link.parent} too and is not followed:"
                " it may name somebody who only dealt with the record"
            )

    def _point(self, node: Node) -> None:
        """Addresses and the like that a record points at: nobody else's, as far as a sample tells."""
        for link in self.links:
            if node.dealt_with or link.table != node.table or not self._is_part(link):
                continue
            kind = _fitting(link.column.lower())
            if self.known.kinds.get(kind) is not None or node.gives.get(kind, link.column) != link.column:
                kind = _fitting(f"{node.table}_{link.column}".lower())
            node.gives[kind] = link.column
            below = self.nodes.setdefault(link.parent, Node(link.parent))
            below.ways = [way for way in below.ways if way.kind not in OWN_KINDS]
            below.ways.append(
                Way(
                    kind, link.parent_column, f"{node.table}.{link.column} points at it ({self._shown(link)})"
                )
            )

    def _is_part(self, link: Link) -> bool:
        """Whether what a record points at is about its person alone."""
        parent = self.nodes.get(link.parent)
        looks = self.facts.like(link.parent, *OWN_KINDS, "person_name", "address") or self._is_place(
            link.parent
        )
        if not looks or link.parent in self._persons:
            return False
        if parent and any(
            way.kind not in OWN_KINDS and way.column not in self.facts.schema.tables[link.parent].key
            for way in parent.ways
        ):
            return False  # it says itself whose it is
        alone = self.facts.of(link.table, link.column).alone
        return alone if alone is not None else self._is_place(link.parent)

    def _shown(self, link: Link) -> str:
        alone = self.facts.of(link.table, link.column).alone
        return (
            "no two rows of the sample at the same one"
            if alone
            else "by its name; there were too few rows to tell"
        )


def _names_one(column: str) -> bool:
    parts = words(column)
    return len(parts) > 1 and parts[-1] == "id"


def _fitting(name: str) -> str:
    """A name that a map may give: letters, digits, _ and -, at most 64."""
    return "".join(each if each.isalnum() or each in "_-" else "_" for each in name)[:64]
