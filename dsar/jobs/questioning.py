"""Ask one store for one identifier in every way there is, and note what it answers: counts and places, no values."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from dsar import clock
from dsar.connectors import Connector, Found, Probe, Sought
from dsar.datamap.identifiers import written
from dsar.datamap.types import Collection, IdentifierKind, Store
from dsar.errors import StoreProblem, StoreUnreachable
from dsar.jobs import derived
from dsar.services import sharing
from dsar.services.inspected import Shown
from dsar.services.inspecting import Task

Record = tuple[str, tuple[Any, ...]]  # table, key of the record


@dataclass(frozen=True, repr=False)
class _Number:
    """One identifier that a store is asked by."""

    kind: str
    value: str


@dataclass
class _Asking:
    """One store being asked, and what it has answered so far."""

    connector: Connector
    store: Store
    task: Task
    known: list[_Number] = field(default_factory=list)
    found: dict[str, set[Record]] = field(default_factory=lambda: defaultdict(set))
    records: set[Record] = field(default_factory=set)  # each once, however it was found
    gave: dict[_Number, None] = field(default_factory=dict)


class Opening(Protocol):
    """Opens a store by its reading account, or by the one that erases."""

    def __call__(self, *, erasing: bool = False) -> Connector: ...


def ask(opened: Opening, store: Store, task: Task) -> Shown:
    """What a store answers, with when it was asked and by which account; that it gave no answer is an answer too."""
    began, asked_at = time.monotonic(), clock.text(clock.now())
    try:
        with opened() as connector:
            account = urlsplit(connector.url).username
            told: Shown = {"state": "answered", "reason": None} | _answered(connector, store, task)
            told |= _derived(connector, opened, task)
    except StoreProblem as error:
        told = no_answer("unreachable" if isinstance(error, StoreUnreachable) else "refused", str(error))
        account = None
    took = round((time.monotonic() - began) * 1000)
    when = {"asked_at": asked_at, "answered_at": clock.text(clock.now()), "milliseconds": took}
    return {"connector": store.connector, "account": account} | when | told


def no_answer(state: str, reason: str) -> Shown:
    """What is noted of a store that did not say what it holds."""
    return {
        "state": state, "reason": reason, "records": None, "collections": [], "places": [],
        "derived": None, "box": None, "gave": [],
    }  # fmt: skip


def _answered(connector: Connector, store: Store, task: Task) -> Shown:
    connector.check(erasing=False)
    first = _Number(task.typed.kind, task.typed.value)
    asking = _Asking(connector, store, task, [first, *(_Number(*one) for one in task.internal)])
    _by_locator(asking)
    places = _by_value(asking)
    box = _typed(asking) if connector.has_search_box else None
    return {
        "records": len(asking.records),
        "collections": [_collection(asking, one) for one in store.collections.values()],
        "places": places,
        "box": box,
        "gave": [(one.kind, one.value) for one in asking.gave],
    }


def _by_locator(asking: _Asking) -> None:
    """By key: where the identifier stands, and where the numbers of ours stand that its records lead to."""
    asked: set[tuple[str, int]] = set()
    while True:
        before = len(asking.known)
        for collection in asking.store.collections.values():
            probes = _probes(asking, collection, asked)
            asked |= {(collection.name, probe.number) for probe in probes}
            for found in asking.connector.find(collection, probes):
                record = (collection.table, found.key)
                asking.found[collection.name].add(record)
                asking.records.add(record)
                _follow(asking, collection, found)
        if len(asking.known) == before:
            return


def _probes(asking: _Asking, collection: Collection, asked: set[tuple[str, int]]) -> list[Probe]:
    kinds = {by.kind for by in collection.found_by}
    return [
        Probe(0, number, one.kind, one.value, done=(collection.name, number) in asked)
        for number, one in enumerate(asking.known)
        if one.kind in kinds
    ]


def _follow(asking: _Asking, collection: Collection, found: Found) -> None:
    """Note the numbers of ours that a record leads to; not one of another person who stands in it."""
    whose = sharing.standing(asking.connector.map, collection, found.row, asking.known)
    for kind, column in collection.gives.items():
        value = str(found.given.get(column, found.row.get(column) or ""))
        if value.strip() and column not in (whose.others if whose else ()):
            number = _Number(kind, value)
            asking.gave[number] = None
            if number not in asking.known:
                asking.known.append(number)


def _by_value(asking: _Asking) -> list[Shown]:
    """In every column, mapped or not: where the identifier stands, however it is written."""
    typed = asking.task.typed
    sought = [Sought(0, typed.kind, typed.value)]
    own = [Probe(0, number, one.kind, one.value) for number, one in enumerate(asking.known)]
    places: dict[tuple[str, str], set[Record]] = defaultdict(set)
    for hit in asking.connector.sweep(sought, None, own):
        places[hit.table, hit.column].add((hit.table, hit.key))
    asking.records.update(*places.values())
    return [
        {
            "table": table, "column": column, "records": len(records),
            "mapped": asking.store.collection_at(table, column) is not None,
        }
        for (table, column), records in sorted(places.items())
    ]  # fmt: skip


def _typed(asking: _Asking) -> Shown:
    """Character by character into the search box: how many entries with the identifier were offered after each."""
    typed = asking.task.typed
    first: dict[Record, int] = {}
    for hit in asking.connector.offers([Sought(0, typed.kind, typed.value)]):
        record = (hit.table, hit.key)
        first[record] = min(hit.prefix, first.get(record, hit.prefix))
    asking.records.update(first)
    length = _length(asking.connector.map.identifier_kinds[typed.kind], typed.value)
    return {"offered": [sum(at <= n for at in first.values()) for n in range(1, length + 1)]}


def _derived(connector: Connector, opened: Opening, task: Task) -> Shown:
    """Where the identifier stands in what the store fills from its tables by itself; None for a kind that has none.

    With it, why the account that erases, which may be told more, could not be asked.
    """
    if type(connector).remains is Connector.remains:
        return {"derived": None}
    sought = [Sought(0, task.typed.kind, task.typed.value)]
    hits, problem = derived.told(connector, partial(opened, erasing=True), sought)
    entries = Counter((hit.table, hit.column) for hit in hits)
    shown = [
        {"place": place, "column": column, "entries": n} for (place, column), n in sorted(entries.items())
    ]
    return {"derived": shown, "reason": problem and f"by the account that erases: {problem}"}


def _length(kind: IdentifierKind, value: str) -> int:
    """How many characters a person types: of a telephone number, as it is dialled at home."""
    texts = written(kind, value, "national") if kind.normal == "e164" else ()
    return min((len(text) for text in texts), default=len(value))


def _collection(asking: _Asking, collection: Collection) -> Shown:
    """records: None where nothing that is known leads to it."""
    kinds = {one.kind for one in asking.known} & {by.kind for by in collection.found_by}
    return {
        "name": collection.name, "title": dict(collection.title),
        "by": [by.kind for by in collection.found_by if by.kind in kinds],
        "records": len(asking.found[collection.name]) if kinds else None,
    }  # fmt: skip


def unasked(store: Store, reason: str) -> Shown:
    """What is noted of a store that was not asked at all."""
    when = {"asked_at": None, "answered_at": None, "milliseconds": None}
    return {"connector": store.connector, "account": None} | when | no_answer("refused", reason)
