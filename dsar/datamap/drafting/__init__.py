"""A draft of a map: what a store holds of whom, guessed from names, foreign keys and samples, for people to answer."""

from dataclasses import dataclass
from typing import Any

from dsar.datamap.drafting.facts import Facts
from dsar.datamap.drafting.graph import Graph, Known
from dsar.datamap.drafting.section import Section
from dsar.datamap.drafting.words import title
from dsar.datamap.drafting.writing import written
from dsar.datamap.spot import CHECK
from dsar.datamap.types import DataMap, Store

HEADING = """\
A draft of a data map, made from names, foreign keys and samples.  Nothing in it is certain.

Every guess has a line `check:` that says why it was guessed.  Read it, correct the guess where it is wrong,
and take the line out: that is the answer.  While one is left, `dsar map check` and `dsar map apply` refuse the map.
No value of the store stands here, only counts."""
_OWN: dict[str, dict[str, Any]] = {"email": {"proof": "code"}, "phone": {"proof": "code"}}


@dataclass(frozen=True)
class Draft:
    """A draft and what is in it."""

    yaml: str
    collections: int
    dismissed: int
    checks: int


def draft(facts: Facts, store: Store, datamap: DataMap | None, *, by: str, region: str) -> Draft:
    """What a map lacks of a store; where there is no map, the whole of a new one.

    by: who will sign for what is dismissed.  region: whose telephone numbers are written without a country code.
    """
    purpose: str | dict[str, Any] = next(iter(datamap.purposes), "") if datamap else "service"
    section = Section(Graph(facts, _known(store, datamap)), store, purpose=purpose or _purpose(), by=by)
    below = section.plain()
    missing = [kind for kind in section.kinds if datamap is None or kind not in datamap.identifier_kinds]
    plain: dict[str, Any] = {} if datamap else _beginning()
    if missing or not datamap:
        plain["identifier_kinds"] = {kind: _kind(kind, region) for kind in missing}
    if not datamap:
        plain["purposes"] = {"service": _purpose()}
    head = {} if datamap else _head(store)
    if head or below:
        plain["stores"] = {store.name: head | below}
    return Draft(
        written(plain, HEADING),
        len(below.get("collections", ())),
        len(below.get("dismissed", ())),
        _checks(plain),
    )


def _known(store: Store, datamap: DataMap | None) -> Known:
    gives: dict[str, dict[str, str]] = {}
    for each in store.collections.values():
        gives.setdefault(each.table, {}).update({column: kind for kind, column in each.gives.items()})
    kinds = {kind.name: kind.internal for kind in datamap.identifier_kinds.values()} if datamap else {}
    return Known(gives, kinds, frozenset(each.table for each in store.collections.values()))


def _beginning() -> dict[str, Any]:
    return {
        "controller": {
            "name": {"zh": "单位名称", "en": "Name of the organisation"}, "contact": "privacy@example.org",
            CHECK: "who answers, and where people can write; nothing in a store says that",
        },
        "promise": {
            "days": 15, "unit": "calendar_days",
            CHECK: "what your published policy promises; 15 days is a guess",
        },
    }  # fmt: skip


def _head(store: Store) -> dict[str, Any]:
    titled = {**title(store.name), CHECK: "made from its name"}
    return {"title": titled, "connector": store.connector, "url": store.url}


def _purpose() -> dict[str, Any]:
    return {
        "title": {"zh": "提供服务", "en": "To provide the service"},
        CHECK: "why this is held; add legal_basis and retention, and other purposes where there are several",
    }


def _kind(name: str, region: str) -> dict[str, Any]:
    if name == "phone":
        why = f"numbers without a country code are taken for numbers of {region}"
        return {**_OWN[name], "region": region, CHECK: why}
    if name in _OWN:
        return {**_OWN[name], CHECK: "a code that is sent to the address proves it"}
    return {"internal": True, CHECK: "a number of your own, followed from table to table and never asked for"}


def _checks(value: object) -> int:
    """How many guesses are to be answered."""
    if isinstance(value, dict):
        own = value.get(CHECK)
        here = len(own) if isinstance(own, list) else int(isinstance(own, str))
        return here + sum(_checks(each) for key, each in value.items() if key != CHECK)
    return sum(map(_checks, value)) if isinstance(value, list) else 0
