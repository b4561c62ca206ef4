"""Typing an identifier into a search box: every prefix, for a whole batch at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dsar.connectors import Raw, Residue, Sought
from dsar.connectors._texts import Texts
from dsar.datamap.identifiers import written
from dsar.datamap.types import DataMap, IdentifierKind

SHOWN = 50  # suggestions that a box offers for one prefix, more than any shows


@dataclass(frozen=True, repr=False)
class Offer:
    """One entry that the box offers and that holds the identifier being typed."""

    sought: Sought
    form: str  # how it was typed
    length: int  # characters typed
    entry: str
    key: tuple[Raw, ...]  # what names it in its store


class Prefixes:
    """The identifiers of a batch as a person types them: phones national and with +, others as they are."""

    def __init__(self, datamap: DataMap, sought: Iterable[Sought]) -> None:
        self._typed: list[tuple[Sought, str, str]] = []
        identifiers = list(dict.fromkeys(sought))
        for one in identifiers:
            typed = as_typed(datamap.identifier_kinds[one.kind], one.value)
            self._typed += [(one, form, text) for form, text in typed]
        self._texts = Texts((one, datamap.identifier_kinds[one.kind], one.value) for one in identifiers)

    def held(self, entry: str) -> bool:
        """Whether an entry holds an identifier of the batch."""
        return bool(self._texts.within(entry))

    def lengths(self) -> range:
        """From one character to the longest identifier whole."""
        return range(1, max((len(text) for *_, text in self._typed), default=0) + 1)

    def of_length(self, length: int, shortest: int = 1) -> list[str]:
        """What has been typed after so many characters, each once; below the shortest, wholes alone."""
        texts = (text for *_, text in self._typed if len(text) >= length)
        return list(dict.fromkeys(t[:length] for t in texts if length >= shortest or len(t) == length))

    def offers(self, length: int, offered: Iterable[tuple[str, str, tuple[Raw, ...]]]) -> Iterator[Offer]:
        """Which of the entries offered, as (prefix, entry, key), hold an identifier that was typed so far."""
        typing: dict[str, list[tuple[Sought, str]]] = {}
        for one, form, text in self._typed:
            if len(text) >= length:
                typing.setdefault(text[:length], []).append((one, form))
        for prefix, entry, key in offered:
            holds = set(self._texts.within(entry))
            yield from (Offer(one, form, length, entry, key) for one, form in typing[prefix] if one in holds)


def as_typed(kind: IdentifierKind, value: str) -> list[tuple[str, str]]:
    """An identifier as a person types it, each way with the name of its form."""
    forms = ("national", "e164") if kind.normal == "e164" else ("exact",)
    return [(form, text) for form in forms for text in sorted(written(kind, value, form))]


def residue(offers: Iterable[Offer], table: str, column: str) -> Iterator[Residue]:
    """One place for each identifier and entry, at the shortest prefix that brings it up."""
    seen: set[tuple[Sought, tuple[Raw, ...]]] = set()
    for offer in offers:
        if (offer.sought, offer.key) not in seen:
            seen.add((offer.sought, offer.key))
            yield Residue(offer.sought.subject, table, column, offer.key, offer.sought, offer.length)
