"""What recipients answer, in words."""

from typing import Any

from flask_babel import gettext as _

from dsar.services import reasons
from dsar.terms import Outcome
from dsar.web.parts import Choice, Mark


def offered() -> list[Choice]:
    """What a recipient may answer, in the order in which it is offered."""
    return [
        Choice(
            Outcome.ERASED,
            _("We have erased everything we received"),
            _("In search suggestions and caches too; what backups hold is not put back and runs out."),
        ),
        Choice(
            Outcome.NOTHING_HELD,
            _("We hold nothing of this person"),
            _("We have looked by every identifier in the letter."),
        ),
        Choice(
            Outcome.KEPT_BY_LAW,
            _("We have erased everything but what a law obliges us to keep"),
            _("What is kept is locked, and erased when its time is over."),
        ),
        Choice(
            Outcome.OWN_BASIS,
            _("We cannot: we hold it on a basis of our own"),
            _("A contract with this person, for instance, or a consent given to us."),
        ),
        Choice(
            Outcome.TECHNICALLY_HARD,
            _("We cannot: it is technically hard to erase"),
            _("It is stored and protected, and used for nothing else."),
        ),
        Choice(
            Outcome.OTHERS_TOO,
            _("We cannot: the records are other people’s as well"),
            _("They cannot be told apart without harm to those people."),
        ),
    ]


def recordable() -> list[Choice]:
    """What staff may record: a recipient that refuses on paper may say no ground, and none is to be made up."""
    return [*offered(), Choice(Outcome.NO_GROUND, _("We cannot, and no reason is given"))]


def name(outcome: str) -> str:
    """An answer as whoever gave it chose it."""
    return next((one.name for one in recordable() if one.value == outcome), outcome)


def recipient(one: dict[str, Any]) -> Mark:
    """How far one is who received records: asked, and what it answered."""
    if one["outcome"]:
        return {
            Outcome.ERASED: Mark("done", _("has confirmed: erased")),
            Outcome.NOTHING_HELD: Mark("none", _("has confirmed: holds nothing")),
            Outcome.KEPT_BY_LAW: Mark("kept", _("has confirmed: erased, but for what a law makes it keep")),
            Outcome.OWN_BASIS: Mark("bad", _("has refused: holds this on a basis of its own")),
            Outcome.TECHNICALLY_HARD: Mark("bad", _("has refused: technically hard to erase, only locked")),
            Outcome.OTHERS_TOO: Mark("bad", _("has refused: the records are other people’s as well")),
            Outcome.NO_GROUND: Mark("bad", _("has refused, without saying why")),
        }[Outcome(one["outcome"])]
    return {
        "confirmed": Mark("done", _("has confirmed")),
        "to_ask": Mark("wait", _("not asked yet")),
        "received": Mark("wait", _("has our request, and has not answered yet")),
        "silent": Mark("bad", _("has not answered by its day")),
    }.get(one["step"], Mark("wait", _("has not answered yet")))


def step(word: str) -> str:
    """One step with a recipient."""
    return {
        "asked": _("asked"),
        "reminded": _("reminded"),
        "received": _("gave a receipt"),
        "silent": _("silent past its day"),
        "confirmed": _("confirmed"),
        "refused": _("refused"),
    }.get(word, word)


def waits(one: dict[str, Any]) -> str:
    """How a request waits for a recipient."""
    return {
        reasons.TO_ASK: _("Nothing has reached the recipient %(name)s yet", name=one["name"]),
        reasons.UNTOLD: _("The sender %(name)s: it must be told what came of it", name=one["name"]),
        reasons.SILENT: _("The recipient %(name)s, silent past its day", name=one["name"]),
        reasons.RECIPIENT_REFUSED: _("Staff: the recipient %(name)s has refused", name=one["name"]),
    }.get(one["reason"], _("The recipient %(name)s", name=one["name"]))
