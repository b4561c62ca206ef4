"""The words of papers, JSON and CSV in the reader's language, without the web."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.support import NullTranslations, Translations

from dsar import places
from dsar.datamap.types import Text, say
from dsar.errors import BadInput

_LOCALES = {"zh-CN": "zh_Hans_CN", "en": "en_GB"}
_PATTERNS = {  # day with weekday, day, moment, moment with seconds
    "zh-CN": ("y年M月d日（EEEE）", "y年M月d日", "y年M月d日 HH:mm", "y年M月d日 HH:mm:ss"),
    "en": ("EEEE d MMMM y", "d MMMM y", "d MMM y HH:mm", "d MMM y HH:mm:ss"),
}


class Texts:
    """What is said to one reader: in zh-CN or en, in the days of one time zone."""

    def __init__(self, lang: str, zone: str) -> None:
        self.lang = lang
        self.zh = lang == "zh-CN"
        self.zone = zone
        self._locale = _LOCALES[lang]
        self._patterns = _PATTERNS[lang]
        self._catalog = _catalog(self._locale)

    def say(self, message: str, **names: object) -> str:
        """The message in the reader's language, its %(names)s filled in."""
        text = self._catalog.gettext(message)
        return text % names if names else text

    def ngettext(self, one: str, many: str, n: int, **names: object) -> str:
        """The message for n things; %(n)s is n with its thousands set apart."""
        return self._catalog.ngettext(one, many, n) % ({"n": f"{n:,}"} | names)

    def words(self, text: Text) -> str:
        """The map's own words in the reader's language; '' when there are none."""
        return say(text, self.lang)

    def join(self, items: Iterable[str]) -> str:
        _ = self.say
        return _(", ").join(items)

    def weekday(self, day: date) -> str:
        """A day with its weekday: 2022年3月18日（星期五）, Friday 18 March 2022."""
        return format_date(day, self._patterns[0], locale=self._locale)

    def day(self, day: date) -> str:
        return format_date(day, self._patterns[1], locale=self._locale)

    def moment(self, at: datetime) -> str:
        """A moment to the minute, or to the second where it has one; aware ones in the reader's zone."""
        if at.tzinfo is not None:
            at = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return format_datetime(at, self._patterns[3 if at.second else 2], locale=self._locale)

    def local_day(self, at: datetime) -> date:
        """The day of an aware moment in the reader's zone."""
        return at.astimezone(ZoneInfo(self.zone)).date()


@cache
def _catalog(locale: str) -> NullTranslations:
    """The compiled messages; the source language, English, needs none.

    Raises BadInput when they are not compiled.
    """
    if not locale.startswith("zh"):
        return NullTranslations()
    found = Translations.load(str(places.translations()), [locale])
    if not isinstance(found, Translations):
        raise BadInput(f"there are no compiled translations for {locale}; run: make setup")
    return found
