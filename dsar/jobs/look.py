"""Look again at one store, by another connection: by locator, as a person would type, and by value."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dsar import clock, faults
from dsar.connectors import Connector, Residue
from dsar.datamap.types import Collection, Store
from dsar.errors import StoreProblem
from dsar.jobs import boxes, derived, job
from dsar.jobs.carrying import CHUNK
from dsar.jobs.erase import internal_kinds, probes, today, trouble
from dsar.jobs.mentioned import settled
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.jobs.sighting import Looking, RowKey, note_kept
from dsar.services import acting, intake, reasons, sweeping, targets
from dsar.services import looking as looking_again
from dsar.services.deciding import decide
from dsar.services.recognising import Prints
from dsar.services.sharing import standing
from dsar.services.targets import Batch
from dsar.services.work import Claim
from dsar.terms import Seen, Stage


@job
def look_store(office: Office, claim: Claim, *, store: str) -> datetime | None:
    """Look with other eyes than those that erased; what is there now is residue, unless a law keeps it."""
    with held(claim) as session:
        batch = targets.to_look(session, office.vault, store, limit=office.config.batch)
    if batch is None:
        return None
    references = [target.reference for target in batch.targets]
    try:
        with faults.effect("look.read"):
            looking = look_at(office, claim, batch, batch.datamap.stores[store])
    except StoreProblem as error:
        if batch.removed and claim.tried_enough:
            _give_up(claim, batch, store)
            return clock.real()
        trouble(claim, store, references, error)
        raise
    with faults.effect("look.write"), held(claim) as session:
        if not targets.stand(session, batch, (Stage.ERASING, Stage.LOOKING)):
            return clock.real()  # what was seen was looked for by another map: once more
        acting.recovered(session, store, references, at=clock.now())
        acting.looked(session, batch.datamap, store, references, looking.saw, at=clock.now())
        sweeping.over(session, claim.key)
    return clock.real()


@job
def look_again(_office: Office, claim: Claim, *, reference: str) -> datetime | None:
    """Look once more at what was left of an erasure: it may have been cleaned up since."""
    with held(claim) as session:
        done = looking_again.again(session, intake.get(session, reference), at=clock.now())
    return None if done else clock.real() + looking_again.AGAIN


def _give_up(claim: Claim, batch: Batch, store: str) -> None:
    with held(claim) as session:
        if targets.stand(session, batch, (Stage.ERASING, Stage.LOOKING)):
            acting.out_of_sight(session, store, [t.reference for t in batch.targets], at=clock.now())


def look_at(office: Office, claim: Claim, batch: Batch, store: Store) -> Looking:
    """Look in every way, in every collection and place of a store."""
    with office.store(store, batch.datamap) as connector:
        connector.check(erasing=False)
        prints = Prints(office.vault, batch, store)
        looking = Looking(claim, batch, store, connector.describe(), prints)
        for subject in range(len(batch.targets)):
            for name in store.collections:
                looking.of(subject, name, mapped=not batch.removed).left[Seen.LOCATOR] = 0
        for collection in store.collections.values():
            _by_locator(connector, collection, looking)
        _where_they_stood(connector, looking)
        hits = settled(office, connector, boxes.sought(batch), looking)
        if connector.has_search_box:
            _typed(connector, looking)
        _by_value(hits, looking)
        _count(looking)
        derived.settle(office, connector, looking)
    return looking


def _by_locator(connector: Connector, collection: Collection, looking: Looking) -> None:
    table = looking.schema.tables.get(collection.table)
    key = (table.key if table else ()) or collection.key
    on, internal = today(looking.batch.datamap), internal_kinds(looking.batch.datamap)
    going: list[RowKey] = []
    for found in connector.find(collection, probes(collection, looking.batch.targets)):
        saw = looking.of(found.subject, collection.name)
        whose = standing(
            looking.batch.datamap, collection, found.row, looking.batch.targets[found.subject].identifiers
        )
        decision = decide(
            collection, found.row, key=key, today=on, internal=internal, standing=whose, whole=connector.whole
        )
        note_kept(saw, collection, decision, whole=connector.whole)
        row = (found.subject, collection.table, found.key)
        if collection.name in looking.batch.gone and row in looking.seen:
            continue  # it is a record of another collection by now
        looking.seen.add(row)
        if decision.kept and not decision.acts:
            saw.kept += 1
            saw.reason = decision.reason or saw.reason
            looking.kept.add(row)
        elif decision.acts:
            saw.left[Seen.LOCATOR] += 1
            saw.by_locator += 1
            looking.prints.note(collection, found.subject, found.key, found.row, key)
            if not saw.mapped:
                saw.reason = _unmapped(looking.store, collection.table)
                saw.where |= {(collection.table, by.column) for by in collection.found_by}
            looking.left[looking.batch.targets[found.subject].reference, collection.name].add(row)
            going += [row] if decision.delete else []
    if collection.name not in looking.batch.gone:
        _note_held(connector, collection, going, looking)


def _note_held(
    connector: Connector, collection: Collection, going: Sequence[RowKey], looking: Looking
) -> None:
    """Records that are not deleted because others that stay refer to them are accounted for, and no residue."""
    for start in range(0, len(going), CHUNK):
        some = going[start : start + CHUNK]
        held = connector.held(collection, list(dict.fromkeys(row[2] for row in some)))
        for row in some:
            if by := held.get(row[2]):
                saw = looking.of(row[0], collection.name)
                saw.left[Seen.LOCATOR] -= 1
                saw.by_locator -= 1
                saw.kept, saw.cannot, saw.reason = saw.kept + 1, True, reasons.held(by.table, by.tie)
                looking.kept.add(row)
                looking.left[looking.batch.targets[row[0]].reference, collection.name].discard(row)


def _where_they_stood(connector: Connector, looking: Looking) -> None:
    """Look by locator at collections that are in the map no more, as far as the store still has their columns."""
    kinds = looking.batch.datamap.identifier_kinds
    for collection in looking.batch.gone.values():
        table = looking.schema.tables.get(collection.table)
        there = table.columns if table else {}
        found_by = tuple(by for by in collection.found_by if by.column in there and by.kind in kinds)
        for subject in range(len(looking.batch.targets)) if found_by or not table else ():
            looking.of(subject, collection.name, mapped=False).left[Seen.LOCATOR] = 0
        if found_by:
            key = tuple(column for column in collection.key if column in there)
            _by_locator(connector, replace(collection, found_by=found_by, key=key), looking)


def _typed(connector: Connector, looking: Looking) -> None:
    """Every prefix of each identifier typed into the search box, the last being the whole."""
    hits = list(connector.offers(boxes.sought(looking.batch)))
    for (reference, name), offered in boxes.offered(hits, looking.batch, looking.store).items():
        saw = looking.saw[reference, name]
        saw.offered, saw.left[Seen.PREFIX] = offered, 0
    rows: dict[tuple[str, str], set[RowKey]] = defaultdict(set)
    for hit in hits:
        collection = looking.store.collection_at(hit.table, hit.column)
        row = (hit.subject, hit.table, hit.key)
        if collection and row not in looking.kept:
            rows[looking.batch.targets[hit.subject].reference, collection.name].add(row)
            looking.of(hit.subject, collection.name).where.add((hit.table, hit.column))
    for key, offered_rows in rows.items():
        looking.saw[key].left[Seen.PREFIX] = len(offered_rows)
        looking.left[key] |= offered_rows


def _by_value(hits: Sequence[Residue], looking: Looking) -> None:
    rows: dict[tuple[int, str, bool], set[RowKey]] = defaultdict(set)
    for hit in hits:
        row = (hit.subject, hit.table, hit.key)
        if row in looking.kept:
            continue
        collection = looking.store.collection_at(hit.table, hit.column) or _any_of(looking.store, hit.table)
        name = collection.name if collection else _stood_at(looking.batch, hit.table)
        mapped = collection is not None and not looking.batch.removed
        saw = looking.of(hit.subject, name, mapped=mapped)
        saw.where.add((hit.table, hit.column))
        saw.reason = _reason(looking.store, collection if mapped else None, hit)
        rows[hit.subject, name, mapped].add(row)
    for reference, name in list(looking.saw):
        looking.saw[reference, name].left[Seen.VALUE] = 0
    for (subject, name, mapped), found in rows.items():
        looking.of(subject, name, mapped=mapped).left[Seen.VALUE] = len(found)
        looking.left[looking.batch.targets[subject].reference, name] |= found


def _reason(store: Store, collection: Collection | None, hit: Residue) -> str | None:
    if collection is None or not collection.names(hit.column):
        return _unmapped(store, hit.table, hit.column)
    return None if hit.column in {by.column for by in collection.found_by} else reasons.UNDECLARED


def _unmapped(store: Store, table: str, column: str | None = None) -> str:
    """Why what stands in a place that the map leads nowhere from is residue: whoever dismissed it was wrong."""
    for each in store.dismissed:
        if each.table == table and (not each.columns or column in each.columns):
            return reasons.dismissed(each.by, each.reason)
    return reasons.NOT_MAPPED


def _stood_at(batch: Batch, table: str) -> str:
    """What a place that the map does not name is called: as it was once, or as the store calls the table."""
    return next((each.name for each in batch.gone.values() if each.table == table), table)


def _any_of(store: Store, table: str) -> Collection | None:
    return next((c for c in store.collections.values() if c.table == table), None)


def _count(looking: Looking) -> None:
    for key, rows in looking.left.items():
        looking.saw[key].residue = len(rows)
    for key, rows in looking.mentions.items():
        looking.saw[key].kept += len(rows - looking.kept - looking.left.get(key, set()))
