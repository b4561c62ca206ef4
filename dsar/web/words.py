"""The product's own words as a reader sees them: rights, statuses, states, verdicts."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from dsar.services import reasons
from dsar.terms import Right, Role, Stage, Status, StoreState, Verdict
from dsar.web import answers
from dsar.web.parts import Choice, Mark


def offered() -> list[Choice]:
    """The rights that can be asked today, in the order in which they are asked."""
    return [
        Choice(
            Right.COPY,
            _("Get a copy"),
            _("A copy of everything we hold about you, to keep: to read, and for machines."),
        ),
        Choice(
            Right.ACCESS,
            _("See what you hold about me"),
            _("Which information, why, where we got it, who received it, how long we keep it."),
        ),
        Choice(
            Right.ERASURE,
            _("Erase it"),
            _("Out of every system. Where a law makes us keep something, we say which and until when."),
        ),
    ]


def right(value: str) -> str:
    """The name of a right, short enough for a list."""
    known = {Right.COPY: _("Copy"), Right.ACCESS: _("Access"), Right.ERASURE: _("Erasure")}
    return known.get(Right(value), value.replace("_", " "))


def status(value: str) -> str:
    """Where a request stands."""
    return {
        Status.RECEIVED: _("Just received"),
        Status.VERIFYING: _("Identity being verified"),
        Status.WORKING: _("In progress"),
        Status.ANSWERED: _("Answer given"),
        Status.CLOSED: _("Closed"),
        Status.REFUSED: _("Refused"),
        Status.WITHDRAWN: _("Withdrawn"),
    }[Status(value)]


def role(value: str) -> str:
    """What a member of staff is here."""
    return {
        Role.HANDLER: _("Handler"),
        Role.LEAD: _("Lead"),
        Role.OFFICER: _("Officer"),
        Role.AUDITOR: _("Auditor"),
        Role.INSPECTOR: _("Inspector"),
    }[Role(value)]


def found(state: str, records: int | None) -> Mark:
    """What the search of one store came to."""
    if state == StoreState.SEARCHED and records:
        return Mark("seen", ngettext("%(n)s record found", "%(n)s records found", records, n=records))
    if state == StoreState.SEARCHED:
        return Mark("none", _("Nothing found"))
    return {
        StoreState.UNREACHABLE: Mark("wait", _("No answer yet")),
        StoreState.FAILED: Mark("bad", _("The search failed")),
        StoreState.PAUSED: Mark("wait", _("Paused")),
        StoreState.WORKING: Mark("wait", _("Being searched")),
    }.get(StoreState(state), Mark("wait", _("Not searched yet")))


def verdict(value: str) -> Mark:
    """What an erasure came to, in one store or in all."""
    return {
        Verdict.RESIDUE: Mark("bad", _("Something is left")),
        Verdict.UNREACHABLE: Mark("wait", _("No answer yet")),
        Verdict.UNCONFIRMED: Mark("wait", _("Not confirmed yet")),
        Verdict.PENDING: Mark("wait", _("Being worked on")),
        Verdict.CANNOT: Mark("bad", _("Can’t be erased")),
        Verdict.KEPT: Mark("kept", _("Kept by law")),
        Verdict.ERASED: Mark("done", _("Erased")),
        Verdict.NOTHING_HELD: Mark("none", _("Nothing found")),
    }[Verdict(value)]


def waits(one: dict[str, Any]) -> str:
    """Whom a request waits for."""
    named = {
        ("person", "identity"): _("The person’s proof of identity"),
        ("person", "copy"): _("The person: the copy, before the erasure begins"),
        ("staff", "erasure"): _("Staff: the erasure needs a decision"),
    }
    if (one["who"], one["name"]) in named:
        return named[one["who"], one["name"]]
    if one["reason"] == reasons.LOOKS_PERSONAL:
        return _("Staff: %(name)s looks personal; see the review list", name=one["name"])
    if one["reason"] == reasons.UNTIED:
        return _("Staff: nobody has said where %(name)s, which a form asks for, is kept", name=one["name"])
    if one["reason"] == reasons.LEFT:
        return _("Staff: something is left in %(name)s", name=one["name"])
    return {
        "person": _("The person"),
        "staff": _("Staff: %(name)s must be described in the data map", name=one["name"]),
        "store": _("The system %(name)s", name=one["name"]),
        "recipient": answers.waits(one),
    }[one["who"]]


def stage(value: str) -> str:
    """Where an erasure stands."""
    return {
        Stage.PLANNED: _("planned"),
        Stage.FROZEN: _("waiting for its day"),
        Stage.ERASING: _("erasing"),
        Stage.LOOKING: _("looking again"),
        Stage.DONE: _("done"),
        Stage.HELD: _("on hold"),
    }[Stage(value)]


def period(n: int, unit: str) -> str:
    """A period of a promise: 15 days."""
    return {
        "calendar_days": ngettext("%(n)s day", "%(n)s days", n, n=n),
        "business_days": ngettext("%(n)s working day", "%(n)s working days", n, n=n),
        "months": ngettext("%(n)s month", "%(n)s months", n, n=n),
    }[unit]
