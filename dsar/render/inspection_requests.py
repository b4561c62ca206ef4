"""The requests in which an identifier was given, as the record of an inspection shows them on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from dsar import clock
from dsar.render.cover import Pair
from dsar.render.rights import asked
from dsar.render.typeset import Typeset, code, quiet
from dsar.terms import Status

Shown = Mapping[str, Any]  # as the record has it


@dataclass(frozen=True)
class Concerned:
    """One request in which the identifier was given."""

    reference: str
    pairs: tuple[Pair, ...]


def concerned(one: Shown, setting: Typeset) -> Concerned:
    """One request, what became of it, and its ledger."""
    _, ngettext = setting.say, setting.ngettext
    entries = ngettext(
        "%(n)s entry about this request", "%(n)s entries about this request", one["ledger"]["entries"]
    )
    pairs = [
        (_("Asked us"), setting.ours(asked(one["right"], setting.texts))),
        (_("Received"), setting.weekday(setting.texts.local_day(clock.parse(one["received_at"])))),
        (_("Where it stands"), _status(one["status"], setting)),
        (_("This identifier"), _("proven") if one["proven"] else _("given, not proven")),
        *((_("Kept"), _kept(kept, setting)) for kept in one["kept"]),
        (_("Ledger"), entries),
        (_("Head of the ledger (SHA-256)"), code(one["ledger"]["head"])),
    ]
    return Concerned(one["reference"], tuple(pairs))


def _kept(kept: Shown, setting: Typeset) -> Markup:
    """What an erasure left, for which law, and until when."""
    _, ngettext = setting.say, setting.ngettext
    title = setting.words(kept["title"] or {}) or setting.own(kept["collection"])
    count = ngettext("%(n)s record", "%(n)s records", kept["records"])
    first = Markup("{} {}").format(title, count)
    if not kept["ground"]:
        return first + quiet(setting.words(kept["reason"] or {}))
    until = kept["ground"]["until"]
    day = setting.weekday(date.fromisoformat(until)) if until else Markup("–")
    locked = _("locked until %(day)s", day=day) if kept["locked"] else _("until %(day)s, not locked", day=day)
    return first + quiet(locked) + quiet(setting.words(kept["ground"]["text"]))


def _status(status: str, setting: Typeset) -> Markup:
    _ = setting.say
    return {
        Status.RECEIVED: _("Just received"),
        Status.VERIFYING: _("Identity being verified"),
        Status.WORKING: _("In progress"),
        Status.ANSWERED: _("Answer given"),
        Status.CLOSED: _("Closed"),
        Status.REFUSED: _("Refused"),
        Status.WITHDRAWN: _("Withdrawn"),
    }[Status(status)]
