"""Show a request as scripts and pages read it; never the value of an identifier."""

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.clock import moment
from dsar.datamap.identifiers import masked
from dsar.datamap.types import DataMap
from dsar.errors import NotFound
from dsar.law import period, rule
from dsar.models import (
    Copy,
    Erasure,
    PaperFile,
    Probe,
    Request,
    RequestIdentifier,
    StoreWork,
)
from dsar.models.search import UNMAPPED
from dsar.services import (
    bygone,
    erasing,
    gaps,
    intake,
    keys,
    ledger,
    maps,
    reasons,
    sweeping,
    unaccounted,
    verdicts,
    waiting,
)
from dsar.services.altering import Place
from dsar.terms import COPIED, OPEN, CopyState, KeyClass, StoreState
from dsar.vault import Vault


def request(session: Session, vault: Vault, row: Request, *, at: datetime) -> dict[str, Any]:
    """The object of `request show`, as docs/operator.md describes it."""
    datamap = bygone.with_sealed(session, row, maps.get(session, row.map_version))
    today = clock.day(at, datamap.controller.zone)
    stores = _stores(session, row, datamap)
    listed = gaps.holding_back(session, row)
    unmapped = unaccounted.places(session, row.reference, datamap, listed)
    entries, head = ledger.head(session, row.reference)
    return {
        "reference": row.reference, "submission": row.submission, "right": row.right, "status": row.status,
        "complete": not listed and _complete(session, row, stores, unmapped),
        "overdue": row.answered_at is None and row.status in OPEN and today > row.due_on,
        "lang": row.lang,
        "received_at": moment(row.received_at), "verified_at": moment(row.verified_at),
        "answered_at": moment(row.answered_at), "closed_at": moment(row.closed_at),
        "due_on": row.due_on.isoformat(), "legal_latest": row.legal_latest, "days_left": row.days_left(today),
        "rule": clock_rule(row),
        "identifiers": _identifiers(session, vault, row, datamap),
        "waits_for": waiting.waits_for(session, row, stores, unmapped, listed),
        "map": {"version": row.map_version, "sha256": maps.digest(session, row.map_version)},
        "stores": stores,
        "unmapped": unmapped,
        "withheld": [
            {"store": store.name, "collection": collection.name, "field": field.name, "reason": field.withhold}
            for store, collection in datamap.collections()
            for field in collection.fields.values()
            if not field.given
        ],
        "copy": _copy(session, row),
        "erasure": _short(session, row),
        "ledger": {"entries": entries, "head": head},
    }  # fmt: skip


def erasure(session: Session, row: Request) -> dict[str, Any]:
    """The object of `erasure show`.  Raises NotAllowed before there is a plan."""
    erasing.of(session, row)
    return verdicts.show(session, row)


def clock_rule(row: Request) -> dict[str, Any]:
    """The rule that the deadline comes from, in words that name the promise as it stood at receipt."""
    promised = rule(row.rule).promised(period(row.promise_n, row.promise_unit))
    return {"id": promised.id, "article": promised.article, "text": asdict(promised.text)}


def is_complete(session: Session, row: Request) -> bool:
    """Whether every store is searched to the end, and no place beyond the map may hold the person."""
    datamap = bygone.with_sealed(session, row, maps.get(session, row.map_version))
    if gaps.holding_back(session, row) or not _searched(_stores(session, row, datamap)):
        return False
    return not unaccounted.holding(unaccounted.places(session, row.reference, datamap, ()))


def paper_files(session: Session, reference: str, paper: str) -> list[PaperFile]:
    """The files of a request's copy or certificate, by name."""
    wanted = select(PaperFile).where(PaperFile.reference == reference, PaperFile.paper == paper)
    return list(session.scalars(wanted.order_by(PaperFile.name)))


def _complete(
    session: Session, row: Request, stores: list[dict[str, Any]], unmapped: list[dict[str, Any]]
) -> bool:
    if not _searched(stores) or unaccounted.holding(unmapped):
        return False
    if row.right not in COPIED:
        return True
    copy = session.get(Copy, row.reference)
    return copy is not None and copy.state != CopyState.MAKING


def _searched(stores: list[dict[str, Any]]) -> bool:
    return all(store["state"] == StoreState.SEARCHED for store in stores)


def _stores(session: Session, row: Request, datamap: DataMap) -> list[dict[str, Any]]:
    works = {
        w.store: w for w in session.scalars(select(StoreWork).where(StoreWork.reference == row.reference))
    }
    still_open: dict[tuple[str, str], bool] = defaultdict(bool)
    records: dict[tuple[str, str], int] = {}
    counted = select(Probe.store, Probe.collection, func.sum(Probe.records), func.max(Probe.open))
    if session.get_bind().dialect.name == "postgresql":
        counted = select(Probe.store, Probe.collection, func.sum(Probe.records), func.bool_or(Probe.open))
    counted = counted.where(Probe.reference == row.reference, Probe.collection != UNMAPPED)
    for store, collection, n, is_open in session.execute(counted.group_by(Probe.store, Probe.collection)):
        records[store, collection], still_open[store, collection] = int(n), bool(is_open)
    shown = [_store(datamap, name, works.get(name), records, still_open) for name in datamap.stores]
    going = sweeping.going(session, now=clock.real())
    for one in shown:
        one["by_value"] = going.get(one["name"])
    return _stopped(shown, bygone.unread(session, row.reference))


def _stopped(stores: list[dict[str, Any]], unread: set[Place]) -> list[dict[str, Any]]:
    """Say of a searched store that some of it would have to be searched anew, and was erased before."""
    for store in stores:
        short = [one for one in store["collections"] if (store["name"], one["name"]) in unread]
        for one in [store, *short] if short and store["state"] == StoreState.SEARCHED else ():
            one["state"] = StoreState.PAUSED
        if short and store["state"] == StoreState.PAUSED:
            store["reason"] = reasons.ERASED_BEFORE
    return stores


def _store(
    datamap: DataMap,
    name: str,
    work: StoreWork | None,
    records: dict[tuple[str, str], int],
    still_open: dict[tuple[str, str], bool],
) -> dict[str, Any]:
    store = datamap.stores[name]
    state = work.state if work else StoreState.WAITING
    searched = state == StoreState.SEARCHED
    return {
        "name": name, "title": dict(store.title), "state": state, "reason": work and work.reason,
        "since": moment(work.since) if work else None, "tries": work.tries if work else 0,
        "next_try_at": moment(work.next_try_at) if work else None,
        "collections": [
            {
                "name": c.name, "title": dict(c.title),
                "state": state if searched or still_open[name, c.name] else StoreState.WAITING,
                "records": records.get((name, c.name), 0) if searched else _so_far(records, still_open, (name, c.name)),
            }
            for c in store.collections.values()
        ],
    }  # fmt: skip


def _so_far(
    records: dict[tuple[str, str], int], still_open: dict[tuple[str, str], bool], of: tuple[str, str]
) -> int | None:
    """What was found while more may come; None when nobody has looked yet."""
    return records[of] if records.get(of) and not still_open[of] else None


def _identifiers(session: Session, vault: Vault, row: Request, datamap: DataMap) -> list[dict[str, Any]]:
    wanted = select(RequestIdentifier).where(RequestIdentifier.reference == row.reference)
    rows = session.scalars(wanted.order_by(RequestIdentifier.number)).all()
    try:
        key = keys.of(session, vault, row.reference, KeyClass.IDENTITY)
    except NotFound:  # destroyed on its day; the request itself is still shown
        key = None
    return [
        {
            "kind": one.kind,
            "masked": key
            and masked(datamap.identifier_kinds[one.kind], intake.opened_value(vault, key, one)),
            "confirmed": one.confirmed_at is not None,
            "internal": one.internal,
        }
        for one in rows
        if one.kind in datamap.identifier_kinds
    ]


def _copy(session: Session, row: Request) -> dict[str, Any] | None:
    copy = session.get(Copy, row.reference)
    if copy is None:
        return None
    files = paper_files(session, row.reference, "copy")
    return {
        "state": copy.state, "complete": copy.state != CopyState.MAKING, "records": copy.records,
        "made_at": moment(copy.made_at), "expires_at": moment(copy.expires_at),
        "files": [{"name": f.name, "bytes": f.bytes, "sha256": f.sha256} for f in files],
    }  # fmt: skip


def _short(session: Session, row: Request) -> dict[str, Any] | None:
    erasure = session.get(Erasure, row.reference)
    if erasure is None:
        return None
    return {"stage": erasure.stage, "verdict": verdicts.of_request(session, row)}
