"""Small data maps, made in code, for the tests of connectors."""

from __future__ import annotations

from collections.abc import Mapping

from dsar.connectors import Connector, Found, Probe, Sought, open_store
from dsar.datamap import calls
from dsar.datamap.report import Report
from dsar.datamap.spot import Spot
from dsar.datamap.types import (
    Collection,
    Controller,
    DataMap,
    Delete,
    FoundBy,
    IdentifierKind,
    Promise,
    Purpose,
    Source,
    Store,
)

TEXT = {"zh": "甲", "en": "A"}
KINDS = {
    "phone": IdentifierKind("phone", TEXT, "e164", "code", "CN"),
    "email": IdentifierKind("email", TEXT, "email", "code"),
    "card": IdentifierKind("card", TEXT, "exact", "staff"),
    "student_id": IdentifierKind("student_id", TEXT, "exact", None),
    "file": IdentifierKind("file", TEXT, "exact", None),
}
HIS, TWIN, OTHER = "+8613100008688", "+8613100008687", "+8613000000038"
TIMEOUT = 5.0  # seconds


def collection(name: str, *found_by: tuple[str, str, str | tuple[str, ...]], **more) -> Collection:
    """A collection found by (kind, column, form or forms)."""
    entries = tuple(
        FoundBy(kind, column, (form,) if isinstance(form, str) else form) for kind, column, form in found_by
    )
    purpose = Purpose("account", TEXT, TEXT, TEXT)
    given = {
        "table": name,
        "title": TEXT,
        "gives": {},
        "source": Source(),
        "consent": None,
        "recipients": (),
        "fields": {},
        "on_erasure": Delete(),
    }
    return Collection(name=name, found_by=entries, purpose=purpose, **{**given, **more})


def store(kind: str, *collections: Collection, url: str = "", **more) -> Store:
    """A store called `place`."""
    given = {"settings": {}, "dismissed": (), "erase_url": None}
    held = {each.name: each for each in collections}
    return Store(name="place", title=TEXT, connector=kind, url=url, collections=held, **{**given, **more})


def box(plain: Mapping[str, object]) -> dict[str, object]:
    """The settings of a search box over HTTP, as they are read from a map."""
    report = Report()
    read = calls.settings(Spot({"connector": "http_suggest", **plain}, ("stores", "place"), report).items())
    report.raise_any()
    return read


def connect(place: Store, url: str, timeout: float = TIMEOUT) -> Connector:
    """A connector of a store in a map of its own."""
    controller = Controller(TEXT, TEXT, "", "", "", TEXT, ("CN",), "Asia/Shanghai")
    promise = Promise(15, "calendar_days")
    return open_store(
        place,
        DataMap(controller, promise, KINDS, {}, {place.name: place}, {}, ()),
        url=url,
        timeout=timeout,
    )


def phones(*values: str, kind: str = "phone") -> list[Probe]:
    """One probe each for subjects 0, 1, …"""
    return [Probe(subject, 0, kind, value) for subject, value in enumerate(values)]


def sought(*values: str, kind: str = "phone") -> list[Sought]:
    """One identifier each of subjects 0, 1, …"""
    return [Sought(subject, kind, value) for subject, value in enumerate(values)]


def led(found: list[Found]) -> list[tuple]:
    """What was found, as (subject, number, key)."""
    return [(one.subject, one.number, one.key) for one in found]
