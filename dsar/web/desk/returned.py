"""What came back after an erasure, in words: an alert of a look days later."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from dsar.web.language import own


def words(facts: dict[str, Any]) -> list[str]:
    """Where and how many, line by line."""
    return [
        *(
            ngettext("%(place)s: %(n)s record", "%(place)s: %(n)s records", n, place=place, n=n)
            for place, n in sorted(facts.get("places", {}).items())
        ),
        *_told_apart(facts),
        *(
            ngettext(
                "%(place)s: %(n)s record that a law keeps was no longer locked, or held more again",
                "%(place)s: %(n)s records that a law keeps were no longer locked, or held more again",
                n, place=place, n=n,
            )
            for place, n in sorted(facts.get("loosened", {}).items())
        ),
        _("What the data map leads to is erased again by itself. Find out what brought it back."),
    ]  # fmt: skip


def _told_apart(facts: dict[str, Any]) -> list[str]:
    """Whether the same records are back, and where from, as far as it is known."""
    lines = []
    for place in sorted(facts.get("places", {})):
        of = {what: facts.get(what, {}).get(place, 0) for what in ("same", "changed", "new", "unknown")}
        said = [
            _("the same as before the erasure: %(n)s", n=of["same"]) if of["same"] else "",
            _("under the number of an erased one, but changed: %(n)s", n=of["changed"])
            if of["changed"]
            else "",
            _("new: %(n)s", n=of["new"]) if of["new"] else "",
            _("not known which: %(n)s", n=of["unknown"]) if of["unknown"] else "",
        ]
        lines += [f"{place}: {_(', ').join(filter(None, said))}"] if any(said) else []
        if sources := facts.get("sources", {}).get(place):
            names = _(", ").join(own(text) for text in sources)
            lines.append(
                _("%(place)s: its records say where they come from: %(names)s", place=place, names=names)
            )
        if rebuilt := facts.get("rebuilt", {}).get(place):
            lines.append(
                _("%(place)s: it is rebuilt from %(names)s", place=place, names=_(", ").join(rebuilt))
            )
    return lines
