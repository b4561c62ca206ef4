"""Suggestions in Redis: sorted sets behind a search box, and whatever else lies in the same database."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.exceptions import AuthenticationError, ConnectionError, RedisError, TimeoutError

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
)
from dsar.connectors._prefixes import SHOWN, Offer, Prefixes, residue
from dsar.connectors._redis_values import PAGE, Client, values
from dsar.connectors._texts import Texts, first_of_each
from dsar.datamap.types import Collection
from dsar.errors import CannotErase, StoreProblem, StoreRefused, StoreUnreachable

OTHERS = "other keys"  # the table of every key of the database that is no suggestion set
ENTRY = "entry"


class RedisSuggest(Connector):
    """Settings: key, the sorted set's name or a pattern with {prefix}; order, lexicographic or scored.

    A collection's record is one entry, in whichever sets it stands; its columns are `entry`
    and, of a single set, `score`.
    """

    kind = "redis_suggest"
    has_search_box = True
    _opened: Client = None

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

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
            if any(True for _ in self._others(client)):
                tables[OTHERS] = Table(
                    OTHERS, {name: Column(name, "text", False, True) for name in ("name", "value")}, ("name",)
                )
        return Schema(tables)

    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:  # noqa: ARG002
        """As everywhere; the sets are read once, and what is found is put in order here, being little."""
        if all(probe.done for probe in probes):
            return
        texts = Texts((probe, self.map.identifier_kinds[probe.kind], probe.value) for probe in probes)
        found: dict[tuple[int, tuple[Raw, ...]], Found] = {}
        for member, score in self._entries():
            row: dict[str, Raw] = {ENTRY: member.decode(errors="replace")}
            if not self._many:
                row["score"] = repr(score)
            for probe in first_of_each(texts.within(str(row[ENTRY]))):
                found[(probe.subject, _named(member))] = Found(
                    probe.subject, probe.number, _named(member), row, _problem(member)
                )
        yield from sorted(found.values(), key=lambda one: (one.subject, one.number, str(one.key)))

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:  # noqa: ARG002
        if any(not act.delete for act in acts):
            raise CannotErase("a suggestion can only be deleted whole")
        members = [_member(act.found.key) for act in acts]
        gone: set[bytes] = set()
        with self._client() as client:
            for page in _pages(self._keys(client)):
                gone |= _removed(client, page, members)
        yield from (Erased(act, member in gone) for act, member in zip(acts, members, strict=True))

    def sweep(
        self, sought: Sequence[Sought], places: Sequence[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        texts = Texts((one.subject, self.map.identifier_kinds[one.kind], one.value) for one in sought)
        asked = None if places is None else {(p.table, column) for p in places for column in p.columns}
        for collection in self.store.collections.values():
            if asked is None or (collection.table, ENTRY) in asked:
                yield from self._swept_entries(collection.table, texts, self._leading(collection, own))
        if asked is None or any(table == OTHERS for table, _ in asked):
            hits = self._swept_others(texts)
            yield from (hit for hit in hits if asked is None or (OTHERS, hit.column) in asked)

    def offers(self, sought: Sequence[Sought]) -> Iterator[Residue]:
        table = next(iter(self.store.collections.values())).table
        yield from residue(self.typed(sought), table, ENTRY)

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
                    (prefix, _text(member), _named(member))
                    for prefix, members in answers
                    for member in members
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
        entries = {member: _text(member) for member, _ in self._entries() if prefixes.held(_text(member))}
        for length in prefixes.lengths():
            typed = prefixes.of_length(length)
            offered = (
                (p, entry, _named(member))
                for member, entry in entries.items()
                for p in typed
                if entry.startswith(p)
            )
            yield from prefixes.offers(length, offered)

    def _leading(self, collection: Collection, own: Sequence[Probe]) -> Texts[int]:
        """What leads to an entry: identifiers of the kinds that the collection is found by."""
        kinds = {by.kind for by in collection.found_by}
        return Texts(
            (probe.subject, self.map.identifier_kinds[probe.kind], probe.value)
            for probe in own
            if probe.kind in kinds
        )

    def _swept_entries(self, table: str, texts: Texts[int], leading: Texts[int]) -> Iterator[Residue]:
        seen: set[tuple[int, tuple[Raw, ...]]] = set()
        for member, _ in self._entries():
            for subject in texts.within(_text(member)):
                if (place := (subject, _named(member))) not in seen:
                    seen.add(place)
                    own = subject in leading.within(_text(member))
                    yield Residue(subject, table, ENTRY, place[1], own=own)

    def _swept_others(self, texts: Texts[int]) -> Iterator[Residue]:
        with self._client() as client:
            for page in _pages(self._others(client)):
                pipeline = client.pipeline(transaction=False)
                for key in page:
                    pipeline.type(key)
                for key, kind in zip(page, pipeline.execute(), strict=True):
                    for subject in texts.within(_text(key)):
                        yield Residue(subject, OTHERS, "name", _named(key))
                    held = {
                        subject
                        for value in values(client, key, kind)
                        for subject in texts.within(_text(value))
                    }
                    yield from (Residue(subject, OTHERS, "value", _named(key)) for subject in sorted(held))

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
        yield from client.scan_iter(match=f"{_literal(before)}*{_literal(after)}", count=PAGE, _type="zset")

    def _others(self, client: Client) -> Iterator[bytes]:
        before, _, after = self._key.encode().partition(b"{prefix}")
        for key in client.scan_iter(count=PAGE):
            ours = key.startswith(before) and key.endswith(after) if self._many else key == before
            if not ours:
                yield key

    @property
    def _key(self) -> str:
        return str(self.store.settings["key"])

    @property
    def _many(self) -> bool:
        return "{prefix}" in self._key

    @property
    def _scored(self) -> bool:
        return self.store.settings.get("order") == "scored"

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            if self._opened is None:
                bounds = {"socket_timeout": self.timeout, "socket_connect_timeout": self.timeout}
                self._opened = Redis.from_url(self.url, **bounds)
            yield self._opened
        except (RedisError, ValueError) as error:
            raise _answer(self.store.name, error) from None


def _answer(store: str, error: Exception) -> StoreProblem:
    if isinstance(error, ValueError):
        return StoreRefused(
            f"store {store} has a url that is none of Redis; it reads redis://HOST:PORT/NUMBER"
        )
    if isinstance(error, ConnectionError | TimeoutError) and not isinstance(error, AuthenticationError):
        return StoreUnreachable(f"store {store} gave no answer; see that it runs and can be reached")
    return StoreRefused(
        f"store {store} refused ({type(error).__name__}); see that its key and account are right"
    )


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


def _pages(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    page: list[bytes] = []
    for key in keys:
        page.append(key)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _named(data: bytes) -> tuple[Raw, ...]:
    """What names an entry or a key: its text, or its bytes where it is none."""
    return (data.decode(),) if _problem(data) is None else (b64encode(data).decode(), "base64")


def _member(key: tuple[Raw, ...]) -> bytes:
    return b64decode(str(key[0])) if len(key) == 2 else str(key[0]).encode()


def _problem(data: bytes) -> str | None:
    try:
        data.decode()
    except UnicodeDecodeError:
        return "an entry is not readable text"
    return None


def _literal(text: str) -> str:
    """The text for a pattern of Redis, in which it stands for itself."""
    return "".join(f"\\{letter}" if letter in "*?[]^-\\" else letter for letter in text)
