"""The map beside what a store says of itself: what is there and unmapped, what is mapped and not there."""

import re
from collections.abc import Iterable, Iterator

from dsar.datamap.report import nearest
from dsar.datamap.schema import Place, Schema, Table
from dsar.datamap.types import Collection, Keep, Store

# Types of columns, in any of the servers, that hold no date; text and whatever else is not here may.
NO_DATE = re.compile(
    r"\W*((tiny|small|medium|big)?int(eger|\d)?\b|(small|big)?serial|numeric|decimal|float|double|real|bool|bit\b"
    r"|year\b|blob|bytea|(var)?binary|uuid|jsonb?\b|time( with| without|tz|\(|$))",
    re.IGNORECASE,
)
Missing = tuple[str, str, str | None]  # path in the map, message, nearest right name


def unmapped(store: Store, schema: Schema) -> list[Place]:
    """The columns that no collection of the store names and nobody dismissed, table by table.

    What the store derives from other tables is accounted for by them.
    """
    places = []
    for table in schema.tables.values():
        if not (table.derived or _dismissed_whole(store, table.name)):
            known = _mapped(store, table.name)
            columns = tuple(name for name in table.columns if name not in known)
            if columns:
                places.append(Place(table.name, columns))
    return places


def accounted(store: Store, schema: Schema) -> list[Place]:
    """The columns of mapped tables that some collection names and that may hold an identifier, table by table."""
    places = []
    for table in schema.tables.values():
        held = tuple(
            name for name, column in table.columns.items() if column.text and names(store, table.name, name)
        )
        if held:
            places.append(Place(table.name, held))
    return places


def names(store: Store, table: str, column: str) -> bool:
    """Whether some collection of the store names a column, and nobody dismissed it."""
    dismissed = any(each.table == table and column in each.columns for each in store.dismissed)
    return not dismissed and any(column == each for of in _of(store, table) for _, each in columns(of))


def missing(store: Store, schema: Schema) -> list[Missing]:
    """The tables and columns that the map names and the store does not have."""
    return [*_missing_collections(store, schema), *_missing_settings(store, schema), *_stale(store, schema)]


def absent(store: Store, schema: Schema) -> Iterator[tuple[str, str]]:
    """The tables (column '') and columns that the map names and the store does not have, each once."""
    tables = dict.fromkeys(each.table for each in store.collections.values())
    if "table" in store.settings:
        tables[str(store.settings["table"])] = None
    for table in tables:
        if there := schema.tables.get(table):
            yield from ((table, column) for column in sorted(_named(store, table) - there.columns.keys()))
        else:
            yield table, ""


def accounts_for(store: Store, table: str, columns: Iterable[str]) -> bool:
    """Whether a map says of every one of these columns what it is, be it that nobody is in it."""
    return _dismissed_whole(store, table) or set(columns) <= _mapped(store, table)


def speaks_of(store: Store, table: str, column: str) -> bool:
    """Whether a map names a table (column '') or a column of it, as there and holding people."""
    if column:
        return column in _named(store, table)
    return any(_of(store, table)) or store.settings.get("table") == table


def columns(collection: Collection) -> Iterator[tuple[str, str]]:
    """Every column that a collection names, each with the path below it where it stands."""
    for by in collection.found_by:
        yield f"found_by.{by.kind}", by.column
    for kind, column in collection.gives.items():
        yield f"gives.{kind}", column
    for name in collection.fields:
        yield f"fields.{name}", name
    for column in collection.key:
        yield "key", column
    if collection.source.column:
        yield "source", collection.source.column
    if collection.consent:
        yield "consent", collection.consent
    if isinstance(collection.on_erasure, Keep):
        yield from _kept_columns(collection.on_erasure)


def _kept_columns(keep: Keep) -> Iterator[tuple[str, str]]:
    yield "on_erasure.until", keep.until_column
    if keep.lock_column:
        yield "on_erasure.lock", keep.lock_column


def _mapped(store: Store, table: str) -> set[str]:
    """The columns of a table that are named or dismissed."""
    dismissed = (each.columns for each in store.dismissed if each.table == table)
    return _named(store, table).union(*dismissed)


def _named(store: Store, table: str) -> set[str]:
    """The columns of a table that collections or settings of the store name."""
    settings = _setting_columns(store) if store.settings.get("table") == table else []
    named = [each for of in _of(store, table) for each in columns(of)]
    return {column for _, column in (*named, *settings)}


def _of(store: Store, table: str) -> Iterator[Collection]:
    return (each for each in store.collections.values() if each.table == table)


def _dismissed_whole(store: Store, table: str) -> bool:
    return any(each.table == table and not each.columns for each in store.dismissed)


def _missing_collections(store: Store, schema: Schema) -> Iterator[Missing]:
    for collection in store.collections.values():
        path = f"stores.{store.name}.collections.{collection.name}"
        named = [(f"{path}.{below}", column) for below, column in columns(collection)]
        named += [(f"{path}.self_test.{column}", column) for column in collection.seed or ()]
        yield from _missing_in(schema, collection.table, path, named)
        yield from _undatable(schema, collection, path)


def _undatable(schema: Schema, collection: Collection, path: str) -> Iterator[Missing]:
    """The column that a law's period runs from, where its type can hold no date: such records would never go."""
    keep, table = collection.on_erasure, schema.tables.get(collection.table)
    column = table.columns.get(keep.until_column) if table and isinstance(keep, Keep) else None
    if column and NO_DATE.match(column.type):
        yield (
            f"{path}.on_erasure.until",
            f"column {column.name!r} of table {collection.table!r} is {column.type}, which is no date; "
            "name one of dates or times, or of text like 2021-03-20",
            None,
        )


def _missing_settings(store: Store, schema: Schema) -> Iterator[Missing]:
    """A suggestion table and its columns, which the store's settings name."""
    path = f"stores.{store.name}"
    if "table" in store.settings:
        named = [(f"{path}.{setting}", column) for setting, column in _setting_columns(store)]
        yield from _missing_in(schema, str(store.settings["table"]), f"{path}.table", named)


def _stale(store: Store, schema: Schema) -> Iterator[Missing]:
    for each in store.dismissed:
        path = f"stores.{store.name}.dismissed.{each.table}"
        yield from _missing_in(
            schema, each.table, path, [(f"{path}.columns", column) for column in each.columns]
        )


def _setting_columns(store: Store) -> list[tuple[str, str]]:
    return [
        (setting, str(store.settings[setting])) for setting in ("column", "key") if setting in store.settings
    ]


def _missing_in(schema: Schema, table: str, path: str, named: Iterable[tuple[str, str]]) -> Iterator[Missing]:
    there = schema.tables.get(table)
    if there is None:
        yield path, f"the store has no table {table!r}", nearest(table, schema.tables)
        return
    for where, column in named:
        if column not in there.columns:
            yield where, _no_column(there, column), nearest(column, there.columns)


def _no_column(table: Table, column: str) -> str:
    return f"table {table.name!r} has no column {column!r}"
