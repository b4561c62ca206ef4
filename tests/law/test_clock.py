"""The clock against worked cases, leap days, zones, rest days and years nobody knows."""

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsar.law import PROMISE, NaiveTime, due, load_rules, period, promise_due, retained_until, rule
from dsar.law.clock import NoFixedPeriod, NotRetention

SHANGHAI = "Asia/Shanghai"
CASES_FILE = Path(__file__).parent / "clock_cases.csv"
CASES = list(csv.DictReader(CASES_FILE.read_text(encoding="utf-8").splitlines()))


def needs_the_start_alone(case):
    """Whether the case is decided by one moment: the promise has no pause, so its cases all are."""
    if case["rule_id"] == PROMISE:
        return True
    return not (case["pauses"] or case["extension"] or ";" in case["start_event"])


STARTED = [case for case in CASES if needs_the_start_alone(case)]
moments = st.datetimes(
    min_value=datetime(2005, 1, 1),  # noqa: DTZ001  hypothesis wants the bounds naive
    max_value=datetime(2026, 11, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))]),
)


def test_most_worked_cases_are_run():
    assert len([case for case in STARTED if case["rule_id"] == PROMISE]) == 19
    assert len(STARTED) == 58


@pytest.mark.parametrize("case", STARTED, ids=lambda case: case["case_id"])
def test_a_worked_case_gives_its_dates(case):
    start = datetime.fromisoformat(case["start_event"] or case["received_at"])
    found = due(rule(case["rule_id"]), start)
    assert found.safe.isoformat() == case["expected_due_safe"], case["why"]
    assert found.legal_latest_text == case["expected_due_legal_latest"], case["why"]


def test_the_copy_of_luo_was_due_on_18_february_2021():
    found = promise_due(datetime(2021, 2, 3, 4, tzinfo=UTC), period(15, "calendar_days"), SHANGHAI)
    assert (found.safe, found.legal_latest) == (date(2021, 2, 18), date(2021, 2, 18))
    assert (date(2021, 5, 13) - found.safe).days == 84


def test_the_last_second_of_a_day_belongs_to_it():
    fifteen = period(15, "calendar_days")
    midnight = datetime(2025, 3, 3, 16, tzinfo=UTC)  # in Shanghai
    assert promise_due(midnight - timedelta(seconds=1), fifteen, SHANGHAI).safe == date(2025, 3, 18)
    assert promise_due(midnight, fifteen, SHANGHAI).safe == date(2025, 3, 19)


def test_the_same_moment_is_another_day_in_another_zone():
    moment = datetime(2025, 3, 3, 20, tzinfo=UTC)
    fifteen = period(15, "calendar_days")
    assert promise_due(moment, fifteen, "Asia/Shanghai").safe == date(2025, 3, 19)
    assert promise_due(moment, fifteen, "Europe/Berlin").safe == date(2025, 3, 18)


def test_the_published_figure_is_counted_not_the_one_in_the_rules_name():
    received = datetime(2025, 3, 3, 2, tzinfo=UTC)
    assert due(rule(PROMISE), received, promise=period(10, "calendar_days")).safe == date(2025, 3, 13)
    assert due(rule(PROMISE), received, promise=period(15, "business_days")).safe == date(2025, 3, 24)


def test_a_promise_does_not_change_a_rule_that_has_its_own_figure():
    received = datetime(2025, 3, 3, 2, tzinfo=UTC)
    assert due(rule("CN-APP-15WD"), received, promise=period(90, "calendar_days")).safe == date(2025, 3, 24)


def test_where_the_law_gives_no_number_the_promise_is_worked_to_and_not_called_law():
    received = datetime(2025, 3, 3, 2, tzinfo=UTC)
    found = due(rule("CN-PIPL-PROMPT"), received, promise=period(7, "calendar_days"))
    assert found.safe == date(2025, 3, 10)
    assert found.legal_latest_text == "NO_FIXED_PERIOD"
    assert "没有规定具体天数" in found.steps[-1].zh
    assert "not the law's" in found.steps[-1].en


def test_a_rule_without_any_number_gives_no_day():
    with pytest.raises(NoFixedPeriod, match="CN-PIPL-57-BREACH"):
        due(rule("CN-PIPL-57-BREACH"), datetime(2025, 3, 3, tzinfo=UTC))


def test_a_day_in_a_year_without_a_table_keeps_the_safe_date_and_guesses_nothing():
    found = promise_due(datetime(2026, 12, 17, 4, tzinfo=UTC), period(15, "calendar_days"), SHANGHAI)
    assert found.safe == date(2027, 1, 1)
    assert found.unknown_calendar
    assert found.legal_latest is None
    assert found.legal_latest_text == "UNKNOWN_CALENDAR"
    assert "2027" in found.steps[-1].zh
    assert "2027" in found.steps[-1].en


def test_the_day_before_the_table_ends_is_still_known():
    found = promise_due(datetime(2026, 12, 16, 4, tzinfo=UTC), period(15, "calendar_days"), SHANGHAI)
    assert (found.legal_latest, found.unknown_calendar) == (date(2026, 12, 31), False)


def test_working_days_that_run_into_an_unknown_year_give_the_earliest_day_possible():
    found = due(rule("CN-APP-15WD"), datetime(2026, 12, 14, 2, tzinfo=UTC))
    # 15-18 (4), 21-25 (9), 28-31 December (13); then every day of 2027 may be a working day.
    assert found.safe == date(2027, 1, 2)
    assert found.legal_latest_text == "UNKNOWN_CALENDAR"


@pytest.mark.parametrize("id", [PROMISE, "CN-CYBER-INCIDENT-4H"])
def test_a_moment_without_a_zone_is_refused(id):
    with pytest.raises(NaiveTime, match="time zone"):
        due(rule(id), datetime(2025, 3, 3, 10))  # noqa: DTZ001


def test_a_paid_order_is_kept_three_years_from_completion():
    law = rule("CN-ECL31-RETENTION-3Y")
    assert retained_until(law, date(2021, 3, 20)) == date(2024, 3, 20)
    assert retained_until(law, datetime(2021, 3, 19, 17, tzinfo=UTC)) == date(2024, 3, 20)


def test_what_was_completed_on_a_leap_day_is_kept_to_the_end_of_february():
    law = rule("CN-ECL31-RETENTION-3Y")
    assert retained_until(law, date(2020, 2, 29)) == date(2023, 2, 28)
    assert retained_until(law, date(2021, 2, 28)) == date(2024, 2, 28)


def test_the_end_of_keeping_is_not_moved_over_a_rest_day():
    assert retained_until(rule("CN-ECL31-RETENTION-3Y"), date(2022, 5, 1)) == date(2025, 5, 1)


def test_keeping_from_a_moment_without_a_zone_is_refused():
    with pytest.raises(NaiveTime):
        retained_until(rule("CN-ECL31-RETENTION-3Y"), datetime(2021, 3, 20))  # noqa: DTZ001


def test_a_rule_that_is_not_about_keeping_says_so():
    with pytest.raises(NotRetention, match="CN-MINOR-14"):
        retained_until(rule("CN-MINOR-14"), date(2021, 3, 20))


def test_a_child_born_on_a_leap_day_is_fourteen_on_the_first_of_march():
    assert due(rule("CN-MINOR-14"), datetime(2012, 2, 29, 4, tzinfo=UTC)).safe == date(2026, 3, 1)


def test_every_step_speaks_both_languages():
    for law in load_rules().values():
        if law.period or law.default_period:
            for step in due(law, datetime(2025, 6, 2, 4, tzinfo=UTC)).steps:
                assert step.zh
                assert step.en
                assert step.zh != step.en


@settings(deadline=None)  # the first look at a place loads its table
@given(received=moments, n=st.integers(1, 30))
def test_the_promise_is_n_days_after_the_local_day_and_never_later_than_the_law(received, n):
    found = promise_due(received, period(n, "calendar_days"), SHANGHAI)
    local = (received.astimezone(UTC) + timedelta(hours=8)).date()  # no summer time in China in these years
    assert (found.safe - local).days == n
    assert found.legal_latest is None or found.safe <= found.legal_latest


@settings(deadline=None)  # the first look at a place loads its table
@given(received=moments)
def test_the_safe_date_of_every_rule_is_never_after_its_legal_date(received):
    for law in load_rules().values():
        if law.period or law.default_period:
            found = due(law, received)
            assert found.legal_latest is None or found.safe <= found.legal_latest
