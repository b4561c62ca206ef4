"""Identifiers as an index of words holds them: taken apart, each word of its own."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from dsar.connectors import Sought
from dsar.datamap.identifiers import known_forms, written
from dsar.datamap.types import IdentifierKind

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Kept:
    """Which words an index keeps."""

    shortest: int = 1  # characters
    common: frozenset[str] = frozenset()  # left out, being in most texts


class Words:
    """Every written form of every identifier, as the words that an index has of it.

    A form of which the index leaves out a short word is not looked for: what is left may be anybody's.
    """

    def __init__(self, sought: Sequence[Sought], kinds: Mapping[str, IdentifierKind], kept: Kept) -> None:
        self._by_longest: dict[str, list[tuple[int, frozenset[str]]]] = defaultdict(list)
        for one in sought:
            for form in forms(kinds[one.kind], one.value):
                words = frozenset(apart(form)) - kept.common
                if words and len(min(words, key=len)) >= kept.shortest:
                    self._by_longest[max(words, key=len)].append((one.subject, words))

    def among(self, words: Set[str], one_of: Set[str] | None = None) -> Iterator[int]:
        """Whose identifiers have all their words among these; of some, one at least, where those are given."""
        found = (each for word in words & self._by_longest.keys() for each in self._by_longest[word])
        told = (
            subject for subject, needed in found if needed <= words and (one_of is None or needed & one_of)
        )
        yield from dict.fromkeys(told)


def forms(kind: IdentifierKind, value: str) -> Iterator[str]:
    """Every form in which a column may hold an identifier."""
    for form in known_forms(kind.normal):
        if form != "any":
            yield from written(kind, value, form)


def apart(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return _WORD.findall(text.lower())
