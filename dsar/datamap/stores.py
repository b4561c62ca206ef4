"""The stores of a map: how each is reached, what it holds, what was declared not personal."""

from collections.abc import Mapping
from dataclasses import replace

from dsar.datamap.collecting import Known, collection
from dsar.datamap.erasing import pace
from dsar.datamap.sections import named, text, texts
from dsar.datamap.settings import SETTINGS, allowed, check, needed, settings
from dsar.datamap.spot import Spot
from dsar.datamap.types import Collection, Dismissed, Pace, Store

LONGEST_BACKUP = 3660  # days


def stores(spot: Spot, known: Known) -> dict[str, Store]:
    """Every store by its name, in the map's order."""
    items = named(spot)
    if spot.value == {}:
        spot.wrong("is empty; name at least one store")
    return {name: _store(item, known) for name, item in items.items()}


def _store(spot: Spot, known: Known) -> Store:
    connector = spot.value.get("connector") if isinstance(spot.value, Mapping) else None
    kind = connector if isinstance(connector, str) else ""
    items = spot.keys(
        f"title connector {needed(kind)}",
        f"url erase_url backups collections dismissed rebuilt_from erasing pace {allowed(kind)}",
    )
    if isinstance(spot.value, Mapping) and not items.keys() & {"collections", "dismissed"}:
        spot.wrong("holds nothing; name its collections")
    usual = pace(items["pace"], Pace()) if "pace" in items else Pace()
    collections = (
        _collections(items["collections"], replace(known, pace=usual)) if "collections" in items else {}
    )
    if collections:
        check(kind, collections, items["collections"])
    return Store(
        name=spot.name,
        title=texts(items, "title"),
        connector=items["connector"].choice(SETTINGS, "kind of store") if "connector" in items else "",
        url=text(items, "url"),
        erase_url=text(items, "erase_url") or None,
        settings=settings(kind, items),
        collections=collections,
        dismissed=_dismissed(items["dismissed"], collections) if "dismissed" in items else (),
        rebuilt_from=items["rebuilt_from"].names() if "rebuilt_from" in items else (),
        kept_days=_kept_days(items["backups"]) if "backups" in items else None,
        erasing=items["erasing"].flag() if "erasing" in items else True,
    )


def _collections(spot: Spot, known: Known) -> dict[str, Collection]:
    read: dict[str, Collection] = {}
    for name, item in named(spot).items():
        read[name] = collection(item, known)
    return read


def _kept_days(spot: Spot) -> int | None:
    items = spot.keys("kept_days")
    return items["kept_days"].whole(0, LONGEST_BACKUP) if "kept_days" in items else None


def _dismissed(spot: Spot, collections: Mapping[str, Collection]) -> tuple[Dismissed, ...]:
    return tuple(_one_dismissed(item, collections) for item in spot.items().values())


def _one_dismissed(spot: Spot, collections: Mapping[str, Collection]) -> Dismissed:
    items = spot.keys("reason by", "columns")
    columns = items["columns"].names() if "columns" in items else ()
    mapped = [each for each in collections.values() if each.table == spot.name]
    if mapped and not columns:
        spot.wrong(f"is mapped as the collection {mapped[0].name}; dismiss some of its `columns` or none")
    for each in mapped:
        for column in [column for column in columns if column in each.fields]:
            items["columns"].wrong(f"{column!r} is a field of the collection {each.name}; it cannot be both")
    return Dismissed(table=spot.name, columns=columns, reason=text(items, "reason"), by=text(items, "by"))
