"""The rules of law as data: one entry a clock, with its article, source and confidence.

Every YAML file beside this module is read, so a jurisdiction or an instrument is
added by a file.  The figures are engineering material, not legal advice; `verified_by`
and `confidence` say how sure each is, and `NOT_VERIFIED` is shown as such to staff.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

import yaml

from dsar.errors import BadInput, NotFound
from dsar.law.periods import Period, period
from dsar.law.texts import Text

PROMISE = (
    "CN-PIPL-PROMISE-15D"  # the controller's published promise; the figure in the name is only its default
)
NOT_VERIFIED = "not_verified"
ALL: Final = "all"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadRules(BadInput):
    """A rules file cannot be used; the message names the rule."""


class UnknownRule(NotFound):
    """There is no rule of this id."""

    def __init__(self, id: str) -> None:
        super().__init__(f"there is no rule {id!r}; `rules.yaml` lists those there are")


class Kind(StrEnum):
    """What a rule sets a time for."""

    RESPONSE = "response"
    ACKNOWLEDGEMENT = "acknowledgement"
    APPEAL = "appeal"
    GRIEVANCE = "grievance"
    BREACH = "breach"
    RETENTION_MINIMUM = "retention_minimum"  # the law says keep
    RETENTION_DEFAULT = "retention_default"  # the product says keep
    AGE = "age"
    PROGRAMME = "programme"
    POLICY_DEFAULT = "policy_default"
    CASE_REFERENCE = "case_reference"


class Status(StrEnum):
    """Whether a rule binds today."""

    IN_FORCE = "in_force"
    FUTURE = "future"
    DRAFT_CHECK = "draft_check"
    REPEALED = "repealed"


class Roll(StrEnum):
    """Which days a last day moves over."""

    NONE = "none"
    CN_REST_DAYS = "cn_rest_days"
    WEEKEND_AND_PUBLIC_HOLIDAYS = "weekend_and_public_holidays"
    SUNDAYS_AND_PUBLIC_HOLIDAYS = "sundays_and_public_holidays"


class DayOne(StrEnum):
    """From when a period is counted."""

    NEXT_DAY = "next_day"
    EXACT_TIME = "exact_time"


@dataclass(frozen=True)
class Counting:
    """How a rule counts: the zone of its legal day, the first day, the roll-over and whose rest days."""

    tz: str
    day_one: DayOne
    roll: Roll
    calendar: str
    safe_offset_days: int  # added to the safe date where the law can be read a day shorter


@dataclass(frozen=True)
class Extension:
    """A lawful later date: counted on top of the first period, told before it ends."""

    period: Period | None  # None: the law names no length
    condition: str


@dataclass(frozen=True)
class Rule:
    """What one article says about time.  Data only: no database, no clock."""

    id: str
    jurisdiction: str
    instrument: str
    article: str
    title: Text  # the instrument's name
    sentence: Text  # names the article; `{period}` in it stands for the figure
    kind: Kind
    status: Status
    request_types: frozenset[str] | Literal["all"]
    period: Period | None  # None: the law gives no number
    period_text: str | None
    default_period: Period | None  # what the product works to where the law gives none; never shown as law
    promise: bool  # the figure is the one the controller published
    starts_at: tuple[str, ...]  # events; the latest starts the clock
    counting: Counting
    extension: Extension | None
    clock_pause: str
    verified_by: str
    confidence: str
    sources: tuple[str, ...]
    notes: str | None

    def covers(self, request_type: str) -> bool:
        """Whether the rule speaks of this right (a value of `terms.Right`, or a later kind of request)."""
        return self.request_types == ALL or request_type in self.request_types

    def promised(self, promise: Period | None) -> Self:
        """The rule with the figure that the controller published; itself where it takes none."""
        if promise is None or not self.promise or self.period is None:
            return self
        return replace(self, period=promise)

    @property
    def text(self) -> Text:
        """One sentence that names the article and the figure."""
        return self.sentence.with_period(self.period.words() if self.period else None)


@cache
def load_rules() -> Mapping[str, Rule]:
    """Every rule by its id, read once.

    Raises BadRules.
    """
    rules: dict[str, Rule] = {}
    for rule in _read():
        if rule.id in rules:
            raise BadRules(f"rule {rule.id} is written twice")
        rules[rule.id] = rule
    return MappingProxyType(rules)


def rule(id: str) -> Rule:
    """The rule of this id.

    Raises UnknownRule.
    """
    try:
        return load_rules()[id]
    except KeyError:
        raise UnknownRule(id) from None


def parse_rule(entry: Mapping[str, Any]) -> Rule:
    """One rule from its entry in a rules file.

    Raises BadRules, naming the rule.
    """
    try:
        return _rule(entry)
    except (BadInput, KeyError, TypeError, ValueError, LookupError) as error:
        raise BadRules(f"rule {entry.get('id', 'without id')}: {_why(error)}") from error


def _read() -> Iterator[Rule]:
    for file in sorted(files("dsar.law").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            content = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  a safe loader, in C
            yield from map(parse_rule, content["rules"])


def _rule(entry: Mapping[str, Any]) -> Rule:
    figure = _period(entry["period"])
    return Rule(
        id=entry["id"],
        jurisdiction=entry["jurisdiction"],
        instrument=entry["instrument"],
        article=entry["article"],
        title=_title(entry),
        sentence=_sentence(entry, figure),
        kind=Kind(entry["kind"]),
        status=Status(entry["status"]),
        request_types=_request_types(entry["request_types"]),
        period=figure,
        period_text=entry["period_text"],
        default_period=_period(entry.get("default_period")),
        promise=entry.get("promise", False),
        starts_at=_starts(entry["starts_at"]),
        counting=_counting(entry["counting"]),
        extension=_extension(entry["extension"]),
        clock_pause=entry["clock_pause"],
        verified_by=entry["verified_by"],
        confidence=entry["confidence"],
        sources=tuple(entry["sources"]),
        notes=entry["notes"],
    )


def _period(given: Mapping[str, Any] | None) -> Period | None:
    return None if given is None else period(given["n"], given["unit"])


def _request_types(given: str | list[str]) -> frozenset[str] | Literal["all"]:
    if isinstance(given, list):
        return frozenset(given)
    if given != ALL:
        raise BadRules(f"request_types is a list or `all`, not {given!r}")
    return ALL


def _starts(given: str | list[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _counting(given: Mapping[str, Any]) -> Counting:
    ZoneInfo(given["tz"])  # a zone that does not exist is refused when the rules are read
    return Counting(
        tz=given["tz"],
        day_one=DayOne(given["day_one"]),
        roll=Roll(given["roll"]),
        calendar=given["calendar"],
        safe_offset_days=given["safe_offset_days"],
    )


def _extension(given: Mapping[str, Any] | None) -> Extension | None:
    if given is None:
        return None
    return Extension(period=_period(given) if given["n"] else None, condition=given["condition"])


def _title(entry: Mapping[str, Any]) -> Text:
    name = entry["instrument"]
    return Text(**entry["title"]) if "title" in entry else Text(zh=name, en=name)


def _sentence(entry: Mapping[str, Any], figure: Period | None) -> Text:
    if "text" in entry:
        return Text(**entry["text"])
    place = f"{entry['instrument']}, {entry['article']}"
    if figure is None:
        return Text(zh=f"{place}：没有规定具体期限", en=f"{place}: no period in numbers")
    return Text(zh=f"{place}：{{period}}", en=f"{place}: {{period}}")


def _why(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
