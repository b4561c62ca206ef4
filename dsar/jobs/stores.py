"""Compare a map with the live stores: what is missing there, and what the map does not name."""

import os
from typing import Any

from dsar.config import Config
from dsar.connectors import Connector, open_store
from dsar.datamap.compare import missing, unmapped
from dsar.datamap.loader import Loaded
from dsar.datamap.report import MapError
from dsar.datamap.secrets import resolve
from dsar.datamap.types import DataMap, Store
from dsar.errors import BadInput, StoreProblem

Compared = tuple[list[MapError], list[dict[str, Any]], list[dict[str, str]]]


def compare(loaded: Loaded, config: Config) -> Compared:
    """Errors, unmapped places and stores out of reach, of every store of a map."""
    errors: list[MapError] = []
    places: list[dict[str, Any]] = []
    away: list[dict[str, str]] = []
    for store in loaded.map.stores.values():
        try:
            with _open(store, loaded.map, config) as connector:
                schema = connector.describe()
        except (StoreProblem, BadInput) as error:
            away.append({"store": store.name, "reason": str(error)})
            continue
        errors += [loaded.error(*what) for what in missing(store, schema)]
        places += [
            {"store": store.name, "table": place.table, "columns": sorted(place.columns)}
            for place in unmapped(store, schema)
        ]
    return errors, places, away


def _open(store: Store, datamap: DataMap, config: Config) -> Connector:
    return open_store(store, datamap, url=resolve(store.url, os.environ), timeout=config.store_timeout)
