"""What an erasure is weighed by before anything goes: how much, how large a share, and whom else it names.

A search counts it; the plan is held against the map's limits, and above any of them a second
person must let it go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.contacts import contacts_in
from dsar.datamap.identifiers import matches
from dsar.datamap.types import Caution, Collection, DataMap, IdentifierKind, Nothing
from dsar.models import Erasure, ErasureItem, Request, Weight
from dsar.services import maps, sharing
from dsar.services.deciding import decide
from dsar.services.finding import Asked, Finding

Raw = str | int | float | bool | None


@dataclass(frozen=True)
class Passed:
    """One limit that a plan is over, and by what."""

    name: Literal["records", "share", "others"]
    count: int  # records of the plan,
    above: int  # where so many may go by themselves; of a share: percent
    store: str | None = None
    collection: str | None = None
    of: int | None = None  # records of that collection


def most(caution: Caution, records: int) -> int:
    """How far a collection has to be counted, to say whether so many records are too large a share of it."""
    return max(caution.share_from, records * 100 // caution.share) + 1


def names_others(
    datamap: DataMap, collection: Collection, row: Mapping[str, Raw], known: Sequence[Asked], today: date
) -> bool:
    """Whether a record is to be deleted and holds an identifier, a number or an address of somebody else.

    What it is found by is taken for the person's own, proven or not.
    """
    whose = sharing.standing(datamap, collection, row, known)
    if not decide(collection, row, key=(), today=today, standing=whose).delete:
        return False
    found_by = {by.column for by in collection.found_by}
    held = {
        name: value for name, value in row.items() if value not in (None, "") and name in collection.fields
    }
    kinds = datamap.identifier_kinds
    for name in held.keys() - found_by:
        kind = collection.fields[name].identifier
        if kind and not _is_own(kinds[kind], held[name], known):
            return True
    regions = tuple(sorted({kind.region for kind in kinds.values() if kind.region}))
    own = {asked.value for asked in known}.union(
        *(contacts_in(str(row.get(name) or ""), regions) for name in found_by)
    )
    texts = (held[name] for name in held.keys() - found_by)
    return any(contacts_in(text, regions) - own for text in texts if isinstance(text, str))


def record(session: Session, store: str, findings: Sequence[Finding]) -> None:
    """Write what a pass counted; a collection that was searched before, for other identifiers, adds up."""
    references = [finding.person.reference for finding in findings]
    wanted = select(Weight).where(Weight.store == store, Weight.reference.in_(references))
    known = {(row.reference, row.collection): row for row in session.scalars(wanted)}
    for finding in findings:
        before = {collection for collection, _ in finding.person.done}
        for collection, size in finding.sizes.items():
            row = known.get((finding.person.reference, collection))
            if row is None:
                row = Weight(reference=finding.person.reference, store=store, collection=collection, others=0)
                session.add(row)
            row.size = size
            row.others = finding.others.get(collection, 0) + (row.others if collection in before else 0)


def needs_go(session: Session, row: Request) -> bool:
    """Whether a second person must let the plan go: it is over one of the map's limits, and nobody has."""
    return session.get_one(Erasure, row.reference).gone_by is None and bool(passed(session, row))


def passed(session: Session, row: Request) -> list[Passed]:
    """The limits of the map that the plan is over."""
    datamap = maps.get(session, row.map_version)
    caution, planned = datamap.caution, _planned(session, row.reference)
    over = []
    if (total := sum(planned.values())) > caution.records:
        over.append(Passed("records", total, caution.records))
    weights = select(Weight).where(Weight.reference == row.reference).order_by(Weight.id)
    weighed = [w for w in session.scalars(weights) if _acts(datamap, w.store, w.collection)]
    for weight in weighed:
        count, size = planned.get((weight.store, weight.collection), 0), weight.size or 0
        if size > caution.share_from and count * 100 > caution.share * size:
            over.append(Passed("share", count, caution.share, weight.store, weight.collection, size))
    if (others := sum(weight.others for weight in weighed)) > caution.others:
        over.append(Passed("others", others, caution.others))
    return over


def shown(session: Session, row: Request) -> list[dict[str, Any]]:
    """The limits that the plan is over, as `erasure show` gives them."""
    return [asdict(one) for one in passed(session, row)]


def _planned(session: Session, reference: str) -> dict[tuple[str, str], int]:
    item = ErasureItem
    rows = select(item.store, item.collection, item.planned).where(item.reference == reference, item.mapped)
    return {(store, collection): planned or 0 for store, collection, planned in session.execute(rows)}


def _acts(datamap: DataMap, store: str, collection: str) -> bool:
    """Whether an erasure does anything there."""
    there = datamap.stores[store].collections.get(collection) if store in datamap.stores else None
    return there is not None and not isinstance(there.on_erasure, Nothing)


def _is_own(kind: IdentifierKind, value: Raw, known: Sequence[Asked]) -> bool:
    own = (asked for asked in known if asked.kind == kind.name)
    return any(matches(kind, asked.value, sharing.anyhow(kind), value) for asked in own)
