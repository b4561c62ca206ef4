"""The messages "sent" on this machine, to be read where there is no mail server; never in production."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from sqlalchemy.orm import Session

from dsar import db
from dsar.render.letters import written
from dsar.services import intake, mailing, maps
from dsar.services.mailing import Letter
from dsar.web import here

bp = Blueprint("outbox", __name__)


@dataclass(frozen=True, repr=False)
class Message:
    """One letter in the words that would have been sent."""

    to: str
    lang: str
    subject: str
    body: str


@bp.get("/outbox")
def messages():
    """The newest 50."""
    if not here.shows_outbox():
        abort(404)
    with db.read() as session:
        letters = mailing.letters(session, here.office().vault)
        newest = [_message(session, letter) for letter in letters]
    return render_template("outbox.html", messages=newest)


def _message(session: Session, letter: Letter) -> Message:
    request = intake.get(session, letter.reference)
    datamap = maps.get(session, request.map_version)
    subject, body = written(letter, datamap, request.due_on, here.office().config.public_url)
    return Message(letter.to, letter.lang, subject, body)
