"""Rest days: make-up working days, places other than China, and years nobody knows."""

from datetime import date, timedelta

import holidays
import pytest

from dsar.law.calendars import UnknownCalendar, calendar


def test_a_make_up_sunday_is_a_working_day():
    assert calendar("CN").is_working_day(date(2025, 1, 26))
    assert not calendar("CN").is_working_day(date(2025, 1, 19))


def test_a_monday_of_the_spring_festival_is_a_rest_day():
    assert not calendar("CN").is_working_day(date(2021, 2, 15))
    assert calendar("CN").is_holiday(date(2021, 2, 15))


def test_two_packages_agree_on_every_day_of_china_in_2025_and_2026():
    other = holidays.country_holidays("CN", years=(2025, 2026), expand=False)
    days = (date(2025, 1, 1) + timedelta(days=n) for n in range(730))
    assert [day for day in days if calendar("CN").is_working_day(day) != other.is_working_day(day)] == []


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2027, 1, 1)])
def test_a_year_without_a_table_is_refused(day):
    assert not calendar("CN").knows(day)
    with pytest.raises(UnknownCalendar, match=str(day.year)) as refused:
        calendar("CN").is_working_day(day)
    assert refused.value.year == day.year
    with pytest.raises(UnknownCalendar):
        calendar("CN").is_holiday(day)


def test_a_year_after_the_last_of_another_place_is_refused():
    with pytest.raises(UnknownCalendar, match="2150"):
        calendar("DE").is_working_day(date(2150, 1, 2))


@pytest.mark.parametrize("year", [2000, 2036])
def test_a_year_whose_movable_feasts_are_missing_is_refused(year):
    with pytest.raises(UnknownCalendar, match=str(year)):
        calendar("IN").is_working_day(date(year, 1, 3))


@pytest.mark.parametrize("name", ["XX", "GB-NOWHERE", "INX", "IN-NOWHERE"])
def test_a_place_nobody_knows_is_refused(name):
    with pytest.raises(UnknownCalendar, match=name):
        calendar(name)


def test_good_friday_is_a_holiday_in_hong_kong():
    assert calendar("HK").is_holiday(date(2025, 4, 18))


def test_england_has_its_own_easter_monday():
    assert not calendar("GB-ENG").is_working_day(date(2026, 4, 6))


def test_the_summer_holidays_of_new_zealand_are_no_working_days():
    days = calendar("NZ-WORKINGDAY")
    assert days.is_working_day(date(2025, 12, 24))
    assert not any(days.is_working_day(date(2025, 12, 25) + timedelta(days=n)) for n in range(22))
    assert days.is_working_day(date(2026, 1, 16))
