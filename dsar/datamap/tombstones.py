"""In which forms somebody who was erased is to be known again, and what a cell of a store is compared as."""

from collections.abc import Iterator

from dsar.datamap.identifiers import candidates, common_forms, read_as, recognised, spelled
from dsar.datamap.types import Collection, DataMap, IdentifierKind

NORMAL = "normal"  # what is asked by: the one written form of an identifier
WITHIN = "within"  # what an entry of a search box holds: the identifier somewhere in a text


def forms_of(datamap: DataMap, kind: IdentifierKind) -> list[str]:
    """Every form in which the stores of a map may hold identifiers of a kind, in order.

    A field that may be about others is read in whatever form; an entry of a search box, and a field that a
    mention is emptied in, are read as texts.
    """
    asked = (by for _, collection in datamap.asked_by(kind.name) for by in collection.found_by)
    forms = {form for by in asked if by.kind == kind.name for form in by.forms}
    forms.add("exact" if kind.normal == "exact" else "any")
    return sorted(forms | ({WITHIN} if kind.internal else {NORMAL, WITHIN}))


def telling(collection: Collection) -> set[str]:
    """The columns of a collection that may tell whose a record is, or whom it mentions."""
    named = {name for name, field in collection.fields.items() if field.identifier or field.mentions}
    return {by.column for by in collection.found_by} | set(collection.gives.values()) | named


def texts_of(kind: IdentifierKind, value: str, form: str) -> frozenset[str]:
    """The texts of an identifier, in its normal form, that are digested for one form."""
    if form == NORMAL:
        return frozenset({value})
    return common_forms(kind, value) if form == WITHIN else recognised(kind, value, form)


def read(kind: IdentifierKind, form: str, raw: object) -> Iterator[str]:
    """What a cell is compared as: one of these is among `texts_of` for whoever stands in it in this form."""
    if form == WITHIN:
        text = raw if isinstance(raw, str) else ""
        yield from dict.fromkeys((*candidates(text), *spelled(text)))
    elif held := read_as(kind, form, raw):
        yield held
