"""The reader's language: which one, and how days, moments and the map's own words are said in it."""

from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, g, request, session, url_for
from flask_babel import Babel
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from dsar import clock
from dsar.datamap.types import Text, say
from dsar.errors import DsarError
from dsar.terms import LANGUAGES
from dsar.web import here

LOCALES = {"zh-CN": "zh_Hans_CN", "en": "en_GB"}  # the tag a browser sends: Babel's own name
NAMES = {"zh-CN": "中文", "en": "English"}
PATTERNS = {
    "long": {"zh-CN": "y年M月d日（EEEE）", "en": "EEEE d MMMM y"},
    "day": {"zh-CN": "y年M月d日", "en": "d MMMM y"},
    "short": {"zh-CN": "M月d日", "en": "d MMM"},
}

# What pages read of their address; nothing else goes on to the other language.
KEPT = ("after", "again", "before", "ended", "first", "next", "right", "show", "unknown")


def install(app: Flask) -> None:
    """Let pages be written in both languages."""
    Babel(app, locale_selector=lambda: LOCALES[language()])
    app.jinja_env.globals.update(
        language=language, languages=NAMES, in_language=in_language, own=own, day=day, at=at, size=size,
    )  # fmt: skip


def language() -> str:
    """The language of this page: asked for now, else chosen before, else the browser's, else Chinese."""
    if "language" not in g:
        asked = _sent() or request.args.get("lang")
        if asked in LANGUAGES:
            session["lang"] = asked
        chosen = session.get("lang")
        g.language = chosen or request.accept_languages.best_match(LANGUAGES, "zh-CN")
    return g.language


def only_switched() -> bool:
    """Whether a form was sent to see the same page, answers and all, in the other language."""
    return _sent() in LANGUAGES


def in_language(tag: str) -> str:
    """This page's address in a language."""
    if request.endpoint is None or request.endpoint == "static":
        return f"/?lang={tag}"
    # The query is written by itself: to url_for some of what a reader may put there is an order.
    asked = {key: value for key, value in request.args.items() if key in KEPT}
    page = url_for(request.endpoint, **(request.view_args or {}))
    return f"{page}?{urlencode({**asked, 'lang': tag})}"


def own(text: Text) -> str:
    """The map's own words in the reader's language."""
    return say(text, language())


def day(value: date | str, pattern: str = "day") -> Markup:
    """A day in words."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return _time(value.isoformat(), format_date(value, PATTERNS[pattern][language()], LOCALES[language()]))


def at(value: datetime | str, pattern: str = "short", *, seconds: bool = False) -> Markup:
    """A moment in words, in the controller's time zone."""
    moment = clock.parse(value) if isinstance(value, str) else value
    local = moment.astimezone(ZoneInfo(_zone()))
    words = format_date(local, PATTERNS[pattern][language()], LOCALES[language()])
    between = " " if language() == "zh-CN" else ", "
    return _time(clock.text(moment), words + between + local.strftime("%H:%M:%S" if seconds else "%H:%M"))


def size(count: int) -> str:
    """A number of bytes as people say it: 640 kB; the unit stays with its number."""
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= one:
            amount = count / one
            return f"{amount:.0f}\u00a0{unit}" if amount >= 10 else f"{amount:.1f}\u00a0{unit}"
    return f"{count}\u00a0B"


def _sent() -> str | None:
    try:
        return request.form.get("lang")
    except HTTPException:  # a body that is refused still gets its page
        return None


def _time(machine: str, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, words)


def _zone() -> str:
    try:
        return here.datamap().controller.zone
    except DsarError:
        return "UTC"
