"""Compare each store with the map, again and again: what is new, changed or missing goes to the review list."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dsar import clock, db, faults
from dsar.connectors import Connector
from dsar.datamap.compare import unmapped
from dsar.datamap.likeness import by_values
from dsar.datamap.schema import Place, Schema
from dsar.datamap.types import DataMap, Store
from dsar.datamap.watching import Difference, Sampled, Seen, Watched, mapped_places
from dsar.errors import StoreProblem, StoreRefused
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held, perform
from dsar.services import comparing, gaps, maps, work
from dsar.services.work import Claim

ROWS = 200  # of each table, that a guess is made from


@job
def watch_stores(office: Office, claim: Claim) -> None:
    """Have every store compared, and come again after the hours of DSAR_WATCH_HOURS."""
    with held(claim) as session:
        if maps.newest(session):
            _, datamap = maps.current(session)
            comparing.forms(session, datamap, at=clock.now())
            calls = [(f"watch:{store}", {"store": store}) for store in datamap.stores]
            work.put_many(session, "watch_store", calls)
        again = clock.now() + timedelta(hours=office.config.watch_hours)
        work.put(session, "watch_stores", key="watch", not_before=again)


@job
def watch_store(office: Office, claim: Claim, *, store: str) -> datetime | None:
    """Compare one store; what looks personal keeps new copies from being complete until somebody sees to it."""
    with db.read() as session:
        version, datamap = maps.current(session)
        before = gaps.before(session, store) or {}
    if store not in datamap.stores:
        return None
    try:
        with faults.effect("watch.read"), office.store(datamap.stores[store], datamap) as connector:
            watched = compared(connector, datamap, datamap.stores[store], before)
    except StoreProblem as error:
        if claim.tried_enough:
            with held(claim) as session:
                comparing.not_compared(session, store, str(error), at=clock.now())
        raise
    with faults.effect("watch.write"), held(claim) as session:
        if maps.newest(session) != version:
            return clock.real()
        comparing.compared(session, store, watched.differences(), watched.now(), at=clock.now())
    return None


@job
def call_copies(_office: Office, claim: Claim) -> None:
    """Nothing keeps copies from being complete any more: those that waited go on."""
    with held(claim) as session:
        comparing.call_copies(session)


def now(office: Office) -> None:
    """Do what is queued of all comparisons, in this process."""
    with db.read() as session:
        first = work.queued(session, "watch")
    for id in first:
        perform(office, id)
    with db.read() as session:
        stores = work.queued(session, "watch:")
    for id in stores:
        perform(office, id)


def unknown(
    connector: Connector, datamap: DataMap, store: Store, schema: Schema, known: set[tuple[str, str]] | None
) -> list[Difference]:
    """The places that the map does not account for and that are not on the list, of a store that is watched."""
    if known is None:
        return []
    fresh = [
        place
        for place in unmapped(store, schema)
        if any((place.table, column) not in known for column in place.columns)
    ]
    ties = connector.ties() if fresh else ()
    watched = Watched(datamap, store, schema, ties, _sampled(connector, datamap, fresh), {})
    return list(watched.new(fresh))


def compared(
    connector: Connector, datamap: DataMap, store: Store, before: Mapping[str, Mapping[str, Seen]]
) -> Watched:
    """A store beside the map, and beside what its mapped columns were before."""
    schema = connector.describe()
    places = [*unmapped(store, schema), *mapped_places(store, schema)]
    return Watched(datamap, store, schema, connector.ties(), _sampled(connector, datamap, places), before)


def _sampled(connector: Connector, datamap: DataMap, places: Sequence[Place]) -> Sampled:
    """What the values of these columns look like; counts alone, no value is kept."""
    regions = {kind.region for kind in datamap.identifier_kinds.values() if kind.region} or {"CN"}
    found = {}
    for place in places:
        try:
            rows = list(connector.sample(place.table, place.columns, ROWS))
        except StoreRefused:
            continue  # an account that may not read it, or a table that has gone since: its name tells what it can
        for number, column in enumerate(place.columns):
            values = [row[number] for row in rows if row[number]]
            found[place.table, column] = by_values(values, sorted(regions)), len(values)
    return found
