"""Inspections: type an identifier, see what every system answers, take the signed record along."""

from datetime import timedelta
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from dsar import clock, db
from dsar.errors import NotFound
from dsar.jobs import inspection as inspections
from dsar.models import Inspection
from dsar.services import inspected, inspecting, maps, signing
from dsar.services.inspecting import Wanted
from dsar.services.intake import Given
from dsar.terms import Role
from dsar.web import acts, here, words
from dsar.web.desk import answers
from dsar.web.desk.door import bp
from dsar.web.desk.inspect_form import InspectForm, inspect_form
from dsar.web.forms import half_width
from dsar.web.language import language
from dsar.web.parts import Mark

PAGE = 25
KINDS = {inspections.PDF: "application/pdf", inspections.JSON: "application/json"}


@bp.route("/inspections", methods=["GET", "POST"])
def inspect():
    """Ask for one identifier, and what was asked before."""
    kinds = inspecting.asked_by(here.datamap())
    form = inspect_form(kinds)
    if form.answered():
        wanted = Wanted(
            current_user.name, Given(form.kind.data, half_width(form.identifier.data)),
            form.reason.data, form.case.data or "", language(),
        )  # fmt: skip
        try:
            return redirect(url_for("desk.inspection", number=_opened(wanted)))
        except inspecting.TooMany as error:
            form.identifier.errors = [
                _("You have inspected as often as anybody may within a day. Try again tomorrow.")
            ]
            return _page(form), error.status
    return _page(form), form.status


def _opened(wanted: Wanted) -> int:
    office, now = here.office(), clock.now()
    with db.begin() as data:
        row = inspecting.open_inspection(
            data, office.vault, wanted, a_day=office.config.inspections,
            kept=timedelta(days=office.config.inspection_days), at=now,
        )  # fmt: skip
        return row.number


def _page(form: InspectForm) -> str:
    """The form, and below it what was asked before, a page at a time."""
    before = request.args.get("before", type=int)
    with db.read() as data:
        found = inspecting.listed(
            data, _only(), limit=PAGE + 1, before=before if before and before < 2**63 else None
        )
    return render_template(
        "desk/inspections.html", form=form, before=found[:PAGE], mark=_mark,
        later=found[PAGE - 1].number if len(found) > PAGE else None,
    )  # fmt: skip


@bp.get("/inspections/<int:number>")
def inspection(number: int):
    """How far it is; then what every system answered."""
    office = here.office()
    with db.read() as data:
        row = _row(data, number)
        asked = dict(inspecting.progress(data, number))
        datamap = maps.get(data, row.map_version)
        systems = [(store.title, asked.get(name)) for name, store in datamap.stores.items()]
    shown: dict[str, Any] = {}
    if row.made_at and not row.destroyed_at:
        content = inspections.read(office, row, inspections.JSON)
        shown = answers.view(signing.check(content).record)
    return render_template(
        "desk/inspection.html",
        row=row, systems=systems, asked=len(asked), files=row.files, act_name=acts.words,
        actor_name=acts.who, right_name=words.right, status_name=words.status,
        may_follow=current_user.role != Role.INSPECTOR, **shown,
    )  # fmt: skip


@bp.post("/inspections/<int:number>")
def fetch_inspection(number: int):
    """One file of the record.  Each is an entry of the ledger, so it is no GET."""
    wanted = request.form.get("file", "")
    with db.read() as data:
        row = _row(data, number)
    if wanted not in row.files:
        abort(404)
    content = inspections.read(here.office(), row, wanted)
    with db.begin() as data:
        inspecting.fetched(data, row, wanted, by=current_user.name, at=clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{number}-{wanted}"'}
    return Response(content, mimetype=KINDS[wanted], headers=headers)


def _row(data: Session, number: int) -> Inspection:
    """An inspection that this reader may see: an inspector sees his own."""
    try:
        row = inspected.get(data, number)
    except NotFound:
        abort(404)
    if _only() not in (None, row.by):
        abort(404)
    return row


def _only() -> str | None:
    """Whose inspections are shown; None: everybody's."""
    return current_user.name if current_user.role == Role.INSPECTOR else None


def _mark(row: Inspection) -> Mark:
    if row.destroyed_at:
        return Mark("none", _("Destroyed, its time is over"))
    return Mark("done", _("Record signed")) if row.made_at else Mark("wait", _("Being asked"))
