"""What a certificate of erasure is made of: the verdicts, and what only the certificate says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dsar.datamap.types import Controller, Text
from dsar.render.package import SealShown
from dsar.terms import Verdict


@dataclass(frozen=True)
class Step:
    """One prefix typed into a search box, masked; was the person offered? None: not tried then."""

    typed: str
    before: bool | None
    after: bool | None


@dataclass(frozen=True)
class Typed:
    """One identifier typed into a search box, character by character."""

    masked: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Box:
    """One search box: whose it is, when it was last tried, what was typed."""

    title: Text
    at: datetime | None
    typed: tuple[Typed, ...]


@dataclass(frozen=True)
class ProofKept:
    """What this product keeps of the request itself, as proof that it was answered, and until when."""

    text: Text
    until: date


@dataclass(frozen=True)
class Certificate:
    """The whole certificate.  `show` is the JSON object of `erasure show`."""

    show: Mapping[str, Any]
    lang: str
    controller: Controller
    identifiers: tuple[tuple[Text, str], ...]  # kind's title, masked value
    number: int
    made_at: datetime
    received_at: datetime
    erased_at: datetime | None  # None: nothing was erased
    seal: SealShown
    ladder: tuple[Box, ...]
    proof: ProofKept | None
    verify_url: str  # where a seal can be checked; no personal data in it
    due_on: date | None = None
    promise: Text | None = None
    pretend: str | None = None  # the pretended present (DSAR_NOW), said on paper

    @property
    def reference(self) -> str:
        return str(self.show["reference"])

    def collections(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Every collection with its store."""
        for store in self.show["stores"]:
            for collection in store["collections"]:
                yield store, collection

    @property
    def by_law(self) -> bool:
        """Whether all that is kept is kept by a law, and nothing for another reason."""
        kept = [one for _, one in self.collections() if one["kept"]]
        return all(one["ground"] and not (one["verdict"] == Verdict.KEPT and one["reason"]) for one in kept)

    def total(self, count: str) -> tuple[int, bool]:
        """The sum of a count (found, erased, kept, residue) as far as known, and whether that is all."""
        counts = [collection[count] for _, collection in self.collections()]
        return sum(n for n in counts if n is not None), None not in counts
