"""What staff must see to: a list, and a button to say that one has."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dsar import clock, db
from dsar.errors import NotFound
from dsar.models import Alert
from dsar.services import alerting, relooking, stopping
from dsar.web import here, permissions
from dsar.web.desk.door import bp
from dsar.web.language import own

PAGE = 25
COUNTED = 100  # more are "99+"


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
        lines=[(one, _title(one), _words(one)) for one in found[:PAGE]],
        later=found[PAGE - 1].id if len(found) > PAGE else None,
        stop=stands, by_itself=(stopping.STOPPED,), may=_may,
    )  # fmt: skip


@bp.post("/alerts/<int:number>")
def settle(number: int):
    """Somebody has seen to it."""
    try:
        with db.begin() as data:
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


def _may(page: str) -> bool:
    return current_user.role in (permissions.MAY[page] or ())


def _waiting() -> str:
    with db.read() as data:
        found = alerting.count(data, most=COUNTED)
    return f"{COUNTED - 1}+" if found == COUNTED else str(found or "")


def _title(alert: Alert) -> str:
    titles = {
        relooking.RETURNED: _("Records have come back after they were erased"),
        relooking.UNSEEN: _("A system could not be looked at again"),
        stopping.STOPPED: _("All erasures are stopped"),
    }
    return titles.get(alert.kind, alert.kind)


def _words(alert: Alert) -> list[str]:
    """What is known of it, line by line."""
    known = here.datamap().stores.get(alert.store or "")
    system = [own(known.title)] if known else [alert.store] if alert.store else []
    if alert.kind == relooking.RETURNED:
        places = [
            ngettext("%(place)s: %(n)s record", "%(place)s: %(n)s records", n, place=place, n=n)
            for place, n in sorted(alert.facts.get("places", {}).items())
        ]
        return [
            *system,
            *places,
            _("What the data map leads to is erased again by itself. Find out what brought it back."),
        ]
    if alert.kind == relooking.UNSEEN:
        n = alert.facts.get("requests", 0)
        waits = ngettext("%(n)s erasure waits for it.", "%(n)s erasures wait for it.", n, n=n)
        return [*system, waits, _("It is tried again by itself.")]
    if alert.kind == stopping.STOPPED:
        return [
            _(
                "Stopped by %(name)s. Nothing is deleted until a lead or an officer lets erasures go on.",
                name=alert.facts.get("by"),
            )
        ]
    return system
