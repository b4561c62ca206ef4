"""Internal numbers are followed from a record to others: which columns of a live store can hold such a number."""

from collections.abc import Iterator, Mapping

from dsar.datamap.schema import Schema, Table
from dsar.datamap.types import Collection, DataMap, IdentifierKind, Store

Unfollowed = tuple[str, str, None]  # path in the map, message, no nearest name


def unfollowed(datamap: DataMap, store: Store, schema: Schema) -> Iterator[Unfollowed]:
    """The columns of a store that are to give or to take an internal number, and whose type cannot."""
    for collection in store.collections.values():
        if table := schema.tables.get(collection.table):
            for below, message in unfollowed_in(datamap.identifier_kinds, collection, table):
                yield f"stores.{store.name}.collections.{collection.name}.{below}", message, None


def unfollowed_in(
    kinds: Mapping[str, IdentifierKind], collection: Collection, table: Table
) -> Iterator[tuple[str, str]]:
    """The same of one collection: path below it, and message."""
    for below, kind, name in _followed(kinds, collection):
        column = table.columns.get(name)
        if column and (held := column.unfollowed()):
            yield (
                f"{below}.{kind}",
                f"column {name!r} of table {table.name!r} is {column.type}: {held}, through which {kind} cannot be "
                "followed; name a column of text or of whole numbers",
            )
    for by in collection.found_by:
        column = table.columns.get(by.column)
        if column and column.rounded() and not kinds[by.kind].internal:
            yield (
                f"found_by.{by.kind}",
                f"column {by.column!r} of table {table.name!r} is {column.type}: it rounds a {by.kind} to another, "
                "so that none is found; name a column of text, of whole numbers or of decimals",
            )


def _followed(kinds: Mapping[str, IdentifierKind], collection: Collection) -> Iterator[tuple[str, str, str]]:
    """Where a number is compared as it stands; a digest of it may well be held as bytes."""
    for by in collection.found_by:
        if by.kind in kinds and kinds[by.kind].internal and any(":" not in form for form in by.forms):
            yield "found_by", by.kind, by.column
    for kind, column in collection.gives.items():
        yield "gives", kind, column
