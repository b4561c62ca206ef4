"""copy.json: the whole copy for machines, written row by row: memory does not grow with the rows."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import resources
from typing import Any

from dsar import clock
from dsar.errors import ReleaseRefused
from dsar.render.decode import in_words
from dsar.render.package import CollectionShown, Package, PointShown, Raw, RecipientShown, StoreShown
from dsar.render.rights import rights
from dsar.render.texts import Texts

SCHEMA = "urn:dsar:copy:1"  # $id of copy.schema.json
_BLOCK = 1 << 16  # characters gathered before they are written


def write_copy_json(package: Package, write: Callable[[bytes], object]) -> None:
    """Write copy.json; `write` is called with blocks of UTF-8.

    Raises ReleaseRefused when a collection has more or fewer rows than it says.
    """
    texts = Texts(package.lang, package.controller.zone)
    held: list[str] = []
    size = 0
    for piece in _pieces(package, texts):
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            write(_bytes(held))
            held, size = [], 0
    write(_bytes(held))


def schema() -> dict[str, Any]:
    """The published JSON Schema of copy.json."""
    found: dict[str, Any] = json.loads(
        (resources.files("dsar.render") / "copy.schema.json").read_text("utf-8")
    )
    return found


def exact(raw: Raw) -> Raw:
    """A raw value as JSON holds it: whole numbers and booleans as they are, every other number as text."""
    return repr(raw) if isinstance(raw, float) else raw


def _bytes(pieces: list[str]) -> bytes:
    # A lone surrogate has no UTF-8; backslashreplace writes it as JSON's own \udXXX.
    return "".join(pieces).encode("utf-8", "backslashreplace")


def _pieces(package: Package, texts: Texts) -> Iterator[str]:
    yield "{" + ",".join(f"{_text(name)}:{_text(value)}" for name, value in _head(package).items())
    yield ',"stores":['
    for place, store in enumerate(package.stores):
        yield ("," if place else "") + _text(_store(store))[:-1] + ',"collections":['
        for n, collection in enumerate(store.collections):
            yield "," if n else ""
            yield from _collection(store.name, collection, texts)
        yield "]}"
    yield "]"
    for name, value in _tail(package, texts).items():
        yield f",{_text(name)}:{_text(value)}"
    yield "}\n"


def _head(package: Package) -> dict[str, Any]:
    controller = package.controller
    start, end = package.period
    return {
        "schema": SCHEMA,
        "reference": package.reference,
        "right": package.right,
        "lang": package.lang,
        "received_at": clock.text(package.received_at),
        "made_at": clock.text(package.made_at),
        "due_on": package.due_on.isoformat(),
        "promise": dict(package.promise),
        "complete": package.complete,
        "controller": {
            "name": dict(controller.name),
            "legal_name": dict(controller.legal_name),
            "contact": controller.contact,
            "address": dict(controller.address),
            "phone": controller.phone,
            "officer": dict(controller.officer),
        },
        "subject": {"identifiers": [{"kind": one.kind, "value": one.value} for one in package.identifiers]},
        "period": {"from": start and start.isoformat(), "to": end.isoformat()},
    }


def _store(store: StoreShown) -> dict[str, Any]:
    return {
        "name": store.name,
        "title": dict(store.title),
        "state": store.state,
        "reason": store.reason,
        "at": store.at and clock.text(store.at),
    }


def _collection(store: str, collection: CollectionShown, texts: Texts) -> Iterator[str]:
    yield _text(_facts(collection))[:-1] + ',"rows":['
    yield from _rows(store, collection, lambda row: {name: exact(raw) for name, raw in row.items()})
    yield '],"shown":['
    fields = {shown.field.name: shown.field for shown in collection.fields}
    yield from _rows(
        store, collection, lambda row: {name: in_words(fields[name], raw, texts) for name, raw in row.items()}
    )
    yield "]}"


def _rows(store: str, collection: CollectionShown, told: Callable[[Any], dict[str, Any]]) -> Iterator[str]:
    """The rows that a copy gives, one piece each; refused when they are not as many as sealed."""
    given = {shown.field.name for shown in collection.fields if shown.state == "given"}
    count = 0
    for row in collection.rows():
        yield ("," if count else "") + _text(told({name: raw for name, raw in row.items() if name in given}))
        count += 1
    if count != collection.records:
        raise ReleaseRefused(
            f"{store}.{collection.name}: {collection.records} records are sealed, {count} are read back"
        )


def _facts(collection: CollectionShown) -> dict[str, Any]:
    return {
        "name": collection.name,
        "title": dict(collection.title),
        "purpose": dict(collection.purpose),
        "legal_basis": dict(collection.legal_basis),
        "source": dict(collection.source) if collection.source is not None else None,
        "source_field": collection.source_field,
        "consent_field": collection.consent_field,
        "without_consent": collection.without_consent,
        "mentions": collection.mentions,
        "recipients": [_recipient(recipient) for recipient in collection.recipients],
        "retention": dict(collection.retention),
        "records": collection.records,
        "shared": _shared(collection),
        "fields": [
            {
                "name": shown.field.name,
                "title": dict(shown.field.title),
                "category": shown.field.category,
                "state": shown.state,
                "reason": shown.reason,
            }
            for shown in collection.fields
        ],
        "files": [asdict(file) for file in collection.files],
    }


def _shared(collection: CollectionShown) -> dict[str, Any] | None:
    shared = collection.shared
    if shared is None:
        return None
    reason = None if shared.rule == "give" else "third_party"
    return {"rule": shared.rule, "records": shared.records, "withheld": shared.withheld, "reason": reason}


def _recipient(recipient: RecipientShown) -> dict[str, Any]:
    return {
        "name": recipient.name,
        "title": dict(recipient.title),
        "legal_name": recipient.legal_name,
        "contact": recipient.contact,
        "abroad": recipient.abroad,
    }


def _tail(package: Package, texts: Texts) -> dict[str, Any]:
    return {
        "recipients": [
            _recipient(one) | {"got": dict(one.got), "why": dict(one.why), "consent": dict(one.consent)}
            for one in package.recipients
        ],
        "collection_points": [_point(point) for point in package.points],
        "unmapped": [
            {
                "store": one.store,
                "table": one.table,
                "columns": list(one.columns),
                "records": one.records,
                "looks_personal": [asdict(like) for like in one.looks_personal],
            }
            for one in package.unmapped
        ],
        "totals": {
            "stores": len(package.stores),
            "collections": sum(len(store.collections) for store in package.stores),
            "records": package.records,
        },
        "rights": [asdict(right) for right in rights(package.controller, texts)],
        "ledger": {"entries": package.seal.entries, "head": package.seal.head},
        "verify_url": package.verify_url,
        "pretend": package.pretend,
    }


def _point(point: PointShown) -> dict[str, Any]:
    return {
        "name": point.name,
        "title": dict(point.title),
        "field": point.field,
        "field_title": dict(point.field_title),
        "state": point.state,
        "place": dict(point.place) if point.place is not None else None,
        "reason": dict(point.reason) if point.reason is not None else None,
    }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
