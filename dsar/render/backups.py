"""When the backups that still hold what was erased are gone, on a certificate."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from dsar.render.cover import Pair
from dsar.render.typeset import Typeset


def backups(show: Mapping[str, Any], setting: Typeset) -> tuple[Pair, ...]:
    """Each store whose backups hold something yet, with its day; `show` is the object of `erasure show`."""
    titles = {store["name"]: setting.words(store["title"]) for store in show["stores"]}
    return tuple(
        (titles.get(one["store"], setting.own(one["store"])), _gone_by(one, setting))
        for one in show["backups"]
    )


def _gone_by(backup: Mapping[str, Any], setting: Typeset) -> Markup:
    """The last day; and, where records went on several days, the one that was promised for the first of them."""
    last, first = date.fromisoformat(backup["gone_by"]), backup.get("first_gone_by")
    if first in (None, backup["gone_by"]):
        return setting.weekday(last)
    _, before = setting.say, setting.weekday(date.fromisoformat(first))
    return _(
        "%(first)s for what was erased first, %(last)s for the rest", first=before, last=setting.weekday(last)
    )
