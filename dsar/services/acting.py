"""Erasing and looking, store by store: who is due, and what was done and seen."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap
from dsar.models import Erasure, ErasureItem, Look, StoreWork
from dsar.services import barring, deriving, emptying, intake, ledger, looking, reasons, refusing, work
from dsar.services.ledger import Entry
from dsar.terms import Seen, StoreState

ROUNDS = 3  # times a collection is erased again when records were born in between


@dataclass
class Done:
    """What was done of one request in one collection."""

    gone: int = 0
    unreached: int = 0  # neither gone nor held: the store said that there was no such record
    keepable: int = 0
    rule: str | None = None
    until: str | None = None  # the last day of the last that a law keeps,
    first_until: str | None = None  # and of the first
    locked: bool | None = None
    reason: str | None = None
    cannot: bool = False

    def went(self, *, gone: bool) -> None:
        """One record went, or the store knew it no more."""
        self.gone += gone
        self.unreached += not gone


@dataclass
class Saw:
    """What a look saw of one request in one collection or unmapped place."""

    mapped: bool = True
    left: dict[Seen, int] = field(default_factory=dict)
    residue: int = 0
    emptied: int = 0  # records of others that mentioned the person until this run
    unemptied: int = 0  # of those that were to be emptied, how many still do
    by_locator: int = 0  # of the residue, what the locator leads to: it can be erased again
    kept: int = 0
    reason: str | None = None
    cannot: bool = False  # some of what is kept stays because other records that stay refer to it
    locked: bool | None = None  # whether every record that a law keeps is; None: none was seen
    loosened: int = 0  # records that a law keeps and that hold more than they may, or are not locked
    where: set[tuple[str, str]] = field(default_factory=set)
    offered: dict[str, int] | None = None  # by a search box: number of the identifier -> characters typed
    remedy: str | None = None  # of a place that the store derives from tables
    standing: int = 0  # entries there of what the tables themselves hold: no residue


def baseline(
    session: Session, store: str, found: dict[tuple[str, str], tuple[int, int]],
    offered: dict[tuple[str, str], dict[str, int]], *, at: datetime,
) -> None:  # fmt: skip
    """Remember what was there before the first record goes: (reference, collection) -> (records, of them kept).

    offered: what a search box offered then.  Only the first count of a round stands: a run after a cut finds less.
    """
    uncounted = [
        i
        for i in _items(session, store, {r for r, _ in found})
        if i.found is None and (i.reference, i.collection) in found
    ]
    totals: dict[str, int] = defaultdict(int)
    for item in uncounted:
        totals[item.reference] += found[item.reference, item.collection][0]
    entries = [
        Entry(ref, "store.counted", {"store": store, "records": n}) for ref, n in sorted(totals.items())
    ]
    ledger.record_many(session, entries, actor="worker", at=at)
    for item in uncounted:
        item.found, item.keepable = found[item.reference, item.collection]
        if item.rounds == 0:
            item.offered_before = offered.get((item.reference, item.collection))


def erased(
    session: Session, store: str, done: dict[tuple[str, str], Done], *, version: int, at: datetime
) -> None:
    """Record what was erased in a store by a version of the map; the look follows.

    Whoever moved to another version meanwhile is erased once more, by that one.
    """
    pinned = intake.lock(session, {r for r, _ in done})
    items = [
        i
        for i in _items(session, store, {r for r, _ in done})
        if (i.reference, i.collection) in done and (i.erased_at is None or pinned[i.reference] != version)
    ]
    counts = {item.id: _gone(item, done[item.reference, item.collection]) for item in items}
    totals: dict[str, int] = defaultdict(int)
    for item in items:
        totals[item.reference] += counts[item.id]
    entries = [
        Entry(ref, "store.erased", {"store": store, "records": n}) for ref, n in sorted(totals.items())
    ]
    ledger.record_many(session, entries, actor="worker", at=at)
    for item in items:
        act = done[item.reference, item.collection]
        item.erased, item.unreached = item.erased + counts[item.id], act.unreached
        item.kept, item.rule, item.until, item.locked = act.keepable, act.rule, act.until, act.locked
        item.first_until = act.first_until
        if counts[item.id]:
            item.gone_at, item.first_gone_at = at, item.first_gone_at or at
        item.cannot, item.reason = act.cannot, act.reason
        item.erased_at = at if pinned[item.reference] == version else None
        item.cannot = item.cannot and item.erased_at is not None
        item.looked_at, item.found, item.rounds = None, None, item.rounds + 1
    session.flush()
    looking.wake(session, [store, *looking.unseen_gone(session, {item.reference for item in items})])


def _gone(item: ErasureItem, act: Done) -> int:
    """How many records went in this round, those of a run that was cut short included."""
    return max((item.found or 0) - max(item.keepable, act.keepable), act.gone)


def looked(
    session: Session,
    datamap: DataMap,
    store: str,
    of: Collection[str],
    saw: dict[tuple[str, str], Saw],
    *,
    at: datetime,
) -> None:
    """Record a look for these requests; erase again what was born in between, and close what is clean."""
    references = sorted(of)
    items = {(i.reference, i.collection): i for i in _items(session, store, set(references))}
    tried_again = {key for key, item in items.items() if refusing.is_refused(item)}
    saw = {key: one for key, one in saw.items() if key not in tried_again}
    left = {r: sum(s.residue for (ref, _), s in saw.items() if ref == r) for r in references}
    ledger.record_many(
        session,
        [Entry(r, "store.looked", {"store": store, "left": left[r]}) for r in references],
        actor="worker",
        at=at,
    )
    seen = [(items[key], one.emptied, one.unemptied) for key, one in saw.items() if key in items]
    emptying.note(session, store, seen, at=at)
    deriving.note(session, store, _still_there(items, saw), at=at)
    note_looks(session, store, saw, at=at)
    for (reference, name), one in saw.items():
        item = items.get((reference, name)) or deriving.added(session, store, (reference, name), one.remedy)
        one.where |= emptying.places(datamap, item)
        _see(item, one, at=at)
    for (reference, name), item in items.items():
        if (reference, name) not in saw and not item.mapped:
            _see(item, Saw(mapped=False), at=at)
    session.flush()
    again = _erase_again(session, datamap, store, items, saw)
    barred = {item.reference for item in barring.among(items.values(), datamap)}
    looking.call_again(session, [r for r in references if r not in again and (left[r] or r in barred)], at=at)
    _finish(session, [r for r in references if r not in again])


def note_looks(session: Session, store: str, saw: Mapping[tuple[str, str], Saw], *, at: datetime) -> None:
    """Keep what each way of looking saw, under the next number of its request."""
    numbers = _numbers(session, store, sorted({reference for reference, _ in saw}))
    for (reference, name), one in saw.items():
        for how, count in one.left.items():
            session.add(
                Look(
                    reference=reference, store=store, collection=name, number=numbers[reference] + 1,
                    at=at, how=how, left=count,
                )
            )  # fmt: skip


def _items(session: Session, store: str, references: set[str]) -> list[ErasureItem]:
    intake.lock(session, references)
    item = ErasureItem
    return list(
        session.scalars(
            select(item).where(item.store == store, item.reference.in_(references)).order_by(item.id)
        )
    )


def _numbers(session: Session, store: str, references: Sequence[str]) -> dict[str, int]:
    made = select(Look.reference, func.max(Look.number)).where(
        Look.store == store, Look.reference.in_(references)
    )
    numbers: dict[str, int] = defaultdict(int)
    for reference, number in session.execute(made.group_by(Look.reference)):
        numbers[reference] = number
    return numbers


def _still_there(
    items: Mapping[tuple[str, str], ErasureItem], saw: Mapping[tuple[str, str], Saw]
) -> list[tuple[ErasureItem, int]]:
    """The derived places that were looked at, with the entries that stand there."""
    none = Saw()
    seen = ((item, saw.get(key, none)) for key, item in items.items() if deriving.is_derived(item))
    return [(item, one.residue + one.standing) for item, one in seen]


def out_of_sight(session: Session, store: str, references: Sequence[str], *, at: datetime) -> None:
    """A store that was taken out of the map cannot be looked at any more: what is known of it is all there will be."""
    gone = [item for item in _items(session, store, set(references)) if item.looked_at is None]
    facts = {"store": store, "state": StoreState.UNREACHABLE, "given_up": True}
    entries = [Entry(reference, "store.failed", facts) for reference in sorted(references)]
    ledger.record_many(session, entries, actor="worker", at=at)
    for item in gone:
        item.looked_at, item.reason, item.cannot = at, reasons.REMOVED, item.planned != 0
    recovered(session, store, references, at=at)
    session.flush()
    _finish(session, references)


def _see(item: ErasureItem, saw: Saw, *, at: datetime) -> None:
    if not item.mapped and Seen.LOCATOR in saw.left:  # it was mapped once: what is there now is what is kept
        if item.found is not None:  # a run that was cut short has not said what it erased
            item.erased += max(item.found - item.keepable - saw.residue, 0)
        item.kept, item.found = saw.kept, None
    still = min(item.unreached, saw.by_locator, item.erased)  # the store only said that they were gone
    item.erased, item.unreached = item.erased - still, 0
    item.residue, item.kept, item.looked_at = (
        saw.residue,
        max(saw.kept, item.kept if not item.mapped else saw.kept),
        at,
    )
    item.locked = item.locked if saw.locked is None else saw.locked
    item.cannot = item.cannot or saw.cannot
    item.offered = saw.offered
    item.where = emptying.as_shown(saw.where)
    item.remedy = saw.remedy or item.remedy
    if deriving.is_derived(item):  # what goes later has gone, by whoever's doing
        item.found = (saw.residue + saw.standing) or None
    if saw.reason or not item.cannot:
        item.reason = saw.reason


def _erase_again(
    session: Session,
    datamap: DataMap,
    store: str,
    items: dict[tuple[str, str], ErasureItem],
    saw: dict[tuple[str, str], Saw],
) -> set[str]:
    """Records that came while others went are erased in another round, up to a bound."""
    again: set[str] = set()
    for key, one in saw.items():
        item = items.get(key)
        if not item or not item.mapped or not one.by_locator or item.cannot or item.rounds >= ROUNDS:
            continue
        if datamap.stores[store].erasing and not session.get_one(Erasure, key[0]).looks_only:
            item.erased_at = item.looked_at = None
            again.add(key[0])
    if again:
        for item in items.values():
            if item.reference in again and not refusing.is_refused(item):
                item.looked_at = None
                if item.cannot and item.mapped:  # what held its records may go now
                    item.erased_at, item.cannot = None, False
        session.flush()
        work.put(session, "erase_store", key=f"erase:{store}", store=store)
    return again


def _finish(session: Session, references: Sequence[str]) -> None:
    """A request whose every collection was looked at gets its certificate."""
    unseen = set(
        session.scalars(
            select(ErasureItem.reference).where(
                ErasureItem.reference.in_(references), ErasureItem.looked_at.is_(None)
            )
        )
    )
    calls = [(f"certificate:{ref}", {"reference": ref}) for ref in references if ref not in unseen]
    work.put_many(session, "make_certificate", calls)


def recovered(session: Session, store: str, references: Sequence[str], *, at: datetime) -> None:
    """A store that was out of reach while erasing or looking is in reach again."""
    intake.lock(session, references)
    whole = refusing.without(session, store, references)
    rows = select(StoreWork).where(StoreWork.store == store, StoreWork.reference.in_(whole))
    for row in session.scalars(rows.where(StoreWork.state != StoreState.SEARCHED)):
        row.state, row.reason, row.since, row.next_try_at, row.tries = StoreState.SEARCHED, None, at, None, 0
