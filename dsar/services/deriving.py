"""Places that a store derives from its tables: counted before they are brought up to date, and once."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.models import ErasureItem
from dsar.services import intake, ledger
from dsar.services.ledger import Entry

Key = tuple[str, str]  # reference, name of the place
LONGEST = 200  # characters of a remedy
_NAMED = re.compile(r"(.*) \(([a-z -]+)\)", re.DOTALL)
_CHINESE = {
    "statistics": "统计信息",
    "materialised view": "物化视图",
    "full-text index": "全文索引",
    "derived table": "派生表",
    "free pages": "空闲页",
    "log": "日志",
}


def _nobody() -> defaultdict[str, set[str]]:
    return defaultdict(set)


@dataclass(frozen=True)
class Due:
    """What was changed in a store, so that what derives from it is to be brought up to date; for whom."""

    collections: dict[str, set[str]] = field(
        default_factory=_nobody
    )  # records went, and nobody has looked since
    places: dict[str, set[str]] = field(
        default_factory=_nobody
    )  # derived ones that were not clean at the last look


def due(session: Session, store: str, references: Collection[str]) -> Due:
    """What of a store is to be brought up to date for these erasures."""
    item = ErasureItem
    wanted = select(item).where(item.store == store, item.reference.in_(references), item.looked_at.is_(None))
    found = Due()
    for one in session.scalars(wanted):
        if one.mapped and one.erased:
            found.collections[one.collection].add(one.reference)
        elif is_derived(one):
            found.places[one.collection].add(one.reference)
    return found


def count(
    session: Session, store: str, entries: Mapping[Key, int], remedies: Mapping[str, str], *, at: datetime
) -> None:
    """Remember how many entries stand where, before any goes; the first count stands until a look is written."""
    references = {reference for reference, _ in entries}
    intake.lock(session, references)
    item = ErasureItem
    wanted = select(item).where(item.store == store, item.reference.in_(references))
    known = {(one.reference, one.collection): one for one in session.scalars(wanted)}
    counted: dict[str, int] = defaultdict(int)
    for key, number in sorted(entries.items()):
        one = known.get(key) or added(session, store, key, remedies[key[1]])
        if one.found is None:
            one.found = number
            counted[key[0]] += number
    facts = [Entry(ref, "derived.counted", {"store": store, "entries": n}) for ref, n in counted.items()]
    ledger.record_many(session, facts, actor="worker", at=at)


def note(session: Session, store: str, looked: Iterable[tuple[ErasureItem, int]], *, at: datetime) -> None:
    """Count what went since it was counted: in a run that was cut short as well, or by somebody else's doing.

    looked: each item, with the entries that stand there still, rightly or not.
    """
    totals: dict[str, int] = defaultdict(int)
    places: dict[str, list[str]] = defaultdict(list)
    for item, left in looked:
        if is_derived(item) and item.found is not None:
            gone = max(item.found - left, 0)
            item.erased += gone
            totals[item.reference] += gone
            places[item.reference].append(item.collection)
    entries = [
        Entry(ref, "derived.cleaned", {"store": store, "entries": n, "places": sorted(places[ref])})
        for ref, n in sorted(totals.items())
        if n
    ]
    ledger.record_many(session, entries, actor="worker", at=at)


def is_derived(item: ErasureItem) -> bool:
    """Whether an item is no collection, but what a store derives from some."""
    return not item.mapped and item.remedy is not None


def title(name: str) -> dict[str, str]:
    """What a derived place is called, in zh and en; `name` is the connector's: `student (statistics)`."""
    said = _NAMED.fullmatch(name)
    if said is None:
        return {"zh": name, "en": name}
    return {"zh": f"{said[1]}（{_CHINESE.get(said[2], said[2])}）", "en": name}


def added(session: Session, store: str, key: Key, remedy: str | None) -> ErasureItem:
    """An item for a place that no map names."""
    item = ErasureItem(
        reference=key[0], store=store, collection=key[1], mapped=False, erased=0, kept=0, rounds=0, keepable=0,
        unreached=0, cannot=False, where=[], remedy=remedy[:LONGEST] if remedy else None,
    )  # fmt: skip
    session.add(item)
    return item
