"""One pass over one store: who is to be looked for there, and what was found."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap, Store
from dsar.models import Probe, Request, RequestIdentifier, StoreWork, UnmappedPlace
from dsar.models.search import UNMAPPED
from dsar.services import by_value, intake, keys, maps, searching
from dsar.terms import COPIED, KeyClass, Right, Status, StoreState
from dsar.vault import Vault


@dataclass(frozen=True, repr=False)
class Asked:
    """One identifier of one person, in the clear, for as long as the pass lasts."""

    id: int
    number: int
    kind: str
    value: str
    internal: bool


@dataclass(repr=False)
class Person:
    """One request within a pass."""

    reference: str
    sealing: bytes  # key of class `found`
    identity: bytes  # key of class `identity`
    identifiers: list[Asked]
    kept: bool  # the records are sealed for a copy; for an erasure they are only counted
    open: dict[tuple[str, int], int] = field(default_factory=dict)  # (collection, identifier) -> probe
    done: set[tuple[str, int]] = field(default_factory=set)
    held: dict[str, int] = field(default_factory=dict)  # collection -> records that are found already
    by_value: int | None = None  # the open probe of unmapped places


@dataclass(frozen=True, repr=False)
class Batch:
    """All that is open for one store, of requests that pin the same version of the map."""

    datamap: DataMap
    version: int  # of the map
    people: list[Person]


@dataclass(frozen=True, repr=False)
class Part:
    """What one probe found, sealed."""

    probe: int
    records: int
    sha256: str | None
    sealed: bytes | None
    file: str | None


@dataclass(repr=False)
class Finding:
    """What a pass found of one person."""

    person: Person
    parts: list[Part] = field(default_factory=list)
    given: set[tuple[str, str]] = field(default_factory=set)  # (internal kind, value)
    by_value: dict[str, int] | None = None  # table -> records that no copy has; None: not looked
    undeclared: dict[str, set[str]] = field(default_factory=dict)  # table -> the mapped columns among those
    mentions: dict[str, int] = field(default_factory=dict)  # collection -> records, by value
    own_mentions: dict[str, int] = field(default_factory=dict)  # of the records found
    forms: frozenset[str] = frozenset()  # tokens under which the proven identifiers may stand in a text
    sizes: dict[str, int | None] = field(default_factory=dict)  # collection -> records of anybody
    weighed: int = 0  # records looked at for the next
    others: dict[str, int] = field(
        default_factory=dict
    )  # of the records to be deleted: that name somebody else
    problem: str | None = None


def batch(session: Session, vault: Vault, store: str, *, limit: int, now: datetime) -> Batch | None:
    """Everything open for a store that may be tried now; None when there is nothing."""
    rights, version = _due(session, store, limit, now)
    references = list(rights)
    if not references:
        return None
    found = keys.of_many(session, vault, references, KeyClass.FOUND)
    identity = keys.of_many(session, vault, references, KeyClass.IDENTITY)
    asked = identifiers_of(session, vault, references, identity)
    people = {
        ref: Person(ref, found[ref], identity[ref], asked[ref], rights[ref] in COPIED) for ref in references
    }
    for probe in session.scalars(select(Probe).where(Probe.store == store, Probe.reference.in_(references))):
        person = people[probe.reference]
        if probe.collection == UNMAPPED:
            person.by_value = probe.id if probe.open else None
        elif probe.open:
            person.open[probe.collection, probe.identifier_id] = probe.id
        else:
            person.done.add((probe.collection, probe.identifier_id))
            person.held[probe.collection] = person.held.get(probe.collection, 0) + probe.records
    return Batch(maps.get(session, version), version, list(people.values()))


def identifiers_of(
    session: Session, vault: Vault, references: Sequence[str], identity: dict[str, bytes]
) -> dict[str, list[Asked]]:
    """The proven and internal identifiers of many requests, opened, in the order they came."""
    row = RequestIdentifier
    wanted = (
        select(row).where(row.reference.in_(references), row.confirmed_at.is_not(None)).order_by(row.number)
    )
    asked: dict[str, list[Asked]] = {reference: [] for reference in references}
    for one in session.scalars(wanted):
        value = intake.opened_value(vault, identity[one.reference], one)
        asked[one.reference].append(Asked(one.id, one.number, one.kind, value, one.internal))
    return asked


def known_of(session: Session, vault: Vault, reference: str) -> list[Asked]:
    """The same of one request.  Raises NotFound once they were destroyed."""
    identity = keys.of_many(session, vault, [reference], KeyClass.IDENTITY)
    return identifiers_of(session, vault, [reference], identity)[reference]


def begin(session: Session, store: str, references: Sequence[str], *, at: datetime) -> None:
    """Show that the store is being searched for these requests."""
    intake.lock(session, references)
    rows = update(StoreWork).where(StoreWork.store == store, StoreWork.reference.in_(references))
    session.execute(
        rows.where(StoreWork.state != StoreState.WORKING).values(state=StoreState.WORKING, since=at)
    )


def record(
    session: Session, vault: Vault, batch: Batch, store: str, findings: Sequence[Finding],
    columns: dict[str, list[str]], *, next_try_at: datetime, at: datetime,
) -> list[Finding]:  # fmt: skip
    """Write what a pass found, with the probes that follow from it, in this one transaction; what was written.

    Nothing is written of a request that moved to another version of the map meanwhile: it is searched anew.
    columns: the unmapped columns of each table, as the store describes it now.
    """
    pinned = intake.lock(session, [finding.person.reference for finding in findings])
    findings = [finding for finding in findings if pinned[finding.person.reference] == batch.version]
    good = [finding for finding in findings if finding.problem is None]
    parts = [part for finding in good for part in finding.parts]
    _close(
        session,
        parts + [_looked(batch.datamap.stores[store], f.person) for f in good if f.by_value is not None],
    )
    _places(session, store, good, columns)
    _follow(session, vault, batch.datamap, good, at=at)
    for finding in findings:
        if finding.problem:
            searching.trouble(
                session, store, [finding.person.reference], StoreState.FAILED, finding.problem,
                next_try_at=next_try_at, at=at,
            )  # fmt: skip
    searching.settle(session, batch.datamap, [finding.person.reference for finding in good], at=at)
    session.flush()
    _rest(session, store, [finding.person.reference for finding in good], at=at)
    return good


def _due(session: Session, store: str, limit: int, now: datetime) -> tuple[dict[str, Right], int]:
    ready = or_(StoreWork.next_try_at.is_(None), StoreWork.next_try_at <= now)
    wanted = (
        select(Request.reference, Request.map_version, Request.right)
        .join(Probe, Probe.reference == Request.reference)
        .join(StoreWork, (StoreWork.reference == Probe.reference) & (StoreWork.store == Probe.store))
        .where(Probe.store == store, Probe.open, Request.status == Status.WORKING, ready)
        .distinct()
        .order_by(Request.map_version, Request.reference)
        .limit(limit)
    )
    rows = session.execute(wanted).all()
    version = rows[0][1] if rows else 0
    return {reference: right for reference, pinned, right in rows if pinned == version}, version


def _looked(store: Store, person: Person) -> Part:
    """The look by value, done: its records are the identifiers that it was made with."""
    assert person.by_value is not None  # noqa: S101  only an open look is made
    known = sum(by_value.matters(store, one.kind, internal=one.internal) for one in person.identifiers)
    return Part(person.by_value, known, None, None, None)


def _close(session: Session, parts: Sequence[Part]) -> None:
    rows = [
        {"of": p.probe, "n": p.records, "digest": p.sha256, "blob": p.sealed, "path": p.file, "still": False}
        for p in parts
    ]
    if rows:
        values: dict[str, Any] = {
            "open": bindparam("still"), "records": bindparam("n"), "sha256": bindparam("digest"),
            "sealed": bindparam("blob"), "file": bindparam("path"),
        }  # fmt: skip
        session.connection().execute(update(Probe).where(Probe.id == bindparam("of")).values(values), rows)


def _places(session: Session, store: str, findings: Sequence[Finding], columns: dict[str, list[str]]) -> None:
    """What unmapped places hold, and mapped ones that the map does not account for.

    A place that is mapped by now, or accounted for, is forgotten.
    """
    references = [finding.person.reference for finding in findings]
    place = UnmappedPlace
    known: dict[str, dict[str, UnmappedPlace]] = defaultdict(dict)
    for row in session.scalars(select(place).where(place.store == store, place.reference.in_(references))):
        known[row.reference][row.table] = row
    for finding in findings:
        reference, there = finding.person.reference, known[finding.person.reference]
        seen = {table: {*columns.get(table, ())} for table in {*columns, *finding.undeclared}}
        for table in seen.keys() - there.keys():
            there[table] = place(
                reference=reference, store=store, table=table, columns=columns.get(table, [])
            )
            session.add(there[table])
        if finding.by_value is None:
            continue
        for table, row in there.items():
            if table not in seen:
                session.delete(row)
                continue
            row.columns = sorted(seen[table] | finding.undeclared.get(table, set()))
            row.records = finding.by_value.get(table, 0)


def _follow(
    session: Session, vault: Vault, datamap: DataMap, findings: Sequence[Finding], *, at: datetime
) -> None:
    """Add the internal identifiers that were given, and open a probe wherever they lead."""
    wanted: list[tuple[str, str, str, int]] = []
    stores: set[str] = set()
    fresh: list[RequestIdentifier] = []
    known = _known(session, [finding.person.reference for finding in findings if finding.given])
    for finding in findings:
        person = finding.person
        for kind, value in sorted(finding.given):
            numbers = known[person.reference]
            if (kind, vault.blind(kind, value)) in numbers:
                continue
            row = intake.add_identifier(
                session, vault, person.identity, person.reference, 1 + max(numbers.values(), default=-1),
                kind, value, internal=True, at=at,
            )  # fmt: skip
            numbers[kind, row.blind] = row.number
            fresh.append(row)
    session.flush()
    for row in fresh:
        for store, collection in datamap.asked_by(row.kind):
            wanted.append((row.reference, store.name, collection.name, row.id))
            stores.add(store.name)
    _wait_again(session, wanted)
    searching.open_probes(session, wanted)
    searching.wake(session, sorted(stores))


def _known(session: Session, references: Sequence[str]) -> dict[str, dict[tuple[str, str], int]]:
    """(kind, blind) -> number of each request's identifiers as they are now: other stores give some as well."""
    row = RequestIdentifier
    known: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    wanted = select(row.reference, row.kind, row.blind, row.number).where(row.reference.in_(references))
    for reference, kind, blind, number in session.execute(wanted):
        known[reference][kind, blind] = number
    return known


def _wait_again(session: Session, wanted: Sequence[tuple[str, str, str, int]]) -> None:
    by_store: dict[str, set[str]] = defaultdict(set)
    for reference, store, _, _ in wanted:
        by_store[store].add(reference)
    for store, references in by_store.items():
        rows = update(StoreWork).where(StoreWork.store == store, StoreWork.reference.in_(references))
        searched = rows.where(StoreWork.state == StoreState.SEARCHED)
        session.execute(searched.values(state=StoreState.WAITING, searched_at=None))


def _rest(session: Session, store: str, references: Sequence[str], *, at: datetime) -> None:
    """A store that did its part so far, but may be asked again, waits."""
    rows = update(StoreWork).where(StoreWork.store == store, StoreWork.reference.in_(references))
    waits = rows.where(StoreWork.state != StoreState.SEARCHED)
    session.execute(waits.values(state=StoreState.WAITING, reason=None, next_try_at=None, tries=0, since=at))
