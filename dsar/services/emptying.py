"""Fields of other people's records, emptied of what mentions the person: counted before, and once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.types import DataMap
from dsar.models import ErasureItem
from dsar.services import intake, ledger, refusing
from dsar.services.ledger import Entry

Key = tuple[str, str]  # reference, collection
Place = tuple[str, str]  # table, column


def count(
    session: Session, store: str, rows: Mapping[Key, int], where: Mapping[Key, set[Place]], *, at: datetime
) -> set[Key]:
    """Remember how many records of others are to be emptied, before any is; which collections may be emptied now.

    Only the first count stands until a look is written: a run after a cut finds less.
    A collection that its store refused to erase is left until it is tried again.
    """
    references = {reference for reference, _ in where}
    intake.lock(session, references)
    wanted = select(ErasureItem).where(ErasureItem.store == store, ErasureItem.reference.in_(references))
    due = [
        item
        for item in session.scalars(wanted.order_by(ErasureItem.id))
        if (item.reference, item.collection) in where and item.mapped and not refusing.is_refused(item)
    ]
    counted: dict[str, int] = defaultdict(int)
    for item in due:
        key = item.reference, item.collection
        item.where = as_shown({*_places(item), *where[key]})
        if item.found is None:
            item.found = rows.get(key, 0)
            counted[item.reference] += item.found
    entries = [
        Entry(ref, "mentions.counted", {"store": store, "records": n})
        for ref, n in sorted(counted.items())
        if n
    ]
    ledger.record_many(session, entries, actor="worker", at=at)
    return {(item.reference, item.collection) for item in due}


def note(
    session: Session, store: str, looked: Iterable[tuple[ErasureItem, int, int]], *, at: datetime
) -> None:
    """Count what was emptied since the last look that was written, by a run that was cut short as well.

    looked: each item, with the records emptied in this run, and those that were to be and still mention the person.
    """
    totals: dict[str, int] = defaultdict(int)
    for item, emptied, left in looked:
        if item.mapped and item.found is not None:
            gone = max(item.found - left, emptied)
            item.erased, item.found = item.erased + gone, None
            totals[item.reference] += gone
    entries = [
        Entry(ref, "mentions.emptied", {"store": store, "records": n})
        for ref, n in sorted(totals.items())
        if n
    ]
    ledger.record_many(session, entries, actor="worker", at=at)


def places(datamap: DataMap, item: ErasureItem) -> set[Place]:
    """Where something was emptied before: it stays listed though nothing stands there any more."""
    store = datamap.stores.get(item.store)
    collection = store.collections.get(item.collection) if store and item.erased else None
    fields = collection.fields if collection else {}
    emptied = {name for name, each in fields.items() if each.mentions and each.mentions.act == "erase"}
    return {(table, column) for table, column in _places(item) if column in emptied}


def as_shown(where: Iterable[Place]) -> list[dict[str, str]]:
    """Places as an erasure lists them, in order."""
    return [{"table": table, "column": column} for table, column in sorted(where)]


def _places(item: ErasureItem) -> set[Place]:
    return {(one["table"], one["column"]) for one in item.where}
