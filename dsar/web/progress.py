"""A request as its status page tells it, in plain values: a title, the days, the steps, the systems."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from dsar import clock
from dsar.law import rule
from dsar.services import reasons
from dsar.terms import COPIED, OPEN_VERDICTS, CopyState, Stage, Status, StoreState, Verdict
from dsar.web import here, words
from dsar.web.language import at, own

LONGEST_STRIP = 31  # days that can still be drawn one by one
FETCHABLE = (CopyState.READY, CopyState.DELIVERED)

Shown = dict[str, Any]  # `request show`, or `erasure show`
Begins = tuple[datetime | None, bool]  # when a frozen erasure begins; whether sooner, once the copy is had


@dataclass(frozen=True)
class Step:
    """One step of the way; `state`: done, now or next; `at`: when it was done; `line`: more on it."""

    name: str
    done: bool
    at: str | None = None
    line: str = ""
    state: str = "next"


def view(
    shown: Shown,
    erasure: Shown | None,
    downloads: Sequence[datetime],
    expired: Sequence[datetime],
    begins: Begins,
) -> dict[str, Any]:
    """What the page's template needs.

    downloads, expired: when its copy was downloaded, and destroyed; begins: when its erasure begins.
    """
    return {
        "title": _title(shown, erasure),
        "steps": _in_order(_steps(shown, erasure, downloads, begins)),
        "systems": systems(shown),
        "searched": searched(shown),
        "strip": strip(shown),
        "policy": rule(shown["rule"]["id"]).promise,
        "unnamed": _unnamed(shown),
        "untied": _untied(shown),
        "copy_ready": has_copy(shown),
        "copy_gone": expired[-1] if expired and is_gone(shown) else None,
        "erasure_begun": erasure is not None and erasure_begun(erasure),
        "begun": shown["status"] not in (Status.RECEIVED, Status.VERIFYING),
    }


def searched(shown: Shown) -> int:
    """How many stores are searched to the end."""
    return sum(store["state"] == StoreState.SEARCHED for store in shown["stores"])


def strip(shown: Shown) -> tuple[int, int] | None:
    """Which day of how many it is; None when answered, or when the days are too many to draw."""
    received = clock.day(clock.parse(shown["received_at"]), here.datamap().controller.zone)
    total = (date.fromisoformat(shown["due_on"]) - received).days
    gone = total - shown["days_left"]
    return None if shown["answered_at"] or total > LONGEST_STRIP else (min(max(gone, 0), total), total)


def has_copy(shown: Shown) -> bool:
    """Whether there is a copy to fetch now."""
    return bool(shown["copy"]) and shown["copy"]["state"] in FETCHABLE and bool(shown["copy"]["files"])


def is_gone(shown: Shown) -> bool:
    """Whether its copy was destroyed on its day."""
    return bool(shown["copy"]) and shown["copy"]["state"] == CopyState.EXPIRED


def systems(shown: Shown) -> list[dict[str, Any]]:
    """Each system, what it holds, and what was found there."""
    return [_system(store) for store in shown["stores"]]


def erasure_begun(erasure: Shown) -> bool:
    """Whether there is anything to tell yet: something was erased, or looked at afterwards."""
    collections = [one for store in erasure["stores"] for one in store["collections"]]
    return any(one["erased"] is not None or one["residue"] is not None for one in collections)


def _title(shown: Shown, erasure: Shown | None) -> str:
    status = Status(shown["status"])
    if is_gone(shown):
        return _("Your copy has been destroyed")
    if status in (Status.ANSWERED, Status.CLOSED):
        if erasure is None:
            return _("Your copy is ready")
        is_open = erasure["verdict"] in OPEN_VERDICTS
        return _("Erased, but not everywhere yet") if is_open else _("Your request is done")
    if status == Status.WORKING:
        return _title_at_work(shown, erasure)
    return {
        Status.REFUSED: _("We have refused your request"),
        Status.WITHDRAWN: _("You have withdrawn your request"),
    }.get(status, _("Please prove that it is you"))


def _title_at_work(shown: Shown, erasure: Shown | None) -> str:
    if searched(shown) < len(shown["stores"]):
        return _("We are searching for your information")
    if shown["right"] in COPIED:
        return _("We are preparing your copy")
    if _stage(erasure) == Stage.DONE and erasure and erasure["verdict"] == Verdict.UNCONFIRMED:
        return _("Erased with us; others have not confirmed yet")
    return {
        Stage.ERASING: _("We are erasing your information"),
        Stage.LOOKING: _("We are looking whether everything is gone"),
        Stage.HELD: _("Your erasure is on hold"),
        Stage.DONE: _("We are looking whether everything is gone"),
    }.get(_stage(erasure), _("We are preparing the erasure"))


def _steps(shown: Shown, erasure: Shown | None, downloads: Sequence[datetime], begins: Begins) -> list[Step]:
    steps = [Step(_("Received"), True, shown["received_at"]), _identity(shown), _search(shown)]
    if shown["status"] in (Status.REFUSED, Status.WITHDRAWN):
        return [*steps[:1], Step(words.status(shown["status"]), True)]
    answered = Step(_("Answered"), bool(shown["answered_at"]), shown["answered_at"])
    if shown["right"] in COPIED:
        return [*steps, answered, _handed_over(shown, downloads)]
    return [*steps, *_erasing(erasure, begins), answered]


def _handed_over(shown: Shown, downloads: Sequence[datetime]) -> Step:
    """Done when the copy was downloaded, or staff gave it to the person."""
    delivered = bool(shown["copy"]) and shown["copy"]["state"] == CopyState.DELIVERED
    return Step(_("Your copy"), delivered or bool(downloads), clock.text(downloads[0]) if downloads else None)


def _identity(shown: Shown) -> Step:
    given = [one for one in shown["identifiers"] if not one["internal"]]
    proven = sum(one["confirmed"] for one in given)
    line = ""
    if proven < len(given):
        line = _("%(n)s of %(m)s proven. We search by what is proven.", n=proven, m=len(given))
    return Step(_("Identity proven"), bool(shown["verified_at"]), shown["verified_at"], line)


def _search(shown: Shown) -> Step:
    n, m = searched(shown), len(shown["stores"])
    done = bool(shown["verified_at"]) and n == m and not _unnamed(shown)
    if done:
        return Step(ngettext("%(n)s system searched", "%(n)s systems searched", m, n=m), done)
    return Step(_("Searching: %(n)s of %(m)s systems have answered", n=n, m=m), done)


def _erasing(erasure: Shown | None, begins: Begins) -> list[Step]:
    stage = _stage(erasure)
    after = (Stage.LOOKING, Stage.DONE)
    line = _("On hold: we will write to you.") if stage == Stage.HELD else _frozen(begins)
    return [
        Step(_("Erasure"), stage in after, line=line),
        Step(_("A second look, in another way"), stage == Stage.DONE),
        *_received(erasure),
    ]


def _received(erasure: Shown | None) -> list[Step]:
    """What those say who received records and are no system of our own; no step where there are none."""
    others = [one for one in (erasure or {}).get("recipients", ()) if one["channel"] != "store"]
    if not others:
        return []
    waits = [own(one["title"]) or one["name"] for one in others if one["verdict"] in OPEN_VERDICTS]
    line = _("Not confirmed yet: %(names)s", names=_(", ").join(waits)) if waits else ""
    return [Step(_("Confirmed by those who received it from us"), not waits, line=line)]


def _frozen(begins: Begins) -> str:
    """What a frozen erasure waits for, and until when."""
    moment, copy_first = begins
    if moment is None:
        return ""
    if copy_first:
        words = _("Begins when you tell us that you have your copy; without that, at %(moment)s.")
    else:
        words = _("Begins at %(moment)s. Until then nothing is erased.")
    return Markup(words) % {"moment": at(moment)}  # noqa: S704  our own words


def _stage(erasure: Shown | None) -> Stage:
    """Where an erasure stands; of one that is held quietly, where it stood."""
    held = erasure.get("held") if erasure else None
    if held and held["quietly"]:
        return Stage(held["stage"])
    return Stage(erasure["stage"]) if erasure else Stage.PLANNED


def _in_order(steps: list[Step]) -> list[Step]:
    """The first step that is not done is the one now."""
    now = next((n for n, step in enumerate(steps) if not step.done), len(steps))
    states = ["done" if n < now else "now" if n == now else "next" for n in range(len(steps))]
    return [Step(s.name, s.done, s.at, s.line, state) for s, state in zip(steps, states, strict=True)]


def _system(store: Shown) -> dict[str, Any]:
    collections = store["collections"]
    records = sum(one["records"] or 0 for one in collections)
    return {
        "title": own(store["title"]),
        "holds": _(", ").join(own(one["title"]) for one in collections),
        "mark": words.found(store["state"], records),
        "next_try_at": store["next_try_at"] if store["state"] != StoreState.SEARCHED else None,
    }


def _untied(shown: Shown) -> list[str]:
    """What forms ask for and nobody has said where it is kept, while a copy waits for that."""
    if not any(one["reason"] == reasons.UNTIED for one in shown["waits_for"]):
        return []
    return [own(point.field_title) for point in here.datamap().collection_points if point.state is None]


def _unnamed(shown: Shown) -> list[str]:
    """The systems with a place that the map does not name and that may hold this person."""
    titles = {store["name"]: own(store["title"]) for store in shown["stores"]}
    places = [
        place["store"] for place in shown["unmapped"] if place["records"] != 0 or place["looks_personal"]
    ]
    return [titles.get(name, name) for name in dict.fromkeys(places)]
