"""Compare a map with the live stores: what is missing there, what it does not name, what an erasure takes along."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dsar.config import Config
from dsar.connectors import Connector, open_store
from dsar.datamap.compare import missing, unmapped
from dsar.datamap.following import unfollowed
from dsar.datamap.loader import Loaded
from dsar.datamap.report import MapError
from dsar.datamap.secrets import resolve
from dsar.datamap.ties import Reached, refusing, taken
from dsar.datamap.types import DataMap, Store
from dsar.errors import BadInput, StoreProblem


@dataclass(frozen=True)
class Compared:
    """A map beside its stores, in the words of docs/operator.md."""

    errors: list[MapError] = field(default_factory=list)
    unmapped: list[dict[str, Any]] = field(default_factory=list)
    cascades: list[dict[str, str]] = field(default_factory=list)  # foreign keys that delete rows unseen
    refusing: list[dict[str, str]] = field(
        default_factory=list
    )  # those that stop one, for rows of no collection
    unreachable: list[dict[str, str]] = field(default_factory=list)


def compare(loaded: Loaded, config: Config) -> Compared:
    """Errors, unmapped places, foreign keys that matter and stores out of reach, of every store of a map."""
    shown = Compared()
    for store in loaded.map.stores.values():
        try:
            with _open(store, loaded.map, config) as connector:
                schema, ties = connector.describe(), connector.ties()
        except (StoreProblem, BadInput) as error:
            shown.unreachable.append({"store": store.name, "reason": str(error)})
            continue
        shown.errors.extend(loaded.error(*what) for what in missing(store, schema))
        shown.errors.extend(loaded.error(*what) for what in unfollowed(loaded.map, store, schema))
        shown.unmapped.extend(
            {"store": store.name, "table": place.table, "columns": sorted(place.columns)}
            for place in unmapped(store, schema)
        )
        shown.cascades.extend(_told(store, taken(store, ties)))
        shown.refusing.extend(_told(store, refusing(store, ties)))
    return shown


def _told(store: Store, reached: Iterable[Reached]) -> Iterator[dict[str, str]]:
    for one in reached:
        yield {
            "store": store.name, "collection": one.collection, "table": one.table, "foreign_key": one.tie.name,
            "reason": one.reason,
        }  # fmt: skip


def _open(store: Store, datamap: DataMap, config: Config) -> Connector:
    return open_store(store, datamap, url=resolve(store.url, os.environ), timeout=config.store_timeout)
