"""Records that stay because rows of a table that nobody mapped refer to them: whoever keeps the map can end that."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap
from dsar.models import ErasureItem, Request
from dsar.services import maps, reasons


def barred(session: Session, row: Request) -> list[ErasureItem]:
    """The collections of an erasure that were looked at, and in which such records stay.

    A request is not closed while there are any: it is looked at again, and follows the map.
    """
    item = ErasureItem
    stuck = select(item).where(
        item.reference == row.reference, item.mapped, item.cannot, item.looked_at.is_not(None)
    )
    items = session.scalars(stuck.order_by(item.id)).all()
    return among(items, maps.get(session, row.map_version)) if items else []


def among(items: Iterable[ErasureItem], datamap: DataMap) -> list[ErasureItem]:
    """Those of the collections in which such records stay, by this map."""
    return [item for item in _held(items) if _by_unmapped(item, datamap)]


def lift(items: Iterable[ErasureItem]) -> None:
    """Let a look say anew whether other records hold those of a collection; what nothing holds is erased then."""
    for item in _held(items):
        item.looked_at, item.cannot, item.rounds = None, False, max(item.rounds - 1, 0)


def is_held(item: ErasureItem) -> bool:
    """Whether records of a collection stay because others refer to them."""
    return item.mapped and item.cannot and reasons.holder(item.reason) is not None


def _held(items: Iterable[ErasureItem]) -> list[ErasureItem]:
    return [item for item in items if is_held(item)]


def _by_unmapped(item: ErasureItem, datamap: DataMap) -> bool:
    store = datamap.stores.get(item.store)
    tables = {each.table for each in store.collections.values()} if store else set[str]()
    return reasons.holder(item.reason) not in tables
