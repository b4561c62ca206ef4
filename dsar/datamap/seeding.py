"""The self-test in the map: who its synthetic people are, and what is seeded of them in which collection."""

from collections.abc import Iterable, Iterator, Mapping

from dsar.datamap.identifiers import normal, written
from dsar.datamap.report import Report
from dsar.datamap.settings import SETTINGS
from dsar.datamap.spot import Spot
from dsar.datamap.types import Collection, DataMap, Delete, FoundBy, IdentifierKind, Keep, Raw, Store
from dsar.errors import BadInput

NUMBER = "{n}"  # five digits, other ones in each run
NUMBERS = 10**5
TRIED = (0, 1, 9, 10, 99_999)  # of the numbers: whether a template gives identifiers, and different ones


def self_test(spot: Spot, kinds: Mapping[str, IdentifierKind]) -> dict[str, str]:
    """The identifiers of the synthetic people: by kind, with a place for the number."""
    items = spot.keys("identifiers")
    read = {}
    for name, item in (items["identifiers"].items() if "identifiers" in items else {}).items():
        item.must_be_named(kinds, "identifier kind")
        read[name] = item.text()
        if name in kinds and read[name]:
            _check_template(item, kinds[name], read[name])
    if not read:
        spot.wrong("name an identifier for each kind that the seeded collections are found by")
    return read


def _check_template(spot: Spot, kind: IdentifierKind, template: str) -> None:
    if kind.internal:
        spot.wrong("an internal kind is not given here: it is read from the seeded records")
        return
    if NUMBER not in template:
        spot.wrong(f"must hold {NUMBER}, five digits that are other ones in each run")
        return
    try:
        values = {_filled(kind, template, n) for n in TRIED}
    except BadInput as error:
        spot.wrong(f"is no {kind.name} when {NUMBER} is five digits: {error}")
        return
    if len(values) < len(TRIED):
        spot.wrong(f"gives two people the same {kind.name}; put {NUMBER} where every digit counts")


def seed(spot: Spot) -> dict[str, Raw]:
    """What is seeded in the columns that no identifier fills; nothing, where there are none."""
    return {name: _scalar(item) for name, item in spot.items().items()} if spot.value is not None else {}


def _scalar(spot: Spot) -> Raw:
    if spot.value is not None and not isinstance(spot.value, str | int | float | bool):
        spot.wrong("must be a text, a number, true, false or null; put a day in quotes")
        return None
    return spot.value


def check(datamap: DataMap, report: Report) -> None:
    """Report what keeps the self-test from seeding, copying or erasing as the map says."""
    seeded, reached = _seeded(datamap), in_order(datamap)
    if datamap.self_test and not seeded:
        report.wrong(("self_test",), "no collection has a `self_test`, so that nothing is seeded")
    for store, collection in seeded:
        path = ("stores", store.name, "collections", collection.name, "self_test")
        if problem := _problem(datamap, store, collection):
            report.wrong(path, problem)
        elif (store, collection) not in reached:
            report.wrong(path, "nothing that the self-test seeds or is known by leads to this collection")


def _problem(datamap: DataMap, store: Store, collection: Collection) -> str:
    if not datamap.self_test:
        return "the map has no `self_test` that says which identifiers are its own"
    if store.connector in SETTINGS and not SETTINGS[store.connector].seeded:
        return f"a store of kind {store.connector} cannot be seeded"
    act = collection.on_erasure
    if twice := sorted(_filled_in(datamap, collection) & set(collection.seed or ())):
        return f"{', '.join(twice)} is filled in by itself, with an identifier of the self-test; leave it out"
    if not store.erasing or not isinstance(act.otherwise if isinstance(act, Keep) else act, Delete):
        return "only a collection whose records are deleted can be seeded: what is seeded must go again"
    return ""


def _filled_in(datamap: DataMap, collection: Collection) -> set[str]:
    """Columns that hold what its people are known by: another value there, and nothing is found again."""
    given = {kind for _, other in _seeded(datamap) for kind in other.gives}
    filled = {by.column for by in collection.found_by if by.kind in given | set(datamap.self_test)}
    return filled - set(collection.gives.values())


def _reached(
    seeded: Iterable[tuple[Store, Collection]], known: set[str]
) -> Iterator[tuple[Store, Collection]]:
    """The seeded collections, those that give a kind before those that are found by it."""
    waiting = list(seeded)
    while ready := [(s, c) for s, c in waiting if any(by.kind in known for by in c.found_by)]:
        yield from ready
        waiting = [each for each in waiting if each not in ready]
        known = known | {kind for _, collection in ready for kind in collection.gives}


def in_order(datamap: DataMap) -> list[tuple[Store, Collection]]:
    """The collections that are seeded, in the order in which they are."""
    return list(_reached(_seeded(datamap), set(datamap.self_test)))


def _seeded(datamap: DataMap) -> list[tuple[Store, Collection]]:
    return [(s, c) for s, c in datamap.collections() if c.seed is not None]


def identifiers(datamap: DataMap, n: int) -> dict[str, str]:
    """What the synthetic person of a number is known by: normal forms, by kind."""
    kinds = datamap.identifier_kinds
    return {kind: _filled(kinds[kind], template, n) for kind, template in datamap.self_test.items()}


def record(datamap: DataMap, collection: Collection, known: Mapping[str, str], n: int) -> dict[str, Raw]:
    """One record of a synthetic person: each column that tells whose it is, and those that the map fills."""
    row: dict[str, Raw] = {}
    for by in collection.found_by:
        if by.kind in known and by.column not in row:
            row |= _held(by, datamap.identifier_kinds[by.kind], known[by.kind])
    numbered = {
        name: value.replace(NUMBER, f"{n:05d}") if isinstance(value, str) else value
        for name, value in (collection.seed or {}).items()
    }
    return row | numbered


def _held(by: FoundBy, kind: IdentifierKind, value: str) -> dict[str, Raw]:
    """The identifier as its column holds it: in the first of its forms that can."""
    forms = [form for each in by.forms for form in (_PLAIN[kind.normal] if each == "any" else (each,))]
    texts = (text for form in forms for text in sorted(written(kind, value, form)))
    first = next(texts, None)
    return {} if first is None else {by.column: first}


_PLAIN = {"e164": ("national", "e164"), "email": ("exact",), "exact": ("exact",)}  # what `any` is written as


def _filled(kind: IdentifierKind, template: str, n: int) -> str:
    return normal(kind, template.replace(NUMBER, f"{n:05d}"))
