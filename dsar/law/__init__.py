"""What the law says about time: rules as data, and a clock that is a pure function of them."""

from dsar.law.calendars import UnknownCalendar
from dsar.law.clock import Due, due, promise_due, retained_until
from dsar.law.periods import NaiveTime, Period, period
from dsar.law.rules import PROMISE, Rule, UnknownRule, load_rules, rule
from dsar.law.texts import Text

__all__ = [
    "PROMISE",
    "Due",
    "NaiveTime",
    "Period",
    "Rule",
    "Text",
    "UnknownCalendar",
    "UnknownRule",
    "due",
    "load_rules",
    "period",
    "promise_due",
    "retained_until",
    "rule",
]
