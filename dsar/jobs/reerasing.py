"""One collection of a restored store: what is there of people who were erased is erased again, and looked for again."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from dsar.connectors import Act, Connector, Found, Residue
from dsar.datamap.types import Collection
from dsar.errors import CannotErase, StoreRefused
from dsar.jobs.carrying import CHUNK, Refused, carried_out
from dsar.jobs.erase import slim
from dsar.jobs.pacing import paced
from dsar.jobs.recognising import Reader
from dsar.services import reasons
from dsar.services.deciding import Decision, decide
from dsar.services.replaying import Tally
from dsar.services.sharing import stands

MOST = 20_000  # records that are remembered at once; what is more is found by the next look
Key = tuple[object, ...]


@dataclass
class Place:
    """One collection in its store, and how its records are told."""

    collection: Collection
    key: Sequence[str]
    reader: Reader
    today: date
    internal: set[str]
    read: Callable[[], None]  # called for every record
    whole: bool  # a record goes whole, or stays
    go_on: Callable[[], None]  # asked before each chunk of records; it raises what ends the run
    stuck: set[Key] = field(default_factory=set)  # records that would not go

    @property
    def mentions(self) -> list[str]:
        """The fields that are emptied where they mention somebody."""
        fields = self.collection.fields.values()
        return [each.name for each in fields if each.mentions and each.mentions.act == "erase"]


@dataclass
class Seen:
    """What a look through a collection saw."""

    tally: Tally = field(default_factory=Tally)
    acts: list[tuple[Act, Decision]] = field(default_factory=list)  # the first of them
    waiting: int = 0  # how many records something is still to be done with
    records: Counter[str] = field(default_factory=Counter)  # of those, by reference


def look(connector: Connector, place: Place, *, most: int = MOST) -> Seen:
    """Read every record; what is an erased person's, and what the map and the law say of it today."""
    seen, references = Seen(), list[str]()
    numbers: dict[str, int] = {}

    def whose(row: Mapping[str, object]) -> list[int]:
        place.read()
        told = place.reader.whose(row)
        seen.tally.in_doubt += told.in_doubt
        for reference in told.certain:
            if reference not in numbers:
                numbers[reference] = len(references)
                references.append(reference)
        return [numbers[reference] for reference in told.certain]

    for found in connector.scan(place.collection, whose):
        decision = _decided(place, found, references[found.subject])
        if not (decision.acts or decision.kept):
            continue
        seen.tally.found += 1
        seen.tally.kept += decision.kept
        if decision.acts:
            seen.waiting += 1
            seen.records[references[found.subject]] += 1
            if len(seen.acts) < most and found.key not in place.stuck:
                slimmed = slim(place.collection, found) if place.key else found
                seen.acts.append((Act(slimmed, decision.delete, decision.blank, decision.lock), decision))
    seen.tally.found += seen.tally.in_doubt
    return seen


def erase(connector: Connector, erasing: Connector, place: Place, seen: Seen) -> Tally:
    """Carry out what was seen, and what a further look finds where that was more than is remembered.

    Of the tally, only what is held by rows that stay (`kept`), and why something would not go, is filled.
    """
    done = Tally()
    while seen.acts:
        gone = _carried_out(erasing, place, seen.acts, done)
        if len(seen.acts) < MOST or not gone:
            return done
        seen = look(connector, place)
    return done


def look_again(connector: Connector, place: Place, done: Tally) -> Tally:
    """The second look: what is kept, and what is left although it should have gone."""
    seen = look(connector, place, most=0)
    held = min(done.kept, seen.waiting)  # they stay because rows that stay refer to them
    left = seen.waiting - held + seen.tally.in_doubt
    kept = seen.tally.found - seen.tally.in_doubt - seen.waiting + held
    reason = done.reason or (IN_DOUBT if seen.tally.in_doubt else reasons.LEFT if left else None)
    return Tally(kept=kept, left=left, in_doubt=seen.tally.in_doubt, emptied=done.emptied, reason=reason)


IN_DOUBT = "a number or an identifier here may be another person's by now; somebody must decide"


def empty(connector: Connector, erasing: Connector, place: Place) -> int:
    """Empty the fields of other people's records that mention somebody who was erased; how many."""
    emptied = 0

    def still(hit: Residue, text: str) -> bool:
        return bool(place.reader.mentions({hit.column: text}, [hit.column]))

    while hits := _mentioning(connector, place):
        before = emptied
        for start in range(0, len(hits), CHUNK):
            place.go_on()
            emptied += erasing.blank_mentions(place.collection, hits[start : start + CHUNK], still)
        if len(hits) < MOST or emptied == before:
            return emptied
    return emptied


def mentioned(connector: Connector, place: Place) -> int:
    """In how many fields of other people's records somebody who was erased still stands, so far as that is counted."""
    return len(_mentioning(connector, place))


def _mentioning(connector: Connector, place: Place) -> list[Residue]:
    columns = place.mentions
    if not columns:
        return []

    def where(row: Mapping[str, object]) -> Iterator[int]:
        place.read()
        named = place.reader.mentions(row, columns)
        return iter(map(columns.index, named if named and not place.reader.whose(row).certain else ()))

    hits = list[Residue]()
    for found in connector.scan(place.collection, lambda row: list(where(row))):
        hits.append(Residue(0, place.collection.table, columns[found.subject], found.key))
        if len(hits) == MOST:
            break
    return hits


def _decided(place: Place, found: Found, reference: str) -> Decision:
    standing = stands(place.collection, found.row, partial(place.reader.is_own, reference))
    return decide(
        place.collection,
        found.row,
        key=place.key,
        today=place.today,
        internal=place.internal,
        standing=standing,
        whole=place.whole,
    )


def _carried_out(
    erasing: Connector, place: Place, decided: Sequence[tuple[Act, Decision]], done: Tally
) -> int:
    """How many acts took effect; the records that would not go are remembered, and why."""
    acts, refused, gone = [act for act, _ in decided], Refused(), 0
    try:
        erasing.may_erase(place.collection)
        chunk = place.collection.pace.chunk or CHUNK
        ask = paced(place.collection.pace, chunk, place.go_on)
        for erased in carried_out(erasing, place.collection, acts, chunk, refused, ask):
            gone += erased.gone
            if not erased.gone:
                place.stuck.add(erased.act.found.key)
            if erased.held:
                done.kept, done.reason = done.kept + 1, reasons.held(erased.held.table, erased.held.tie)
    except CannotErase as error:
        done.reason = error.ground
        return 0
    except StoreRefused as error:
        done.reason = str(error)
        return 0
    for act, reason in refused:
        place.stuck.add(act.found.key)
        done.reason = reason
    return gone
