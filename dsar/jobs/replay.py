"""Apply every past erasure to stores that were restored from a backup, by tombstones alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from dsar import clock, db
from dsar.connectors import Connector
from dsar.datamap.ties import erase_order
from dsar.datamap.types import Collection, DataMap, Store
from dsar.errors import BadInput, CannotErase, StoreProblem
from dsar.jobs import reerasing
from dsar.jobs.erase import internal_kinds, may_go_on, today
from dsar.jobs.office import Office
from dsar.jobs.recognising import Numbers, Reader, Stones
from dsar.jobs.reerasing import Place
from dsar.models import ReplayPart
from dsar.services import maps, reasons, replaying, stopping
from dsar.services.replaying import Tally

Told = Callable[[str, str, int], None]  # store, collection, records read so far
TELL_EVERY = 10_000  # records


@dataclass
class Replay:
    """One run."""

    office: Office
    datamap: DataMap
    stones: Stones
    by: str
    told: Told
    on_hold: set[str]  # when it began
    number: int | None = None  # of the replay; None: only counted
    numbers: Numbers = field(default_factory=Numbers)

    def place(self, store: Store, collection: Collection, connector: Connector, key: Sequence[str]) -> Place:
        """A collection, with progress."""
        reader = Reader(self.stones, self.numbers, self.datamap, collection, entries=connector.has_search_box)
        internal = internal_kinds(self.datamap)
        return Place(
            collection, key, reader, today(self.datamap), internal, self.counting(store, collection), connector.whole,
            self.go_on,
        )  # fmt: skip

    def go_on(self) -> None:
        """Raise NotAllowed once somebody has stopped all erasures, or holds one of those that this goes by."""
        may_go_on()
        with db.read() as session:
            replaying.refuse_once_held(session, self.on_hold)

    def counting(self, store: Store, collection: Collection) -> Callable[[], None]:
        """What is called for every record, and tells how many there were."""
        count = 0

        def read() -> None:
            nonlocal count
            count += 1
            if count % TELL_EVERY == 0:
                self.told(store.name, collection.name, count)

        return read


@dataclass(frozen=True)
class Came:
    """What a run came to."""

    number: int | None
    ended: bool
    parts: dict[replaying.Place, Tally]
    failed: dict[replaying.Place, str]  # what could not be gone through, and why
    without: int  # erasures that left no tombstone
    on_hold: int  # erasures that somebody holds or has to let go, of which nothing goes


def run(
    office: Office, *, stores: Sequence[str], since: datetime | None, by: str, only_count: bool, told: Told
) -> Came:
    """Count, or erase again; cut short anywhere, the next run of the same goes on.

    Raises NotFound and Forbidden for who may not, BadInput for a store that is not in the map, Stopped while all
    erasures are stopped, StoreProblem where a store that tells whose the numbers are gives no answer.
    """
    with db.read() as session:
        replaying.may(session, by, counting=only_count)
        if not only_count:
            stopping.refuse_while_stopped(session)
        datamap = maps.current(session)[1]
        without, on_hold = replaying.without(session, since), replaying.on_hold(session)
    chosen = _chosen(datamap, stores)
    doing = Replay(office, datamap, Stones(office.vault, datamap, since), by, told, on_hold)
    given = _follow(doing, _givers(datamap, chosen))
    if only_count:
        parts, failed = _counted(doing, chosen)
        return Came(None, True, parts, failed, without, len(on_hold))
    with db.begin() as session:
        replaying.add_numbers(session, given, at=clock.now())
        places = {store.name: list(store.collections) for store in chosen}
        doing.number = replaying.begin(session, places, since=since, by=by, at=clock.now()).id
    for store in chosen:
        _store(doing, store)
    return _ended(doing, without)


def _chosen(datamap: DataMap, names: Sequence[str]) -> list[Store]:
    """The stores, those that give numbers after those that are searched by them, and rebuilt ones last."""
    for name in names:
        if name not in datamap.stores:
            raise BadInput(f"store {name!r} is not in the map; it has {', '.join(datamap.stores)}")
    chosen = [
        store for store in datamap.stores.values() if store.collections and (not names or store.name in names)
    ]
    return sorted(chosen, key=lambda s: (bool(s.rebuilt_from), -len(datamap.leads_to(s.name) - {s.name})))


def _givers(datamap: DataMap, chosen: Sequence[Store]) -> list[Store]:
    """The stores that say whose the numbers are by which these are searched, restored or not."""
    names = {store.name for store in chosen}.union(*(datamap.leads_to(store.name) for store in chosen))
    return [
        store
        for store in datamap.stores.values()
        if store.name in names and any(each.gives for each in store.collections.values())
    ]


def _follow(doing: Replay, givers: Sequence[Store]) -> dict[str, dict[bytes, tuple[str, str]]]:
    """Learn which numbers are another's by now, and follow those of accounts that the backup brought back.

    The tombstones of these, by reference.
    """
    given: dict[str, dict[bytes, tuple[str, str]]] = {}
    while True:
        fresh, others = set[tuple[str, str, str]](), set[tuple[str, str, str]]()
        for store in givers:
            _ask(doing, store, fresh, others)
        if others - doing.numbers.of_others:
            doing.numbers.of_others |= others
            continue
        if not fresh:
            return given
        for reference, kind, number in sorted(fresh):
            given.setdefault(reference, {}).update(doing.stones.add(reference, kind, number))


def _ask(
    doing: Replay, store: Store, fresh: set[tuple[str, str, str]], others: set[tuple[str, str, str]]
) -> None:
    with doing.office.store(store, doing.datamap) as connector:
        connector.check(erasing=False)
        for collection in (each for each in store.collections.values() if each.gives):
            place = doing.place(store, collection, connector, ())

            def note(row: Mapping[str, object], place: Place = place) -> Sequence[int]:
                place.read()
                others.update(place.reader.denies(row))
                fresh.update(place.reader.unknown(row))
                return ()

            for _ in connector.scan(collection, note):
                pass


def _counted(
    doing: Replay, chosen: Sequence[Store]
) -> tuple[dict[replaying.Place, Tally], dict[replaying.Place, str]]:
    parts, failed = dict[replaying.Place, Tally](), dict[replaying.Place, str]()
    for store in chosen:
        names = list(store.collections)
        try:
            with _opened(doing, store) as (connector, places):
                for place in places:
                    seen = reerasing.look(connector, place, most=0)
                    seen.tally.left = seen.tally.in_doubt
                    seen.tally.emptied = reerasing.mentioned(connector, place)
                    parts[store.name, place.collection.name] = seen.tally
                    names.remove(place.collection.name)
        except StoreProblem as error:
            failed |= {(store.name, name): str(error) for name in names}
    return parts, failed


@contextmanager
def _opened(doing: Replay, store: Store) -> Iterator[tuple[Connector, list[Place]]]:
    """The store to be read, and its collections in the order in which they are erased."""
    with doing.office.store(store, doing.datamap) as connector:
        connector.check(erasing=False)
        schema = connector.describe()
        places = []
        for collection in erase_order(store, connector.ties()):
            table = schema.tables.get(collection.table)
            places.append(
                doing.place(store, collection, connector, (table.key if table else ()) or collection.key)
            )
        yield connector, places


def _store(doing: Replay, store: Store) -> None:
    """Erase again what a store holds of erased people; then look again.  What is done already is passed over."""
    with db.read() as session:
        done = replaying.parts(session, doing.number or 0)
    due = [name for name in store.collections if done[store.name, name].done_at is None]
    if not due:
        return
    try:
        with _opened(doing, store) as (connector, places):
            wanted = [place for place in places if place.collection.name in due]
            tallies = {place.collection.name: _erased(doing, store, connector, place) for place in wanted}
            for place in wanted:
                _looked(doing, store, connector, place, tallies[place.collection.name])
    except StoreProblem as error:
        _failed(doing, store, due, error)


def _failed(doing: Replay, store: Store, names: Sequence[str], error: StoreProblem) -> None:
    """A kind of store that cannot be gone through never can; any other is tried by the next run."""
    again, at = not isinstance(error, CannotErase), clock.now()
    with db.begin() as session:
        for name in names:
            place = (store.name, name)
            replaying.failed(session, doing.number or 0, place, str(error), again=again, at=at)


def _erased(doing: Replay, store: Store, connector: Connector, place: Place) -> Tally:
    seen = reerasing.look(connector, place)
    with db.begin() as session:
        replaying.counted(
            session, doing.number or 0, (store.name, place.collection.name), seen.tally.found,
            seen.records, by=doing.by, at=clock.now(),
        )  # fmt: skip
    if not store.erasing:
        return Tally(reason=reasons.OFF if seen.waiting else None)
    with doing.office.store(store, doing.datamap, erasing=True) as erasing:
        done = reerasing.erase(connector, erasing, place, seen)
        try:
            done.emptied = reerasing.empty(connector, erasing, place)
        except CannotErase as error:
            done.reason = error.ground
    return done


def _looked(doing: Replay, store: Store, connector: Connector, place: Place, done: Tally) -> None:
    tally = reerasing.look_again(connector, place, done)
    tally.left += reerasing.mentioned(connector, place)
    with db.begin() as session:
        replaying.looked(
            session, doing.number or 0, (store.name, place.collection.name), tally, at=clock.now()
        )


def _ended(doing: Replay, without: int) -> Came:
    with db.begin() as session:
        ended = replaying.end(session, doing.number or 0, by=doing.by, at=clock.now())
        parts = replaying.parts(session, doing.number or 0)
        failed = {place: part.reason or "" for place, part in parts.items() if part.left is None}
        tallies = {place: _tally(part) for place, part in parts.items() if part.left is not None}
    return Came(doing.number, ended, tallies, failed, without, len(doing.on_hold))


def _tally(part: ReplayPart) -> Tally:
    return Tally(part.found or 0, part.kept or 0, part.in_doubt, part.left or 0, part.emptied, part.reason)
