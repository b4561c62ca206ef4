"""Raw values put into words: codes by the map, dates by the reader's language; everything else as stored."""

import re
from datetime import date, datetime
from functools import lru_cache

from dsar.datamap.types import Field, say
from dsar.render.package import Raw
from dsar.render.texts import Texts

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?")


def shown(field: Field, raw: Raw, lang: str, zone: str) -> str:
    """The value in words; '' where nothing is recorded.

    A moment with a zone is told in the reader's zone, one without as it was written.
    """
    return in_words(field, raw, _texts(lang, zone))


def in_words(field: Field, raw: Raw, texts: Texts) -> str:
    """As `shown`, for many values of one reader."""
    if raw is None or raw == "":
        return ""
    if (meant := _meant(field, raw)) is not None:
        return say(field.values[meant], texts.lang)
    if isinstance(raw, bool):
        _ = texts.say
        return _("Yes") if raw else _("No")
    return _told(raw, texts) if isinstance(raw, str) else as_stored(raw)


def as_stored(raw: Raw) -> str:
    """The value as it stands in the store, as text."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return "" if raw is None else str(raw)


def when(raw: Raw) -> date | datetime | None:
    """The day or moment that a raw value is, where it is written as ISO 8601; None for anything else."""
    if not isinstance(raw, str):
        return None
    try:
        if _DAY.fullmatch(raw):
            return date.fromisoformat(raw)
        if _MOMENT.fullmatch(raw):
            return datetime.fromisoformat(raw.replace(" Z", "Z").replace(" +", "+"))
    except ValueError:
        return None
    return None


def _told(raw: str, texts: Texts) -> str:
    at = when(raw)
    if at is None:
        return raw
    try:
        return texts.moment(at) if isinstance(at, datetime) else texts.day(at)
    except OverflowError:  # a moment at the edge of the calendar has no time in another zone
        return raw


def _meant(field: Field, raw: Raw) -> str | None:
    """The key of the map's values that the raw value is."""
    if not field.values:
        return None
    spoken = (as_stored(raw), str(int(raw))) if isinstance(raw, bool) else (as_stored(raw),)
    return next((key for key in spoken if key in field.values), None)


@lru_cache(maxsize=8)
def _texts(lang: str, zone: str) -> Texts:
    return Texts(lang, zone)
