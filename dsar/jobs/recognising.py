"""Whose a record is, told by tombstones alone: no identifier of anybody is known here."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from dsar import db
from dsar.connectors import Raw
from dsar.datamap.tombstones import WITHIN, forms_of, read, texts_of
from dsar.datamap.types import Collection, DataMap
from dsar.services import replaying
from dsar.services.replaying import Stone
from dsar.services.sharing import ways
from dsar.vault import Vault

REMEMBERED = 100_000  # digests whose tombstones are kept at hand


@dataclass(frozen=True)
class Whose:
    """The requests whose person a record is, by their references."""

    certain: tuple[str, ...] = ()
    in_doubt: bool = False  # something of it is an erased person's, and something else says it is another's


NOBODYS = Whose()


class Stones:
    """The tombstones to go by: the first eight bytes of each in memory, the rest in the database."""

    def __init__(self, vault: Vault, datamap: DataMap, since: datetime | None) -> None:
        self._vault, self._map, self._since = vault, datamap, since
        self._kinds = datamap.identifier_kinds
        with db.read() as session:
            firsts = (int.from_bytes(digest[:8]) for digest in replaying.digests(session, since))
            self._firsts = array("Q", firsts)
        self._looked_up = lru_cache(maxsize=REMEMBERED)(self._look_up)
        self._numbers = lru_cache(maxsize=REMEMBERED)(self._look_up_numbers)
        self._fresh: dict[bytes, set[str]] = {}  # of numbers that the restored stores gave: whose they are

    def of(self, kind: str, form: str, raw: object) -> list[Stone]:
        """The tombstones that a cell of this form answers to."""
        found = list[Stone]()
        for text in read(self._kinds[kind], form, raw):
            digest = self._vault.tombstone(kind, form, text)
            if self._may_be(digest):
                found += self._looked_up(digest)
            if digest in self._fresh:
                found += [Stone(ref, lifted=False) for ref in sorted(self._fresh[digest])]
        return found

    def add(self, reference: str, kind: str, number: str) -> dict[bytes, tuple[str, str]]:
        """Go by one number more of a person; its tombstones, each with kind and form."""
        of = self._kinds[kind]
        made = {
            self._vault.tombstone(kind, form, text): (kind, form)
            for form in forms_of(self._map, of)
            for text in texts_of(of, number, form)
        }
        for digest in made:
            self._fresh.setdefault(digest, set()).add(reference)
        return made

    def has_numbers(self, reference: str, kind: str) -> bool:
        """Whether a person is known by any number of a kind."""
        return self._numbers(reference, kind)

    def _may_be(self, digest: bytes) -> bool:
        first = int.from_bytes(digest[:8])
        place = bisect_left(self._firsts, first)
        return place < len(self._firsts) and self._firsts[place] == first

    def _look_up(self, digest: bytes) -> tuple[Stone, ...]:
        with db.read() as session:
            return replaying.stones(session, digest, self._since)

    def _look_up_numbers(self, reference: str, kind: str) -> bool:
        with db.read() as session:
            return replaying.has_kind(session, reference, kind)


@dataclass
class Numbers:
    """Internal numbers that a giving record says are somebody else's by now."""

    of_others: set[tuple[str, str, str]] = field(default_factory=set)  # reference, kind, number

    def stands(self, reference: str, kind: str, number: str) -> bool:
        """Whether a number is still the erased person's, as far as anybody says."""
        return (reference, kind, number) not in self.of_others


class Reader:
    """Tells whose the records of one collection are."""

    def __init__(
        self, stones: Stones, numbers: Numbers, datamap: DataMap, collection: Collection, *, entries: bool
    ) -> None:
        """entries: a record is an entry of a search box, and is somebody's where he stands anywhere in it."""
        self._stones, self._numbers, self._map = stones, numbers, datamap
        self._collection, self._entries = collection, entries
        self._kinds = datamap.identifier_kinds

    def whose(self, row: Mapping[str, object]) -> Whose:
        """Whose a record is.

        One of its identifiers must say so: a number that it gives only bears that out.  In doubt is a record that
        an identifier leads to and that gives another number than any that he had, as an account does that was
        opened since; and one that only a number leads to that is another's by now.
        """
        if self._entries:
            return Whose(self._within(row))
        active, lifted, by_number, doubted = self._led(row)
        if not (active or lifted or by_number or doubted):
            return NOBODYS
        given, foreign = self._given(row, active | lifted)
        certain = (active - foreign) | by_number | (lifted & given)
        doubt = bool((active & foreign) - certain) or bool(doubted - certain)
        chosen = sorted(certain)
        return Whose(tuple(chosen if self._collection.shared else chosen[:1]), doubt and not certain)

    def gives(self, row: Mapping[str, object]) -> list[tuple[str, str]]:
        """The numbers that a record gives: kind and number."""
        return [
            (kind, number)
            for kind, column in self._collection.gives.items()
            for number in read(self._kinds[kind], "exact", row.get(column))
        ]

    def unknown(self, row: Mapping[str, object]) -> list[tuple[str, str, str]]:
        """The numbers that an erased person's record gives and that no tombstone has: whose, kind and number."""
        return [
            (reference, kind, number)
            for reference in self.whose(row).certain
            for kind, number in self.gives(row)
            if all(stone.reference != reference for stone in self._stones.of(kind, "exact", number))
        ]

    def denies(self, row: Mapping[str, object]) -> list[tuple[str, str, str]]:
        """The numbers of erased people that a record gives although nothing else in it is theirs."""
        held = any(row.get(by.column) not in (None, "") for by in self._collection.found_by)
        if not held:
            return []
        active, lifted, by_number, _ = self._led(row)
        his = active | lifted | by_number
        return [
            (stone.reference, kind, number)
            for kind, number in self.gives(row)
            for stone in self._stones.of(kind, "exact", number)
            if stone.reference not in his
        ]

    def is_own(self, reference: str, column: str, value: Raw) -> bool:
        """Whether what a column of a shared record holds is this person's."""
        return any(
            stone.reference == reference
            for kind, forms in ways(self._map, self._collection, column)
            for form in forms
            for stone in self._stones.of(kind, form, value)
        )

    def mentions(self, row: Mapping[str, object], columns: Sequence[str]) -> list[str]:
        """Which of these columns hold an identifier of an erased person, anywhere in their text."""
        kinds = [kind.name for kind in self._kinds.values() if not kind.internal]
        return [
            column
            for column in columns
            if isinstance(held := row.get(column), str)
            and any(not stone.lifted for kind in kinds for stone in self._stones.of(kind, WITHIN, held))
        ]

    def _within(self, row: Mapping[str, object]) -> tuple[str, ...]:
        kinds = sorted({by.kind for by in self._collection.found_by})
        stones = (s for kind in kinds for held in row.values() for s in self._stones.of(kind, WITHIN, held))
        return tuple(sorted({stone.reference for stone in stones if not stone.lifted})[:1])

    def _led(self, row: Mapping[str, object]) -> tuple[set[str], set[str], set[str], set[str]]:
        """By what the record is found: identifiers, lifted ones, numbers, and numbers that are another's by now."""
        active, lifted, by_number, doubted = set[str](), set[str](), set[str](), set[str]()
        for by in self._collection.found_by:
            raw = row.get(by.column)
            if raw is None or raw == "":
                continue
            internal = self._kinds[by.kind].internal
            for stone in (stone for form in by.forms for stone in self._stones.of(by.kind, form, raw)):
                if not internal:
                    (lifted if stone.lifted else active).add(stone.reference)
                elif self._still_his(stone.reference, by.kind, raw):
                    by_number.add(stone.reference)
                else:
                    doubted.add(stone.reference)
        return active, lifted, by_number, doubted

    def _still_his(self, reference: str, kind: str, raw: object) -> bool:
        held = read(self._kinds[kind], "exact", raw)
        return all(self._numbers.stands(reference, kind, number) for number in held)

    def _given(self, row: Mapping[str, object], whose: set[str]) -> tuple[set[str], set[str]]:
        """For whom a number in the record speaks, and against whom: he had others of its kind and not this one."""
        given, foreign = set[str](), set[str]()
        for kind, number in self.gives(row) if whose else ():
            his = {stone.reference for stone in self._stones.of(kind, "exact", number)}
            given |= his
            foreign |= {ref for ref in whose - his if self._stones.has_numbers(ref, kind)}
        return given, foreign
