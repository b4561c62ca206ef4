"""What must hold between the parts of a map: everything can be reached, and order can be kept."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from dsar.datamap import seeding
from dsar.datamap.report import Report, nearest
from dsar.datamap.types import DataMap


def check(datamap: DataMap, report: Report) -> None:
    """Report kinds that nobody gives, collections that nothing leads to, stores rebuilt from nothing, seeds in vain."""
    _check_given(datamap, report)
    _check_reached(datamap, report)
    _check_rebuilt(datamap, report)
    seeding.check(datamap, report)


def _check_given(datamap: DataMap, report: Report) -> None:
    given = {kind for _, collection in datamap.collections() for kind in collection.gives}
    for kind in datamap.identifier_kinds.values():
        if kind.internal and kind.name not in given:
            path = ("identifier_kinds", kind.name)
            report.wrong(path, "is internal and no collection `gives` it, so nothing leads to it")


def _check_reached(datamap: DataMap, report: Report) -> None:
    """A collection counts as reached when one of its kinds is proven by people or given by a reached one."""
    known = {kind.name for kind in datamap.identifier_kinds.values() if not kind.internal}
    given = {kind for _, collection in datamap.collections() for kind in collection.gives}
    waiting = list(datamap.collections())
    while reached := [(s, c) for s, c in waiting if any(by.kind in known for by in c.found_by)]:
        waiting = [each for each in waiting if each not in reached]
        known |= {kind for _, collection in reached for kind in collection.gives}
    for store, collection in waiting:
        kinds = {by.kind for by in collection.found_by}
        if kinds and kinds <= given:  # else the missing kind has its own error
            path = ("stores", store.name, "collections", collection.name, "found_by")
            report.wrong(path, "nothing that a person can prove leads to this collection")


def _check_rebuilt(datamap: DataMap, report: Report) -> None:
    names = [f"{store.name}.{collection.name}" for store, collection in datamap.collections()]
    order: dict[str, set[str]] = {}
    for store in datamap.stores.values():
        path = ("stores", store.name, "rebuilt_from")
        for origin in store.rebuilt_from:
            if origin and origin not in names:
                report.wrong(path, f"there is no collection {origin!r} in this map", nearest(origin, names))
        order[store.name] = {origin.partition(".")[0] for origin in store.rebuilt_from if origin in names}
    _check_circle(order, report)


def _check_circle(order: Mapping[str, set[str]], report: Report) -> None:
    try:
        TopologicalSorter(order).prepare()
    except CycleError as error:
        circle = error.args[1]
        path = ("stores", circle[0], "rebuilt_from")
        report.wrong(path, f"stores are rebuilt from one another in a circle: {', '.join(circle)}")
