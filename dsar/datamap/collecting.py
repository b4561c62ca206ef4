"""The collections of a store: how records are found, what they give, hold and are for."""

from collections.abc import Collection as Names
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dsar.datamap import sections
from dsar.datamap.erasing import on_erasure, pace
from dsar.datamap.fields import fields
from dsar.datamap.identifiers import known_forms
from dsar.datamap.phones import NATIONAL_FORMS
from dsar.datamap.sections import texts
from dsar.datamap.seeding import seed
from dsar.datamap.spot import Spot
from dsar.datamap.types import Collection, Delete, Field, FoundBy, IdentifierKind, Pace, Purpose, Source, Text

SHARED = ("give", "redact", "keep")
UNPACED = Pace()
NO_PURPOSE = Purpose("", {}, {}, {})


@dataclass(frozen=True)
class Known:
    """What the rest of the map defines; `rules` None: the rules are not looked at."""

    kinds: Mapping[str, IdentifierKind]
    purposes: Mapping[str, Purpose]
    recipients: Names[str]
    rules: Names[str] | None
    pace: Pace = UNPACED  # of the store


def collection(spot: Spot, known: Known) -> Collection:
    """One collection."""
    items = spot.keys(
        "title found_by purpose on_erasure",
        "table gives source consent recipients fields shared key pace self_test",
    )
    found_by = _found_by(items["found_by"], known.kinds) if "found_by" in items else ()
    title = texts(items, "title")
    read = Collection(
        name=spot.name,
        table=items["table"].text() if "table" in items else spot.name,
        title=title,
        found_by=found_by,
        gives=_gives(items["gives"], known.kinds) if "gives" in items else {},
        purpose=_purpose(items["purpose"], known.purposes) if "purpose" in items else NO_PURPOSE,
        source=_source(items["source"]) if "source" in items else Source(),
        consent=_column(items["consent"]) if "consent" in items else None,
        recipients=_recipients(items["recipients"], known.recipients) if "recipients" in items else (),
        fields=fields(items["fields"], known.kinds)
        if "fields" in items
        else _found_alone(found_by, known, title),
        on_erasure=Delete(),
        shared=items["shared"].choice(SHARED, "answer to `shared`") if "shared" in items else None,  # type: ignore[arg-type]
        key=items["key"].names() if "key" in items else (),
        pace=pace(items["pace"], known.pace) if "pace" in items else known.pace,
        seed=seed(items["self_test"]) if "self_test" in items else None,
    )
    return _with_erasure(read, items, known)


def _found_alone(found_by: Iterable[FoundBy], known: Known, title: Text) -> dict[str, Field]:
    """Where no field is named, what a record is found by: a suggestion, say, is nothing but its text."""
    external = (by.column for by in found_by if by.kind in known.kinds and not known.kinds[by.kind].internal)
    return {column: Field(column, title, "contact") for column in external}


def _with_erasure(read: Collection, items: Mapping[str, Spot], known: Known) -> Collection:
    if "on_erasure" not in items:
        return read
    return Collection(**{**vars(read), "on_erasure": on_erasure(items["on_erasure"], read, known.rules)})


def _found_by(spot: Spot, kinds: Mapping[str, IdentifierKind]) -> tuple[FoundBy, ...]:
    found: list[FoundBy] = []
    for name, item in spot.items().items():
        item.must_be_named(kinds, "identifier kind")
        for each in item.listed():
            found.append(_one_found_by(each, name, kinds.get(name)))
    if not found and spot.value == {}:
        spot.wrong("is empty, so no record can be found; name an identifier kind and its column")
    return tuple(found)


def _one_found_by(spot: Spot, name: str, kind: IdentifierKind | None) -> FoundBy:
    if isinstance(spot.value, str):
        spot.wrong(f"write it as {{column: {spot.value}}}")
        return FoundBy(name, spot.value, ("exact",))
    items = spot.keys("column", "form")
    usual = "exact" if kind is None or kind.normal == "exact" else "any"
    forms = _forms(items["form"], kind) if "form" in items else (usual,)
    return FoundBy(name, items["column"].text() if "column" in items else "", forms)


def _forms(spot: Spot, kind: IdentifierKind | None) -> tuple[str, ...]:
    forms = []
    for each in spot.listed():
        form = str(each.value) if isinstance(each.value, int) else each.text()
        forms.append(form)
        if kind is None or not form:
            continue
        Spot(form, each.path, each.report).choice(known_forms(kind.normal), f"form of {kind.name}")
        if form.split(":")[-1] in NATIONAL_FORMS and kind.normal == "e164" and kind.region is None:
            each.wrong(f"a national form needs a region: add `region: CN` to identifier_kinds.{kind.name}")
    return tuple(forms)


def _gives(spot: Spot, kinds: Mapping[str, IdentifierKind]) -> dict[str, str]:
    gives = {}
    for name, item in spot.items().items():
        gives[name] = item.text()
        item.must_be_named(kinds, "identifier kind")
        if name in kinds and not kinds[name].internal:
            item.wrong("only an internal kind is given: a person's own identifier counts once it is proven")
    return gives


def _purpose(spot: Spot, purposes: Mapping[str, Purpose]) -> Purpose:
    if isinstance(spot.value, Mapping):
        return sections.purpose(spot)
    name = spot.member(purposes, "purpose")
    return purposes.get(name, NO_PURPOSE)


def _source(spot: Spot) -> Source:
    if isinstance(spot.value, Mapping) and "column" in spot.value:
        return Source(column=spot.keys("column")["column"].text())
    return Source(text=spot.texts())


def _column(spot: Spot) -> str:
    """A column, by its name or as {column: NAME}."""
    if isinstance(spot.value, Mapping):
        items = spot.keys("column")
        return items["column"].text() if "column" in items else ""
    return spot.text()


def _recipients(spot: Spot, known: Names[str]) -> tuple[str, ...]:
    for each in spot.listed():
        each.member(known, "recipient")
    return spot.names()
