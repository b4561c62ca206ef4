"""How a date was reckoned, step by step, in words that a person can follow."""

from datetime import date, datetime

from dsar.law.calendars import UnknownCalendar
from dsar.law.periods import DayPeriod, Hours
from dsar.law.rules import Kind, Roll, Rule
from dsar.law.texts import Text


def started(rule: Rule, start: date) -> Text:
    """From which local day the period runs."""
    zone = rule.counting.tz
    return Text(
        zh=f"起算日为{_zh(start)}（按{zone}当地日期），当日不计入。",
        en=f"The period starts on {start} (the local date in {zone}); that day is not counted.",
    )


def ended(rule: Rule, period: DayPeriod, end: date, safe: date) -> tuple[Text, ...]:
    """On which day the period ends, and which day is worked to."""
    words = period.words()
    last = Text(
        zh=f"其后{words.zh}，至{_zh(end)}24时届满。", en=f"The period of {words.en} runs to the end of {end}."
    )
    if rule.kind is Kind.AGE:
        last = Text(
            zh=f"满{words.zh}的生日当日仍按未满处理，{_zh(end)}起按已满处理。",
            en=f"The birthday that completes {words.en} still counts as below; from {end} it is reached.",
        )
    if safe == end:
        return (last,)
    earlier = Text(
        zh=f"法律条文也可理解为少一日，故以{_zh(safe)}为准。",
        en=f"The law can be read a day shorter, so {safe} is worked to.",
    )
    return (last, earlier)


def rolled(rule: Rule, end: date, latest: date) -> tuple[Text, ...]:
    """Whether the last day moved, and where to; nothing where the rule moves none."""
    if rule.counting.roll is Roll.NONE:
        return ()
    if latest == end:
        stays = Text(zh=f"{_zh(end)}不是休息日，不顺延。", en=f"{end} is not a rest day: it stays.")
        return (stays,)
    moved = Text(
        zh=f"{_zh(end)}是休息日，最迟可顺延至{_zh(latest)}；对外答复仍以较早的日期为准。",
        en=f"{end} is a rest day: at the very latest it moves to {latest}; the earlier date is worked to.",
    )
    return (moved,)


def cannot_roll(error: UnknownCalendar, safe: date) -> Text:
    """That nobody can say yet whether the last day moves, and what is worked to meanwhile."""
    return Text(
        zh=f"{error.year}年的放假安排尚未载入，届满日是否顺延无法确定，不作推测；以{_zh(safe)}为准。",
        en=f"The rest days of {error.year} are not loaded, so whether the last day moves is not known "
        f"and not guessed; {safe} is worked to.",
    )


def cannot_count(period: DayPeriod, error: UnknownCalendar, safe: date) -> Text:
    """That the working days run into an unknown year, and the earliest day that is possible."""
    words = period.words()
    return Text(
        zh=f"其后{words.zh}须按{error.year}年的放假安排计算，该安排尚未载入，不作推测；"
        f"以可能的最早日期{_zh(safe)}为准。",
        en=f"A period of {words.en} needs the rest days of {error.year}, which are not loaded; nothing is "
        f"guessed, and {safe}, the earliest day it can be, is worked to.",
    )


def no_number(rule: Rule) -> Text:
    """That the law itself gives no number, so that nobody takes the figure for the law's."""
    return Text(
        zh=f"{rule.title.zh}只要求及时，没有规定具体天数；上述天数不是法律规定的。",
        en=f"The law itself ({rule.title.en}) gives no number of days; the figure above is not the law's.",
    )


def by_hours(period: Hours, start: datetime, end: datetime) -> tuple[Text, ...]:
    """From which moment the hours run, and when they are over."""
    words = period.words()
    return (
        Text(
            zh=f"自{start.isoformat()}起，按实际经过的时间计算。",
            en=f"Counted as elapsed time from {start.isoformat()}.",
        ),
        Text(
            zh=f"满{words.zh}为{end.isoformat()}。",
            en=f"The period of {words.en} ends at {end.isoformat()}.",
        ),
    )


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
