"""Draft a map of a store: describe it, read a few rows of each table, and keep nothing of them but counts."""

import os
import re
from dataclasses import replace

from dsar.config import Config
from dsar.connectors import Connector, open_store
from dsar.datamap.drafting import Draft, draft
from dsar.datamap.drafting.facts import Fact, Facts
from dsar.datamap.drafting.seeing import SAMPLE, fact
from dsar.datamap.loader import build
from dsar.datamap.schema import Table
from dsar.datamap.secrets import names, resolve
from dsar.datamap.types import DataMap, Store
from dsar.errors import BadInput

_NONE = {  # the map that there is not yet: connectors are opened with one
    "controller": {"name": {"zh": "-", "en": "-"}, "contact": "-"}, "promise": {"days": 1},
    "identifier_kinds": {"email": {"proof": "code"}},
    "stores": {"none": {"title": {"zh": "-", "en": "-"}, "connector": "sql", "url": "-", "collections": {}}},
}  # fmt: skip


def of_store(name: str, datamap: DataMap, config: Config, *, by: str, region: str) -> Draft:
    """What a map lacks of one of its stores.  Raises BadInput when it has no such store, StoreProblem from there."""
    if name not in datamap.stores:
        raise BadInput(
            f"the map has no store {name!r}; it has {', '.join(datamap.stores)}, or give --url for a new one"
        )
    store = datamap.stores[name]
    if store.connector != "sql":
        raise BadInput(
            f"a map is drafted of databases alone, and {name} is of kind {store.connector}; write it by hand"
        )
    facts = _facts(store, datamap, resolve(store.url, os.environ), config, region)
    return draft(facts, store, datamap, by=by, region=region)


def of_url(name: str, url: str, config: Config, *, by: str, region: str) -> Draft:
    """A whole map of one new store.  A url that holds no ${NAME} is not written into it: it may hold a password."""
    empty = build(_NONE)
    written = url if names(url) else "${" + re.sub(r"\W", "_", name).upper() + "_URL}"
    store = replace(empty.stores["none"], name=name, url=written)
    facts = _facts(store, empty, resolve(url, os.environ), config, region)
    return draft(facts, store, None, by=by, region=region)


def _facts(store: Store, datamap: DataMap, url: str, config: Config, region: str) -> Facts:
    with open_store(store, datamap, url=url, timeout=config.store_timeout) as connector:
        schema, ties = connector.describe(), connector.ties()
        columns: dict[tuple[str, str], Fact] = {}
        rows: dict[str, int] = {}
        for table in schema.tables.values():
            rows[table.name] = _sampled(connector, table, region, columns)
    return Facts(schema, ties, columns, rows)


def _sampled(connector: Connector, table: Table, region: str, facts: dict[tuple[str, str], Fact]) -> int:
    """Put down what the columns of a table look like; the number of rows that were read."""
    rows = list(connector.sample(table.name, list(table.columns), SAMPLE))
    for place, column in enumerate(table.columns.values()):
        facts[table.name, column.name] = fact(table.name, column, [row[place] for row in rows], (region,))
    return len(rows)
