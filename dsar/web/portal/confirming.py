"""The page behind the link in a letter to a recipient: what it did with what it received."""

from flask import abort, redirect, render_template, url_for
from sqlalchemy.orm import Session

from dsar import clock, db
from dsar.models import RecipientAsk
from dsar.services import intake, maps, recipients
from dsar.terms import OPEN, Outcome
from dsar.web import answers
from dsar.web.portal.door import bp
from dsar.web.portal.forms import OutcomeForm


@bp.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str):
    """The answers to choose from, or what was answered.  Opening the link answers nothing: scanners open links too."""
    form = OutcomeForm()
    page = _page(token)
    if not page["open"]:
        return render_template("portal/confirmed.html", **page)
    if not form.answered():
        return render_template(
            "portal/confirm.html", form=form, choices=answers.offered(), **page
        ), form.status
    with db.begin() as data:
        row = intake.get(data, page["reference"])
        ask = recipients.ask_of(data, row, page["name"])
        if ask.outcome is None and ask.token == recipients.digest_of(token):
            outcome = Outcome(form.outcome.data)
            recipients.answered(data, row, ask.name, outcome, by="link", at=clock.now())
    return redirect(url_for("portal.confirm", token=token))


def _page(token: str) -> dict:
    """Who is asked and by when; nothing of the person, for a link may end up anywhere."""
    with db.read() as data:
        ask = recipients.by_token(data, token)
        if ask is None:
            abort(404)
        return _told(data, ask)


def _told(data: Session, ask: RecipientAsk) -> dict:
    row = intake.get(data, ask.reference)
    known = maps.get(data, row.map_version).recipients.get(ask.name)
    return {
        "reference": ask.reference, "name": ask.name, "recipient": known.legal_name if known else ask.name,
        "asked_at": ask.asked_at, "due_on": ask.due_on, "answered_at": ask.answered_at,
        "said": answers.name(ask.outcome) if ask.outcome else "",
        "open": ask.outcome is None and row.status in OPEN,
    }  # fmt: skip
