"""Periods the law counts in, and how each is counted.

The day a period starts on is never counted (Civil Code 201).  None of them rolls
over a rest day: that is the rule's affair, not the period's.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dsar.errors import BadInput
from dsar.law.calendars import Calendar
from dsar.law.texts import Text


class BadPeriod(BadInput):
    """A period is not a whole number of a unit that the product knows."""


class NaiveTime(BadInput):
    """A moment came without its zone, so it names no day anywhere."""

    def __init__(self) -> None:
        super().__init__("a moment without a time zone has no legal day; write it as in 2026-01-31T09:00:00Z")


@dataclass(frozen=True)
class CalendarDays:
    """Days, rest days among them."""

    n: int

    def after(self, day: date, _calendar: Calendar) -> date:
        """The last day of the period, `day` itself not counted."""
        return day + timedelta(days=self.n)

    def words(self) -> Text:
        return Text(zh=f"{self.n}日", en=_plural(self.n, "calendar day"))


@dataclass(frozen=True)
class BusinessDays:
    """Working days of a calendar, make-up working days among them."""

    n: int

    def after(self, day: date, calendar: Calendar) -> date:
        """The n-th working day after `day`.

        Raises UnknownCalendar when the count runs into a year whose rest days are not published.
        """
        return self._count(day, calendar.is_working_day)

    def earliest_after(self, day: date, calendar: Calendar) -> date:
        """The earliest day that the n-th working day can be: a day nobody knows of counts as working."""
        return self._count(day, lambda d: not calendar.knows(d) or calendar.is_working_day(d))

    def _count(self, day: date, works: Callable[[date], bool]) -> date:
        left = self.n
        while left:
            day += timedelta(days=1)
            left -= works(day)
        return day

    def words(self) -> Text:
        return Text(zh=f"{self.n}个工作日", en=_plural(self.n, "working day"))


@dataclass(frozen=True)
class Months:
    """Calendar months."""

    n: int

    def after(self, day: date, _calendar: Calendar) -> date:
        """The same day of the month, or the month's last day where it has none (Civil Code 202)."""
        return _months_after(day, self.n)

    def words(self) -> Text:
        return Text(zh=f"{self.n}个月", en=_plural(self.n, "month"))


@dataclass(frozen=True)
class Years:
    """Calendar years."""

    n: int

    def after(self, day: date, _calendar: Calendar) -> date:
        """The same day of the year; 29 February becomes 28 where the year has no other (Civil Code 202)."""
        return _months_after(day, 12 * self.n)

    def words(self) -> Text:
        return Text(zh=f"{self.n}年", en=_plural(self.n, "year"))


@dataclass(frozen=True)
class Hours:
    """Elapsed hours from the exact moment (Civil Code 201(2)), whatever summer time does."""

    n: int

    def after(self, moment: datetime) -> datetime:
        """The moment n hours later, in the zone of `moment`.

        Raises NaiveTime.
        """
        if moment.tzinfo is None:
            raise NaiveTime
        return (moment.astimezone(UTC) + timedelta(hours=self.n)).astimezone(moment.tzinfo)

    def words(self) -> Text:
        return Text(zh=f"{self.n}小时", en=_plural(self.n, "hour"))


DayPeriod = CalendarDays | BusinessDays | Months | Years
Period = DayPeriod | Hours

LONGEST = 5000  # of any unit: far beyond any law, and short of the end of the calendar
UNITS: Mapping[str, Callable[[int], Period]] = {
    "calendar_days": CalendarDays,
    "business_days": BusinessDays,
    "months": Months,
    "years": Years,
    "hours": Hours,
}


def period(n: object, unit: object) -> Period:
    """The period of `n` (a whole number from 1 to LONGEST) of `unit` (a key of UNITS).

    Raises BadPeriod.
    """
    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= LONGEST:
        raise BadPeriod(f"a period needs a whole number from 1 to {LONGEST}, not {n!r}")
    if not isinstance(unit, str) or unit not in UNITS:
        raise BadPeriod(f"{unit!r} is not a unit of time; use one of {', '.join(UNITS)}")
    return UNITS[unit](n)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
