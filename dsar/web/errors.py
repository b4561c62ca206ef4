"""Error pages: what happened and what to do, in the reader's words; the operator's go to the log."""

import json
import logging
import traceback

from flask import Flask, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from dsar import places
from dsar.errors import DsarError, ReleaseRefused
from dsar.web.here import NoMapYet

log = logging.getLogger("dsar.web")

Words = tuple[str, str]  # title, what to do


def install(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(DsarError, _on_purpose)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unforeseen)


def _on_purpose(error: DsarError) -> tuple[str, int]:
    if error.status >= 500 or isinstance(error, ReleaseRefused):
        log.error("%s: %s", request.endpoint, error)
    if isinstance(error, NoMapYet):
        return _page(503, _no_map())
    if isinstance(error, ReleaseRefused):
        return _page(409, _not_released())
    return _page(error.status, _words(error.status))


def _form_too_old(_error: CSRFError) -> tuple[str, int]:
    title = _("This page has been open too long")
    return _page(400, (title, _("Nothing was sent. Go back, load the page again and send it once more.")))


def _of_http(error: HTTPException):
    if error.code is None or error.code < 400:
        return error
    response = error.get_response()
    if request.path.startswith("/api/"):  # no such address or method there: a program asks, and reads no page
        response.data, response.content_type = json.dumps({"error": error.name}), "application/json"
        return response
    body, status = _page(error.code, _words(error.code))
    response.data, response.content_type = body.encode(), "text/html; charset=utf-8"
    return response, status


def _unforeseen(error: Exception) -> tuple[str, int]:
    # Only the kind and the place: a message or a traceback may quote what a person typed.
    ours = [
        f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(places.PACKAGE))
    ]
    where = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "a template or a library"
    log.error("%s: %s at %s", request.endpoint, type(error).__name__, where)
    return _page(500, _words(500))


def _page(status: int, words: Words) -> tuple[str, int]:
    try:
        return render_template("error.html", title=words[0], words=words[1]), status
    except Exception as error:  # whatever broke the page may break this one too: then its words alone
        log.error("the error page: %s", type(error).__name__)
        return f"<!doctype html><title>{escape(words[0])}</title><p>{escape(words[1])}", status


def _words(status: int) -> Words:
    known = {
        400: (_("We can’t read what was sent"), _("Go back, check the page and send it again.")),
        403: (_("You may not open this page"), _("Your role does not include it. Ask the lead for it.")),
        404: (_("There is no such page"), _("Check the address, or begin again from the first page.")),
        405: (_("There is no such page"), _("Check the address, or begin again from the first page.")),
        409: (_("This can’t be done now"), _("Things have changed meanwhile. Load the page again.")),
        413: (_("That is too much at once"), _("Go back, shorten what you wrote and send it again.")),
        422: (_("Please look at this again"), _("Go back and check what you wrote.")),
        429: (_("Too many tries"), _("Wait 15 minutes, then try again.")),
        503: (_("We can’t do this at the moment"), _("Nothing is lost. Try again in a few minutes.")),
    }
    fault = (_("Something went wrong on our side"), _("Nothing is lost. Try again in a few minutes."))
    return known.get(status, known[400] if status < 500 else fault)


def _no_map() -> Words:
    return (
        _("This service is not set up yet"),
        _("The operator must apply a data map first: dsar map apply FILE. Then load this page again."),
    )


def _not_released() -> Words:
    return (
        _("We have stopped this download"),
        _(
            "The file does not agree with what we sealed, so we do not hand it over. "
            "We have been told and look into it. Your deadline still counts."
        ),
    )
