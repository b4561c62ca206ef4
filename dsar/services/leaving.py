"""What a request lets go of when its map moves: what is to be searched, erased or looked at anew, and what is gone.

What a copy has sealed of a place that was erased since stays: nothing else is left of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dsar.models import ErasureItem, Mention, Probe, Request, StoreWork, UnmappedPlace, Weight
from dsar.models.search import UNMAPPED
from dsar.services import barring
from dsar.services.altering import Altered, Place
from dsar.terms import StoreState


def forget(
    session: Session,
    reference: str,
    change: Altered,
    stores: Iterable[str],
    kept: Collection[Place],
    *,
    at: datetime,
) -> None:
    """Drop what was found where another search is due or the map leads no more, but for the places that are kept.

    stores: those that are in the map no more.
    """
    holding = {store for store, _ in kept}
    for store in stores:
        _forget_store(session, reference, store, seal_stays=store in holding, at=at)
    named: dict[str, list[str]] = defaultdict(list)
    for store, collection in (change.searched | change.gone) - set(kept):
        named[store].append(collection)
    for store in named.keys() - set(stores):
        here = (Probe.reference == reference, Probe.store == store)
        session.execute(delete(Probe).where(*here, Probe.collection.in_(named[store])))
        for table in (Mention, Weight):
            counted = delete(table).where(table.reference == reference, table.store == store)
            session.execute(counted.where(table.collection.in_(named[store])))
    for store, collection in change.gone & set(kept):
        still_open = delete(Probe).where(Probe.reference == reference, Probe.store == store, Probe.open)
        session.execute(still_open.where(Probe.collection == collection))
    places = update(UnmappedPlace).where(UnmappedPlace.reference == reference)
    session.execute(places.where(UnmappedPlace.store.in_(change.looked)).values(records=None))


def unsettle(session: Session, row: Request, change: Altered) -> None:
    """Have an erasure act and look again where the map says something else, and look where something is left.

    A place that is gone from the map is one that is not mapped: what was done there stays written, and
    it is looked at once more.
    """
    for item in session.scalars(select(ErasureItem).where(ErasureItem.reference == row.reference)):
        place = (item.store, item.collection)
        if item.mapped and place in change.gone:
            item.mapped, item.cannot, item.reason = False, False, None
            item.looked_at = item.residue = None
        elif item.mapped and (place in change.erased or barring.is_held(item)):
            item.erased_at = item.erased_at if row.looks_only else None
            item.looked_at, item.residue, item.cannot = None, None, False
            item.planned = None if place in change.searched else item.planned
        elif item.store in change.looked or item.residue:
            item.looked_at = None


def _forget_store(session: Session, reference: str, store: str, *, seal_stays: bool, at: datetime) -> None:
    """A store that was removed waits for nothing; its row stays while something of it is sealed or was planned."""
    for table in (UnmappedPlace, Mention, Weight):
        session.execute(delete(table).where(table.reference == reference, table.store == store))
    probes = delete(Probe).where(Probe.reference == reference, Probe.store == store)
    session.execute(probes.where(Probe.open | (Probe.collection == UNMAPPED)) if seal_stays else probes)
    work = (StoreWork.reference == reference, StoreWork.store == store)
    planned = select(ErasureItem.id).where(ErasureItem.reference == reference, ErasureItem.store == store)
    if seal_stays or session.scalar(planned.limit(1)) is not None:
        done = {"state": StoreState.SEARCHED, "reason": None, "next_try_at": None, "tries": 0}
        searched = func.coalesce(StoreWork.searched_at, at)
        session.execute(update(StoreWork).where(*work).values(**done, searched_at=searched))
    else:
        session.execute(delete(StoreWork).where(*work))
