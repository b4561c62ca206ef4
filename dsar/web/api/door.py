"""The door of the systems: its blueprint, its guard, its errors, and how often a system may ask."""

import logging
import time
from contextlib import ExitStack
from threading import Lock

from flask import Blueprint, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException, TooManyRequests, Unauthorized

from dsar import db
from dsar.errors import DsarError
from dsar.services import askers

log = logging.getLogger("dsar.web")

A_SECOND, BURST = 100.0, 200.0  # calls of one system to one process
BEARER = "Bearer "

bp = Blueprint("api", __name__, url_prefix="/api")


class Rate:
    """How often each system may ask: so many calls a second, and some at once after a pause."""

    def __init__(self, a_second: float, burst: float) -> None:
        self._a_second, self._burst, self._lock = a_second, burst, Lock()
        self._left: dict[str, tuple[float, float]] = {}  # calls left, as of when

    def lets(self, name: str) -> bool:
        """Whether this system may ask now; counts the call."""
        now = time.monotonic()
        with self._lock:
            left, since = self._left.get(name, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._a_second)
            self._left[name] = (left - 1 if left >= 1 else left, now)
        return left >= 1


@bp.record_once
def install(state) -> None:
    """No form and no cookie leads here, so no guard of forms stands before it; and the count of calls begins."""
    state.app.extensions["csrf"].exempt(bp)
    state.app.extensions["asking"] = Rate(A_SECOND, BURST)


@bp.before_request
def guard() -> None:
    """Let in whoever has a token, as often as a system may ask; one look into our database serves the whole call."""
    g.closing = ExitStack()
    g.data = g.closing.enter_context(db.read())
    given = request.headers.get("Authorization", "")
    name = askers.known(g.data, given.removeprefix(BEARER)) if given.startswith(BEARER) else None
    if name is None:
        raise Unauthorized
    if not current_app.extensions["asking"].lets(name):
        raise TooManyRequests


@bp.teardown_request
def let_go(_error: BaseException | None) -> None:
    """Close what the guard opened."""
    if "closing" in g:
        g.pop("closing").close()


@bp.errorhandler(HTTPException)
def in_words(error: HTTPException):
    """What went wrong, for a program."""
    words = {
        400: "the body is not what is asked for; see the manual",
        401: "no token, or one that has ended: Authorization: Bearer TOKEN",
        413: "that is too much at once",
        415: "the body is JSON: Content-Type: application/json",
        429: "too many calls; wait a second",
        503: "no data map was applied yet",
    }
    answer = jsonify(error=words.get(error.code or 500, error.name))
    answer.status_code = error.code or 500
    if error.code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if error.code == 429:
        answer.headers["Retry-After"] = "1"
    return answer


@bp.errorhandler(DsarError)
def on_purpose(error: DsarError):
    """Our own errors, by their kind: their words are for the operator."""
    log.error("%s: %s", request.endpoint, error)
    return jsonify(error="this cannot be done now; try again"), error.status


@bp.errorhandler(Exception)
def unforeseen(error: Exception):
    """Only the kind: a message may quote what was sent."""
    log.error("%s: %s", request.endpoint, type(error).__name__)
    return jsonify(error="something went wrong on our side"), 500
