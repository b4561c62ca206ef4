"""Looks that come days after an erasure: when, and what follows from what they see.

A backup that was restored, a nightly sync or an import may bring a person back.  Whatever
has come back opens the request anew, and is erased again.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.types import DataMap
from dsar.models import Erasure, ErasureItem, Relook, Request
from dsar.services import acting, alerting, intake, ledger, looking, recognising, work
from dsar.services.acting import Saw
from dsar.services.ledger import Entry
from dsar.services.recognising import Prints
from dsar.terms import Stage, Status

RETURNED, UNSEEN = "relook.returned", "relook.unseen"  # alerts


@dataclass(frozen=True)
class Due:
    """One store to be looked at again, and when."""

    store: str
    at: datetime


def to_plan(session: Session, row: Request, datamap: DataMap, *, at: datetime) -> list[Due]:
    """When its stores are looked at again after an erasure that was done at a moment.

    To the hour: all that was erased within it is looked at in one pass.  The self-test is over within a day.
    """
    if row.test:
        return []
    hour = at.replace(minute=0, second=0, microsecond=0)
    known = [store for store in _stores(session, row.reference) if store in datamap.stores]
    return [Due(store, hour + timedelta(days=days)) for days in datamap.relook_days for store in known]


def plan(session: Session, row: Request, due: Iterable[Due]) -> None:
    """Have these looks made; what was planned before and not made lapses."""
    forget(session, row)
    for one in due:
        session.add(Relook(reference=row.reference, store=one.store, due_at=one.at))
        key = f"relook:{one.store}:{clock.text(one.at)}"
        work.put(session, "relook_store", key=key, not_before=one.at, store=one.store)


def forget(session: Session, row: Request) -> None:
    """Looks that were planned and not made lapse: the erasure is taken up again, and they are planned anew."""
    lapsed = delete(Relook).where(Relook.reference == row.reference, Relook.done_at.is_(None))
    session.execute(lapsed, execution_options={"references": [row.reference]})


def is_over(session: Session, store: str, *, at: datetime) -> bool:
    """Whether no look at a store is due any more, of whatever erasure."""
    open_ones = select(Relook.id).where(Relook.store == store, Relook.done_at.is_(None), Relook.due_at <= at)
    return session.scalar(open_ones.limit(1)) is None


def looked(
    session: Session,
    datamap: DataMap,
    store: str,
    of: Collection[str],
    saw: Mapping[tuple[str, str], Saw],
    prints: Prints,
    *,
    at: datetime,
) -> None:
    """Record a look for these requests; whoever has come back has the request opened anew and is erased again."""
    left = dict.fromkeys(of, 0)
    for (reference, _), one in saw.items():
        left[reference] += one.residue
    alerting.over(session, UNSEEN, store=store, at=at)
    due = _due(session, store, sorted(left), at=at)
    references = {look.reference for look in due}
    entries = [
        Entry(ref, "store.relooked", {"store": store, "left": left[ref]}) for ref in sorted(references)
    ]
    ledger.record_many(session, entries, actor="worker", at=at)
    for look in due:
        look.done_at, look.left = at, left[look.reference]
    stands = {key: one for key, one in saw.items() if key[0] in references}
    acting.note_looks(session, store, {key: one for key, one in stands.items() if not left[key[0]]}, at=at)
    back = {key: one for key, one in stands.items() if left[key[0]]}
    returned = sorted({reference for reference, _ in back})
    told = recognising.told_apart(session, prints) if returned else {}
    for reference in returned:
        _take_up(session, intake.get(session, reference), prints, told, back, at=at)
    session.flush()
    if returned:
        acting.looked(session, datamap, store, returned, back, at=at)
        # at once, not within the day: a field that mentions the person is emptied only by a look at an open erasure
        looking.call_again(session, returned, at=at - looking.AGAIN)


def waiting(session: Session, references: Collection[str]) -> set[str]:
    """Those of these requests for which a look is still to come: their identifiers are needed until then."""
    undone = select(Relook.reference).where(Relook.reference.in_(references), Relook.done_at.is_(None))
    return set(session.scalars(undone))


def _take_up(
    session: Session, row: Request, prints: Prints, told: Mapping[recognising.Place, Counter[str]],
    back: Mapping[tuple[str, str], Saw], *, at: datetime,
) -> None:  # fmt: skip
    """A person has come back: his request is opened anew, and somebody is told where."""
    store = prints.store.name
    mine = {name: one for (ref, name), one in back.items() if ref == row.reference}
    places = {f"{store}.{name}": one.residue for name, one in mine.items() if one.residue}
    facts = _facts(row, mine, prints, told)
    looking.reopen(session, session.get_one(Erasure, row.reference), at=at, came_back=places, **facts)
    alerting.raise_alert(
        session, RETURNED, reference=row.reference, store=store, places=places, at=at, **facts
    )
    if row.status != Status.WORKING:
        row.move_to(Status.WORKING)
        row.closed_at = None
    forget(session, row)
    items = select(ErasureItem).where(ErasureItem.reference == row.reference, ErasureItem.store == store)
    for item in session.scalars(items):
        if item.collection in mine:
            item.rounds = 0


def _facts(
    row: Request, mine: Mapping[str, Saw], prints: Prints, told: Mapping[recognising.Place, Counter[str]]
) -> dict[str, Any]:
    """What came back, by place: the same records or new ones, kept ones that came loose, and where from."""
    store, facts = prints.store, defaultdict[str, dict[str, Any]](dict)
    for (reference, name), counts in told.items():
        if reference == row.reference:
            for what, n in counts.items():
                facts[what][f"{store.name}.{name}"] = n
            if sources := prints.sources.get((reference, name)):
                facts["sources"][f"{store.name}.{name}"] = [dict(text) for text in sources]
    for name, one in mine.items():
        if one.loosened:
            facts["loosened"][f"{store.name}.{name}"] = one.loosened
        if one.residue and store.rebuilt_from:
            facts["rebuilt"][f"{store.name}.{name}"] = list(store.rebuilt_from)
    return dict(facts)


def unseen(session: Session, store: str, references: Iterable[str], reason: str, *, at: datetime) -> None:
    """A store could not be looked at again, try after try: somebody must see to it."""
    waiting = sorted(references)
    alerting.raise_alert(session, UNSEEN, store=store, at=at, requests=len(waiting), reason=reason)


def lost(session: Session, store: str, references: Collection[str], *, at: datetime) -> None:
    """A store that was taken out of the map and does not answer cannot be looked at any more; the looks say so."""
    due = _due(session, store, sorted(references), at=at)
    facts = {"store": store, "left": None}
    entries = [Entry(ref, "store.relooked", facts) for ref in sorted({look.reference for look in due})]
    ledger.record_many(session, entries, actor="worker", at=at)
    for look in due:
        look.done_at, look.left = at, None
    alerting.over(session, UNSEEN, store=store, at=at)


def _due(session: Session, store: str, references: list[str], *, at: datetime) -> list[Relook]:
    """The looks that were due, of erasures that nobody has taken up meanwhile; nobody does until the commit."""
    intake.lock(session, references)
    done = select(Erasure.reference).where(Erasure.reference.in_(references), Erasure.stage == Stage.DONE)
    wanted = (Relook.store == store, Relook.done_at.is_(None), Relook.due_at <= at)
    return list(
        session.scalars(select(Relook).where(*wanted, Relook.reference.in_(done)).order_by(Relook.id))
    )


def _stores(session: Session, reference: str) -> list[str]:
    item = ErasureItem
    first = select(item.store).where(item.reference == reference).group_by(item.store)
    return list(session.scalars(first.order_by(func.min(item.id))))


def shown(session: Session, row: Request, planned: Iterable[Due] = (), *, zone: str) -> list[dict[str, Any]]:
    """The looks of a request by day, made and to come, each over all of its stores.

    planned: what is about to be planned, in place of what was.
    """
    rows = session.scalars(select(Relook).where(Relook.reference == row.reference).order_by(Relook.id)).all()
    looks = [(one.due_at, one.done_at, one.left) for one in rows if one.done_at or not planned]
    days: dict[str, list[tuple[datetime | None, int | None]]] = defaultdict(list)
    for due_at, done_at, left in [*looks, *((one.at, None, None) for one in planned)]:
        days[clock.day(due_at, zone).isoformat()].append((done_at, left))
    return [_day(on, parts) for on, parts in sorted(days.items())]


def _day(on: str, parts: list[tuple[datetime | None, int | None]]) -> dict[str, Any]:
    made = [done_at for done_at, _ in parts if done_at is not None]
    counts = [left for _, left in parts if left is not None]
    whole = len(made) == len(parts)
    return {
        "on": on,
        "done_at": clock.text(max(made)) if whole else None,
        "left": sum(counts) if len(counts) == len(parts) else None,
    }
