"""Move open requests to a new version of the map, and call for what it adds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap
from dsar.errors import BadInput
from dsar.models import Copy, Request, RequestIdentifier
from dsar.services import (
    altering,
    bygone,
    comparing,
    leaving,
    ledger,
    maps,
    proving,
    searching,
    staff,
    tombstones,
    work,
)
from dsar.services.altering import Altered
from dsar.terms import COPIED, OPEN, CopyState, Status
from dsar.vault import Vault


def move_open(
    session: Session,
    version: int,
    removed: Sequence[str],
    *,
    by: str | None,
    reason: str | None,
    at: datetime,
) -> int:
    """Pin every open request to a version, and settle what it accounts for of the review list; how many moved.

    Raises BadInput when a store that an open request needs was removed and nobody signs for it,
    NotFound when the one who signs is not of the staff.
    """
    if by:
        staff.acting(session, by)
    wanted = (
        select(Request)
        .where(Request.status.in_(OPEN), Request.map_version < version)
        .order_by(Request.reference)
        .with_for_update(key_share=True)
    )
    requests = list(session.scalars(wanted))
    needed = removed if any(one.status == Status.WORKING and not one.test for one in requests) else []
    if needed and not (by and reason):
        raise BadInput(
            f"open requests still need {', '.join(needed)}; to remove it, sign: --by NAME --reason TEXT"
        )
    signed = proving.said(reason)[1] if reason and removed else None
    for request in requests:
        _move(session, request, maps.get(session, request.map_version), version, by=by, reason=signed, at=at)
    tombstones.call(session)
    comparing.applied(
        session,
        maps.get(session, version - 1) if version > 1 else None,
        maps.get(session, version),
        by=by or "operator",
        at=at,
    )
    return len(requests)


def keep_reason(session: Session, vault: Vault, version: int, *, by: str, reason: str, at: datetime) -> None:
    """Seal, with each request that is at work, why a store of it was removed; the ledger has the digest."""
    wanted = select(Request).where(Request.status == Status.WORKING, Request.map_version < version)
    for request in session.scalars(wanted.order_by(Request.reference)):
        proving.keep_evidence(session, vault, request, by=by, evidence=reason, at=at)


def _move(
    session: Session,
    request: Request,
    old: DataMap,
    version: int,
    *,
    by: str | None,
    reason: str | None,
    at: datetime,
) -> None:
    new = maps.get(session, version)
    working, copied = request.status == Status.WORKING, request.right in COPIED
    kept = bygone.touched(session, request) if working and copied else set()
    unread = bygone.outgrown(session, request, new, kept)
    removed = [name for name in old.stores if name not in new.stores]
    ledger.record(
        session, "request.map_moved", actor=by or "operator", reference=request.reference, at=at,
        before=request.map_version, now=version, removed=removed, reason=reason,
        unread=[f"{store}.{collection}" for store, collection in unread],
    )  # fmt: skip
    request.map_version = version
    session.flush()
    if not working:
        return
    change = altering.compare(old, new)
    leaving.forget(session, request.reference, change, removed, kept, at=at)
    if not copied:
        leaving.unsettle(session, request, change)
    _search_anew(session, request, new, change, at=at)
    _call(session, request)


def _search_anew(session: Session, request: Request, new: DataMap, change: Altered, *, at: datetime) -> None:
    stores = sorted(change.looked)
    searching.open_stores(session, request.reference, stores, at=at)
    known = RequestIdentifier
    rows = session.scalars(
        select(known).where(known.reference == request.reference, known.confirmed_at.is_not(None))
    )
    wanted = [
        (request.reference, store.name, collection.name, row.id)
        for row in rows
        for store, collection in new.asked_by(row.kind)
        if (store.name, collection.name) in change.searched
    ]
    searching.open_probes(session, wanted)
    searching.look_afresh(session, request.reference, new, stores)
    searching.wake(session, stores)


def _call(session: Session, request: Request) -> None:
    """Go on with what waits for no store: what waited may be gone."""
    if request.right not in COPIED:
        work.put(session, "plan_erasure", key=f"plan:{request.reference}", reference=request.reference)
        return
    copy = session.get(Copy, request.reference)
    if (
        copy is None or copy.state == CopyState.MAKING
    ):  # one that is ready is made anew only where more was found
        work.put(session, "make_copy", key=f"copy:{request.reference}", reference=request.reference)
