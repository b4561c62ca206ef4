"""Periods: month ends, leap days, working days, hours across summer time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsar.law.calendars import UnknownCalendar, calendar
from dsar.law.periods import (
    LONGEST,
    BadPeriod,
    BusinessDays,
    CalendarDays,
    Hours,
    Months,
    NaiveTime,
    Years,
    period,
)

CHINA = calendar("CN")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 31), 3, date(2025, 4, 30)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_months_last(start, months, end):
    assert Months(months).after(start, CHINA) == end


def test_a_year_from_a_leap_day_ends_on_28_february_or_the_next_leap_day():
    assert Years(1).after(date(2024, 2, 29), CHINA) == date(2025, 2, 28)
    assert Years(4).after(date(2024, 2, 29), CHINA) == date(2028, 2, 29)


def test_working_days_count_make_up_days_and_not_the_festival():
    assert BusinessDays(15).after(date(2025, 1, 20), CHINA) == date(2025, 2, 14)


def test_working_days_are_not_counted_into_an_unknown_year():
    with pytest.raises(UnknownCalendar):
        BusinessDays(15).after(date(2026, 12, 14), CHINA)


def test_where_every_year_is_known_the_earliest_day_is_the_day():
    assert BusinessDays(15).earliest_after(date(2025, 1, 20), CHINA) == date(2025, 2, 14)


def test_hours_are_elapsed_time_when_the_clocks_go_forward():
    berlin = ZoneInfo("Europe/Berlin")
    end = Hours(72).after(datetime(2025, 3, 29, 12, tzinfo=berlin))
    assert end.isoformat() == "2025-04-01T13:00:00+02:00"


def test_hours_from_a_moment_without_a_zone_are_refused():
    with pytest.raises(NaiveTime):
        Hours(1).after(datetime(2025, 3, 29, 12))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("calendar_days", CalendarDays),
        ("business_days", BusinessDays),
        ("months", Months),
        ("years", Years),
        ("hours", Hours),
    ],
)
def test_a_period_is_made_from_a_number_and_a_unit(unit, kind):
    assert period(2, unit) == kind(2)


@pytest.mark.parametrize("n", [0, -1, True, 1.5, "15", None, LONGEST + 1])
def test_a_number_that_is_no_period_is_refused(n):
    with pytest.raises(BadPeriod, match="whole number"):
        period(n, "calendar_days")


@pytest.mark.parametrize("unit", ["days", "", None, ["calendar_days"]])
def test_a_unit_nobody_knows_is_refused_with_those_there_are(unit):
    with pytest.raises(BadPeriod, match="calendar_days, business_days"):
        period(15, unit)


def test_a_period_says_itself_in_both_languages():
    assert (period(15, "calendar_days").words().zh, period(1, "months").words().en) == ("15日", "1 month")
    assert period(15, "business_days").words().zh == "15个工作日"
    assert period(3, "years").words().en == "3 years"


@settings(deadline=None)  # the first look at a place loads its table
@given(start=st.dates(date(2005, 1, 1), date(2026, 9, 1)), n=st.integers(1, 40))
def test_exactly_n_working_days_lie_in_a_period_and_its_last_day_is_one(start, n):
    end = BusinessDays(n).after(start, CHINA)
    days = [date.fromordinal(day) for day in range(start.toordinal() + 1, end.toordinal() + 1)]
    assert sum(CHINA.is_working_day(day) for day in days) == n
    assert CHINA.is_working_day(end)
