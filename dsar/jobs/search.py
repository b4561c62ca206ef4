"""Search one store for everybody who is to be looked for there: one batch, one pass."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

from dsar import clock, db, faults
from dsar.connectors import Connector, Found, Probe
from dsar.datamap.compare import accounted, unmapped
from dsar.datamap.types import Collection, Store
from dsar.datamap.watching import Difference
from dsar.errors import BadInput, StoreProblem, StoreRefused
from dsar.jobs import by_value, job, watch, weighed
from dsar.jobs.office import Office
from dsar.jobs.parts import FileKept, PartWriter
from dsar.jobs.perform import held
from dsar.jobs.sweeping import swept
from dsar.services import comparing, finding, gaps, mentioning, searching, sharing, sweeping, weighing, work
from dsar.services.finding import Batch, Finding, Person
from dsar.services.work import Claim
from dsar.terms import StoreState


@job
def search_store(office: Office, claim: Claim, *, store: str) -> datetime | None:
    """Find, seal and record what one store holds of everybody with an open probe there.

    Cut short, the pass runs again from the start: nothing of it was recorded.
    """
    with db.begin() as session:
        work.hold(session, claim)
        batch = finding.batch(session, office.vault, store, limit=office.config.batch, now=clock.real())
        if batch:
            finding.begin(session, store, [p.reference for p in batch.people], at=clock.now())
    if batch is None:
        return _next(store)
    try:
        with faults.effect("search.read"):
            findings, columns, fresh = _pass(office, claim, batch, batch.datamap.stores[store])
    except StoreProblem as error:
        _trouble(claim, store, error)
        raise
    next_try_at = clock.real() + work.pause(claim.tries)
    with faults.effect("search.seal"), held(claim) as session:
        comparing.noticed(session, store, fresh, at=clock.now())  # first, as by whoever applies a map
        good = finding.record(
            session,
            office.vault,
            batch,
            store,
            findings,
            columns,
            next_try_at=next_try_at,
            at=clock.now(),
        )
        mentioning.record(session, store, good)
        weighing.record(session, store, good)
        sweeping.over(session, claim.key)
    return _next(store)


def _pass(
    office: Office, claim: Claim, batch: Batch, store: Store
) -> tuple[list[Finding], dict[str, list[str]], list[Difference]]:
    with db.read() as session:
        known = gaps.known(session, store.name)
    with office.store(store, batch.datamap) as connector:
        connector.check(erasing=False)
        schema = connector.describe()
        places = unmapped(store, schema)
        columns = {place.table: sorted(place.columns) for place in places}
        findings = _find_all(office, claim, connector, store, batch.people)
        looked = [one for one in findings if one.person.by_value and one.problem is None]
        mapped = accounted(store, schema) if batch.datamap.everywhere else ()
        sweep = partial(swept, office, claim, connector)
        by_value.look(sweep, store, looked, places, mapped)
        fresh = watch.unknown(connector, batch.datamap, store, schema, known)
    return findings, columns, fresh


def _find_all(
    office: Office,
    claim: Claim,
    connector: Connector,
    store: Store,
    people: Sequence[Person],
) -> list[Finding]:
    """What every collection holds of these people; where a statement fails for some, halve until they are alone."""
    findings = [Finding(person) for person in people]
    try:
        for collection in store.collections.values():
            _find(office, claim, connector, collection, findings)
            weighed.size(connector, collection, findings)
    except StoreRefused as error:
        if len(people) == 1:
            findings[0].problem = str(error)
            return findings
        half = len(people) // 2
        return [
            finding
            for some in (people[:half], people[half:])
            for finding in _find_all(office, claim, connector, store, some)
        ]
    return findings


def _find(
    office: Office,
    claim: Claim,
    connector: Connector,
    collection: Collection,
    findings: list[Finding],
) -> None:
    kinds = {by.kind for by in collection.found_by}
    probes = [
        Probe(
            subject,
            asked.number,
            asked.kind,
            asked.value,
            done=(collection.name, asked.id) in finding.person.done,
        )
        for subject, finding in enumerate(findings)
        for asked in finding.person.identifiers
        if asked.kind in kinds
        and (collection.name, asked.id) in finding.person.open.keys() | finding.person.done
    ]
    writers = _writers(office, claim, collection, findings)
    try:
        found = connector.find(collection, probes) if writers else iter(())
        for (subject, number), records in groupby(found, key=lambda one: (one.subject, one.number)):
            _seal(connector, collection, findings[subject], writers[subject, number], records)
    except Exception:
        for writer in writers.values():
            writer.abandon()
        raise
    for (subject, _), writer in writers.items():
        findings[subject].parts.append(writer.finish())


def _writers(
    office: Office, claim: Claim, collection: Collection, findings: list[Finding]
) -> dict[tuple[int, int], PartWriter]:
    writers = {}
    for subject, one in enumerate(findings):
        for asked in one.person.identifiers:
            if probe := one.person.open.get((collection.name, asked.id)):
                writers[subject, asked.number] = PartWriter(office.vault, one.person, probe, claim.lease)
    return writers


def _seal(
    connector: Connector,
    collection: Collection,
    finding: Finding,
    writer: PartWriter,
    records: Iterator[Found],
) -> None:
    """Seal the rows of one person; a row that cannot be read fails this person alone."""
    about_others = mentioning.columns(collection)
    if about_others and not finding.forms:
        finding.forms = mentioning.own_forms(connector.map, finding.person)
    for found in records:
        if found.problem:
            finding.problem = found.problem
            continue
        finding.given |= _given(connector, collection, found, finding.person)
        if about_others and mentioning.stands_in(found.row, collection, finding.forms):
            finding.own_mentions[collection.name] = finding.own_mentions.get(collection.name, 0) + 1
        weighed.note(connector, collection, finding, found)
        files = _files(connector, collection, found, writer) if finding.person.kept else {}
        writer.add(_kept(collection, found), files)


def _given(
    connector: Connector, collection: Collection, found: Found, person: Person
) -> set[tuple[str, str]]:
    """The internal numbers that a record leads to; an empty one names nobody, and one of others not this person."""
    whose = sharing.standing(connector.map, collection, found.row, person.identifiers)
    others = whose.others if whose else ()
    held = {column: found.row.get(column) or "" for column in collection.gives.values()}
    held.update(found.given)
    return {
        (kind, str(held[column]))
        for kind, column in collection.gives.items()
        if str(held[column]).strip() and column not in others
    }


def _kept(collection: Collection, found: Found) -> dict[str, str | int | float | bool | None]:
    wanted = sharing.sealed_columns(collection)
    return {column: value for column, value in found.row.items() if column in wanted}


def _files(
    connector: Connector, collection: Collection, found: Found, writer: PartWriter
) -> dict[str, FileKept]:
    kept = {}
    for field in collection.fields.values():
        name = found.row.get(field.name)
        if field.file and field.given and isinstance(name, str) and name:
            try:
                kept[field.name] = writer.keep_file(
                    name, connector.read_file(collection, found.row, field.name)
                )
            except BadInput:
                continue  # the row names a file that is not there: the name itself is in the copy
    return kept


def _trouble(claim: Claim, store: str, error: StoreProblem) -> None:
    with held(claim) as session:
        references = searching.waiting_for(session, store)
        searching.trouble(
            session, store, references, StoreState.UNREACHABLE, str(error),
            next_try_at=clock.real() + work.pause(claim.tries), at=clock.now(),
        )  # fmt: skip


def _next(store: str) -> datetime | None:
    with db.read() as session:
        return searching.next_try(session, store, now=clock.real())
