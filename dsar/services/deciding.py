"""Decide what an erasure does to one record: a pure function of the map, the law and the day."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dsar.datamap.types import Blank, Collection, Condition, Delete, Keep, Nothing
from dsar.law import retained_until, rule
from dsar.services import reasons
from dsar.services.sharing import Standing, kinds_of

Raw = str | int | float | bool | None
DATED = re.compile(
    r"\d{4}-\d\d-\d\d"
)  # a number tells no unit, and is no date: `map check` refuses such columns


@dataclass(frozen=True)
class Decision:
    """What happens to one record, and, where it is kept, by which law and until when."""

    delete: bool
    blank: tuple[str, ...] = ()
    lock: tuple[str, Raw] | None = None
    rule: str | None = None
    until: date | None = None
    reason: str | None = None  # why it stays, where no law says so, or has no date to say until when
    shared: bool = False  # it stays for the others whom it belongs to

    @property
    def kept(self) -> bool:
        """Whether the record stays, by a law or for a reason."""
        return self.rule is not None or self.reason is not None

    @property
    def cannot(self) -> bool:
        """Whether it stays for a reason of the controller's alone."""
        return self.reason is not None and self.rule is None and not self.shared

    @property
    def acts(self) -> bool:
        """Whether anything is done at all."""
        return self.delete or bool(self.blank) or self.lock is not None


def decide(
    collection: Collection,
    row: Mapping[str, Raw],
    *,
    key: Sequence[str],
    today: date,
    internal: Container[str] = (),
    standing: Standing | None = None,
    whole: bool = False,
) -> Decision:
    """What an erasure does to this record today.

    internal: the kinds of identifier that are the controller's own numbers.
    standing: who stands in it, where it belongs to others as well.
    whole: its store keeps records whole and locks none.

    A record that a law wants kept (PIPL 47(2)) stays until the last day of its period,
    reduced to the map's fields and locked; once the period is over it goes like any other.
    A period whose start is not known yet has not ended.
    """
    wanted = collection.on_erasure
    if standing is not None and not isinstance(wanted, Nothing):
        return _of_several(collection, key, internal, standing)
    if isinstance(wanted, Keep):
        if all(holds(condition, row) for condition in wanted.where):
            until = _until(wanted, row)
            if until is None or today <= until:
                stays = _retained(collection, wanted, row, key, internal)
                blank, lock = ((), None) if whole else (_others(collection, row, stays), _lock(wanted, row))
                reason = None if until else reasons.UNDATED
                return Decision(False, blank, lock, rule=wanted.rule, until=until, reason=reason)
        wanted = wanted.otherwise
    if isinstance(wanted, Blank):
        return Decision(False, tuple(name for name in wanted.fields if not _empty(row.get(name))))
    if isinstance(wanted, Nothing):
        return Decision(False, reason=wanted.reason)
    assert isinstance(wanted, Delete)  # noqa: S101
    return Decision(True)


def _of_several(
    collection: Collection, key: Sequence[str], internal: Container[str], standing: Standing
) -> Decision:
    """A shared record stays as it is for the others; at most what names this person goes from it.

    What it is found and counted by again stays, as in a record that a law keeps; so does what a law wants.
    """
    if collection.shared == "keep":
        return Decision(False, reason=reasons.SHARED_KEPT, shared=True)
    by_law = collection.on_erasure.fields if isinstance(collection.on_erasure, Keep) else ()
    found_by = [by for by in collection.found_by if by.column in standing.own]
    ours = {by.column for by in found_by if by.kind in internal}
    stays = {*key, *by_law, *(ours or {by.column for by in found_by})}
    blank = tuple(column for column in standing.own if column not in stays)
    could_go = kinds_of(collection).keys() - stays - set(standing.others)  # emptied before, it still could
    return Decision(False, blank, reason=reasons.SHARED if could_go else reasons.SHARED_NAMED, shared=True)


def holds(condition: Condition, row: Mapping[str, Raw]) -> bool:
    """Whether a record meets a condition; numbers are compared as numbers, also when kept as text."""
    value = row.get(condition.column)
    if condition.test == "in":
        assert isinstance(condition.value, tuple)  # noqa: S101
        return any(_same(value, one) for one in condition.value)
    if condition.test in ("is", "is_not"):
        assert not isinstance(condition.value, tuple)  # noqa: S101
        return _same(value, condition.value) == (condition.test == "is")
    left, right = _number(value), _number(condition.value)
    if left is None or right is None:
        return False
    return left > right if condition.test == "above" else left < right


def _retained(
    collection: Collection, keep: Keep, row: Mapping[str, Raw], key: Sequence[str], internal: Container[str]
) -> set[str]:
    """The columns a kept record keeps: the law's fields, and what is needed to find and count it again.

    Where an internal identifier leads to it, the person's own numbers need not stay.
    """
    ours = {by.column for by in collection.found_by if by.kind in internal and not _empty(row.get(by.column))}
    locators = ours or {by.column for by in collection.found_by}
    conditions = {condition.column for condition in keep.where}
    return {
        *keep.fields,
        *key,
        *locators,
        *conditions,
        keep.until_column,
        *([keep.lock_column] if keep.lock_column else []),
    }


def _others(collection: Collection, row: Mapping[str, Raw], retained: set[str]) -> tuple[str, ...]:
    columns = set(collection.fields) | {by.column for by in collection.found_by}
    columns |= {column for column in (collection.source.column, collection.consent) if column}
    return tuple(sorted(name for name in columns - retained if not _empty(row.get(name))))


def _empty(value: Raw) -> bool:
    return value is None or value == ""


def _lock(keep: Keep, row: Mapping[str, Raw]) -> tuple[str, Raw] | None:
    if keep.lock_column is None or _same(row.get(keep.lock_column), keep.lock_value):
        return None
    return keep.lock_column, keep.lock_value


def _until(keep: Keep, row: Mapping[str, Raw]) -> date | None:
    value = row.get(keep.until_column)
    if not isinstance(value, str) or not DATED.match(value):
        return None
    try:
        until = retained_until(rule(keep.rule), _started(value))
    except (ValueError, OverflowError):  # no day of the calendar, or one whose period ends after the calendar
        return None
    return until if until < date.max else None  # or there would be no day after it


def _started(value: str) -> date | datetime:
    """The moment that a text tells, where it tells its zone; else its day.

    Raises ValueError where that is none.
    """
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = None
    return at if at and at.tzinfo else date.fromisoformat(value[: len("2021-03-20")])


def _same(value: Raw, other: Raw) -> bool:
    if value is None or other is None:
        return value is other
    left, right = _number(value), _number(other)
    return left == right if left is not None and right is not None else str(value) == str(other)


def _number(value: object) -> float | None:
    if isinstance(value, bool | int | float):
        return float(value)
    try:
        return float(str(value))
    except ValueError:
        return None
