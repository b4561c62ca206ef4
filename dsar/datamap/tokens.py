"""Pulls out of any text whatever could be an identifier, quickly enough for a million cells."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from dsar.datamap.phones import INVISIBLE

SHORTEST_NUMBER, LONGEST_NUMBER = 7, 20  # digits
SPELLED = " "  # no other token can begin with it

# Scripts that set no spaces between words: they bound the Latin words and the numbers beside them.
_EAST = "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001f200-\U0003ffff"
_LETTER = rf"[^\W{_EAST}]"
_CHUNK = re.compile(r"[^\s,;:!?\"<>()\[\]{}|\\，；：。、！？《》“”「」]+")
_WORD = re.compile(rf"{_LETTER}+(?:[.\-]{_LETTER}+)*")
_PIECE = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(  # begins at a boundary, and o'brien@ is not brien@
    rf"(?<![^\W{_EAST}])(?<![\u0300-\u036f.+\-])(?<!\w['’])(?:{_LETTER}|[\u0300-\u036f.+\-])+@(?:{_LETTER}|[.\-])+"
)
_HASH = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Fa-f])")
_BETWEEN = r"[ \-\u2010-\u2015\u2212.·()\[\]/]{1,3}"
_NUMBER = re.compile(rf"(?P<plus>(?<![0-9A-Za-z])\+[ (]{{0,2}})?(?P<groups>[0-9]+(?:{_BETWEEN}[0-9]+)*)")
_GROUP = re.compile(r"[0-9]+")
_INVISIBLE = re.compile(f"[{''.join(map(chr, INVISIBLE))}]")


def narrowed(text: str) -> str:
    """The text half-width and trimmed, with nothing invisible; its capitals stay."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if _INVISIBLE.search(text):
            text = unicodedata.normalize("NFKC", text.translate(INVISIBLE))
    return text.strip()


def folded(text: str) -> str:
    """The text as tokens are compared: half-width, lower-case, trimmed, nothing invisible."""
    if not text.isascii():
        return unicodedata.normalize("NFKC", narrowed(text).lower()).strip()
    return text.lower().strip()


def candidates(text: str) -> Iterator[str]:
    """Every token of the text that an identifier could be written as; some come more than once.

    Tokens are the whole text, its words and chunks, e-mail addresses, digests in hex, and
    numbers: each run of digits, and neighbouring runs joined over spaces, dashes, dots and
    brackets, all marked `#`, so that `2021-01-15` is no card 20210115.  A run is never cut, so a
    number inside a longer one is not found.  Behind a + only the number that begins there
    counts, with its +: `+1 310 000 8688` holds no `#13100008688`.
    """
    yield from _tokens(folded(text))


def spelled(text: str) -> Iterator[str]:
    """The tokens of the text as they are spelled there, capitals and all, each marked `SPELLED`."""
    return (f"{SPELLED}{token}" for token in _tokens(narrowed(text)))


def _tokens(whole: str) -> Iterator[str]:
    if not whole:
        return
    yield whole
    if not (whole.isalnum() and whole.isascii()):
        yield from _CHUNK.findall(whole)
        yield from _WORD.findall(whole)
        yield from _PIECE.findall(whole)
    if "@" in whole:
        yield from _addresses(whole)
    if len(whole) >= 32:
        yield from _HASH.findall(whole)
    if len(whole) >= SHORTEST_NUMBER:
        yield from _numbers(whole)


def _addresses(text: str) -> Iterator[str]:
    for chunk in _CHUNK.findall(text):
        if "@" in chunk:
            yield chunk.strip(".-'’")
    for address in _ADDRESS.findall(text):
        yield address.strip(".-")


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.finditer(text):
        groups = found["groups"]
        if len(groups) < SHORTEST_NUMBER:
            continue
        runs = _GROUP.findall(groups)
        yield from (run for run in runs if len(run) >= SHORTEST_NUMBER)
        if found["plus"] is None:
            yield from (f"#{number}" for number in _joined(runs, range(len(runs))))
        else:
            yield from (f"+{number}" for number in _joined(runs, range(1)))
            yield from (f"#{number}" for number in _joined(runs, _after_a_number(runs)))


def _after_a_number(runs: list[str]) -> Iterable[int]:
    """Where another number may begin once the one behind the + may have ended."""
    digits = 0
    for place, run in enumerate(runs):
        if digits >= SHORTEST_NUMBER:
            return range(place, len(runs))
        digits += len(run)
    return range(0)


def _joined(runs: list[str], starts: Iterable[int]) -> Iterator[str]:
    for start in starts:
        number = ""
        for run in runs[start : start + LONGEST_NUMBER]:
            number += run
            if len(number) > LONGEST_NUMBER:
                break
            if len(number) >= SHORTEST_NUMBER:
                yield number
