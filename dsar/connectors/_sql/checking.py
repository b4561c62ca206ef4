"""Checking: whether what the map names is there, and whether the account may do what the map asks."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.shapes import Shape
from dsar.datamap.following import unfollowed_in
from dsar.datamap.types import Blank, Collection, Delete, IdentifierKind, Keep, Nothing, OnErasure
from dsar.errors import StoreRefused


def named_columns(collection: Collection) -> Iterator[str]:
    """Every column that the map names in a collection."""
    yield from (by.column for by in collection.found_by)
    yield from collection.gives.values()
    yield from collection.fields
    yield from collection.key
    yield from collection.seed or ()
    yield from filter(None, (collection.source.column, collection.consent))
    yield from _columns_of(collection.on_erasure)


def _columns_of(rule: OnErasure) -> Iterator[str]:
    match rule:
        case Blank(fields):
            yield from fields
        case Keep():
            yield from (condition.column for condition in rule.where)
            yield from rule.fields
            yield from filter(None, (rule.until_column, rule.lock_column))
            yield from _columns_of(rule.otherwise)


def acts_of(rule: OnErasure) -> set[str]:
    """The privileges that an erasure by this rule needs."""
    match rule:
        case Delete():
            return {"DELETE"}
        case Blank():
            return {"UPDATE"}
        case Nothing():
            return set()
        case Keep():
            return {"UPDATE"} | acts_of(rule.otherwise)


def mapped(
    shapes: Mapping[str, Shape], store: str, collection: Collection, kinds: Mapping[str, IdentifierKind]
) -> Shape:
    """The table of a collection: every column that the map names is there, and internal numbers can be followed.

    Raises StoreRefused, naming table or column.
    """
    if collection.table not in shapes:
        raise StoreRefused(
            f"store {store} has no table {collection.table}, or this account may not see it; correct the map"
        )
    shape = shapes[collection.table]
    for column in named_columns(collection):
        shape.cell(store, column)
    for _, message in unfollowed_in(kinds, collection, shape):
        raise StoreRefused(f"store {store}: {message}")
    return shape


def permitted(dialect: Dialect, connection: Connection, shape: Shape, store: str, acts: set[str]) -> None:
    """Raise StoreRefused when the account may not do one of the acts to the table."""
    for act in sorted(acts):
        if dialect.refused(connection, shape, act):
            raise StoreRefused(
                f"store {store}: this account may not {act} in table {shape.name}; grant it the right"
            )
