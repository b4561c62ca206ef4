"""Keys of a cache in Redis, found by what they are called or by what they hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Generic

from redis.exceptions import WatchError

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
from dsar.connectors._redis import (
    OnRedis,
    bytes_of,
    literal,
    named,
    swept_others,
    text,
    with_others,
    within,
)
from dsar.connectors._redis_values import PAGE, Client, contents, pages, shown
from dsar.connectors._texts import Owner, Texts, first_of_each, of_subjects
from dsar.datamap.grounds import KEY_WHOLE
from dsar.datamap.identifiers import written
from dsar.datamap.patterns import KEY, VALUE, Pattern
from dsar.datamap.schema import reading
from dsar.datamap.types import Collection, DataMap
from dsar.errors import CannotErase

COLUMNS = {name: Column(name, kind, False, name in (KEY, VALUE)) for name, kind in
           ((KEY, "text"), (VALUE, "text"), ("type", "text"), ("ttl", "integer"))}  # fmt: skip
NOT_SHOWN = "what a key holds is too large, or of a type that cannot be read"


class RedisCache(OnRedis, Connector):
    """A collection's `table` is the pattern of its keys: `session:{phone}`, `profile:{student_id}:*`, `page:*`.

    Its columns are `key`, `value`, `type` and `ttl` (seconds that it has left, empty where it has no end).
    """

    kind = "redis_cache"

    def check(self, *, erasing: bool = True) -> None:
        nobody = [_nobody(collection) for collection in self.store.collections.values()]
        with self._client() as client:
            client.scan(0, count=1)
            for key in nobody:
                client.type(key)
                if erasing and self.store.erasing:
                    client.delete(key)  # of nobody: asks for the right and changes nothing

    def describe(self) -> Schema:
        tables = {each.table: Table(each.table, COLUMNS, (KEY,)) for each in self.store.collections.values()}
        with self._client() as client:
            return Schema(with_others(tables, self._others(client)))

    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:
        """As everywhere; keys are put in order here, being little, and what they hold is read one by one."""
        if all(probe.done for probe in probes):
            return
        owners = _Owners(self.map, collection, ((probe, probe.kind, probe.value) for probe in probes))
        with self._client() as client:
            led = {
                (probe.subject, probe.number, str(named(key))): (probe, key)
                for probe, key in _led(client, self._candidates(client, owners), owners)
            }
            for place in sorted(led):
                probe, key = led[place]
                still = led[place] in _led(client, [key], owners)  # it may have been written to meanwhile
                if still and (row := _row(client, key)):
                    problem = None if VALUE in row else NOT_SHOWN
                    yield Found(probe.subject, probe.number, named(key), row, problem)

    def size(self, collection: Collection, most: int) -> int:
        with self._client() as client:
            return sum(1 for _ in islice(_scan(client, Pattern(collection.table)), most))

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:
        if any(not act.delete for act in acts):
            raise CannotErase(KEY_WHOLE)
        pattern = Pattern(collection.table)
        by_value = any(by.column == VALUE for by in collection.found_by)
        ours = [act for act in acts if pattern.holds(text(bytes_of(act.found.key)))]
        with self._client() as client:
            remove = _removed_unchanged if by_value else _removed
            gone = {id(act): went for act, went in zip(ours, remove(client, ours), strict=True)}
        yield from (Erased(act, gone.get(id(act), False)) for act in acts)

    def sweep(
        self, sought: Sequence[Sought], places: Iterable[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        texts = of_subjects(self.map.identifier_kinds, sought)
        asked = reading(places)
        for collection in self.store.collections.values():
            columns = [each for each in (KEY, VALUE) if asked(collection.table, each)]
            if columns:
                owners = _Owners(self.map, collection, ((p.subject, p.kind, p.value) for p in own))
                yield from self._swept(collection.table, columns, texts, owners)
        with self._client() as client:
            yield from swept_others(client, self._others(client), texts, asked)

    def _swept(
        self, table: str, columns: Sequence[str], texts: Texts[int], owners: "_Owners[int]"
    ) -> Iterator[Residue]:
        seen: set[Residue] = set()  # a scan may bring a key twice
        with self._client() as client:
            keys = _scan(client, owners.pattern)
            for key, held in contents(client, keys) if VALUE in columns else ((key, ()) for key in keys):
                inside, leading = within([texts, owners.texts], held)
                where = {KEY: within([texts], [key])[0], VALUE: inside}
                whose = {*owners.of_key(key), *leading} if inside or where[KEY] else set()
                for column in columns:
                    for subject in where[column]:
                        hit = Residue(subject, table, column, named(key), own=subject in whose)
                        if hit not in seen:
                            seen.add(hit)
                            yield hit

    def _candidates(self, client: Client, owners: "_Owners[Probe]") -> Iterable[bytes]:
        """The keys that may be somebody's: as they must be called where that is known, else all of the pattern."""
        if owners.pattern.whole and not owners.by_value:
            return [
                owners.pattern.key(token).encode()
                for token, probes in owners.tokens.items()
                if not all(probe.done for probe in probes)
            ]
        return _scan(client, owners.pattern)

    def _others(self, client: Client) -> Iterator[bytes]:
        patterns = [Pattern(collection.table) for collection in self.store.collections.values()]
        for key in client.scan_iter(count=PAGE):
            if not any(pattern.holds(text(key)) for pattern in patterns):
                yield key


class _Owners(Generic[Owner]):
    """Whose a key is: by its name, in the forms that the map declares, or by what it holds, in any common form."""

    def __init__(
        self, datamap: DataMap, collection: Collection, identifiers: Iterable[tuple[Owner, str, str]]
    ) -> None:
        kinds, known = datamap.identifier_kinds, list(identifiers)
        self.pattern = Pattern(collection.table)
        self.tokens: dict[str, list[Owner]] = {}
        for by in (by for by in collection.found_by if by.column == KEY):
            for owner, kind, value in known:
                for form in by.forms if kind == by.kind else ():
                    for token in written(kinds[kind], value, form):
                        self.tokens.setdefault(token, []).append(owner)
        self._longest = max(map(len, self.tokens), default=0)
        held = {by.kind for by in collection.found_by if by.column == VALUE}
        self.by_value = bool(held)
        self.texts = Texts((owner, kinds[kind], value) for owner, kind, value in known if kind in held)

    def of_key(self, key: bytes) -> list[Owner]:
        if not self.tokens:
            return []
        tokens = self.pattern.tokens(text(key), self._longest)
        return [owner for token in tokens for owner in self.tokens.get(token, ())]

    def of_value(self, pieces: Iterable[bytes]) -> list[Owner]:
        return within([self.texts], pieces)[0] if self.by_value else []


def _owned(
    client: Client, page: Sequence[bytes], owners: _Owners[Probe]
) -> Iterator[tuple[bytes, list[Probe]]]:
    """Which of these keys are somebody's, and whose; values are read only where they can say."""
    if not owners.by_value:
        yield from ((key, whose) for key in page if (whose := owners.of_key(key)))
        return
    for key, held in contents(client, page):
        if whose := [*owners.of_key(key), *owners.of_value(held)]:
            yield key, whose


def _led(client: Client, keys: Iterable[bytes], owners: _Owners[Probe]) -> Iterator[tuple[Probe, bytes]]:
    """What leads to which of these keys: of each subject the first of its probes."""
    for page in pages(keys):
        for key, whose in _owned(client, page, owners):
            yield from ((probe, key) for probe in first_of_each(whose))


def _row(client: Client, key: bytes) -> Mapping[str, Raw]:
    """All of a key; nothing where it is gone by now, and no `value` where that cannot be shown."""
    about = client.pipeline(transaction=False)
    about.type(key)
    about.ttl(key)
    kind, left = about.execute()
    if kind == b"none":
        return {}
    row: dict[str, Raw] = {KEY: text(key), "type": text(kind), "ttl": left if left >= 0 else None}
    whole = shown(client, key, kind)
    return row if whole is None else row | {VALUE: whole}


def _removed(client: Client, acts: Sequence[Act]) -> list[bool]:
    """Remove the keys; which of them were there."""
    pipeline = client.pipeline(transaction=False)
    for act in acts:
        pipeline.delete(bytes_of(act.found.key))
    return [count == 1 for count in pipeline.execute()]


def _removed_unchanged(client: Client, acts: Sequence[Act]) -> list[bool]:
    """Remove the keys that still hold what was found in them; which went."""
    return [_remove_unchanged(client, bytes_of(act.found.key), act.found.row.get(VALUE)) for act in acts]


def _remove_unchanged(client: Client, key: bytes, held: Raw) -> bool:
    with client.pipeline(transaction=True) as pipeline:
        try:
            pipeline.watch(key)
            kind = pipeline.type(key)
            if kind == b"none" or shown(pipeline, key, kind) != held:
                return False
            pipeline.multi()
            pipeline.delete(key)
            return bool(pipeline.execute() == [1])
        except WatchError:
            return False  # it was written to meanwhile


def _scan(client: Client, pattern: Pattern) -> Iterator[bytes]:
    match = "*".join(literal(part) for part in pattern.parts)
    return (key for key in client.scan_iter(match=match, count=PAGE) if pattern.holds(text(key)))


def _nobody(collection: Collection) -> bytes:
    """A key of the pattern that is nobody's: no identifier has a line break."""
    return Pattern(collection.table).key("-\n").replace("*", "-\n").encode()
