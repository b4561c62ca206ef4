"""How the review list changes: by a comparison, a search, a new version of the map."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import db
from dsar.datamap.compare import accounts_for, speaks_of
from dsar.datamap.types import DataMap, Store
from dsar.datamap.watching import LONGEST, Difference, Seen
from dsar.models import Gap, Request, StoreSeen
from dsar.models.gap import BROKEN, OTHER, PERSONAL
from dsar.services import alerting, gaps, ledger, work
from dsar.terms import COPIED, GapKind, Status

LOOKS_PERSONAL, NOT_COMPARED = "review.personal", "review.not_compared"  # alerts
BY_ITSELF = "worker"
_UNTIED: Seen = {"type": "", "like": None, "alike": None, "of": None, "personal": True}


def compared(
    session: Session, store: str, found: Sequence[Difference], now: Mapping[str, Mapping[str, Any]], *, at: datetime
) -> None:  # fmt: skip
    """Record a comparison: what differs is on the list, what differs no more is settled by itself."""
    seen, waited = _locked(session, store), gaps.are_open(session)
    rows = _rows(session, store)
    _list(session, store, rows, found, at=at)
    there = {_place(one) for one in found}
    over = [row for key, row in rows.items() if row.open and key not in there]
    _settle(session, over, by=BY_ITSELF, at=at)
    changed = {_place(one) for one in found if one.kind in gaps.CHANGED}
    seen.columns, seen.seen_at = _baseline(seen.columns, now, changed), at
    alerting.over(session, NOT_COMPARED, store=store, at=at)
    _over(session, store, at=at)
    if waited and not gaps.are_open(session):
        work.put(session, "call_copies", key="copies")


def noticed(session: Session, store: str, found: Sequence[Difference], *, at: datetime) -> None:
    """Record new places that a search came upon between two comparisons."""
    if found:
        _locked(session, store)
        _list(session, store, _rows(session, store), found, at=at)


def not_compared(session: Session, store: str, reason: str, *, at: datetime) -> None:
    """A store could not be compared with the map, try after try: somebody must see to it."""
    alerting.raise_alert(session, NOT_COMPARED, store=store, at=at, reason=reason)


def applied(session: Session, was: DataMap | None, now: DataMap, *, by: str, at: datetime) -> None:
    """A new version of the map is in force: what it accounts for is settled, fields tied to nothing are listed."""
    forms(session, now, at=at)
    still = select(Gap).where(Gap.open, Gap.store != gaps.FORMS).execution_options(yield_per=1000)
    over = [row for row in session.scalars(still) if row.store not in now.stores or _accounted(was, now, row)]
    _settle(session, over, by=by, at=at)
    work.sooner(session, "watch_stores", key="watch")


def forms(session: Session, datamap: DataMap, *, at: datetime) -> None:
    """List the fields of forms that are tied to no place and not said not to be kept; settle those that are by now."""
    untied = [
        Difference(point.name[:LONGEST], point.field[:LONGEST], GapKind.UNTIED, {point.field: _UNTIED})
        for point in datamap.collection_points
        if point.state is None
    ]
    _locked(session, gaps.FORMS)
    rows = _rows(session, gaps.FORMS)
    _list(session, gaps.FORMS, rows, untied, at=at)
    there = {_place(one) for one in untied}
    _settle(session, [row for key, row in rows.items() if row.open and key not in there], by=BY_ITSELF, at=at)
    _over(session, gaps.FORMS, at=at)


def settled(
    session: Session, rows: Sequence[Gap], *, by: str, at: datetime, reason: str | None = None
) -> None:
    """These are seen to; copies that waited for the last of them go on."""
    for row in rows:
        row.open, row.settled_at, row.settled_by, row.reason = False, at, by, reason
        row.columns = {column: seen | {"settled": bool(reason)} for column, seen in row.columns.items()}
        if row.kind in gaps.CHANGED:
            _accept(session, row)
    session.flush()
    for store in {row.store for row in rows}:
        _over(session, store, at=at)
    if any(row.personal for row in rows) and not gaps.are_open(session):
        work.put(session, "call_copies", key="copies")


def call_copies(session: Session) -> None:
    """Have the copy of every request at work made, where nothing else keeps it from being complete."""
    waiting = select(Request.reference).where(Request.status == Status.WORKING, Request.right.in_(COPIED))
    calls = [(f"copy:{reference}", {"reference": reference}) for reference in session.scalars(waiting)]
    work.put_many(session, "make_copy", calls)


def _accept(session: Session, row: Gap) -> None:
    """What a column has become is what the next comparison begins from."""
    seen = session.get(StoreSeen, row.store, with_for_update=True)
    if seen and row.columns:
        was = seen.columns.get(row.table, {})
        seen.columns = {**seen.columns, row.table: {**was, **row.columns}}


def _settle(session: Session, rows: Sequence[Gap], *, by: str, at: datetime) -> None:
    if rows:
        ledger.record(
            session, "review.settled", actor=by, reference=ledger.MAP, at=at,
            places=[gaps.name(row) for row in rows[:gaps.NAMED]], settled=len(rows),
        )  # fmt: skip
        settled(session, rows, by=by, at=at)


def _list(
    session: Session,
    store: str,
    rows: Mapping[tuple[str, str, GapKind], Gap],
    found: Iterable[Difference],
    *,
    at: datetime,
) -> None:
    """Put on the list what is not there, and again what is not as it was when it was settled."""
    fresh = []
    for one in found:
        row = rows.get(_place(one))
        columns = _columns(row, one)
        if row and not row.open and columns and all(seen["settled"] for seen in columns.values()):
            continue
        if row is None:
            row = Gap(store=store, table=one.table, column=one.column, kind=one.kind, open=False)
            session.add(row)
        if not row.open:
            fresh.append(row)
            row.open, row.seen_at = True, at
            row.settled_at = row.settled_by = row.reason = None
        row.columns, row.was, row.grave = columns, one.was, _grave(one.kind, columns)
    session.flush()
    if fresh:
        grave = sum(row.personal for row in fresh)
        ledger.record(
            session, "review.listed", actor=BY_ITSELF, reference=ledger.MAP, at=at,
            places=[gaps.name(row) for row in fresh[:gaps.NAMED]], listed=len(fresh), personal=grave,
        )  # fmt: skip
        if grave:
            alerting.raise_alert(session, LOOKS_PERSONAL, store=store or None, at=at, places=grave)


def _columns(row: Gap | None, one: Difference) -> dict[str, Any]:
    """The columns as they are; those that a person dismissed, and that are what they were, stay settled."""
    columns = {}
    for column, now in one.columns.items():
        was = row.columns.get(column, {}) if row else {}
        same = was.get("type") == now["type"] and (not now["personal"] or was["like"] == now["like"])
        settled = bool(was.get("settled")) and same
        columns[column] = {**now, "settled": settled, "personal": now["personal"] and not settled}
    return columns


def _grave(kind: GapKind, columns: Mapping[str, Seen]) -> int:
    if kind is GapKind.MISSING:
        return BROKEN
    return PERSONAL if kind is not GapKind.TYPE and any(c["personal"] for c in columns.values()) else OTHER


def _accounted(was: DataMap | None, now: DataMap, row: Gap) -> bool:
    """Whether a map says of a place what it is, or says anything else of it than the map before."""
    store = now.stores[row.store]
    if row.kind == GapKind.MISSING:
        return not speaks_of(store, row.table, row.column)
    if row.kind in gaps.NEW:
        return accounts_for(store, row.table, row.columns)
    before = was.stores.get(row.store) if was else None
    return before is None or _said(before, row) != _said(store, row)


def _said(store: Store, row: Gap) -> list[object]:
    """What a map says of a column, in each collection of its table."""
    held = [each for each in store.collections.values() if each.table == row.table]
    return [
        (each.fields.get(row.column), [by for by in each.found_by if by.column == row.column])
        for each in held
    ]


def _over(session: Session, store: str, *, at: datetime) -> None:
    """Nothing that looks personal is open of a store any more: its alert is over."""
    if not gaps.are_open(session, store):
        alerting.over(session, LOOKS_PERSONAL, store=store or None, at=at)


def _baseline(
    was: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]], changed: set[tuple[str, str, GapKind]]
) -> dict[str, Any]:
    """What the next comparison begins from: what is now, but where a change is still to be seen to."""
    return {
        table: {
            column: was[table][column]
            if any((table[:LONGEST], column[:LONGEST], kind) in changed for kind in gaps.CHANGED)
            else one
            for column, one in there.items()
        }
        for table, there in now.items()
    }


def _place(one: Difference) -> tuple[str, str, GapKind]:
    return one.table, one.column, one.kind


def _rows(session: Session, store: str) -> dict[tuple[str, str, GapKind], Gap]:
    held = session.scalars(select(Gap).where(Gap.store == store))
    return {(row.table, row.column, GapKind(row.kind)): row for row in held}


def _locked(session: Session, store: str) -> StoreSeen:
    """What was seen of a store, held until the commit: nobody else lists its places meanwhile.

    The book is held first, as by whoever applies a map: so that no two of them ever wait for each other.
    """
    ledger.head(session, ledger.MAP)
    session.execute(db.insert(session)(StoreSeen).values(store=store, columns={}).on_conflict_do_nothing())
    return session.get_one(StoreSeen, store, with_for_update=True, populate_existing=True)
