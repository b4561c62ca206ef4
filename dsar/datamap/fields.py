"""The fields of a collection: what each is called, what its codes mean, or why it is withheld."""

from collections.abc import Mapping

from dsar.datamap.sections import text, texts
from dsar.datamap.spot import Spot
from dsar.datamap.types import Field, FileOf, IdentifierKind, Mentions, Text

FILE_TYPES = ("image", "audio", "video", "document")
CATEGORIES = (  # after GB/T 35273-2020, annex A, and what systems hold besides
    "basic", "contact", "identity", "biometric", "online", "health", "education", "work", "financial",
    "transaction", "communication", "contacts", "browsing", "device", "location", "preference", "profile",
    "content", "technical", "other",
)  # fmt: skip


def fields(spot: Spot, kinds: Mapping[str, IdentifierKind]) -> dict[str, Field]:
    """Every field by the name of its column."""
    return {name: _field(item, kinds) for name, item in spot.items().items()}


def _field(spot: Spot, kinds: Mapping[str, IdentifierKind]) -> Field:
    withheld = isinstance(spot.value, Mapping) and "withhold" in spot.value
    also = "category values file identifier mentions"
    items = spot.keys("withhold", f"title {also}") if withheld else spot.keys("title", f"withhold {also}")
    return Field(
        name=spot.name,
        title=texts(items, "title"),
        category=items["category"].choice(CATEGORIES, "category") if "category" in items else "other",
        values=_values(items["values"]) if "values" in items else {},
        file=_file(items["file"]) if "file" in items else None,
        withhold=text(items, "withhold") or None,
        identifier=items["identifier"].member(kinds, "identifier kind") if "identifier" in items else None,
        mentions=_mentions(items["mentions"]) if "mentions" in items else None,
    )


def _values(spot: Spot) -> dict[str, Text]:
    return {code: each.texts() for code, each in spot.items().items()}


def _file(spot: Spot) -> FileOf:
    items = spot.keys("root type")
    kind = items["type"].choice(FILE_TYPES, "type of file") if "type" in items else ""
    return FileOf(root=text(items, "root"), type=kind)


def _mentions(spot: Spot) -> Mentions:
    if isinstance(spot.value, Mapping):
        return Mentions("keep", text(spot.keys("keep"), "keep"))
    if spot.value == "ask":
        spot.wrong("`ask` is not served yet: nobody would be asked; write erase or {keep: REASON}")
    else:
        spot.choice(("erase",), "answer to `mentions`; or {keep: REASON}")
    return Mentions("erase")
