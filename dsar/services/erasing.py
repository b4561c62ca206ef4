"""Plan an erasure from the sealed identifier set, let it go or hold it, and start it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap
from dsar.errors import BadInput, NotAllowed
from dsar.models import (
    Erasure,
    LedgerEntry,
    Request,
)
from dsar.services import (
    ledger,
    looking,
    maps,
    planning,
    recipients,
    searching,
    staff,
    tombstones,
    weighing,
    work,
)
from dsar.terms import COPIED, ERASED, OPEN, Stage, Status
from dsar.vault import Vault

BEFORE_DUE = timedelta(days=3)  # an erasure waits for its copy until then, and so long after the last proof


def plan(session: Session, vault: Vault, row: Request, *, at: datetime) -> None:
    """Seal the identifier set and plan every collection; twice plans only what is new.

    From here on everything starts from the sealed set, never from a parent row.
    A plan that has grown is let go anew where it is over its threshold.
    """
    datamap = maps.get(session, row.map_version)
    if row.status != Status.WORKING or not searching.identifiers_final(
        datamap, searching.open_counts(session, [row.reference])[row.reference]
    ):
        return
    if planning.being_searched(session, row.reference):
        return
    erasure, grown = planning.plan(session, vault, row, datamap, at=at)
    tombstones.keep_up(session, vault, row, datamap, erasure, at=at)
    session.flush()
    if grown:
        erasure.gone_by = None  # what was let go was less
    waits = weighing.needs_go(session, row) and not row.looks_only
    if erasure.stage == Stage.HELD:
        erasure.held_before = Stage.PLANNED if waits else erasure.held_before
    elif waits:
        erasure.stage, erasure.done_at = Stage.PLANNED, None
    elif erasure.stage == Stage.PLANNED:
        _freeze(session, row, erasure, datamap, at=at)
    elif erasure.stage != Stage.FROZEN:
        recipients.call_for(session, row, datamap, at=at)
        _go_on(session, row, erasure, datamap, at=at)


def start(session: Session, vault: Vault, row: Request, *, at: datetime) -> None:
    """Begin to erase, or, when only looks were asked, to look.  From here on the person is to stay erased."""
    erasure = session.get_one(Erasure, row.reference)
    if erasure.stage != Stage.FROZEN:
        return
    datamap = maps.get(session, row.map_version)
    ledger.record(session, "erasure.started", actor="worker", reference=row.reference, at=at)
    erasure.stage = Stage.LOOKING if erasure.looks_only else Stage.ERASING
    tombstones.write(session, vault, [row], datamap, at=at)
    recipients.call_for(session, row, datamap, at=at)
    session.flush()
    wake(session, erasure, datamap.stores)


def go(session: Session, row: Request, *, by: str, at: datetime) -> Erasure:
    """Let a plan go that stopped at its threshold; by another person than who confirmed the identity."""
    staff.acting(session, by)
    erasure = of(session, row)
    if erasure.stage == Stage.PLANNED and not planning.stands(session, row.reference):
        raise NotAllowed(
            f"an identifier of request {row.reference} was proven since; its erasure is being planned anew"
        )
    if erasure.stage == Stage.HELD:
        release(session, row, erasure, by=by, at=at)
    to_let_go = weighing.needs_go(session, row) and planning.stands(session, row.reference)
    if erasure.stage != Stage.PLANNED or not to_let_go:
        wake(session, erasure, maps.get(session, row.map_version).stores)
        return erasure
    if by in confirmed_by(session, row):
        raise NotAllowed(f"{by} confirmed this person's identity; somebody else must let the erasure go")
    ledger.record(session, "erasure.gone", actor=by, reference=row.reference, at=at)
    erasure.gone_by = by
    _freeze(session, row, erasure, maps.get(session, row.map_version), at=at)
    return erasure


def release(session: Session, row: Request, erasure: Erasure, *, by: str, at: datetime) -> None:
    """Let an erasure that is held go on from where it stood."""
    ledger.record(session, "erasure.released", actor=by, reference=row.reference, at=at)
    erasure.stage, erasure.held_before = erasure.held_before or Stage.PLANNED, None
    erasure.held_until, erasure.held_quietly = None, False
    _go_on_from(session, row, erasure, at=at)


def _go_on_from(session: Session, row: Request, erasure: Erasure, *, at: datetime) -> None:
    """Call again for what came due while the erasure was held, and so was passed over."""
    datamap = maps.get(session, row.map_version)
    stands = planning.stands(session, row.reference)
    planned = erasure.stage == Stage.PLANNED and stands and not weighing.needs_go(session, row)
    if planned or erasure.stage == Stage.FROZEN:  # its copy may have been fetched meanwhile
        _freeze(session, row, erasure, datamap, at=at)
    elif erasure.stage in tombstones.BEGUN and row.status == Status.WORKING:
        recipients.call_for(session, row, datamap, at=at)
        _go_on(session, row, erasure, datamap, at=at)


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
    unseen = looking.unseen(session, [row.reference])
    if not unseen:
        work.put(session, "make_certificate", key=f"certificate:{row.reference}", reference=row.reference)
        return
    if erasure.stage == Stage.DONE:
        looking.reopen(session, erasure, at=at)
    wake(session, erasure, datamap.stores)
    looking.wake(session, unseen)


def of(session: Session, row: Request) -> Erasure:
    """The erasure of a request.  Raises NotAllowed before there is a plan, BadInput where none was asked for."""
    if row.right not in ERASED:
        raise BadInput(f"request {row.reference} asks for {row.right}; it is no erasure")
    erasure = session.get(Erasure, row.reference)
    if erasure is None:
        raise NotAllowed(
            f"request {row.reference} has no plan of erasure yet; its stores are still being searched"
        )
    return erasure


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
    undo = at + timedelta(hours=datamap.undo_hours) if datamap.undo_hours and not row.test else None
    if not _copy_first(session, row):
        return undo
    latest = waits_until(session, row)
    return max(latest, undo) if undo else latest


def _copy_first(session: Session, row: Request) -> bool:
    """Whether the person asked for a copy as well, and does not have it yet."""
    copies = select(Request).where(Request.submission == row.submission, Request.right.in_(COPIED))
    return any(r.status in OPEN or not has_copy(session, r) for r in session.scalars(copies))


def begins(session: Session, row: Request) -> tuple[datetime | None, bool]:
    """When a frozen erasure begins by itself, and whether it begins sooner, once the person has his copy.

    (None, False) for an erasure that is not frozen.
    """
    erasure = session.get(Erasure, row.reference)
    if erasure is None or erasure.stage != Stage.FROZEN:
        return None, False
    called = work.not_before(session, f"start:{row.reference}")
    return called or erasure.not_before, _copy_first(session, row)


def waits_until(session: Session, row: Request) -> datetime:
    """How long an erasure waits for the person to have the copy that he asked for with it."""
    zone = ZoneInfo(maps.get(session, row.map_version).controller.zone)
    proven = ledger.moments(session, row.reference, "identity.confirmed")
    latest = datetime.combine(row.due_on - BEFORE_DUE, time(0), zone)
    return max([latest, *(moment + BEFORE_DUE for moment in proven)])


def has_copy(session: Session, row: Request) -> bool:
    """Whether the person has the newest copy."""
    fetched = ledger.newest(session, row.reference, "copy.fetched")
    return fetched > ledger.newest(session, row.reference, "copy.made")


def confirmed_by(session: Session, row: Request) -> list[str]:
    """Who took the person's identity for proven: staff by name, or `subject`, by a code of his own."""
    entry = LedgerEntry
    acts = select(entry.actor).where(entry.reference == row.reference, entry.act == "identity.confirmed")
    return sorted(set(session.scalars(acts)))


def wake(session: Session, erasure: Erasure, stores: Iterable[str]) -> None:
    """Have these stores erased, or only looked at."""
    job = "look_store" if erasure.looks_only else "erase_store"
    verb = "look" if erasure.looks_only else "erase"
    work.put_many(session, job, [(f"{verb}:{store}", {"store": store}) for store in stores])
