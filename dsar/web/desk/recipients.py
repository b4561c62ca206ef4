"""What a recipient answered on paper, or on the telephone, and what staff takes for final."""

from flask import abort, redirect, render_template, url_for
from flask_login import current_user

from dsar import clock, db
from dsar.errors import BadInput, NotFound
from dsar.services import confirming, intake, maps, recipients
from dsar.terms import OPEN, Outcome
from dsar.web import answers, here
from dsar.web.desk.door import bp
from dsar.web.desk.forms import AnswerForm


@bp.route("/r/<reference>/recipients/<name>", methods=["GET", "POST"])
def recipient(reference: str, name: str):
    """Every step with one recipient, and a form for an answer that came otherwise than by its link."""
    form = AnswerForm()
    page = _page(reference, name)
    if page["open"] and form.answered():
        with db.begin() as data:
            row = intake.get(data, reference)
            recipients.recorded(
                data, here.office().vault, row, name, Outcome(form.outcome.data), by=current_user.name,
                evidence=form.evidence.data, at=clock.now(),
            )  # fmt: skip
        return redirect(url_for("desk.request_page", reference=row.reference))
    return render_template(
        "desk/recipient.html", form=form, choices=answers.recordable(), **page
    ), form.status


def _page(reference: str, name: str) -> dict:
    try:
        with db.read() as data:
            row = intake.get(data, reference)
            ask = recipients.ask_of(data, row, name)
            shown = confirming.shown(data, row, maps.get(data, row.map_version), {})
            steps = [one for one in confirming.steps(data, row.reference) if one.name == name]
    except (BadInput, NotFound):
        abort(404)
    one = next(one for one in shown if one["name"] == ask.name)
    return {
        "reference": row.reference, "one": one, "mark": answers.recipient(one), "steps": steps,
        "open": row.status in OPEN, "step_name": answers.step,
    }  # fmt: skip
