"""Where in a JSON answer something stands: `hits.hits[*]._id`, `suggest.*.*.suggestions[*]`, `[*]`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"(?:^|\.)(?P<name>[^.\[\]\s]+)|\[(?P<place>\d{1,4}|\*)\]")
LONGEST = 200  # characters of a path


class Astray(Exception):
    """An answer has nothing at a path; it names the step, never a value."""


@dataclass(frozen=True)
class JsonPath:
    """A path as it is written.  `name` is a key, `[0]` a place in a list, `[*]` and `*` everything at that depth."""

    text: str

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(found["name"] or found["place"] for found in _STEP.finditer(self.text))

    def all(self, answer: Any) -> Iterator[Any]:
        """Everything that stands there.

        Raises Astray where a step of the path leads nowhere: an answer of another shape is no empty answer.
        """
        values = [answer]
        for step in self.steps:
            values = [below for value in values for below in _below(value, step)]
        yield from values

    def one(self, answer: Any) -> Any:
        """The first of what stands there; None where there is nothing.

        Raises nothing.
        """
        try:
            return next(self.all(answer), None)
        except Astray:
            return None


def known(text: str) -> bool:
    """Whether a text is a path."""
    return 0 < len(text) <= LONGEST and "".join(found[0] for found in _STEP.finditer(text)) == text


def words(value: Any) -> str:
    """All the text that a piece of an answer holds, however deep, a line for each; numbers as they are written.

    `?` stands for half a character, which JSON can write and UTF-8 cannot.
    """
    found: list[str] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            waiting += reversed(list(each.values()))
        elif isinstance(each, list):
            waiting += reversed(each)
        elif isinstance(each, str):
            found.append(each)
        elif isinstance(each, int | float) and not isinstance(each, bool):
            found.append(str(each))
    return "\n".join(found).encode(errors="replace").decode()


def _below(value: Any, step: str) -> list[Any]:
    if step == "*":
        if not isinstance(value, Mapping | list):
            raise Astray(step)
        return list(value.values() if isinstance(value, Mapping) else value)
    if isinstance(value, list) and step.isdigit():
        return [value[int(step)]] if int(step) < len(value) else []
    if not isinstance(value, Mapping) or step not in value:
        raise Astray(step)
    return [value[step]]
