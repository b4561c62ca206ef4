"""Who received records, as the certificate says it: how far each is, what it answered, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from dsar import clock
from dsar.render.certificate import Certificate
from dsar.render.typeset import Typeset, nobr
from dsar.terms import OPEN_VERDICTS, Outcome


@dataclass(frozen=True)
class Received:
    """One recipient: how far it is, why where that says more, and its days."""

    name: Markup
    mark: str
    answer: Markup
    why: Markup
    days: tuple[Markup, ...]


def awaited(certificate: Certificate, setting: Typeset) -> list[Markup]:
    """The recipients for whom the request waits."""
    told = certificate.show["recipients"]
    return [_name(one, setting) for one in told if one.get("verdict") in OPEN_VERDICTS]


def recipient(shown: Mapping[str, Any], setting: Typeset) -> Received:
    """One recipient of the object of `erasure show`."""
    _ = setting.say
    told = {
        "to_ask": ("away", _("Not asked yet")),
        "asked": ("away", _("Asked, no answer yet")),
        "received": ("away", _("Has our request, no answer yet")),
        "confirmed": (
            "full",
            _("Confirmed") if shown.get("outcome") == Outcome.NOTHING_HELD else _("Confirmed: erased"),
        ),
        "refused": ("away", _("Refused")),
        "silent": ("away", _("Asked, and silent past the day we set")),
    }
    mark, answer = told[shown.get("step") or shown["state"]]
    days = (
        (_("Asked on %(day)s"), shown["asked_at"]),
        (_("To answer by %(day)s"), shown["due_on"]),
        (_("Answered on %(day)s"), shown["answered_at"]),
    )
    lines = tuple(words % {"day": nobr(setting.texts.day(_date(on, setting)))} for words, on in days if on)
    return Received(_name(shown, setting), mark, answer, _outcome(shown, setting), lines)


def _outcome(shown: Mapping[str, Any], setting: Typeset) -> Markup:
    """What it answered, where that says more than that it confirmed or refused."""
    _ = setting.say
    told: dict[str, Markup] = {
        Outcome.NOTHING_HELD: _("It holds nothing of you."),
        Outcome.KEPT_BY_LAW: _("Without what a law makes it keep."),
        Outcome.OWN_BASIS: _("It holds this on a basis of its own."),
        Outcome.TECHNICALLY_HARD: _("It is technically hard to erase, and only locked."),
        Outcome.OTHERS_TOO: _("The records are other people’s as well."),
        Outcome.NO_GROUND: _("It does not say why."),
    }
    return told.get(shown.get("outcome") or "", Markup(""))


def _name(shown: Mapping[str, Any], setting: Typeset) -> Markup:
    return setting.words(shown.get("title") or {}) or setting.own(shown["name"])


def day(text: str, setting: Typeset) -> Markup:
    """A day or moment of the JSON, in words."""
    return setting.weekday(_date(text, setting))


def _date(text: str, setting: Typeset) -> date:
    return setting.texts.local_day(clock.parse(text)) if "T" in text else date.fromisoformat(text)
