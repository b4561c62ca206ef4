"""One place in a map that is being read: its value, its path, and what may stand there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsar.datamap.report import Path, Report, nearest
from dsar.datamap.types import NO_TEXT, Text

EMPTY = "is empty; fill it in or leave it out"
LONGEST = 4000  # characters of a text
CHECK = "check"  # beside a guess of `dsar map draft`: why it was guessed; whoever agrees takes the line out
LANGUAGES = {"zh": "Chinese", "en": "English"}


@dataclass(frozen=True)
class Spot:
    """A value and its path.  What does not belong there is reported, and a harmless value goes on."""

    value: Any
    path: Path
    report: Report

    @property
    def name(self) -> str:
        """The last step of the path."""
        return self.path[-1]

    def wrong(self, message: str, near: str | None = None) -> None:
        self.report.wrong(self.path, message, near)

    def at(self, key: str, value: Any = None) -> "Spot":
        """A place below this one."""
        return Spot(value, (*self.path, key), self.report)

    def items(self) -> dict[str, "Spot"]:
        """The places below this one, whatever their names."""
        if not isinstance(self.value, Mapping):
            self.wrong(EMPTY if self.value is None else "must have keys below it")
            return {}
        return {key: self.at(key, value) for key, value in self.value.items()}

    def keys(self, needed: str, allowed: str = "") -> dict[str, "Spot"]:
        """The places below this one, of these names only; names are separated by blanks."""
        items = self.items()
        if CHECK in items:
            items.pop(CHECK).unanswered()
        known = [*needed.split(), *allowed.split()]
        for key in [key for key in items if key not in known]:
            items.pop(key).wrong("there is no such key here", nearest(key, known))
        if isinstance(self.value, Mapping):
            for key in needed.split():
                if key not in items:
                    self.wrong(f"`{key}` is missing")
        return items

    def unanswered(self) -> None:
        """Report a guess, or several of a list, that nobody has answered yet."""
        for each in self.listed() if self.value else []:  # every line below it was taken out
            why = f": {each.value}" if isinstance(each.value, str) and each.value.strip() else ""
            each.wrong(f"nobody has answered this guess{why}; correct what is wrong, then take this line out")

    def text(self) -> str:
        """Words in one line or more, or a name of the store's own."""
        if isinstance(self.value, bool):
            self.wrong("must be text; YAML takes yes, no, on, off for true or false: put it in quotes")
        elif isinstance(self.value, int | float):
            self.wrong("must be text; put the number in quotes")
        elif not isinstance(self.value, str) or not self.value.strip():
            self.wrong("must be text" if self.value else EMPTY)
        elif len(self.value) > LONGEST:
            self.wrong(f"is longer than {LONGEST} characters")
        else:
            return self.value
        return ""

    def texts(self) -> Text:
        """The same words in both languages: `{zh: …, en: …}`."""
        if isinstance(self.value, str):
            self.wrong("must be given in Chinese and in English, as {zh: …, en: …}")
            return NO_TEXT
        items = self.keys("", " ".join(LANGUAGES))
        if isinstance(self.value, Mapping):
            for key in [key for key in LANGUAGES if key not in items]:
                self.wrong(f"is not given in {LANGUAGES[key]}; add `{key}`")
        return {key: items[key].text() for key in LANGUAGES if key in items}

    def choice(self, known: Iterable[str], what: str) -> str:
        """One of a closed set of words."""
        text = self.text()
        known = list(known)
        if text and text not in known:
            listed = f"; use {', '.join(known)}" if len(known) <= 12 else ""
            self.wrong(f"{text!r} is no {what}{listed}", nearest(text, known))
        return text

    def member(self, known: Iterable[str], what: str) -> str:
        """The name of something that the map defines elsewhere."""
        text = self.text()
        known = list(known)
        if text and text not in known:
            self.wrong(f"there is no {what} {text!r} in this map", nearest(text, known))
        return text

    def must_be_named(self, known: Iterable[str], what: str) -> None:
        """Report the name of this place when the map defines nothing of that name."""
        Spot(self.name, self.path, self.report).member(known, what)

    def whole(self, low: int, high: int) -> int:
        """A whole number between two bounds."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not low <= self.value <= high:
            self.wrong(f"must be a whole number from {low} to {high}")
            return low
        return self.value

    def flag(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            self.wrong("must be true or false")
        return self.value is True

    def listed(self) -> list["Spot"]:
        """The places of a list; one value that is no list counts as a list of one."""
        if not isinstance(self.value, list):
            return [Spot(self.value, self.path, self.report)]
        if not self.value:
            self.wrong(EMPTY)
        return [self.at(str(n), value) for n, value in enumerate(self.value)]

    def names(self) -> tuple[str, ...]:
        """A list of names, none twice."""
        found: list[str] = []
        for each in self.listed():
            name = each.text()
            if name in found:
                each.wrong(f"{name!r} is given twice")
            found.append(name)
        return tuple(found)
