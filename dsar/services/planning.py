"""The plan of an erasure: the identifiers it starts from, sealed, and what each collection holds by them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap
from dsar.models import Erasure, ErasureItem, Probe, Request, RequestIdentifier, StoreWork
from dsar.models.search import UNMAPPED
from dsar.services import ledger, reasons
from dsar.terms import Stage, StoreState
from dsar.vault import Vault

Place = tuple[str, str]  # store, collection


def plan(
    session: Session, vault: Vault, row: Request, datamap: DataMap, *, at: datetime
) -> tuple[Erasure, bool]:
    """Make the plan, or bring it up to what is known now; the erasure, and whether more is planned than was.

    Where the identifiers are others than those of the plan before, every collection is erased and looked at anew.
    """
    erasure = session.get(Erasure, row.reference)
    planned_before = erasure is not None
    sealed = _seal(session, vault, row, at=at)
    if erasure is None:
        erasure = Erasure(reference=row.reference, looks_only=row.looks_only, sealed_at=at, certificate=0)
        session.add(erasure)
    elif sealed:
        erasure.sealed_at = at
        _start_over(session, row, at=at)
    added = _add_items(session, row, datamap, at=at)
    grown = _count_late(session, row, at=at)
    return erasure, planned_before and (added or grown)


def stands(session: Session, reference: str) -> bool:
    """Whether the plan was made from the identifiers that are proven or known now."""
    sealed = ledger.facts_of(session, reference, "erasure.sealed")
    known = select(func.count()).select_from(RequestIdentifier)
    now = session.scalar(
        known.where(RequestIdentifier.reference == reference, RequestIdentifier.confirmed_at.is_not(None))
    )
    return bool(sealed) and sealed[-1]["identifiers"] == now


def suspend(session: Session, row: Request, *, at: datetime) -> None:
    """Stop an erasure for which one more identifier is proven: nothing goes before it is planned anew."""
    erasure = session.get(Erasure, row.reference)
    if erasure is None or erasure.looks_only or Stage.PLANNED in (erasure.stage, erasure.held_before):
        return
    ledger.record(session, "erasure.suspended", actor="system", reference=row.reference, at=at)
    if erasure.stage == Stage.HELD:
        erasure.held_before = Stage.PLANNED
    else:
        erasure.stage, erasure.done_at = Stage.PLANNED, None


def being_searched(session: Session, reference: str) -> bool:
    """Whether a store has neither answered yet nor failed to: the plan waits for it, and is called for again."""
    asked = StoreWork.state.in_((StoreState.WAITING, StoreState.WORKING))
    pending = select(StoreWork.store).where(
        StoreWork.reference == reference, StoreWork.searched_at.is_(None), asked
    )
    return session.scalar(pending.limit(1)) is not None


def _seal(session: Session, vault: Vault, row: Request, *, at: datetime) -> bool:
    """Write down which identifiers the plan starts from; False where the last plan started from the same."""
    known = RequestIdentifier
    wanted = select(known.kind, known.blind).where(
        known.reference == row.reference, known.confirmed_at.is_not(None)
    )
    blinds = sorted(f"{kind} {blind}" for kind, blind in session.execute(wanted))
    digest = vault.blind("set", "\n".join(blinds))
    before = ledger.facts_of(session, row.reference, "erasure.sealed")
    if before and before[-1]["digest"] == digest:
        return False
    ledger.record(
        session, "erasure.sealed", actor="worker", reference=row.reference, at=at,
        identifiers=len(blinds), digest=digest,
    )  # fmt: skip
    return True


def _start_over(session: Session, row: Request, *, at: datetime) -> None:
    """What was erased stays counted; every collection is erased and looked at once more, by all identifiers."""
    for item in _items(session, row.reference).values():
        if item.mapped:
            item.erased_at = at if row.looks_only else None
            item.looked_at = item.residue = item.found = None
            item.rounds = 0


def _items(session: Session, reference: str) -> dict[Place, ErasureItem]:
    wanted = select(ErasureItem).where(ErasureItem.reference == reference).order_by(ErasureItem.id)
    return {(item.store, item.collection): item for item in session.scalars(wanted)}


def _add_items(session: Session, row: Request, datamap: DataMap, *, at: datetime) -> bool:
    """One item for each collection; an unmapped place that has been mapped since becomes one.

    A store in which every place was dismissed has one for each of them: it is looked at all the same.
    True when any of these holds records.
    """
    there = _items(session, row.reference)
    dismissed = [(s, d.table) for s in datamap.stores.values() if not s.collections for d in s.dismissed]
    bare = [(store, table) for store, table in dismissed if (store.name, table) not in there]
    fresh = [
        (s, c)
        for s, c in datamap.collections()
        if not ((s.name, c.name) in there and there[s.name, c.name].mapped)
    ]
    if not fresh and not bare:
        return False
    counts, searched = _counted(session, row.reference), _searched(session, row.reference)
    planned = {
        (s.name, c.name): counts.get((s.name, c.name), 0) if s.name in searched else None for s, c in fresh
    }
    _record(session, row, planned | {(store.name, table): None for store, table in bare}, at=at)
    for store, table in bare:
        _item(session, row, store.name, table).mapped = False
    for store, collection in fresh:
        item = there.get((store.name, collection.name)) or _item(session, row, store.name, collection.name)
        item.mapped, item.planned, item.reason = (
            True,
            planned[store.name, collection.name],
            None if store.erasing else reasons.OFF,
        )
        item.residue, item.looked_at, item.erased_at = None, None, at if row.looks_only else None
    session.flush()
    return any(planned.values())


def _item(session: Session, row: Request, store: str, collection: str) -> ErasureItem:
    item = ErasureItem(reference=row.reference, store=store, collection=collection)
    item.erased = item.kept = item.rounds = item.keepable = 0
    item.cannot, item.where = False, []
    session.add(item)
    return item


def _count_late(session: Session, row: Request, *, at: datetime) -> bool:
    """Take the counts of stores that were searched, or hold more, only after they were planned.

    True when there is more than was planned.
    """
    counts, searched = _counted(session, row.reference), _searched(session, row.reference)
    late = {
        place: item
        for place, item in _items(session, row.reference).items()
        if item.mapped
        and item.store in searched
        and (item.planned is None or counts.get(place, 0) > item.planned)
    }
    if not late:
        return False
    planned = {
        place: counts.get(place, 0) + (item.erased if item.planned is None else 0)  # found anew: what is left
        for place, item in late.items()
    }
    _record(session, row, planned, at=at)
    for place, item in late.items():
        item.planned = planned[place]
    return any(planned.values())


def _record(session: Session, row: Request, planned: Mapping[Place, int | None], *, at: datetime) -> None:
    ledger.record(
        session, "erasure.planned", actor="worker", reference=row.reference, at=at,
        records={f"{store}.{collection}": n for (store, collection), n in planned.items()},
    )  # fmt: skip


def _searched(session: Session, reference: str) -> set[str]:
    searched = StoreWork.searched_at.is_not(None)
    return set(session.scalars(select(StoreWork.store).where(StoreWork.reference == reference, searched)))


def _counted(session: Session, reference: str) -> dict[Place, int]:
    counted = select(Probe.store, Probe.collection, func.sum(Probe.records)).where(
        Probe.reference == reference, Probe.collection != UNMAPPED
    )
    rows = session.execute(counted.group_by(Probe.store, Probe.collection))
    return {(store, collection): int(n) for store, collection, n in rows}
