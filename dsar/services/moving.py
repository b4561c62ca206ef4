"""Move open requests to a new version of the map, and call for what it adds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from dsar.datamap.types import Collection, DataMap
from dsar.errors import BadInput
from dsar.models import ErasureItem, Mention, Probe, Request, RequestIdentifier, StoreWork, UnmappedPlace
from dsar.models.search import UNMAPPED
from dsar.services import ledger, maps, proving, searching, staff
from dsar.terms import OPEN, Status
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
    """Pin every open request to a version; how many moved.

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
    needed = [name for name in removed if any(request.status == Status.WORKING for request in requests)]
    if needed and not (by and reason):
        raise BadInput(
            f"open requests still need {', '.join(needed)}; to remove it, sign: --by NAME --reason TEXT"
        )
    signed = proving.said(reason)[1] if reason and removed else None
    for request in requests:
        _move(session, request, maps.get(session, request.map_version), version, by=by, reason=signed, at=at)
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
    ledger.record(
        session, "request.map_moved", actor=by or "operator", reference=request.reference, at=at,
        before=request.map_version, now=version, removed=[name for name in old.stores if name not in new.stores],
        reason=reason,
    )  # fmt: skip
    request.map_version = version
    session.flush()
    if request.status != Status.WORKING:
        return
    _forget_stores(session, request.reference, [name for name in old.stores if name not in new.stores])
    kinds_changed = old.identifier_kinds != new.identifier_kinds
    changed = [name for name, store in new.stores.items() if kinds_changed or old.stores.get(name) != store]
    for name in changed:
        _forget_collections(
            session, request.reference, name, _altered(old, new, name, everything=kinds_changed)
        )
    _look_again(session, request, new, changed, at=at)


def _altered(old: DataMap, new: DataMap, store: str, *, everything: bool) -> list[str]:
    """Collections of a store that are not what they were, those that are gone included."""
    before: dict[str, Collection] = dict(old.stores[store].collections) if store in old.stores else {}
    now = new.stores[store].collections
    return [name for name in {**before, **now} if everything or before.get(name) != now.get(name)]


def _forget_stores(session: Session, reference: str, stores: Sequence[str]) -> None:
    for table in (Probe, StoreWork, UnmappedPlace):
        session.execute(delete(table).where(table.reference == reference, table.store.in_(stores)))
    gone = delete(ErasureItem).where(ErasureItem.reference == reference, ErasureItem.store.in_(stores))
    session.execute(gone, execution_options={"references": [reference]})


def _forget_collections(session: Session, reference: str, store: str, collections: Sequence[str]) -> None:
    here = (Probe.reference == reference, Probe.store == store, Probe.collection != UNMAPPED)
    session.execute(delete(Probe).where(*here, Probe.collection.in_(collections)))
    mentions = delete(Mention).where(Mention.reference == reference, Mention.store == store)
    session.execute(mentions.where(Mention.collection.in_(collections)))
    places = update(UnmappedPlace).where(UnmappedPlace.reference == reference, UnmappedPlace.store == store)
    session.execute(places.values(records=None))
    items = update(ErasureItem).where(
        ErasureItem.reference == reference,
        ErasureItem.store == store,
        ErasureItem.mapped,
        ErasureItem.collection.in_(collections),
    )
    again = items.values(erased_at=None, looked_at=None, residue=None)
    session.execute(again, execution_options={"references": [reference]})


def _look_again(
    session: Session, request: Request, new: DataMap, changed: Sequence[str], *, at: datetime
) -> None:
    searching.open_stores(session, request.reference, changed, at=at)
    known = RequestIdentifier
    rows = session.scalars(
        select(known).where(known.reference == request.reference, known.confirmed_at.is_not(None))
    )
    wanted = [
        (request.reference, store.name, collection.name, row.id)
        for row in rows
        for store, collection in new.asked_by(row.kind)
        if store.name in changed
    ]
    searching.open_probes(session, wanted)
    searching.look_afresh(session, request.reference, new, changed)
    searching.wake(session, changed)
