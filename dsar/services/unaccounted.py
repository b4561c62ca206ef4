"""The places that the map does not account for, as one request knows them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.compare import names
from dsar.datamap.types import DataMap
from dsar.models import Gap, UnmappedPlace
from dsar.services import gaps

Shown = dict[str, Any]


def places(session: Session, reference: str, datamap: DataMap, waiting: Sequence[Gap]) -> list[Shown]:
    """By store and table, with the records there that hold the person; None: not looked at.

    undeclared: the columns that the map knows.  looks_personal: those that the copy waits for, since they
    look personal and nobody has said yet what they are; `waiting` has their gaps.
    """
    place = UnmappedPlace
    rows = session.scalars(
        select(place).where(place.reference == reference).order_by(place.store, place.table)
    )
    shown = {(row.store, row.table): _shown(row, datamap) for row in rows}
    for gap in waiting:
        if gap.store != gaps.FORMS:
            _add(shown.setdefault((gap.store, gap.table), _empty(gap)), gap)
    return [shown[key] for key in sorted(shown)]


def holding(places: Sequence[Shown]) -> bool:
    """Whether one of them may hold the person."""
    return any(place["records"] != 0 or place["looks_personal"] for place in places)


def _shown(row: UnmappedPlace, datamap: DataMap) -> Shown:
    store = datamap.stores.get(row.store)
    known = [column for column in row.columns if store and names(store, row.table, column)]
    return {
        "store": row.store, "table": row.table, "columns": row.columns, "undeclared": known,
        "records": row.records, "looks_personal": [],
    }  # fmt: skip


def _empty(gap: Gap) -> Shown:
    return {
        "store": gap.store, "table": gap.table, "columns": [], "undeclared": [],
        "records": None, "looks_personal": [],
    }  # fmt: skip


def _add(place: Shown, gap: Gap) -> None:
    """A column that has come since the person was looked for was not looked at."""
    alike = [(column, seen) for column, seen in gap.columns.items() if seen["personal"]]
    fresh = [column for column, _ in alike if column not in place["columns"]]
    place["columns"] = [*place["columns"], *fresh]
    if fresh and not place["records"]:
        place["records"] = None
    place["looks_personal"] += [
        {"column": column, "like": seen["like"], "alike": seen["alike"], "of": seen["of"]}
        for column, seen in alike
    ]
