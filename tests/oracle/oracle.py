"""The independent look: where a person still stands in any place, and whether everybody else is as he was.

It imports nothing of the product: the forms of an identifier are written down
here by hand, and places are read by their own dumps (tests/oracle/dumps.py).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.oracle.dumps import Row, rows

HASH = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])")
SEPARATORS = r"[ \-.()/·‐‑–—]*"
Own = Mapping[str, Mapping[str, Collection[str]]]  # table -> column -> values that make a row the person's


@dataclass(frozen=True)
class Hit:
    """One cell in which the person stands."""

    place: str
    table: str
    column: str
    row: tuple[str, ...]


@dataclass(frozen=True)
class Forms:
    """Everything one identifier may be written as."""

    pattern: str  # of the folded text
    hashes: frozenset[str]  # lower hex


@dataclass(frozen=True)
class Person:
    """Everything a person is known by."""

    pattern: re.Pattern[str]
    hashes: frozenset[str]

    def stands_in(self, text: str) -> bool:
        """Whether any form of any identifier stands in a text."""
        folded = fold(text)
        return self.pattern.search(folded) is not None or not self.hashes.isdisjoint(HASH.findall(folded))


def fold(text: str) -> str:
    """One way of writing: half-width, lower case."""
    return unicodedata.normalize("NFKC", text).casefold()


def phone(country: str, national: str, groups: Iterable[str] = ()) -> Forms:
    """A phone number, however it is set apart: phone("86", "13100008688", ["131", "0000", "8688"]).

    groups: how people group it; its hashes are looked for with and without them.
    """
    grouped = list(groups) or [national]
    plain = {national, f"0{national}", country + national, f"+{country}{national}", f"00{country}{national}"}
    for mark in (" ", "-"):
        joined = mark.join(grouped)
        plain |= {joined, f"+{country}{mark}{joined}", f"{country}{mark}{joined}"}
    digits = SEPARATORS.join(national)
    prefix = rf"(?:(?:\+|00)?{SEPARATORS.join(country)}{SEPARATORS})?(?:\(0\)|0)?{SEPARATORS}"
    return Forms(rf"(?<!\d){prefix}{digits}(?!\d)", _hashes(plain))


def email(address: str) -> Forms:
    """An e-mail address, whole."""
    folded = fold(address).strip()
    return Forms(
        rf"(?<![\w.+-]){re.escape(folded)}(?![\w-]|\.\w)", _hashes({folded, address, address.upper()})
    )


def exact(value: str) -> Forms:
    """A card, a paper or an account number, whole."""
    folded = fold(value).strip()
    return Forms(
        rf"(?<!\w){re.escape(folded)}(?!\w)", _hashes({value, value.strip(), folded, folded.upper()})
    )


def person(*identifiers: Forms) -> Person:
    """A person known by all of these: person(phone(…), email(…), exact("2101150417")).

    Raises ValueError without any: such a person would be found nowhere.
    """
    if not identifiers:
        raise ValueError("name at least one identifier")
    pattern = re.compile("|".join(each.pattern for each in identifiers))
    return Person(pattern, frozenset().union(*(each.hashes for each in identifiers)))


def hits(place: str | Path, who: Person) -> list[Hit]:
    """Every cell of a place in which the person stands."""
    return [
        Hit(_name(place), row.table, column, row.values)
        for row in rows(place)
        for column, value in zip(row.columns, row.values, strict=True)
        if who.stands_in(value)
    ]


def where(places: Iterable[str | Path], who: Person) -> dict[str, set[str]]:
    """The tables, by place, in which the person stands; places where he does not are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for place in places:
        for hit in hits(place, who):
            found[hit.place].add(hit.table)
    return dict(found)


def fingerprint(place: str | Path, who: Person, own: Own | None = None) -> dict[str, tuple[int, str]]:
    """Rows and checksum, by table, of everybody but the person.

    own: rows that are the person's though no identifier stands in them:
    {"course_order": {"order_no": {"XQ-2021-03-2F6W"}}}.
    """
    digests: dict[str, list[bytes]] = defaultdict(list)
    for row in rows(place):
        if not any(map(who.stands_in, row.values)) and not _is_own(row, own or {}):
            digests[row.table].append(hashlib.sha256(repr(row.values).encode()).digest())
    return {
        table: (len(of), hashlib.sha256(b"".join(sorted(of))).hexdigest()) for table, of in digests.items()
    }


def _is_own(row: Row, own: Own) -> bool:
    wanted = own.get(row.table, {})
    return any(value in wanted.get(column, ()) for column, value in zip(row.columns, row.values, strict=True))


def _hashes(plain: Iterable[str]) -> frozenset[str]:
    kinds = (hashlib.md5, hashlib.sha1, hashlib.sha256)
    return frozenset(kind(text.encode()).hexdigest() for kind in kinds for text in plain)


def _name(place: str | Path) -> str:
    return Path(place).stem if isinstance(place, Path) or place.startswith("sqlite:") else str(place)
