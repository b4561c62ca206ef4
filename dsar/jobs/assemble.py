"""Assemble the copy: plain values and streams, from the map and the sealed parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.types import Collection, DataMap, Store, Text, say
from dsar.jobs import parts
from dsar.jobs.office import Office
from dsar.jobs.parts import FileKept
from dsar.jobs.telling import Telling
from dsar.models import Probe, Request, StoreWork
from dsar.models.search import UNMAPPED
from dsar.render.package import (
    CollectionShown,
    FieldShown,
    IdentifierShown,
    LikeShown,
    Package,
    PointShown,
    RecipientShown,
    SealShown,
    StoreShown,
    UnmappedShown,
)
from dsar.services import bygone, finding, gaps, keys, ledger, maps, mentioning, reasons, showing, unaccounted
from dsar.services.altering import Place
from dsar.services.finding import Asked
from dsar.terms import KeyClass, StoreState


@dataclass(frozen=True, repr=False)
class Assembled:
    """A package, and the sealed files that its rows name."""

    package: Package
    files: dict[str, FileKept]  # name in the package -> sealed file
    key: bytes  # of class `found`


@dataclass(frozen=True, repr=False)
class _Desk:
    """What the assembling of one copy works with."""

    office: Office
    request: Request
    datamap: DataMap
    asked: list[Asked]
    key: bytes
    probes: dict[tuple[str, str], list[Probe]]
    works: dict[str, StoreWork]
    mentions: dict[tuple[str, str], int]
    unread: set[Place]
    files: dict[str, FileKept]


def assemble(
    session: Session, office: Office, request: Request, *, complete: bool, at: datetime
) -> Assembled:
    """Everything that the papers are made of.  Raises SealBroken when a part does not open."""
    desk = _desk(session, office, request)
    promise = showing.clock_rule(request)["text"]
    entries, head = ledger.head(session, request.reference)
    controller = desk.datamap.controller
    package = Package(
        reference=request.reference, right=request.right, lang=request.lang, made_at=at,
        received_at=request.received_at, due_on=request.due_on, promise=promise, complete=complete,
        controller=controller,
        identifiers=tuple(_identifier(desk, asked) for asked in desk.asked if not asked.internal),
        period=(None, clock.day(at, controller.zone)),
        stores=tuple(_store(desk, store) for store in desk.datamap.stores.values()),
        points=tuple(_points(desk.datamap)),
        unmapped=tuple(_unmapped(session, desk)),
        recipients=tuple(_recipient(desk.datamap, name) for name in desk.datamap.recipients),
        seal=SealShown(entries, head), verify_url=f"{office.config.public_url}/check",
        pretend=clock.text(at) if office.config.may_pretend and clock.pretended() else None,
    )  # fmt: skip
    return Assembled(package, desk.files, desk.key)


def _desk(session: Session, office: Office, request: Request) -> _Desk:
    datamap = bygone.with_sealed(session, request, maps.get(session, request.map_version))
    asked = finding.known_of(session, office.vault, request.reference)
    works = {
        w.store: w for w in session.scalars(select(StoreWork).where(StoreWork.reference == request.reference))
    }
    key = keys.of(session, office.vault, request.reference, KeyClass.FOUND)
    return _Desk(
        office,
        request,
        datamap,
        asked,
        key,
        _probes(session, request.reference, asked),
        works,
        mentioning.others(session, request.reference),
        bygone.unread(session, request.reference),
        {},
    )


def _probes(session: Session, reference: str, asked: list[Asked]) -> dict[tuple[str, str], list[Probe]]:
    """The parts of each collection, in an order that does not depend on when they were found."""
    by_id = {one.id: one for one in asked}
    wanted = select(Probe).where(
        Probe.reference == reference, Probe.collection != UNMAPPED, Probe.records > 0
    )
    found: dict[tuple[str, str], list[Probe]] = {}
    for probe in session.scalars(wanted):
        found.setdefault((probe.store, probe.collection), []).append(probe)
    for probes in found.values():
        probes.sort(key=lambda probe: _order(by_id[probe.identifier_id]))
    return found


def _order(asked: Asked) -> tuple[bool, int, str, str]:
    return (True, 0, asked.kind, asked.value) if asked.internal else (False, asked.number, "", "")


def _identifier(desk: _Desk, asked: Asked) -> IdentifierShown:
    return IdentifierShown(asked.kind, desk.datamap.identifier_kinds[asked.kind].title, asked.value)


def _store(desk: _Desk, store: Store) -> StoreShown:
    work = desk.works.get(store.name)
    state = work.state if work else StoreState.WAITING
    reason = work.reason if work else None
    if state == StoreState.SEARCHED and store.name in {name for name, _ in desk.unread}:
        state, reason = StoreState.PAUSED, say(reasons.text(reasons.ERASED_BEFORE) or {}, desk.request.lang)
    collections = tuple(_collection(desk, store, collection) for collection in store.collections.values())
    return StoreShown(
        store.name, store.title, store.connector, state, reason,
        (work.searched_at or work.since) if work else None, collections,
    )  # fmt: skip


def _collection(desk: _Desk, store: Store, collection: Collection) -> CollectionShown:
    telling = Telling(desk.datamap, collection, desk.asked, partial(_lines, desk, store, collection))
    overview = telling.overview(store.name)
    desk.files.update((file.name, kept) for file, kept in zip(overview.files, overview.kept, strict=True))
    records = sum(probe.records for probe in desk.probes.get((store.name, collection.name), []))
    return CollectionShown(
        name=collection.name, title=collection.title, purpose=collection.purpose.title,
        legal_basis=collection.purpose.legal_basis,
        source=None if collection.source.column else collection.source.text, source_field=collection.source.column,
        consent_field=collection.consent,
        recipients=tuple(_recipient(desk.datamap, name) for name in collection.recipients),
        retention=collection.purpose.retention,
        records=records - (overview.shared.withheld if overview.shared else 0),
        without_consent=overview.without_consent, mentions=desk.mentions.get((store.name, collection.name), 0),
        fields=tuple(
            FieldShown(field, "given" if field.given else "withheld", field.withhold)
            for field in collection.fields.values()
        ),
        rows=telling.rows, files=overview.files, shared=overview.shared,
    )  # fmt: skip


def _lines(desk: _Desk, store: Store, collection: Collection) -> Iterator[parts.Line]:
    for probe in desk.probes.get((store.name, collection.name), []):
        yield from parts.lines(desk.office.vault, desk.key, probe)


def _recipient(datamap: DataMap, name: str) -> RecipientShown:
    r = datamap.recipients[name]
    return RecipientShown(r.name, r.title, r.legal_name, r.contact, r.abroad, r.got, r.why, r.consent)


def _points(datamap: DataMap) -> Iterator[PointShown]:
    for point in datamap.collection_points:
        place = _place(datamap, point.place) if point.place else None
        yield PointShown(
            point.name, point.title, point.field, point.field_title, point.state, place, point.reason
        )


def _place(datamap: DataMap, place: str) -> Text:
    store, collection, *_ = place.split(".")
    where = datamap.stores[store]
    what = where.collections[collection]
    return {lang: f"{where.title.get(lang, '')} · {what.title.get(lang, '')}" for lang in ("zh", "en")}


def _unmapped(session: Session, desk: _Desk) -> Iterator[UnmappedShown]:
    listed = gaps.holding_back(session, desk.request)
    for place in unaccounted.places(session, desk.request.reference, desk.datamap, listed):
        likes = tuple(LikeShown(**one) for one in place["looks_personal"])
        yield UnmappedShown(place["store"], place["table"], tuple(place["columns"]), place["records"], likes)
