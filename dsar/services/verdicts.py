"""What an erasure came to: computed from what was erased and what the looks saw, never set."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.types import DataMap, Keep, Store
from dsar.law import retained_until, rule
from dsar.models import (
    Erasure,
    ErasureItem,
    Look,
    PaperFile,
    Request,
    RequestIdentifier,
    StoreWork,
)
from dsar.services import (
    barring,
    bygone,
    confirming,
    deriving,
    ledger,
    maps,
    planning,
    reasons,
    refusing,
    relooking,
    weighing,
)
from dsar.terms import OPEN_VERDICTS, Stage, StoreState, Verdict, worst

PROOF = "CN-CASE-FILE-3Y"  # the rule by which the proof of the request itself is kept
OUTLIVES = timedelta(days=31)  # what a law keeps is erased with what identifies the person still in hand


def of_item(item: ErasureItem, work: StoreWork | None) -> Verdict:
    """The verdict of one collection."""
    if item.looked_at is None:
        if refusing.is_refused(item):
            return Verdict.UNREACHABLE
        down = work is not None and work.state in (StoreState.UNREACHABLE, StoreState.FAILED)
        return Verdict.UNREACHABLE if down else Verdict.PENDING
    if item.residue:
        return Verdict.RESIDUE
    if item.cannot:
        return Verdict.CANNOT
    if item.kept:
        return Verdict.KEPT
    return Verdict.ERASED if item.erased else Verdict.NOTHING_HELD


def of_request(session: Session, row: Request) -> Verdict:
    """The worst verdict of a request's stores and recipients."""
    anew = [] if planning.stands(session, row.reference) else [Verdict.PENDING]
    return worst([*anew, *_by_store(session, row.reference).values(), *confirming.verdicts(session, row)])


def is_open(session: Session, row: Request) -> bool:
    """Whether any verdict is still open, or only the map keeps records from going: it cannot be closed."""
    return of_request(session, row) in OPEN_VERDICTS or bool(barring.barred(session, row))


def show(session: Session, row: Request) -> dict[str, Any]:
    """The object of `erasure show`, as docs/operator.md describes it."""
    datamap = maps.get(session, row.map_version)
    erasure = session.get_one(Erasure, row.reference)
    entries, head = ledger.head(session, row.reference)
    stores = _stores(session, row, datamap)
    return {
        "reference": row.reference, "stage": erasure.stage, "looks_only": erasure.looks_only,
        "verdict": of_request(session, row),
        "stores": stores,
        "thresholds": weighing.shown(session, row),
        "held": _held(erasure),
        "proof": _proof(session, row),
        "relooks": relooking.shown(session, row, zone=datamap.controller.zone),
        "recipients": confirming.shown(session, row, datamap, _by_store(session, row.reference)),
        "backups": _backups(session, row, datamap),
        "certificate": _certificate(session, erasure),
        "ledger": {"entries": entries, "head": head},
    }  # fmt: skip


def _held(erasure: Erasure) -> dict[str, Any] | None:
    """Where a held erasure stood, its last day, and whether the person may not be told."""
    if erasure.stage != Stage.HELD:
        return None
    before = erasure.held_before or Stage.PLANNED
    return {"stage": before, "until": erasure.held_until, "quietly": erasure.held_quietly}


def _items(session: Session, reference: str) -> list[ErasureItem]:
    return list(
        session.scalars(
            select(ErasureItem).where(ErasureItem.reference == reference).order_by(ErasureItem.id)
        )
    )


def _works(session: Session, reference: str) -> dict[str, StoreWork]:
    return {w.store: w for w in session.scalars(select(StoreWork).where(StoreWork.reference == reference))}


def _by_store(session: Session, reference: str) -> dict[str, Verdict]:
    works = _works(session, reference)
    parts: dict[str, list[Verdict]] = defaultdict(list)
    for item in _items(session, reference):
        parts[item.store].append(of_item(item, works.get(item.store)))
    return {store: worst(verdicts) for store, verdicts in parts.items()}


def _stores(session: Session, row: Request, datamap: DataMap) -> list[dict[str, Any]]:
    works = _works(session, row.reference)
    looks: dict[tuple[str, str], list[Look]] = defaultdict(list)
    for look in session.scalars(
        select(Look).where(Look.reference == row.reference).order_by(Look.number, Look.id)
    ):
        looks[look.store, look.collection].append(look)
    items: dict[str, list[ErasureItem]] = defaultdict(list)
    for item in _items(session, row.reference):
        items[item.store].append(item)
    by_store = _by_store(session, row.reference)
    return [
        {
            "name": name, "title": dict(store.title), "verdict": by_store.get(name, Verdict.PENDING),
            "collections": [
                _collection(datamap, item, works.get(name), looks[name, item.collection]) for item in items[name]
            ],
        }
        for name, store in _all_stores(session, row, datamap, items).items()
    ]  # fmt: skip


def _all_stores(session: Session, row: Request, datamap: DataMap, places: Iterable[str]) -> dict[str, Store]:
    """The stores of the map, and those that were taken out of it after something was planned there."""
    gone = {
        name: before.stores[name]
        for name in places
        if name not in datamap.stores and (before := bygone.last_map(session, row.map_version, name))
    }
    return {**datamap.stores, **gone}


def _collection(
    datamap: DataMap, item: ErasureItem, work: StoreWork | None, looks: list[Look]
) -> dict[str, Any]:
    verdict = of_item(item, work)
    residue = item.residue
    away = verdict == Verdict.UNREACHABLE and not refusing.is_refused(item)
    reason = work.reason if away and work else item.reason
    return {
        "name": item.collection, "title": _title(datamap, item), "mapped": item.mapped,
        "verdict": verdict, "planned": item.planned,
        "found": None if residue is None else item.erased + item.kept + residue,
        "erased": item.erased if item.erased_at or residue is not None else None,
        "kept": item.kept if residue is not None else None,
        "residue": residue,
        "reason": reason, "reason_text": reasons.text(reason),
        "ground": _ground(datamap, item) if item.kept and item.rule else None,
        "locked": item.locked,
        "looks": [{"number": k.number, "at": clock.text(k.at), "how": k.how, "left": k.left} for k in looks],
        "where": item.where, "remedy": item.remedy,
    }  # fmt: skip


def _title(datamap: DataMap, item: ErasureItem) -> dict[str, str] | None:
    """What the map calls a collection; a derived place by what it is; None for a place that nothing names."""
    if deriving.is_derived(item):
        return deriving.title(item.collection)
    store = datamap.stores.get(item.store)
    collection = store.collections.get(item.collection) if store and item.mapped else None
    return dict(collection.title) if collection else None


def _ground(datamap: DataMap, item: ErasureItem) -> dict[str, Any]:
    assert item.rule is not None  # noqa: S101  the caller has seen it
    fields: list[str] = []
    collection = (
        datamap.stores[item.store].collections.get(item.collection) if item.store in datamap.stores else None
    )
    if collection and isinstance(collection.on_erasure, Keep):
        fields = list(collection.on_erasure.fields)
    return _law(item.rule) | {"until": item.until, "fields": fields}


def _law(id: str) -> dict[str, Any]:
    known = rule(id)
    return {
        "rule": known.id, "law": asdict(known.title), "article": known.article, "text": asdict(known.text),
    }  # fmt: skip


def proof_until(session: Session, row: Request) -> date:
    """The last day on which the proof of the request itself is kept: past every record that a law keeps."""
    closed_on = clock.day(
        row.closed_at or row.received_at, maps.get(session, row.map_version).controller.zone
    )
    untils = [date.fromisoformat(i.until) for i in _items(session, row.reference) if i.kept and i.until]
    return max([retained_until(rule(PROOF), closed_on), *(day + OUTLIVES for day in untils)])


def _proof(session: Session, row: Request) -> dict[str, Any]:
    """What this product keeps of the request itself, to prove what was done, and until when."""
    until = proof_until(session, row)
    kept = session.scalar(select(func.count()).where(RequestIdentifier.reference == row.reference)) or 0
    return {
        "name": "request",
        "verdict": Verdict.KEPT,
        "kept": kept,
        "ground": _law(PROOF) | {"until": until.isoformat()},
    }


def _backups(session: Session, row: Request, datamap: DataMap) -> list[dict[str, Any]]:
    """When the last backup that still holds erased records is gone, by store; and the backup of what went first.

    A look or a round in which nothing went moves no day.
    """
    zone, went = datamap.controller.zone, defaultdict[str, list[date]](list)
    for item in _items(session, row.reference):
        if item.gone_at and item.first_gone_at:
            went[item.store] += [clock.day(item.first_gone_at, zone), clock.day(item.gone_at, zone)]
    stores = _all_stores(session, row, datamap, went)
    return [
        {
            "store": store,
            "gone_by": (max(days) + timedelta(days=kept_days)).isoformat(),
            "first_gone_by": (min(days) + timedelta(days=kept_days)).isoformat(),
        }
        for store, days in went.items()
        if (kept_days := stores[store].kept_days)
    ]


def _certificate(session: Session, erasure: Erasure) -> dict[str, Any] | None:
    wanted = select(PaperFile).where(
        PaperFile.reference == erasure.reference,
        PaperFile.paper == "certificate",
        PaperFile.name == "certificate.pdf",
    )
    file = session.scalar(wanted)
    made = ledger.facts_of(session, erasure.reference, "certificate.made")
    if file is None or not made or erasure.stage not in (Stage.DONE, Stage.LOOKING, Stage.HELD):
        return None
    return {"number": erasure.certificate, "made_at": made[-1]["made_at"], "sha256": file.sha256}
