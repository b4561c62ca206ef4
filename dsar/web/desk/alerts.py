"""What staff must see to: a list, and a button to say that one has."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dsar import clock, db
from dsar.errors import NotFound
from dsar.models import Alert
from dsar.services import (
    alerting,
    comparing,
    inspecting,
    receiving,
    recipients,
    relooking,
    replaying,
    self_testing,
    stopping,
)
from dsar.web import here
from dsar.web.desk import missed, parties, returned
from dsar.web.desk.door import bp, may
from dsar.web.language import own

ELSEWHERE = {**dict.fromkeys(parties.KINDS, parties.words), self_testing.MISSED: missed.words}
PAGE = 25
COUNTED = 100  # more are "99+"
BY_ITSELF = (stopping.STOPPED, comparing.LOOKS_PERSONAL)  # alerts that stand until their cause is gone


@bp.context_processor
def waiting() -> dict[str, Any]:
    """How many there are, beside the link on every page of the desk."""
    return {"alerts_waiting": _waiting}


@bp.get("/alerts")
def alerts():
    """Open alerts, newest first, a page at a time."""
    before = request.args.get("before", type=int)
    with db.read() as data:
        found = alerting.unsettled(data, limit=PAGE + 1, before=before if before and before < 2**63 else None)
        stands = stopping.current(data)
    return render_template(
        "desk/alerts.html",
        lines=[(one, _title(one), _words(one), _may_settle(one)) for one in found[:PAGE]],
        later=found[PAGE - 1].id if len(found) > PAGE else None, stop=stands,
    )  # fmt: skip


@bp.post("/alerts/<int:number>")
def settle(number: int):
    """Somebody has seen to it."""
    try:
        with db.begin() as data:
            alert = data.get(Alert, number)
            if alert and alert.kind in BY_ITSELF:
                abort(403)
            alerting.seen_to(data, number, by=current_user.name, at=clock.now())
    except (NotFound, OverflowError):
        abort(404)
    return redirect(url_for("desk.alerts"))


@bp.post("/erasures/stop")
def stop():
    """Nothing more is deleted anywhere."""
    with db.begin() as data:
        stopping.stop(data, by=current_user.name, at=clock.now())
    return redirect(url_for("desk.alerts"))


@bp.post("/erasures/resume")
def resume():
    """Erasing goes on."""
    with db.begin() as data:
        stopping.resume(data, by=current_user.name, at=clock.now())
    return redirect(url_for("desk.alerts"))


def _may_settle(alert: Alert) -> bool:
    return (
        may("desk.settle") and alert.kind not in BY_ITSELF and not alerting.is_about(alert, current_user.name)
    )


def _waiting() -> str:
    with db.read() as data:
        found = alerting.count(data, most=COUNTED)
    return f"{COUNTED - 1}+" if found == COUNTED else str(found or "")


def _title(alert: Alert) -> str:
    titles = {
        relooking.RETURNED: _("Records have come back after they were erased"),
        relooking.UNSEEN: _("A system could not be looked at again"),
        comparing.LOOKS_PERSONAL: _("Something looks personal that the data map does not account for"),
        comparing.NOT_COMPARED: _("A system could not be compared with the data map"),
        stopping.STOPPED: _("All erasures are stopped"),
        recipients.SILENT: _("A recipient has not answered by its day"),
        recipients.UNREACHED: _("A recipient could not be asked to erase"),
        recipients.REFUSED: _("A recipient has refused to erase"),
        recipients.BY_HAND: _("A recipient must be written to by hand"),
        inspecting.MANY: _("Somebody inspects very often"),
        receiving.UNTOLD: _("A sender could not be told what came of its request"),
        replaying.LEFT: _("A restored backup holds people who were erased"),
        self_testing.MISSED: _("The daily self-test missed something"),
    }
    return titles.get(alert.kind, alert.kind)


def _words(alert: Alert) -> list[str]:
    """What is known of it, line by line."""
    if alert.kind in ELSEWHERE:
        return ELSEWHERE[alert.kind](alert)
    known = here.datamap().stores.get(alert.store or "")
    system = [own(known.title)] if known else [alert.store] if alert.store else []
    if alert.kind == relooking.RETURNED:
        return [*system, *returned.words(alert.facts)]
    if alert.kind == replaying.LEFT:
        ends = _("The report of dsar restore-replay says why. See to it by hand, then run it again.")
        return [*system, *_places(alert), ends]
    if alert.kind == relooking.UNSEEN:
        n = alert.facts.get("requests", 0)
        waits = ngettext("%(n)s erasure waits for it.", "%(n)s erasures wait for it.", n, n=n)
        return [*system, waits, _("It is tried again by itself.")]
    if alert.kind == inspecting.MANY:
        facts = {"name": alert.facts.get("by"), "n": alert.facts.get("most")}
        return [
            _(
                "%(name)s has inspected more than %(n)s times within a day. Ask why; the ledger has each.",
                **facts,
            )
        ]
    if alert.kind in (comparing.LOOKS_PERSONAL, comparing.NOT_COMPARED):
        return [*system, _of_review(alert)]
    if alert.kind == stopping.STOPPED:
        return [
            _(
                "Stopped by %(name)s. Nothing is deleted until a lead or an officer lets erasures go on.",
                name=alert.facts.get("by"),
            )
        ]
    return system


def _of_review(alert: Alert) -> str:
    if alert.kind == comparing.NOT_COMPARED:
        return _("It is tried again by itself.")
    return _("Copies are not complete until somebody has said what it is: see the review list.")


def _places(alert: Alert) -> list[str]:
    """Where how many records are; of some places it may not be known."""
    return [
        _("%(place)s: not looked at", place=place)
        if n is None
        else ngettext("%(place)s: %(n)s record", "%(place)s: %(n)s records", n, place=place, n=n)
        for place, n in sorted(alert.facts.get("places", {}).items())
    ]
