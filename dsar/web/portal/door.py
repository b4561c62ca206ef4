"""The public door: its blueprint, and what is so for each of its pages."""

from flask import Blueprint, redirect, url_for

from dsar.web import here
from dsar.web.portal.access import NotOpen

bp = Blueprint("portal", __name__)


@bp.before_request
def need_a_map() -> None:
    """Without a map there is nothing to ask: say so at once."""
    here.datamap()


@bp.errorhandler(NotOpen)
def ask_for_a_code(closed: NotOpen):
    """A page that shows something of a person asks for a code first."""
    return redirect(url_for("portal.status", reference=closed.reference, ended=1 if closed.ended else None))
