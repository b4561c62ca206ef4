"""Plan an erasure from the sealed identifier set, let it go or hold it, and start it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap
from dsar.errors import NotAllowed
from dsar.models import (
    Erasure,
    ErasureItem,
    LedgerEntry,
    Probe,
    RecipientAsk,
    Request,
    RequestIdentifier,
    StoreWork,
)
from dsar.models.search import UNMAPPED
from dsar.services import ledger, maps, proving, reasons, searching, staff, verdicts, work
from dsar.terms import COPIED, OPEN, Stage, Status, StoreState
from dsar.vault import Vault

BEFORE_DUE = timedelta(days=3)  # an erasure waits for its copy until then


def plan(session: Session, vault: Vault, row: Request, *, at: datetime) -> None:
    """Seal the identifier set and plan every collection; twice plans only what is new.

    From here on everything starts from the sealed set, never from a parent row.
    """
    datamap = maps.get(session, row.map_version)
    if row.status != Status.WORKING or not searching.identifiers_final(
        datamap, searching.open_counts(session, [row.reference])[row.reference]
    ):
        return
    if _being_searched(session, row.reference):
        return
    erasure = session.get(Erasure, row.reference)
    if erasure is None:
        _seal(session, vault, row, at=at)
        erasure = Erasure(reference=row.reference, looks_only=row.looks_only, sealed_at=at, certificate=0)
        session.add(erasure)
    _add_items(session, row, datamap, at=at)
    _count_late(session, row, at=at)
    _ask_recipients(session, row, datamap, at=at)
    session.flush()
    if erasure.stage == Stage.PLANNED and not (verdicts.needs_go(session, row) and not row.looks_only):
        _freeze(session, row, erasure, datamap, at=at)
    elif erasure.stage in (Stage.ERASING, Stage.LOOKING, Stage.DONE):
        _go_on(session, row, erasure, datamap, at=at)


def start(session: Session, row: Request, *, at: datetime) -> None:
    """Begin to erase, or, when only looks were asked, to look."""
    erasure = session.get_one(Erasure, row.reference)
    if erasure.stage != Stage.FROZEN:
        return
    datamap = maps.get(session, row.map_version)
    ledger.record(session, "erasure.started", actor="worker", reference=row.reference, at=at)
    erasure.stage = Stage.LOOKING if erasure.looks_only else Stage.ERASING
    session.flush()
    wake(session, erasure, datamap.stores)


def go(session: Session, row: Request, *, by: str, at: datetime) -> Erasure:
    """Let a plan go that stopped at its threshold; by another person than who confirmed the identity."""
    staff.acting(session, by)
    erasure = of(session, row)
    if erasure.stage == Stage.HELD:
        ledger.record(session, "erasure.released", actor=by, reference=row.reference, at=at)
        erasure.stage, erasure.held_before = erasure.held_before or Stage.PLANNED, None
        _go_on_from(session, row, erasure, at=at)
    if erasure.stage != Stage.PLANNED or not verdicts.needs_go(session, row):
        wake(session, erasure, maps.get(session, row.map_version).stores)
        return erasure
    if by in _confirmed_by(session, row.reference):
        raise NotAllowed(f"{by} confirmed this person's identity; somebody else must let the erasure go")
    ledger.record(session, "erasure.gone", actor=by, reference=row.reference, at=at)
    erasure.gone_by = by
    _freeze(session, row, erasure, maps.get(session, row.map_version), at=at)
    return erasure


def _go_on_from(session: Session, row: Request, erasure: Erasure, *, at: datetime) -> None:
    """Call again for what came due while the erasure was held, and so was passed over."""
    datamap = maps.get(session, row.map_version)
    if erasure.stage == Stage.FROZEN:  # its copy may have been fetched meanwhile
        _freeze(session, row, erasure, datamap, at=at)
    elif erasure.stage in (Stage.ERASING, Stage.LOOKING):
        work.put_many(session, "look_store", [(f"look:{name}", {"store": name}) for name in datamap.stores])


def hold(session: Session, vault: Vault, row: Request, *, by: str, reason: str, at: datetime) -> Erasure:
    """Stop an erasure where it stands; holding it twice changes nothing.

    The reason is sealed; the ledger holds its digest.
    Raises NotAllowed before there is a plan and once it is done; BadInput for a reason that says nothing.
    """
    staff.acting(session, by)
    erasure = of(session, row)
    if erasure.stage == Stage.DONE:
        raise NotAllowed(f"the erasure of request {row.reference} is done and cannot be held")
    if erasure.stage != Stage.HELD:
        digest = proving.keep_evidence(session, vault, row, by=by, evidence=reason, at=at)
        ledger.record(session, "erasure.held", actor=by, reference=row.reference, at=at, reason=digest)
        erasure.held_before, erasure.stage = erasure.stage, Stage.HELD
    return erasure


def copy_fetched(session: Session, row: Request, *, at: datetime) -> None:
    """The copy of a submission was fetched: its erasure need not wait any longer."""
    for sibling in session.scalars(select(Request).where(Request.submission == row.submission)):
        erasure = session.get(Erasure, sibling.reference)
        if erasure and erasure.stage == Stage.FROZEN:
            _call_start(
                session, sibling, _not_before(session, sibling, maps.get(session, sibling.map_version), at=at)
            )


def _go_on(session: Session, row: Request, erasure: Erasure, datamap: DataMap, *, at: datetime) -> None:
    """Erase and look at what has come to the map since."""
    if erasure.stage == Stage.DONE:
        ledger.record(session, "erasure.reopened", actor="worker", reference=row.reference, at=at)
        erasure.stage, erasure.done_at = Stage.LOOKING if erasure.looks_only else Stage.ERASING, None
        session.flush()
    wake(session, erasure, datamap.stores)


def of(session: Session, row: Request) -> Erasure:
    """The erasure of a request.  Raises NotAllowed before there is a plan."""
    erasure = session.get(Erasure, row.reference)
    if erasure is None:
        raise NotAllowed(
            f"request {row.reference} has no plan of erasure yet; its stores are still being searched"
        )
    return erasure


def _seal(session: Session, vault: Vault, row: Request, *, at: datetime) -> None:
    known = RequestIdentifier
    wanted = select(known.kind, known.blind).where(
        known.reference == row.reference, known.confirmed_at.is_not(None)
    )
    blinds = sorted(f"{kind} {blind}" for kind, blind in session.execute(wanted))
    ledger.record(
        session, "erasure.sealed", actor="worker", reference=row.reference, at=at,
        identifiers=len(blinds), digest=vault.blind("set", "\n".join(blinds)),
    )  # fmt: skip


def _add_items(session: Session, row: Request, datamap: DataMap, *, at: datetime) -> None:
    """One item for each collection; an unmapped place that has been mapped since becomes one."""
    items = select(ErasureItem).where(ErasureItem.reference == row.reference)
    there = {(item.store, item.collection): item for item in session.scalars(items)}
    fresh = [
        (s, c)
        for s, c in datamap.collections()
        if not ((s.name, c.name) in there and there[s.name, c.name].mapped)
    ]
    if not fresh:
        return
    counts, searched = _planned(session, row.reference), _searched(session, row.reference)
    planned = {
        (s.name, c.name): counts.get((s.name, c.name), 0) if s.name in searched else None for s, c in fresh
    }
    ledger.record(
        session, "erasure.planned", actor="worker", reference=row.reference, at=at,
        records={f"{store}.{collection}": n for (store, collection), n in planned.items()},
    )  # fmt: skip
    for store, collection in fresh:
        item = there.get((store.name, collection.name))
        if item is None:
            item = ErasureItem(reference=row.reference, store=store.name, collection=collection.name)
            item.erased = item.kept = item.rounds = item.keepable = 0
            item.cannot, item.where = False, []
            session.add(item)
        item.mapped, item.planned, item.reason = (
            True,
            planned[store.name, collection.name],
            None if store.erasing else reasons.OFF,
        )
        item.residue, item.looked_at, item.erased_at = None, None, at if row.looks_only else None


def _count_late(session: Session, row: Request, *, at: datetime) -> None:
    """Take the counts of stores that were searched only after they were planned."""
    item = ErasureItem
    uncounted = select(item).where(item.reference == row.reference, item.mapped, item.planned.is_(None))
    searched = _searched(session, row.reference)
    late = [one for one in session.scalars(uncounted.order_by(item.id)) if one.store in searched]
    if not late:
        return
    counts = _planned(session, row.reference)
    planned = {(one.store, one.collection): counts.get((one.store, one.collection), 0) for one in late}
    ledger.record(
        session, "erasure.planned", actor="worker", reference=row.reference, at=at,
        records={f"{store}.{collection}": n for (store, collection), n in planned.items()},
    )  # fmt: skip
    for one in late:
        one.planned = planned[one.store, one.collection]


def _being_searched(session: Session, reference: str) -> bool:
    """Whether a store has neither answered yet nor failed to: the plan waits for it, and is called for again."""
    asked = StoreWork.state.in_((StoreState.WAITING, StoreState.WORKING))
    pending = select(StoreWork.store).where(
        StoreWork.reference == reference, StoreWork.searched_at.is_(None), asked
    )
    return session.scalar(pending.limit(1)) is not None


def _searched(session: Session, reference: str) -> set[str]:
    searched = StoreWork.searched_at.is_not(None)
    return set(session.scalars(select(StoreWork.store).where(StoreWork.reference == reference, searched)))


def _planned(session: Session, reference: str) -> dict[tuple[str, str], int]:
    counted = select(Probe.store, Probe.collection, func.sum(Probe.records)).where(
        Probe.reference == reference, Probe.collection != UNMAPPED
    )
    rows = session.execute(counted.group_by(Probe.store, Probe.collection))
    return {(store, collection): int(n) for store, collection, n in rows}


def _ask_recipients(session: Session, row: Request, datamap: DataMap, *, at: datetime) -> None:
    """A recipient that is no store of the map is asked by a letter, which staff sends."""
    used = {name for _, collection in datamap.collections() for name in collection.recipients}
    for name, recipient in datamap.recipients.items():
        if name not in used or recipient.store or row.looks_only:
            continue
        if session.get(RecipientAsk, (row.reference, name)) is None:
            ledger.record(
                session, "recipient.asked", actor="worker", reference=row.reference, at=at, recipient=name
            )
            session.add(RecipientAsk(reference=row.reference, name=name, asked_at=at))


def _freeze(session: Session, row: Request, erasure: Erasure, datamap: DataMap, *, at: datetime) -> None:
    erasure.not_before = _not_before(session, row, datamap, at=at)
    erasure.stage = Stage.FROZEN
    _call_start(session, row, erasure.not_before)


def _call_start(session: Session, row: Request, not_before: datetime | None) -> None:
    work.put(
        session, "start_erasure", key=f"start:{row.reference}", not_before=not_before, reference=row.reference
    )


def _not_before(session: Session, row: Request, datamap: DataMap, *, at: datetime) -> datetime | None:
    """When the erasure may begin: after the undo window, and after the copy was fetched or nearly due."""
    if row.looks_only:
        return None
    undo = at + timedelta(hours=datamap.undo_hours) if datamap.undo_hours else None
    waits = select(Request).where(Request.submission == row.submission, Request.right.in_(COPIED))
    copies = [r for r in session.scalars(waits) if r.status in OPEN or not _fetched(session, r)]
    if not copies:
        return undo
    latest = datetime.combine(row.due_on - BEFORE_DUE, time(0), ZoneInfo(datamap.controller.zone))
    return max(latest, undo) if undo else latest


def _fetched(session: Session, row: Request) -> bool:
    return bool(ledger.facts_of(session, row.reference, "copy.fetched"))


def _confirmed_by(session: Session, reference: str) -> set[str]:
    entry = LedgerEntry
    wanted = select(entry.actor).where(entry.reference == reference, entry.act == "identity.confirmed")
    return set(session.scalars(wanted))


def wake(session: Session, erasure: Erasure, stores: Iterable[str]) -> None:
    """Have these stores erased, or only looked at."""
    job = "look_store" if erasure.looks_only else "erase_store"
    verb = "look" if erasure.looks_only else "erase"
    work.put_many(session, job, [(f"{verb}:{store}", {"store": store}) for store in stores])
