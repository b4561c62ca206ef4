"""What holds for every answer: headers, the guard of forms, and what each page is told."""

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from dsar import clock
from dsar.errors import DsarError
from dsar.web import here

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not no-referrer: the guard of forms compares it over https
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
PRETENDING = 60  # seconds the civil clock may differ from the machine's before pages say so


def install(app: Flask) -> None:
    """Guard every form, and put the headers on every answer."""
    CSRFProtect(app)
    app.after_request(_harden)
    app.context_processor(_told)


def _harden(response: Response) -> Response:
    response.headers.update(HEADERS)
    if here.office().config.public_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = (
            "public, no-cache"  # kept, but asked for again: it carries an ETag
        )
    else:
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def _told() -> dict[str, object]:
    """What the frame of a page says: whose it is, and whether the date is a pretended one."""
    try:
        controller = here.datamap().controller
    except DsarError:
        controller = None  # an error page must come even when the database does not
    return {"controller": controller, "pretended": _pretended(), "shows_outbox": here.shows_outbox()}


def _pretended() -> object:
    now = clock.now()
    return now if abs((now - clock.real()).total_seconds()) > PRETENDING else None
