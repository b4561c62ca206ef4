"""What an erasure does to the records of a collection."""

from collections.abc import Collection as Names
from collections.abc import Mapping
from typing import Any

from dsar.datamap.report import nearest
from dsar.datamap.sections import text
from dsar.datamap.spot import CHECK, Spot
from dsar.datamap.types import Blank, Collection, Condition, Delete, Keep, Nothing, OnErasure, Pace

TESTS = ("above", "below", "is", "is_not", "in")
LARGEST_CHUNK, FASTEST = 100_000, 1_000_000  # records in a transaction, in a second or a minute
ACTS = "delete, {blank: [fields]}, {nothing: REASON} or {keep: RULE, …}"


def on_erasure(spot: Spot, collection: Collection, known_rules: Names[str] | None) -> OnErasure:
    """The act, its fields and columns checked against the collection's own."""
    if isinstance(spot.value, Mapping) and "keep" in spot.value:
        return _keep(spot, collection, known_rules)
    return _simple(spot, collection, ACTS)


def pace(spot: Spot, usual: Pace) -> Pace:
    """How quickly records may go; what is not said here is as it is said for the store."""
    items = spot.keys("", "chunk per_second per_minute")
    if not items:
        spot.wrong("say `chunk`, `per_second` or `per_minute`")
    if "per_second" in items and "per_minute" in items:
        items["per_minute"].wrong("give either `per_second` or `per_minute`")
    rate = usual.per_second
    for key, seconds in (("per_second", 1), ("per_minute", 60)):
        rate = items[key].whole(1, FASTEST) / seconds if key in items else rate
    return Pace(items["chunk"].whole(1, LARGEST_CHUNK) if "chunk" in items else usual.chunk, rate)


def _simple(spot: Spot, collection: Collection, acts: str) -> Delete | Blank | Nothing:
    if not isinstance(spot.value, Mapping):
        if spot.value != "delete":
            near = nearest(spot.value, ["delete"]) if isinstance(spot.value, str) else None
            spot.wrong(f"must be {acts}", near)
        return Delete()
    if len(spot.value.keys() - {CHECK}) != 1:
        spot.wrong(f"must be one of {acts}")
        return Delete()
    items = spot.keys("", "blank nothing")
    if "blank" in items:
        return Blank(_fields(items["blank"], collection))
    return Nothing(text(items, "nothing"))


def _keep(spot: Spot, collection: Collection, known_rules: Names[str] | None) -> Keep:
    items = spot.keys("keep fields until", "where lock else")
    if ("where" in items) != ("else" in items):
        spot.wrong("`where` says what is kept and `else` what becomes of the rest: give both or neither")
    lock = items["lock"].keys("column value") if "lock" in items else {}
    until = items["until"].keys("column") if "until" in items else {}
    return Keep(
        rule=_rule(items["keep"], known_rules),
        where=_where(items["where"], collection) if "where" in items else (),
        fields=_fields(items["fields"], collection) if "fields" in items else (),
        until_column=_member(until["column"], _named(collection)) if "column" in until else "",
        lock_column=lock["column"].text() if "column" in lock else None,
        lock_value=_scalar(lock["value"]) if "value" in lock else None,
        otherwise=_simple(items["else"], collection, ACTS.split(" or ")[0]) if "else" in items else Delete(),
    )


def _rule(spot: Spot, known_rules: Names[str] | None) -> str:
    rule = spot.text()
    if rule and known_rules is not None and rule not in known_rules:
        spot.wrong(f"there is no rule {rule!r}", nearest(rule, known_rules))
    return rule


def _where(spot: Spot, collection: Collection) -> tuple[Condition, ...]:
    conditions = []
    for column, item in spot.items().items():
        _member(item, _named(collection), column)
        for test, value in item.keys("", " ".join(TESTS)).items():
            conditions.append(Condition(column, test, _against(value)))  # type: ignore[arg-type]
        if item.value == {}:
            item.wrong(f"say the test: one of {', '.join(TESTS)}")
    return tuple(conditions)


def _against(spot: Spot) -> Any:
    """What a column is tested against: one value, for `in` several."""
    if spot.name != "in":
        value = _scalar(spot)
        if spot.name in ("above", "below") and isinstance(value, bool | None):
            spot.wrong("must be a number or a text to compare with")
        return value
    if not isinstance(spot.value, list):
        spot.wrong("must be a list of values")
    return tuple(_scalar(each) for each in spot.listed())


def _scalar(spot: Spot) -> Any:
    if isinstance(spot.value, Mapping | list):
        spot.wrong("must be one value")
        return None
    return spot.value


def _fields(spot: Spot, collection: Collection) -> tuple[str, ...]:
    for each in spot.listed():
        _member(each, collection.fields)
    return spot.names()


def _named(collection: Collection) -> list[str]:
    """Every column that the collection names, so that an erasure may look at it."""
    columns = [*collection.fields, *(by.column for by in collection.found_by), *collection.gives.values()]
    return [*columns, *collection.key, *filter(None, (collection.source.column, collection.consent))]


def _member(spot: Spot, known: Names[str], name: str | None = None) -> str:
    name = spot.text() if name is None else name
    if name and name not in known:
        spot.wrong(f"{name!r} is not among the fields of this collection", nearest(name, known))
    return name
