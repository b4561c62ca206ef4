"""Assemble the copy: plain values and streams, from the map and the sealed parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.identifiers import masked, matches, normal
from dsar.datamap.types import Collection, DataMap, IdentifierKind, Store, Text
from dsar.errors import BadInput
from dsar.jobs import parts
from dsar.jobs.office import Office
from dsar.jobs.parts import FileKept
from dsar.models import Probe, Request, StoreWork, UnmappedPlace
from dsar.models.search import UNMAPPED
from dsar.render.package import (
    CollectionShown,
    FieldShown,
    FileShown,
    IdentifierShown,
    Package,
    PointShown,
    RecipientShown,
    Row,
    SealShown,
    StoreShown,
    UnmappedShown,
)
from dsar.services import finding, keys, ledger, maps, mentioning, showing
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
        unmapped=tuple(_unmapped(session, request.reference)),
        recipients=tuple(_recipient(desk.datamap, name) for name in desk.datamap.recipients),
        seal=SealShown(entries, head), verify_url=f"{office.config.public_url}/check",
        pretend=clock.text(at) if office.config.may_pretend and clock.pretended() else None,
    )  # fmt: skip
    return Assembled(package, desk.files, desk.key)


def _desk(session: Session, office: Office, request: Request) -> _Desk:
    datamap = maps.get(session, request.map_version)
    identity = {request.reference: keys.of(session, office.vault, request.reference, KeyClass.IDENTITY)}
    asked = finding.identifiers_of(session, office.vault, [request.reference], identity)[request.reference]
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
    collections = tuple(_collection(desk, store, collection) for collection in store.collections.values())
    return StoreShown(
        store.name, store.title, store.connector, state, reason,
        (work.searched_at or work.since) if work else None, collections,
    )  # fmt: skip


def _collection(desk: _Desk, store: Store, collection: Collection) -> CollectionShown:
    rows = _rows(desk, store, collection)
    files, without_consent = _first_pass(desk, store, collection)
    return CollectionShown(
        name=collection.name, title=collection.title, purpose=collection.purpose.title,
        legal_basis=collection.purpose.legal_basis,
        source=None if collection.source.column else collection.source.text, source_field=collection.source.column,
        consent_field=collection.consent,
        recipients=tuple(_recipient(desk.datamap, name) for name in collection.recipients),
        retention=collection.purpose.retention,
        records=sum(probe.records for probe in desk.probes.get((store.name, collection.name), [])),
        without_consent=without_consent, mentions=desk.mentions.get((store.name, collection.name), 0),
        fields=tuple(
            FieldShown(field, "given" if field.given else "withheld", field.withhold)
            for field in collection.fields.values()
        ),
        rows=rows, files=files,
    )  # fmt: skip


def _rows(desk: _Desk, store: Store, collection: Collection) -> Callable[[], Iterator[Row]]:
    """The rows of a collection, streamed anew at each call; another person's identifier is masked."""
    foreign = {
        f.name: desk.datamap.identifier_kinds[f.identifier]
        for f in collection.fields.values()
        if f.identifier
    }

    def rows() -> Iterator[Row]:
        for line in _lines(desk, store, collection):
            yield {
                name: _own(desk, foreign[name], value) if name in foreign else value
                for name, value in line.row.items()
            }

    return rows


def _own(
    desk: _Desk, kind: IdentifierKind, value: str | int | float | bool | None
) -> str | int | float | bool | None:
    """The value when it is the person's own proven identifier; else masked, as a question: is this yours?"""
    if value is None or value == "":
        return value
    anyhow = ("any",) if kind.normal != "exact" else ("exact",)
    own = (asked for asked in desk.asked if asked.kind == kind.name)
    return (
        value
        if any(matches(kind, asked.value, anyhow, value) for asked in own)
        else _hidden(kind, str(value))
    )


def _hidden(kind: IdentifierKind, value: str) -> str:
    """Another person's identifier, masked; what cannot be read as one is hidden whole."""
    try:
        return masked(kind, normal(kind, value))
    except BadInput:
        return "*" * 8


def _lines(desk: _Desk, store: Store, collection: Collection) -> Iterator[parts.Line]:
    for probe in desk.probes.get((store.name, collection.name), []):
        yield from parts.lines(desk.office.vault, desk.key, probe)


def _first_pass(desk: _Desk, store: Store, collection: Collection) -> tuple[tuple[FileShown, ...], int]:
    """The files that rows name, and how many rows have no proof of consent."""
    holds_files = any(field.file for field in collection.fields.values())
    if not holds_files and collection.consent is None:
        return (), 0
    files: list[FileShown] = []
    without = 0
    for number, line in enumerate(_lines(desk, store, collection)):
        without += collection.consent is not None and line.row.get(collection.consent) in (None, "")
        for field, kept in line.files.items():
            name = f"files/{store.name}/{collection.name}/{len(files) + 1}-{_safe(kept.name)}"
            desk.files[name] = kept
            declared = collection.fields[field].file
            kind = declared.type if declared else "document"
            files.append(FileShown(number, field, name, kind, kept.bytes, kept.sha256))
    return tuple(files), without


def _safe(name: str) -> str:
    """The last part of a file's name, with nothing in it that a file system or a shell might act on."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in last).lstrip(".")[:120] or "file"


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


def _unmapped(session: Session, reference: str) -> Iterator[UnmappedShown]:
    place = UnmappedPlace
    for row in session.scalars(
        select(place).where(place.reference == reference).order_by(place.store, place.table)
    ):
        yield UnmappedShown(row.store, row.table, tuple(row.columns), row.records)
