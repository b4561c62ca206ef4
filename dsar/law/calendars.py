"""Which days are rest days, by jurisdiction.

China comes from `chinesecalendar`, which knows make-up working days; the rest from
`holidays`.  A year that a table does not hold is unknown: it is never guessed.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import chinese_calendar
import holidays

from dsar.errors import DsarError

INDIA = (2001, 2035)  # the package has the movable feasts of these years only, and says so in a warning
SUNDAY = 6  # as date.weekday() counts
LAST_WORKING_DAY_BEFORE_SUMMER = (12, 24)  # NZ Privacy Act: 25 December to 15 January are no working days
FIRST_WORKING_DAY_AFTER_SUMMER = (1, 16)


class UnknownCalendar(DsarError):
    """The rest days of a year, or of a place, are not known; `year` is None for a place."""

    status = 503

    def __init__(self, message: str, *, year: int | None = None) -> None:
        super().__init__(message)
        self.year = year


@dataclass(frozen=True)
class Calendar(ABC):
    """The working days and holidays of one place.

    A question about a year it does not hold raises UnknownCalendar.
    """

    name: str

    @abstractmethod
    def knows(self, day: date) -> bool:
        """Whether the table holds the year of this day."""

    @abstractmethod
    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day, make-up working days included."""

    @abstractmethod
    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday, whatever day of the week it is."""

    def _refuse_unknown(self, day: date) -> None:
        if not self.knows(day):
            raise UnknownCalendar(
                f"the rest days of {day.year} in {self.name} are not known; install a table that has them",
                year=day.year,
            )


@dataclass(frozen=True)
class Mainland(Calendar):
    """Mainland China: weekends and holidays as the State Council moves them each year."""

    def knows(self, day: date) -> bool:
        first, last = _mainland_years()
        return first <= day.year <= last

    def is_working_day(self, day: date) -> bool:
        self._refuse_unknown(day)
        return bool(chinese_calendar.is_workday(day))

    def is_holiday(self, day: date) -> bool:
        self._refuse_unknown(day)
        return day in chinese_calendar.holidays


@dataclass(frozen=True)
class National(Calendar):
    """A country, or a part of it (`GB-ENG`), as the `holidays` package has it."""

    def knows(self, day: date) -> bool:
        first, last = _national_years(self.name)
        return first <= day.year <= last

    def is_working_day(self, day: date) -> bool:
        self._refuse_unknown(day)
        return _table(self.name, day.year).is_working_day(day)

    def is_holiday(self, day: date) -> bool:
        self._refuse_unknown(day)
        return day in _table(self.name, day.year)


@dataclass(frozen=True)
class NewZealandWorkingDays(National):
    """New Zealand as its Privacy Act counts (s. 7): no working day from 25 December to 15 January."""

    def is_working_day(self, day: date) -> bool:
        summer = not FIRST_WORKING_DAY_AFTER_SUMMER <= (day.month, day.day) <= LAST_WORKING_DAY_BEFORE_SUMMER
        return not summer and super().is_working_day(day)


@cache
def calendar(name: str) -> Calendar:
    """The calendar of this name: CN, NZ-WORKINGDAY, or a country or part of one as ISO 3166 writes it.

    Raises UnknownCalendar.
    """
    if name == "CN":
        return Mainland(name)
    if name == "NZ-WORKINGDAY":
        return NewZealandWorkingDays("NZ")
    _national_years(name)  # a wrong name is refused here, not at the first weekend
    return National(name)


@cache
def _mainland_years() -> tuple[int, int]:
    years = {day.year for day in chinese_calendar.holidays}
    return min(years), max(years)


@cache
def _national_years(name: str) -> tuple[int, int]:
    table = _table(name, INDIA[0])
    return INDIA if table.country == "IN" else (table.start_year, table.end_year)


@lru_cache(maxsize=256)
def _table(name: str, year: int) -> holidays.HolidayBase:
    # One whole table a year: a table that grows while two threads ask it can answer wrongly.
    country, _, part = name.partition("-")
    # Good Friday and Easter Monday are general holidays in Hong Kong, but optional in the package.
    categories = ("public", "optional") if country == "HK" else None
    try:
        return holidays.country_holidays(
            country, subdiv=part or None, years=year, expand=False, categories=categories
        )
    except NotImplementedError as error:
        raise UnknownCalendar(f"no calendar is named {name!r}; use CN, DE, GB-ENG and the like") from error
