"""Patterns of keys in a cache: `session:{phone}`, `profile:{student_id}:*`, `page:*`."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from dsar.datamap.spot import Spot
from dsar.datamap.types import Collection

KEY, VALUE = "key", "value"  # what a record of a cache is found by: its name, or what it holds
_KIND = re.compile(r"\{(\w[\w\-]*)\}")


class Pattern:
    """What the keys of one collection look like: at most one `{KIND}`, in place of an identifier; `*` is anything."""

    def __init__(self, text: str) -> None:
        found = _KIND.search(text)
        self.text = text
        self.kind = found[1] if found else None
        self._before, self._after = (text[: found.start()], text[found.end() :]) if found else (text, "")

    @property
    def whole(self) -> bool:
        """Whether a key is known once the identifier is."""
        return self.kind is not None and "*" not in self.text

    @property
    def parts(self) -> list[str]:
        """What stands still in every key; anything may stand between two parts."""
        return (self._before + ("*" if self.kind else "") + self._after).split("*")

    def key(self, token: str) -> str:
        """The key of an identifier, as it is written in keys; `*` stays where the pattern has it."""
        return f"{self._before}{token}{self._after}"

    def holds(self, key: str) -> bool:
        """Whether a key is one of these."""
        return _stands("*".join(self.parts), key)

    def tokens(self, key: str, longest: int | None = None) -> Iterator[str]:
        """Whatever of at most so many characters may stand in a key in place of the identifier."""
        left, right = self._before.rpartition("*")[2], self._after.partition("*")[0]
        begins = _places(key, left) if "*" in self._before else [0]
        starts = [each + len(left) for each in begins if _stands(self._before, key[: each + len(left)])]
        ends = _places(key, right) if "*" in self._after else [len(key) - len(right)]
        ends = [each for each in ends if _stands(self._after, key[each:])]
        for start in starts:
            last = len(key) if longest is None else start + longest
            for end in ends[bisect_right(ends, start) : bisect_right(ends, last)]:
                yield key[start:end]


def check(collections: Mapping[str, Collection], spot: Spot) -> None:
    """Report the collections of a cache, at their place in the map, whose pattern and `found_by` do not agree."""
    for name, collection in collections.items():
        written = spot.value.get(name) if isinstance(spot.value, Mapping) else None
        if isinstance(written, Mapping):
            at = spot.at(name, written)
            _check_pattern(at.at("table", collection.table) if "table" in written else at, collection)
            _check_found_by(at.at("found_by"), collection)


def _check_pattern(spot: Spot, collection: Collection) -> None:
    kinds = _KIND.findall(collection.table)
    by_key = {by.kind for by in collection.found_by if by.column == KEY}
    if len(kinds) > 1:
        spot.wrong("a pattern of keys has one {…} at most; make a collection for each")
    elif re.search(r"\*\{|\}\*", collection.table):
        spot.wrong("`*` beside {…} would take one person for another; put a separator between them")
    elif not collection.table.strip("* "):
        spot.wrong("this is every key of the database; write what its keys have in common")
    elif kinds and kinds[0] not in by_key:
        spot.wrong(
            f"{{{kinds[0]}}} stands in the keys; add found_by: {{{kinds[0]}: {{column: key, form: …}}}}"
        )
    elif by_key - set(kinds):
        spot.wrong(f"keys are found by {', '.join(sorted(by_key))}; put {{…}} of it into the pattern")


def _check_found_by(spot: Spot, collection: Collection) -> None:
    for by in collection.found_by:
        if by.column == KEY and "any" in by.forms:
            spot.at(by.kind).wrong("a key is made in one form; name it, as `form: national`")
        if by.column not in (KEY, VALUE):
            spot.at(by.kind).wrong(
                f"a record of a cache has no column {by.column!r}; it is found by key or value"
            )


def _places(text: str, part: str) -> list[int]:
    """Where a part begins in a text."""
    return [place for place in range(len(text)) if text.startswith(part, place)]


def _stands(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern says; each part is taken where it comes first, so that no text takes long."""
    first, *parts = pattern.split("*")
    if not parts:
        return text == first
    if not text.startswith(first):
        return False
    place = len(first)
    for part in parts[:-1]:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return len(text) - len(parts[-1]) >= place and text.endswith(parts[-1])
