"""A sieve: whether any of many identifiers may stand in a text, at the speed of memory.

Of the text only what a form cannot do without is kept: plain letters and digits and `@`.  A form that stands in
the text, its separators and capitals as they may be, stands in what is kept of it as well; one compiled search
for all forms at once says whether any does.  What remains is compared exactly, elsewhere.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache

from ahocorasick_rs import BytesAhoCorasick

from dsar.datamap.tokens import folded

_KEPT = "0123456789abcdefghijklmnopqrstuvwxyz@"
_DROPPED = bytes(set(range(256)) - {*_KEPT.encode(), *b"\n\t"})  # texts and columns stay apart
_IDEOGRAPHS = 0x20000  # from here on no character holds a letter or digit of ours
_TELLING = 5  # characters; fewer of what is kept stand in every other text


class Sieve:
    """Lets texts through that may hold one of these forms: all that do, and a few that do not."""

    def __init__(self, forms: Iterable[str]) -> None:
        plain, other = set[bytes](), set[bytes]()
        for form in map(_one_sigma, map(folded, forms)):
            kept = _kept(form.encode(errors="surrogatepass"))
            if form.isascii() and len(kept) >= _TELLING:
                plain.add(kept)
            else:
                other.add(form.encode(errors="surrogatepass"))
        self._plain = BytesAhoCorasick(sorted(plain)) if plain else None
        self._other = BytesAhoCorasick(sorted(other)) if other else None

    def lets(self, lines: bytes) -> bool:
        """Whether a form may stand in one of these lines of UTF-8.  No is certain."""
        if not lines.isascii() and _may_fold(lines):
            lines = _folded(lines).encode(errors="surrogatepass")
        if self._plain and self._plain.find_matches_as_indexes(_kept(lines)):
            return True
        if not self._other:
            return False
        whole = _one_sigma(_folded(lines)).encode(errors="surrogatepass")
        return bool(self._other.find_matches_as_indexes(whole))


def _kept(text: bytes) -> bytes:
    return text.lower().translate(None, _DROPPED)


def _folded(lines: bytes) -> str:
    return folded(lines.decode(errors="replace"))  # a store without types may hold what is no UTF-8


def _one_sigma(text: str) -> str:
    """With one small sigma: which of the two is written depends on the letters beside it."""
    return text.replace("ς", "σ")


def _may_fold(lines: bytes) -> bool:
    """Whether a character stands there that is unlike itself when folded.  Few begin as those do."""
    characters, others = _unlike_themselves()
    return bool(lines.translate(None, others)) and bool(characters.find_matches_as_indexes(lines))


@cache
def _unlike_themselves() -> tuple[BytesAhoCorasick, bytes]:
    """Characters other than plain letters and digits that hold one when folded (１, ②, ﬁ, ㎡), or change one.

    Beside them every byte that none of them begins with.
    """
    characters = map(chr, (*range(0x80, 0xD800), *range(0xE000, _IDEOGRAPHS)))
    unlike = [each.encode() for each in characters if _folds(each)]
    return BytesAhoCorasick(unlike), bytes(set(range(256)) - {each[0] for each in unlike})


def _folds(character: str) -> bool:
    if unicodedata.combining(character):  # e and an accent behind it are one character, and no plain one
        return any(len(unicodedata.normalize("NFC", f"{letter}{character}")) == 1 for letter in _KEPT)
    changes = unicodedata.decomposition(character) or character.lower() != character
    return bool(changes and _kept(folded(character).encode()))
