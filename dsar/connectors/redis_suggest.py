"""Suggestions in Redis: sorted sets behind a search box, and whatever else lies in the same database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from dsar.connectors import (
    Act,
    Column,
    Connector,
    Erased,
    Found,
    Place,
    Probe,
    Raw,
    Residue,
    Schema,
    Sought,
    Table,
    Tells,
)
from dsar.connectors._prefixes import SHOWN, Offer, Prefixes, residue
from dsar.connectors._redis import OnRedis, bytes_of, literal, named, swept_others, text, with_others
from dsar.connectors._redis_values import PAGE, Client, pages
from dsar.connectors._texts import Texts, first_of_each, in_order, leading, of_probes, of_subjects
from dsar.datamap.calls import ENTRY
from dsar.datamap.grounds import SUGGESTION_WHOLE
from dsar.datamap.schema import reading
from dsar.datamap.types import Collection
from dsar.errors import CannotErase

ZSET = b"zset"
UNREADABLE = "an entry is not readable text"


class RedisSuggest(OnRedis, Connector):
    """Settings: key, the sorted set's name or a pattern with {prefix}; order, lexicographic or scored.

    A collection's record is one entry, in whichever sets it stands; its columns are `entry`
    and, of a single set, `score`.
    """

    kind = "redis_suggest"
    whole = True
    has_search_box = True

    def check(self, *, erasing: bool = True) -> None:
        with self._client() as client:
            for key in [self._key.encode()] if not self._many else self._keys(client):
                client.zcard(key)
                break
            if erasing and self.store.erasing:
                client.zrem(
                    self._key, ""
                )  # an entry that no box can offer: asks for the right and changes nothing

    def describe(self) -> Schema:
        columns = [Column(ENTRY, "text", False, True)]
        if not self._many:
            columns.append(Column("score", "double", False, False))
        tables = {
            collection.table: Table(collection.table, {column.name: column for column in columns}, (ENTRY,))
            for collection in self.store.collections.values()
        }
        with self._client() as client:
            return Schema(with_others(tables, self._others(client)))

    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:  # noqa: ARG002
        """As everywhere; the sets are read once, and what is found is put in order here, being little."""
        if all(probe.done for probe in probes):
            return
        texts = of_probes(self.map.identifier_kinds, probes)
        found: dict[tuple[int, tuple[Raw, ...]], Found] = {}
        for member, score in self._entries():
            for probe in first_of_each(texts.within(text(member))):
                one = self._found(probe.subject, probe.number, member, score)
                found[(one.subject, one.key)] = one
        yield from in_order(found.values())

    def scan(self, collection: Collection, whose: Tells) -> Iterator[Found]:  # noqa: ARG002
        seen: set[tuple[int, bytes]] = set()  # an entry may stand in many sets, and a scan bring it twice
        for member, score in self._entries():
            for subject in whose({ENTRY: text(member)}):
                if (subject, member) not in seen:
                    seen.add((subject, member))
                    yield self._found(subject, 0, member, score)

    def _found(self, subject: int, number: int, member: bytes, score: float) -> Found:
        row: dict[str, Raw] = {ENTRY: text(member)}
        if not self._many:
            row["score"] = repr(score)
        key = named(member)
        return Found(subject, number, key, row, UNREADABLE if len(key) > 1 else None)

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:  # noqa: ARG002
        if any(not act.delete for act in acts):
            raise CannotErase(SUGGESTION_WHOLE)
        members = [bytes_of(act.found.key) for act in acts]
        gone: set[bytes] = set()
        with self._client() as client:
            for page in pages(self._keys(client)):
                gone |= _removed(client, page, members)
        yield from (Erased(act, member in gone) for act, member in zip(acts, members, strict=True))

    def seed(self, collection: Collection, rows: Sequence[Mapping[str, Raw]]) -> None:  # noqa: ARG002
        """An entry goes into the one set, or into the set of each of its beginnings."""
        entries = [str(row[ENTRY]) for row in rows]
        with self._client() as client:
            for entry in entries:
                for key in self._sets_of(entry):
                    client.zadd(key, {entry: 0})

    def _sets_of(self, entry: str) -> list[str]:
        lengths = range(1, len(entry) + 1) if self._many else [0]
        return [self._key.replace("{prefix}", entry[:length]) for length in lengths]

    def sweep(
        self, sought: Sequence[Sought], places: Iterable[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        texts = of_subjects(self.map.identifier_kinds, sought)
        asked = reading(places)
        for collection in self.store.collections.values():
            if asked(collection.table, ENTRY):
                leads = leading(self.map.identifier_kinds, [collection], own)
                yield from self._swept_entries(collection.table, texts, leads)
        with self._client() as client:
            yield from swept_others(client, self._others(client), texts, asked)

    def offers(self, sought: Sequence[Sought]) -> Iterator[Residue]:
        for collection in islice(self.store.collections.values(), 1):  # none where all is dismissed
            yield from residue(self.typed(sought), collection.table, ENTRY)

    def typed(self, sought: Sequence[Sought]) -> Iterator[Offer]:
        """What is offered as each identifier is typed, one pipelined round trip for each length of prefix."""
        prefixes = Prefixes(self.map, sought)
        if not self._many and self._scored:
            yield from self._filtered(prefixes)
            return
        with self._client() as client:
            for length in prefixes.lengths():
                typed = prefixes.of_length(length)
                pipeline = client.pipeline(transaction=False)
                for prefix in typed:
                    self._ask(pipeline, prefix)
                answers = zip(typed, pipeline.execute(), strict=True)
                offered = (
                    (prefix, text(member), named(member)) for prefix, members in answers for member in members
                )
                yield from prefixes.offers(length, offered)

    def _ask(self, pipeline: Any, prefix: str) -> None:
        if self._many and self._scored:
            pipeline.zrevrange(self._key.replace("{prefix}", prefix), 0, SHOWN - 1)
        elif self._many:
            pipeline.zrange(self._key.replace("{prefix}", prefix), 0, SHOWN - 1)
        else:
            start = prefix.encode()
            pipeline.zrangebylex(self._key, b"[" + start, b"[" + start + b"\xff", start=0, num=SHOWN)

    def _filtered(self, prefixes: Prefixes) -> Iterator[Offer]:
        """One scored set: the box filters it by what is typed, so one pass answers for every prefix."""
        entries = {member: text(member) for member, _ in self._entries() if prefixes.held(text(member))}
        for length in prefixes.lengths():
            typed = prefixes.of_length(length)
            offered = (
                (p, entry, named(member))
                for member, entry in entries.items()
                for p in typed
                if entry.startswith(p)
            )
            yield from prefixes.offers(length, offered)

    def _swept_entries(self, table: str, texts: Texts[int], leads: Texts[int]) -> Iterator[Residue]:
        seen: set[tuple[int, tuple[Raw, ...]]] = set()
        for member, _ in self._entries():
            for subject in texts.within(text(member)):
                if (place := (subject, named(member))) not in seen:
                    seen.add(place)
                    own = subject in leads.within(text(member))
                    yield Residue(subject, table, ENTRY, place[1], own=own)

    def _entries(self) -> Iterator[tuple[bytes, float]]:
        with self._client() as client:
            for key in self._keys(client):
                yield from client.zscan_iter(key, count=PAGE)

    def _keys(self, client: Client) -> Iterator[bytes]:
        """The suggestion sets."""
        if not self._many:
            yield self._key.encode()
            return
        before, _, after = self._key.partition("{prefix}")
        yield from client.scan_iter(match=f"{literal(before)}*{literal(after)}", count=PAGE, _type="zset")

    def _others(self, client: Client) -> Iterator[bytes]:
        """Every other key, whatever it is called: a string or a hash with the name of a set is no set."""
        for page in pages(client.scan_iter(count=PAGE)):
            called = [key for key in page if self._is_called(key)]
            types = client.pipeline(transaction=False)
            for key in called if self._many else ():
                types.type(key)
            kinds = types.execute() if self._many else [ZSET for _ in called]
            ours = {key for key, kind in zip(called, kinds, strict=True) if kind == ZSET}
            yield from (key for key in page if key not in ours)

    def _is_called(self, key: bytes) -> bool:
        """Whether a key has the name of a suggestion set."""
        before, _, after = self._key.encode().partition(b"{prefix}")
        return key.startswith(before) and key.endswith(after) if self._many else key == before

    @property
    def _key(self) -> str:
        return str(self.store.settings["key"])

    @property
    def _many(self) -> bool:
        return "{prefix}" in self._key

    @property
    def _scored(self) -> bool:
        return self.store.settings.get("order") == "scored"


def _removed(client: Client, keys: Sequence[bytes], members: Sequence[bytes]) -> set[bytes]:
    """Remove the entries from each of the sets; those that stood in one."""
    looks = client.pipeline(transaction=False)
    for key in keys:
        looks.zmscore(key, members)
    there = [
        {m for m, score in zip(members, scores, strict=True) if score is not None}
        for scores in looks.execute()
    ]
    removals = client.pipeline(transaction=True)
    for key, present in zip(keys, there, strict=True):
        if present:
            removals.zrem(key, *present)
    removals.execute()
    return set().union(*there)
