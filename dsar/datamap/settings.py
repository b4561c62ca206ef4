"""Which kinds of store a map can name, and the settings that each kind takes besides the common keys.

A new connector adds a line here and a file in `connectors/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dsar.datamap import calls, patterns
from dsar.datamap.spot import Spot
from dsar.datamap.types import Collection


@dataclass(frozen=True)
class Setting:
    """One setting of a kind of store: a text, maybe one of a closed set."""

    needed: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True)
class Kind:
    """What a map writes for one kind of store."""

    settings: Mapping[str, Setting]
    url: bool = True  # whether it must have one
    seeded: bool = False  # whether the self-test can put records into it
    read: Callable[[Mapping[str, Spot]], dict[str, object]] | None = (
        None  # where settings are more than texts
    )
    check: Callable[[Mapping[str, Collection], Spot], None] | None = (
        None  # what its collections must agree with
    )


SETTINGS: Mapping[str, Kind] = {
    "sql": Kind({}, seeded=True),
    "sql_suggest": Kind(
        {"table": Setting(needed=True), "column": Setting(needed=True), "key": Setting()}, seeded=True
    ),
    "redis_suggest": Kind(
        {
            "key": Setting(needed=True),  # of the sorted set, or a pattern with {prefix}: one set a prefix
            "order": Setting(choices=("lexicographic", "scored"), default="lexicographic"),
        },
        seeded=True,
    ),
    "redis_cache": Kind({}, check=patterns.check),
    "http_suggest": Kind(
        {name: Setting() for name in calls.SETTINGS}, check=calls.check, read=calls.settings
    ),
    "folder": Kind({"root": Setting(needed=True)}, url=False),
}


def settings(connector: str, items: Mapping[str, Spot]) -> dict[str, object]:
    """The settings among the keys of a store, checked; defaults filled in."""
    kind = SETTINGS.get(connector)
    if kind is None:
        return {}
    if kind.read:
        return kind.read(items)
    read: dict[str, object] = {}
    for name, setting in kind.settings.items():
        if name in items:
            spot = items[name]
            read[name] = spot.choice(setting.choices, "order") if setting.choices else spot.text()
        elif setting.default is not None:
            read[name] = setting.default
    return read


def check(connector: str, collections: Mapping[str, Collection], spot: Spot) -> None:
    """Report the collections, at their place in the map, that a store of this kind cannot have."""
    kind = SETTINGS.get(connector)
    if kind and kind.check:
        kind.check(collections, spot)


def needed(connector: str) -> str:
    """The keys that a store of this kind must have besides the common ones, separated by blanks."""
    kind = SETTINGS.get(connector, Kind({}, url=False))
    names = [name for name, setting in kind.settings.items() if setting.needed]
    return " ".join(["url", *names] if kind.url else names)


def allowed(connector: str) -> str:
    """The keys that a store of this kind may have besides the common ones; of an unknown kind, any kind's."""
    kinds = [SETTINGS[connector]] if connector in SETTINGS else SETTINGS.values()
    return " ".join(name for kind in kinds for name in kind.settings)
