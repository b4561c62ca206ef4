"""The look by value at a store: when it is due, and how many identifiers it was made with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dsar import db
from dsar.datamap.types import DataMap, Store
from dsar.models import Probe, RequestIdentifier, StoreWork
from dsar.models.search import NOBODY, UNMAPPED

StillOpen = dict[
    str, dict[str, set[bool]]
]  # reference -> store -> True: a mapped probe, False: the look by value


def matters(store: Store, kind: str, *, internal: bool) -> bool:
    """Whether an identifier of this kind is looked for by value in a store, or leads to records of it.

    Internal numbers are not looked for by value: they only say which records are the person's own.
    """
    return not internal or any(by.kind == kind for each in store.collections.values() for by in each.found_by)


def forget(session: Session, reference: str, stores: Iterable[str]) -> None:
    """Have these stores looked at again, whatever they were looked at with before."""
    looks = update(Probe).where(Probe.reference == reference, Probe.collection == UNMAPPED)
    session.execute(looks.where(Probe.store.in_(list(stores))).values(records=0))


def open_due(
    session: Session, datamap: DataMap, waiting: Sequence[StoreWork], still_open: StillOpen
) -> set[str]:
    """Open the looks of these stores that are due, in `still_open` too; the stores that are to be woken.

    A look is due once no store can lead to this one any more, since only then is it known
    which records are the person's own; and again when it was made with fewer identifiers.
    """
    references = {row.reference for row in waiting}
    known, looks = _known(session, references), _looks(session, references)
    givers = {name: datamap.leads_to(name) for name in datamap.stores}
    due = []
    for row in waiting:
        if row.store not in givers:
            continue
        led = any(True in still_open[row.reference].get(giver, ()) for giver in givers[row.store])
        is_open, made_with = looks.get((row.reference, row.store), (False, 0))
        if is_open or led or made_with == _count(datamap.stores[row.store], known[row.reference]):
            continue
        due.append((row.reference, row.store))
        still_open[row.reference][row.store].add(False)
    _open(session, due)
    return {store for _, store in due}


def _count(store: Store, known: Mapping[tuple[str, bool], int]) -> int:
    return sum(n for (kind, internal), n in known.items() if matters(store, kind, internal=internal))


def _known(session: Session, references: Collection[str]) -> dict[str, dict[tuple[str, bool], int]]:
    """How many identifiers of each kind are known of each request; (kind, internal) -> count."""
    row = RequestIdentifier
    counted = (
        select(row.reference, row.kind, row.internal, func.count())
        .where(row.reference.in_(references), row.confirmed_at.is_not(None))
        .group_by(row.reference, row.kind, row.internal)
    )
    known: dict[str, dict[tuple[str, bool], int]] = defaultdict(dict)
    for reference, kind, internal, count in session.execute(counted):
        known[reference][kind, internal] = count
    return known


def _looks(session: Session, references: Collection[str]) -> dict[tuple[str, str], tuple[bool, int]]:
    """The looks by value there are: whether open, and with how many identifiers they were made."""
    wanted = select(Probe.reference, Probe.store, Probe.open, Probe.records)
    rows = session.execute(wanted.where(Probe.reference.in_(references), Probe.collection == UNMAPPED))
    return {(reference, store): (is_open, records) for reference, store, is_open, records in rows}


def _open(session: Session, places: Iterable[tuple[str, str]]) -> None:
    rows = [
        {
            "reference": reference, "store": store, "collection": UNMAPPED, "identifier_id": NOBODY,
            "open": True, "records": 0,
        }
        for reference, store in places
    ]  # fmt: skip
    if rows:
        unique = ["reference", "store", "collection", "identifier_id"]
        again = db.insert(session)(Probe).on_conflict_do_update(index_elements=unique, set_={"open": True})
        session.execute(again, rows)
