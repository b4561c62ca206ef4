"""Asking: what, known by what, is it right; nothing is sent before the last."""

import secrets

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from dsar import clock, db
from dsar.datamap.types import IdentifierKind
from dsar.law import period, promise_due
from dsar.services import intake
from dsar.services.intake import Given, Intake
from dsar.terms import Right
from dsar.web import here, words
from dsar.web.language import language, only_switched, own
from dsar.web.portal import access, codes
from dsar.web.portal.door import bp
from dsar.web.portal.forms import MOST, RightsForm, Row, identifiers_form, sent_rows, with_every_kind


@bp.get("/")
def start():
    """What this is for, how long it takes, what is needed."""
    datamap = here.datamap()
    kinds = _(", ").join(own(kind.title) for kind in _kinds().values())
    within = words.period(datamap.promise.n, datamap.promise.unit)
    return render_template("portal/start.html", systems=len(datamap.stores), period=within, kinds=kinds)


@bp.route("/ask", methods=["GET", "POST"])
def rights():
    """What we are to do."""
    form = RightsForm(data={"right": _draft().get("rights", [])})
    if not form.answered():
        return render_template("portal/rights.html", form=form, choices=words.offered()), form.status
    _keep(rights=form.right.data)
    return redirect(url_for("portal.identifiers"))


@bp.route("/ask/identifiers", methods=["GET", "POST"])
def identifiers():
    """Which identifiers the person is known by."""
    if not _draft().get("rights"):
        return redirect(url_for("portal.rights"))
    kinds, rows = _kinds(), _rows()
    form = identifiers_form(kinds, rows)
    if "act" in request.form or not form.answered():
        return _ask_identifiers(form, kinds)
    _keep(identifiers=[[row.kind, row.value.strip()] for row in rows if row.value.strip()])
    return redirect(url_for("portal.check"))


@bp.route("/ask/check", methods=["GET", "POST"])
def check():
    """Is everything right; then it is sent, and received."""
    draft = _draft()
    if not draft.get("rights") or not draft.get("identifiers"):
        return redirect(url_for("portal.rights"))
    if request.method == "GET" or only_switched():
        return _show_check(draft)
    submission, first = _file(draft)
    session.pop("ask", None)
    access.file(submission)
    if first is None:
        return redirect(url_for("portal.received"))
    return redirect(url_for("portal.prove", number=first))


def _ask_identifiers(form, kinds: dict[str, IdentifierKind]):
    full = len(list(form)) >= MOST
    page = render_template("portal/identifiers.html", form=form, groups=_groups(form, kinds), full=full)
    return page, form.status


def _show_check(draft: dict):
    datamap = here.datamap()
    due = promise_due(clock.now(), period(datamap.promise.n, datamap.promise.unit), datamap.controller.zone)
    chosen = [one.name for one in words.offered() if one.value in draft["rights"]]
    kinds = _kinds()
    lines = [(kinds[kind].title, value) for kind, value in draft["identifiers"] if kind in kinds]
    return render_template("portal/check.html", chosen=chosen, lines=lines, due=due.safe)


def _file(draft: dict) -> tuple[str, int | None]:
    """Open the submission and send the first code; the submission, and the number of what is to be proven."""
    now, vault = clock.now(), here.office().vault
    asked = Intake(
        rights=[Right(one) for one in draft["rights"]],
        identifiers=[Given(kind, value) for kind, value in draft["identifiers"]],
        lang=language(), received_at=now, once=draft["once"],
    )  # fmt: skip
    with db.begin() as data:
        requests = intake.open_submission(data, vault, asked, actor="subject", at=now)
        data.flush()
        return requests[0].submission, codes.send_next(data, vault, requests[0], after=0, at=now)


def _rows() -> list[Row]:
    """The lines of the question: as sent, with one more or one fewer where that was asked; else as kept."""
    kinds = _kinds()
    if request.method != "POST":
        kept = [Row(kind, value) for kind, value in _draft().get("identifiers", []) if kind in kinds]
        return with_every_kind(kinds, kept)
    act, _, of = request.form.get("act", "").partition(":")
    sent = [(name, value) for name, value in request.form.items() if not (act == "remove" and name == of)]
    rows = with_every_kind(kinds, sent_rows(kinds, sent))
    if act == "add" and of in kinds and len(rows) < MOST:
        rows = with_every_kind(kinds, [*rows, Row(of, "")])
    return rows


def _groups(form, kinds: dict[str, IdentifierKind]) -> list[tuple[IdentifierKind, list]]:
    return [(kind, [f for f in form if f.name.rpartition("-")[0] == name]) for name, kind in kinds.items()]


def _kinds() -> dict[str, IdentifierKind]:
    """What a person can be known by: the newest map's own kinds, not those that only stores use."""
    return {name: kind for name, kind in here.datamap().identifier_kinds.items() if not kind.internal}


def _draft() -> dict:
    return session.get("ask", {})


def _keep(**answers: object) -> None:
    session["ask"] = {"once": secrets.token_urlsafe(16), **_draft(), **answers}
