"""Open probes, and record what the stores hold of each person."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session, aliased

from dsar import db
from dsar.datamap.types import DataMap
from dsar.db import Instant
from dsar.models import Erasure, Probe, Request, RequestIdentifier, StoreWork
from dsar.models.search import UNMAPPED
from dsar.services import by_value, intake, ledger, work
from dsar.services.ledger import Entry
from dsar.terms import COPIED, ERASED, Stage, StoreState


def look_for(
    session: Session, request: Request, datamap: DataMap, rows: Iterable[RequestIdentifier], *, at: datetime
) -> None:
    """Open a probe for each identifier in each collection that can be searched by it.

    Every store is looked at by value as well, once nothing can lead to it any more.
    """
    session.flush()
    open_stores(session, request.reference, datamap.stores, at=at)
    wanted = [
        (request.reference, store.name, collection.name, row.id)
        for row in rows
        for store, collection in datamap.asked_by(row.kind)
    ]
    open_probes(session, wanted)
    look_afresh(session, request.reference, datamap, datamap.stores)
    wake(session, datamap.stores)


def open_stores(session: Session, reference: str, stores: Iterable[str], *, at: datetime) -> None:
    """A row for each store that has none yet; those that were searched wait again."""
    rows = [
        {"reference": reference, "store": name, "state": StoreState.WAITING, "since": at, "tries": 0}
        for name in stores
    ]
    if rows:
        insert = db.insert(session)(StoreWork)
        again = {"state": StoreState.WAITING, "since": at, "searched_at": None, "reason": None}
        session.execute(insert.on_conflict_do_update(index_elements=["reference", "store"], set_=again), rows)


def open_probes(session: Session, wanted: Collection[tuple[str, str, str, int]]) -> None:
    """Open (reference, store, collection, identifier) where no such probe is."""
    rows = [
        {
            "reference": reference,
            "store": store,
            "collection": collection,
            "identifier_id": id,
            "open": True,
            "records": 0,
        }
        for reference, store, collection, id in wanted
    ]
    if rows:
        session.execute(db.insert(session)(Probe).on_conflict_do_nothing(), rows)


def look_afresh(session: Session, reference: str, datamap: DataMap, stores: Iterable[str]) -> None:
    """Have these stores looked at by value, whatever was seen there before; the caller wakes them."""
    by_value.forget(session, reference, stores)
    by_value.open_due(session, datamap, _waiting(session, [reference]), open_counts(session, [reference]))


def wake(session: Session, stores: Iterable[str]) -> None:
    """Have these stores searched for whatever is open."""
    work.put_many(session, "search_store", [(f"search:{store}", {"store": store}) for store in stores])


def open_counts(session: Session, references: Collection[str]) -> dict[str, dict[str, set[bool]]]:
    """For each request, its stores with an open probe; True: a mapped one, False: the look by value."""
    found: dict[str, dict[str, set[bool]]] = defaultdict(lambda: defaultdict(set))
    wanted = select(Probe.reference, Probe.store, Probe.collection != UNMAPPED).where(
        Probe.reference.in_(references), Probe.open
    )
    for reference, store, mapped in session.execute(wanted.distinct()):
        found[reference][store].add(bool(mapped))
    return found


def settle(session: Session, datamap: DataMap, references: Sequence[str], *, at: datetime) -> None:
    """Record each store that is now final for a request, and call for what follows.

    A store is final when it has no open probe and no store that could still lead to it has one.
    """
    still_open = open_counts(session, references)
    waiting = _waiting(session, references)
    wake(session, sorted(by_value.open_due(session, datamap, waiting, still_open)))
    final = [
        row
        for row in waiting
        if row.store in datamap.stores and _is_final(datamap, row.store, still_open[row.reference])
    ]
    _record_final(session, final, at=at)
    _let_erase(session, final)
    settled = {(row.reference, row.store) for row in final}
    unfinished = {row.reference for row in waiting if (row.reference, row.store) not in settled}
    _call_next(session, datamap, references, still_open, unfinished)


def identifiers_final(datamap: DataMap, still_open: dict[str, set[bool]]) -> bool:
    """Whether no open probe is in a store that gives anything: no identifier can follow any more."""
    givers = {store.name for store, collection in datamap.collections() if collection.gives}
    return not any(True in kinds for store, kinds in still_open.items() if store in givers)


def _waiting(session: Session, references: Collection[str]) -> Sequence[StoreWork]:
    wanted = select(StoreWork).where(StoreWork.reference.in_(references), StoreWork.searched_at.is_(None))
    return session.scalars(wanted.order_by(StoreWork.reference, StoreWork.store)).all()


def _is_final(datamap: DataMap, store: str, still_open: dict[str, set[bool]]) -> bool:
    return not still_open.get(store) and not any(
        True in still_open.get(giver, ()) for giver in datamap.leads_to(store)
    )


def _record_final(session: Session, final: Sequence[StoreWork], *, at: datetime) -> None:
    sums = _sums(session, {row.reference for row in final})
    entries = []
    for row in final:
        records, digest = sums[row.reference, row.store]
        entries.append(
            Entry(row.reference, "store.found", {"store": row.store, "records": records, "sha256": digest})
        )
    ledger.record_many(session, entries, actor="worker", at=at)
    for row in final:
        row.state, row.reason, row.since, row.searched_at = StoreState.SEARCHED, None, at, at
        row.tries, row.next_try_at = 0, None


def _let_erase(session: Session, final: Sequence[StoreWork]) -> None:
    """An erasure waits in a store until the copy of its submission has all that the store holds."""
    copy, asked = aliased(Request), aliased(Request)
    together = (copy.submission == asked.submission) & (copy.reference != asked.reference)
    waiting = (
        select(copy.reference)
        .join(asked, together)
        .join(Erasure, Erasure.reference == asked.reference)
        .where(copy.reference.in_({row.reference for row in final}), copy.right.in_(COPIED))
    )
    had = set(session.scalars(waiting.where(Erasure.stage == Stage.ERASING))) if final else set()
    stores = sorted({row.store for row in final if row.reference in had})
    work.put_many(session, "erase_store", [(f"erase:{store}", {"store": store}) for store in stores])


def digest_of(parts: Iterable[tuple[str, str]]) -> str | None:
    """One digest, in hex, of a store's sealed parts: (collection, digest of a part), in any order; None without any."""
    text = "\n".join(f"{collection} {sha256}" for collection, sha256 in sorted(parts))
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def _sums(session: Session, references: set[str]) -> dict[tuple[str, str], tuple[int, str | None]]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    parts: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    wanted = select(Probe.reference, Probe.store, Probe.collection, Probe.records, Probe.sha256)
    for reference, store, collection, records, sha256 in session.execute(
        wanted.where(Probe.reference.in_(references), Probe.collection != UNMAPPED)
    ):
        counts[reference, store] += records
        if sha256:
            parts[reference, store].append((collection, sha256))
    return defaultdict(lambda: (0, None), {key: (counts[key], digest_of(parts[key])) for key in counts})


def _call_next(
    session: Session, datamap: DataMap, references: Sequence[str],
    still_open: dict[str, dict[str, set[bool]]], unfinished: set[str],
) -> None:  # fmt: skip
    asked = session.execute(select(Request.reference, Request.right).where(Request.reference.in_(references)))
    rights = {row.reference: row.right for row in asked}
    done = [reference for reference in references if reference not in unfinished]
    copies = [reference for reference in done if rights[reference] in COPIED]
    work.put_many(
        session, "make_copy", [(f"copy:{reference}", {"reference": reference}) for reference in copies]
    )
    plans = [
        reference for reference in references
        if rights[reference] not in COPIED and identifiers_final(datamap, still_open[reference])
    ]  # fmt: skip
    work.put_many(
        session, "plan_erasure", [(f"plan:{reference}", {"reference": reference}) for reference in plans]
    )


def trouble(
    session: Session, store: str, references: Sequence[str], state: StoreState, reason: str,
    *, next_try_at: datetime | None, at: datetime,
) -> None:  # fmt: skip
    """A store did not do its part for these requests; say so on each, once in its ledger."""
    intake.lock(session, references)
    rows = session.scalars(
        select(StoreWork).where(StoreWork.store == store, StoreWork.reference.in_(references))
    ).all()
    fresh = [row for row in rows if row.state != state]
    entries = [Entry(row.reference, "store.failed", {"store": store, "state": state}) for row in fresh]
    ledger.record_many(session, entries, actor="worker", at=at)
    for row in fresh:
        row.since = at
    for row in rows:
        row.state, row.reason, row.next_try_at = state, reason[:300], next_try_at
        row.tries += 1
    session.flush()
    _plan_without(session, references)


def _plan_without(session: Session, references: Sequence[str]) -> None:
    """Erasures that no plan was made for yet need not wait for a store that does not answer."""
    planned = select(Erasure.reference).where(Erasure.reference == Request.reference).exists()
    wanted = select(Request.reference).where(
        Request.reference.in_(references), Request.right.in_(ERASED), ~planned
    )
    calls = [(f"plan:{reference}", {"reference": reference}) for reference in session.scalars(wanted)]
    work.put_many(session, "plan_erasure", calls)


def waiting_for(session: Session, store: str) -> list[str]:
    """The requests with an open probe in a store."""
    return list(session.scalars(select(Probe.reference).where(Probe.store == store, Probe.open).distinct()))


def next_try(session: Session, store: str, *, now: datetime) -> datetime | None:
    """When the store must be searched again for what is still open there; None when nothing is."""
    rows = StoreWork
    joined = and_(rows.reference == Probe.reference, rows.store == Probe.store)
    soonest = (
        select(func.count(), func.min(func.coalesce(rows.next_try_at, now, type_=Instant()), type_=Instant()))
        .select_from(Probe)
        .join(rows, joined)
    )
    count, when = session.execute(soonest.where(Probe.store == store, Probe.open)).one()
    if not count:
        return None
    return max(when, now)


def retry_now(session: Session) -> None:
    """Forget every pause between tries."""
    session.execute(update(StoreWork).where(StoreWork.next_try_at.is_not(None)).values(next_try_at=None))
