"""Identifiers in bytes that no row holds: what is left of rows has no beginning and no end, so nothing bounds them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ahocorasick_rs import BytesAhoCorasick

from dsar.connectors import Sought
from dsar.connectors._sql.sqlite_terms import varint
from dsar.connectors._sql.words import forms
from dsar.datamap.types import IdentifierKind

SHORTEST = 7  # characters of a form; shorter ones stand in all kinds of bytes
_LENGTHS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial types of whole numbers -> bytes


class Bytes:
    """Every written form of every identifier as a file holds it, text or whole number."""

    def __init__(self, sought: Sequence[Sought], kinds: Mapping[str, IdentifierKind], encoding: str) -> None:
        owners: dict[bytes, set[int]] = defaultdict(set)
        for one in sought:
            for form in forms(kinds[one.kind], one.value):
                if len(form) >= SHORTEST:
                    owners[form.encode(encoding).lower()].add(one.subject)
                if form.isdecimal() and form.isascii() and not form.startswith("0"):
                    for stored in _numbers(int(form)):
                        owners[stored.lower()].add(one.subject)
        self._forms = sorted(owners)
        self._owners = owners
        self._search = BytesAhoCorasick(self._forms) if owners else None

    def within(self, pieces: Iterable[bytes]) -> Iterator[int]:
        """Whose identifiers stand in these bytes, each once."""
        found: set[int] = set()
        for piece in pieces if self._search else ():
            hits = (
                self._search.find_matches_as_indexes(piece.lower(), overlapping=True) if self._search else ()
            )
            for place, *_ in hits:
                found |= self._owners[self._forms[place]]
        yield from sorted(found)


def texts_of(record: bytes) -> Iterator[str]:
    """The texts and whole numbers of one record.  Source: SQLite, Database File Format, section 2.1."""
    header, at = varint(record, 0)
    body = header
    while at < min(header, len(record)):
        kind, at = varint(record, at)
        size = _LENGTHS.get(kind, 8 if kind == 7 else max(kind - 12, 0) // 2)
        value, body = record[body : body + size], body + size
        if kind in _LENGTHS:
            yield str(int.from_bytes(value, signed=True))
        elif kind >= 12:
            yield value.decode(errors="replace")


def _numbers(number: int) -> Iterator[bytes]:
    """A whole number as rows hold it, where it is long enough to be told from other bytes."""
    for size in (6, 8):
        if 5 <= math.ceil((number.bit_length() + 1) / 8) <= size:
            yield number.to_bytes(size, signed=True)
