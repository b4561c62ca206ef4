"""Which of a data subject's identifiers a record is counted for: the first that matches it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dsar.connectors import Probe
from dsar.datamap.identifiers import matches, spellings, written
from dsar.datamap.types import FoundBy, IdentifierKind

Owner = tuple[Probe | None, int]
_Index = tuple[
    defaultdict[str, set[int]], set[int]
]  # places of probes by what a column holds; places by no such thing
FEW = 8  # probes of one subject that are quicker compared than indexed


class Owners:
    """The probes of a batch in their canonical order: those looked for before come first, then by number."""

    def __init__(
        self, kinds: Mapping[str, IdentifierKind], entries: Sequence[FoundBy], probes: Iterable[Probe]
    ) -> None:
        self._kinds = kinds
        self._by_kind: dict[str, list[tuple[int, FoundBy]]] = {}
        for place, by in enumerate(entries):
            self._by_kind.setdefault(by.kind, []).append((place, by))
        self._probes: dict[int, list[Probe]] = {}
        for probe in sorted(probes, key=lambda probe: (not probe.done, probe.number)):
            self._probes.setdefault(probe.subject, []).append(probe)
        self._last: tuple[int, Sequence[object], Owner] | None = None
        self._indexed: tuple[int, _Index] | None = None
        self.columns = tuple(dict.fromkeys(by.column for by in entries))

    def first(self, subject: int, values: Mapping[str, object]) -> Owner:
        """The subject's first probe that matches, and the place of the entry it matches by.

        `values` holds each of `columns` as the store gave it.

        Records of one subject come together and mostly hold the same value, so the last answer is kept.
        """
        held = [values.get(column) for column in self.columns]
        if self._last is None or self._last[0] != subject or not _same(self._last[1], held):
            self._last = (subject, held, self._first(subject, values))
        return self._last[2]

    def _first(self, subject: int, values: Mapping[str, object]) -> Owner:
        for probe in self._candidates(subject, values):
            for place, by in self._by_kind.get(probe.kind, ()):
                if matches(self._kinds[probe.kind], probe.value, by.forms, values.get(by.column)):
                    return probe, place
        return None, -1

    def _candidates(self, subject: int, values: Mapping[str, object]) -> Sequence[Probe]:
        """The subject's probes that may match, in their order: with thousands, only those that an index leads to."""
        probes = self._probes.get(subject, [])
        if len(probes) <= FEW:
            return probes
        if self._indexed is None or self._indexed[0] != subject:
            self._indexed = (subject, self._index(probes))
        by_token, loose = self._indexed[1]
        tokens = frozenset[str]().union(*(spellings(values.get(column)) for column in self.columns))
        return [
            probes[place]
            for place in sorted({place for token in tokens for place in by_token.get(token, ())} | loose)
        ]

    def _index(self, probes: Sequence[Probe]) -> _Index:
        by_token: defaultdict[str, set[int]] = defaultdict(set)
        loose = set()
        for place, probe in enumerate(probes):
            for form in {form for _, by in self._by_kind.get(probe.kind, ()) for form in by.forms}:
                if form == "any":
                    loose.add(place)
                    continue
                for token in written(self._kinds[probe.kind], probe.value, form):
                    by_token[token].add(place)
        return by_token, loose


def _same(old: Sequence[object], new: Sequence[object]) -> bool:
    return all(type(one) is type(other) and one == other for one, other in zip(old, new, strict=True))
