"""Whose identifiers stand in a text, for a whole batch of people at once."""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from dsar.connectors import Found, Probe, Sought
from dsar.connectors._sieve import Sieve
from dsar.datamap.identifiers import candidates, common_forms, spelled
from dsar.datamap.tokens import SPELLED, folded
from dsar.datamap.types import Collection, IdentifierKind

Owner = TypeVar("Owner")
Kinds = Mapping[str, IdentifierKind]
_MAY = re.compile(r"[^A-Za-z\u4e00-\u9fff\s.,，。]")  # what a number or an address cannot do without


class Texts(Generic[Owner]):
    """Every common form of every identifier, each with its owners."""

    def __init__(self, identifiers: Iterable[tuple[Owner, IdentifierKind, str]]) -> None:
        self._owners: dict[str, list[Owner]] = {}
        self._numbers_only = True
        for owner, kind, value in identifiers:
            self._numbers_only &= kind.normal in ("e164", "email")
            for form in common_forms(kind, value):
                self._owners.setdefault(form, []).append(owner)
        self._alike = frozenset(folded(form) for form in self._owners if form.startswith(SPELLED))
        self._sieve = Sieve(form.lstrip("#+") for form in self._owners)

    def any_in(self, texts: Iterable[str]) -> bool:
        """Whether an identifier may stand in any of many texts: one pass over all of them, much quicker than each.

        No means that `within` finds nothing in any of them; yes promises nothing.
        """
        return self.may_hold("\n".join(texts).encode(errors="surrogatepass"))

    def may_hold(self, lines: bytes) -> bool:
        """The same of many texts in UTF-8, as a store hands them over."""
        return self._sieve.lets(lines)

    def within(self, text: str) -> list[Owner]:
        """The owners whose identifiers stand in the text, each once."""
        if not text or (self._numbers_only and not _MAY.search(text)):
            return []
        found: dict[Owner, None] = {}
        alike = False
        for token in candidates(text):
            if token in self._owners:
                found.update(dict.fromkeys(self._owners[token]))
            alike = alike or token in self._alike
        for token in spelled(text) if alike else ():  # another person may have the same in small letters
            found.update(dict.fromkeys(self._owners.get(token, ())))
        return list(found)


def of_subjects(kinds: Kinds, sought: Iterable[Sought | Probe]) -> Texts[int]:
    """What is sought, each identifier its subject's."""
    return Texts((one.subject, kinds[one.kind], one.value) for one in sought)


def of_probes(kinds: Kinds, probes: Iterable[Probe]) -> Texts[Probe]:
    """What is probed for, each identifier its probe's."""
    return Texts((probe, kinds[probe.kind], probe.value) for probe in probes)


def leading(kinds: Kinds, collections: Iterable[Collection], own: Iterable[Probe]) -> Texts[int]:
    """What leads to a text: identifiers of the kinds that the collections are found by."""
    found_by = {by.kind for each in collections for by in each.found_by}
    return of_subjects(kinds, (probe for probe in own if probe.kind in found_by))


def in_order(found: Iterable[Found]) -> list[Found]:
    """Records that are held in memory, being little, as `find` brings them."""
    return sorted(found, key=lambda one: (one.subject, one.number, str(one.key)))


def first_of_each(probes: Iterable[Probe]) -> list[Probe]:
    """Of each subject the probe that a record is counted for; none where that one was looked for before."""
    firsts: dict[int, Probe] = {}
    for probe in sorted(probes, key=lambda probe: (probe.subject, not probe.done, probe.number)):
        firsts.setdefault(probe.subject, probe)
    return [probe for probe in firsts.values() if not probe.done]
