"""The clock of the law: a pure function from a rule and a moment to the days it gives.

Every rule gives two dates.  *Safe* is where the period ends with no roll-over; people
and staff are shown it and work to it.  *Legal latest* rolls over real rest days; it
only tells whether the law, too, has been broken (Civil Code 200-204).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dsar.errors import BadInput
from dsar.law import reckoning
from dsar.law.calendars import SUNDAY, Calendar, UnknownCalendar, calendar
from dsar.law.periods import BusinessDays, DayPeriod, Hours, NaiveTime, Period
from dsar.law.rules import PROMISE, Kind, Roll, Rule, load_rules
from dsar.law.texts import Text

UNKNOWN_CALENDAR = "UNKNOWN_CALENDAR"
NO_FIXED_PERIOD = "NO_FIXED_PERIOD"
RETENTION = frozenset({Kind.RETENTION_MINIMUM, Kind.RETENTION_DEFAULT})


class NoFixedPeriod(BadInput):
    """A rule gives no number, and nothing else sets one."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(f"rule {rule.id} gives no period in numbers, so no day follows from it")


class NotRetention(BadInput):
    """A rule that does not say how long to keep was asked until when."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(f"rule {rule.id} is of kind {rule.kind}, not about keeping; name a retention rule")


@dataclass(frozen=True)
class Due:
    """When a rule's period ends, and how that was reckoned.

    `safe` and `legal_latest` are days in the rule's zone; for a period of hours they
    are moments.  `legal_latest` is None when the law gives no number, or when
    `unknown_calendar` says that a year's rest days are not known: then `safe` is the
    earliest day that it can be.
    """

    safe: date
    legal_latest: date | None
    unknown_calendar: bool
    steps: tuple[Text, ...]

    @property
    def legal_latest_text(self) -> str:
        """The date as the contract writes it: an ISO date, UNKNOWN_CALENDAR or NO_FIXED_PERIOD."""
        if self.legal_latest is not None:
            return self.legal_latest.isoformat()
        return UNKNOWN_CALENDAR if self.unknown_calendar else NO_FIXED_PERIOD


def due(rule: Rule, received: datetime, *, promise: Period | None = None) -> Due:
    """When the period of this rule ends if it starts at `received`, the moment of the rule's own start.

    `promise` is the period the controller published; only a rule that takes it (`rule.promise`) does.
    Raises NaiveTime; NoFixedPeriod.
    Source: Civil Code 200-204 for China; `rule.counting` says what each other law does.
    """
    if received.tzinfo is None:
        raise NaiveTime
    period = _period(rule, promise)
    start = received.astimezone(ZoneInfo(rule.counting.tz))
    if isinstance(period, Hours):
        return _due_by_hours(period, start)
    return _due_by_days(rule, period, start.date())


def promise_due(received: datetime, period: Period, zone: str) -> Due:
    """When the controller's published promise of `period` ends: days of `zone`, rest days of China.

    Raises NaiveTime.
    """
    rule = load_rules()[PROMISE]
    return due(replace(rule, counting=replace(rule.counting, tz=zone)), received, promise=period)


def retained_until(rule: Rule, event: date | datetime) -> date:
    """The last day on which the rule says keep; destruction is allowed from the next.

    `event` is what the period runs from (`rule.starts_at`): a day, taken as it is, or an aware moment.
    Raises NaiveTime; NotRetention.
    """
    if rule.kind not in RETENTION or rule.period is None or isinstance(rule.period, Hours):
        raise NotRetention(rule)
    return rule.period.after(_legal_day(event, rule.counting.tz), calendar(rule.counting.calendar))


def _period(rule: Rule, promise: Period | None) -> Period:
    period = (promise if rule.promise else None) or rule.period or rule.default_period
    if period is None:
        raise NoFixedPeriod(rule)
    return period


def _legal_day(event: date | datetime, zone: str) -> date:
    if not isinstance(event, datetime):
        return event
    if event.tzinfo is None:
        raise NaiveTime
    return event.astimezone(ZoneInfo(zone)).date()


def _due_by_hours(period: Hours, start: datetime) -> Due:
    end = period.after(start)
    return Due(end, end, unknown_calendar=False, steps=reckoning.by_hours(period, start, end))


def _due_by_days(rule: Rule, period: DayPeriod, start: date) -> Due:
    days = calendar(rule.counting.calendar)
    end, unknown = _end(rule, period, start, days)
    safe = end + timedelta(days=rule.counting.safe_offset_days)
    begun = reckoning.started(rule, start)
    if unknown:
        counted = reckoning.cannot_count(period, unknown, safe)
        return Due(safe, None, unknown_calendar=True, steps=(begun, counted))
    steps = (begun, *reckoning.ended(rule, period, end, safe))
    if rule.period is None:
        return Due(safe, None, unknown_calendar=False, steps=(*steps, reckoning.no_number(rule)))
    try:
        latest = _rolled(end, rule.counting.roll, days)
    except UnknownCalendar as error:
        return Due(safe, None, unknown_calendar=True, steps=(*steps, reckoning.cannot_roll(error, safe)))
    return Due(safe, latest, unknown_calendar=False, steps=(*steps, *reckoning.rolled(rule, end, latest)))


def _end(rule: Rule, period: DayPeriod, start: date, days: Calendar) -> tuple[date, UnknownCalendar | None]:
    """The last day before any roll-over; with an unknown year, the earliest it can be, and the reason."""
    try:
        end = period.after(start, days)
    except UnknownCalendar as error:
        if not isinstance(period, BusinessDays):
            raise
        return period.earliest_after(start, days), error
    # One is treated as below the age on the birthday itself, and no longer from the day after.
    return (end + timedelta(days=1) if rule.kind is Kind.AGE else end), None


def _rolled(day: date, roll: Roll, days: Calendar) -> date:
    """The day itself, or the first day after it that is no rest day."""
    while _rests(day, roll, days):
        day += timedelta(days=1)
    return day


def _rests(day: date, roll: Roll, days: Calendar) -> bool:
    if roll is Roll.NONE:
        return False
    if roll is Roll.SUNDAYS_AND_PUBLIC_HOLIDAYS:
        return day.weekday() == SUNDAY or days.is_holiday(day)
    return not days.is_working_day(day)
