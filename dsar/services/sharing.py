"""Records that belong to several people: who stands in one, and what a copy and an erasure for one of them may do."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dsar.datamap.identifiers import matches
from dsar.datamap.types import Collection, DataMap, IdentifierKind

Raw = str | int | float | bool | None


class Known(Protocol):
    """An identifier of the person, in the clear."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...


@dataclass(frozen=True)
class Standing:
    """The columns of a shared record in which the person stands, and those in which somebody else does."""

    own: tuple[str, ...]
    others: tuple[str, ...]


def kinds_of(collection: Collection) -> dict[str, str]:
    """The columns that name a person, each with the kind of identifier that stands there."""
    found_by = {by.column: by.kind for by in reversed(collection.found_by)}
    return found_by | {f.name: f.identifier for f in collection.fields.values() if f.identifier}


def standing(
    datamap: DataMap, collection: Collection, row: Mapping[str, Raw], known: Iterable[Known]
) -> Standing | None:
    """Who stands in a record of a collection that the map calls shared; None where it is the person's alone."""
    mine = list(known)
    return stands(collection, row, lambda column, value: _is_own(datamap, collection, column, value, mine))


def stands(
    collection: Collection, row: Mapping[str, Raw], is_own: Callable[[str, Raw], bool]
) -> Standing | None:
    """The same, where `is_own` tells whether what a column holds is the person's.

    It is his alone when every column that names a person holds one of his identifiers or nothing.
    Where one column alone names anybody, a record cannot tell, and counts as shared.
    """
    if collection.shared is None:
        return None
    columns = kinds_of(collection)
    named = [column for column in columns if row.get(column) not in (None, "")]
    own = tuple(column for column in named if is_own(column, row[column]))
    others = tuple(column for column in named if column not in own)
    return Standing(own, others) if others or len(columns) == 1 else None


def sealed_columns(collection: Collection) -> set[str]:
    """What is sealed of a found record: what a copy gives and, where it is shared, what tells whose it is."""
    return given_columns(collection) | (set(kinds_of(collection)) if collection.shared else set())


def given_columns(collection: Collection) -> set[str]:
    """What a copy is made of: given fields, the source, the proof of consent."""
    given = {name for name, field in collection.fields.items() if field.given}
    return given | {column for column in (collection.source.column, collection.consent) if column}


def _is_own(
    datamap: DataMap, collection: Collection, column: str, value: Raw, known: Sequence[Known]
) -> bool:
    return any(
        one.kind == name and matches(datamap.identifier_kinds[name], one.value, forms, value)
        for name, forms in ways(datamap, collection, column)
        for one in known
    )


def ways(datamap: DataMap, collection: Collection, column: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The kinds that a column holds, each with the forms that it is written in there."""
    yield from ((by.kind, by.forms) for by in collection.found_by if by.column == column)
    field = collection.fields.get(column)
    if field and field.identifier:
        yield field.identifier, anyhow(datamap.identifier_kinds[field.identifier])


def anyhow(kind: IdentifierKind) -> tuple[str, ...]:
    """However a value of this kind is written."""
    return ("any",) if kind.normal != "exact" else ("exact",)
