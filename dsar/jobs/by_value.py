"""Look at one store by value: what stands there of each person that no copy would show, and who mentions him."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dsar import faults
from dsar.connectors import Place, Probe, Residue, Sought
from dsar.datamap.types import Store
from dsar.services import mentioning
from dsar.services.by_value import matters
from dsar.services.finding import Finding

Sweep = Callable[[Sequence[Sought], Sequence[Place], Sequence[Probe]], Iterable[Residue]]
Keys = dict[tuple[int, str], set[tuple[object, ...]]]  # subject, table or collection -> keys of records


@dataclass
class _Looking:
    """What is looked at, and what was seen so far."""

    copied: set[int]  # the subjects that a copy is to be made for
    about_others: dict[tuple[str, str], str]  # (table, column) -> collection
    unknown: set[tuple[str, str]]  # columns that the map does not name
    mapped: set[str]  # tables that it names
    silent: Keys = field(default_factory=lambda: defaultdict(set))  # records that no copy would show
    mentions: Keys = field(default_factory=lambda: defaultdict(set))
    undeclared: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, hit: Residue) -> None:
        """A record of the person's own is no finding in a mapped column: the copy has it."""
        place = hit.table, hit.column
        if collection := self.about_others.get(place):
            self.mentions[hit.subject, collection].add(hit.key)
            return
        if place not in self.unknown and hit.table in self.mapped:
            if hit.own or hit.subject not in self.copied:
                return
            self.undeclared[hit.subject, hit.table].add(hit.column)
        self.silent[hit.subject, hit.table].add(hit.key)


def look(
    sweep: Sweep,
    store: Store,
    findings: Sequence[Finding],
    unknown: Sequence[Place],
    mapped: Sequence[Place],
) -> None:
    """Count, by value, the records that hold each person where no copy would show it, and mentions of him.

    That is in places that the map does not name and, when there is a copy to be made, in mapped
    ones too: whatever the probes do not lead to there, and no field says that it may mention others.
    """
    looking = _Looking(
        copied={subject for subject, one in enumerate(findings) if one.person.kept},
        about_others=mentioning.of_store(store),
        unknown={(place.table, column) for place in unknown for column in place.columns},
        mapped={collection.table for collection in store.collections.values()},
    )
    places = _one_a_table([*unknown, *(mapped if looking.copied else ())], looking.about_others)
    sought, own = _sought(store, findings)
    if sought and places:
        with faults.effect("sweep.read"):
            for hit in sweep(sought, places, own):
                looking.note(hit)
    for subject, one in enumerate(findings):
        one.by_value = _counts(looking.silent, subject)
        one.undeclared = {
            table: columns for (of, table), columns in looking.undeclared.items() if of == subject
        }
        none = dict.fromkeys(looking.about_others.values(), 0)
        one.mentions = none | _counts(looking.mentions, subject)


def _counts(keys: Keys, subject: int) -> dict[str, int]:
    return {name: len(records) for (of, name), records in keys.items() if of == subject}


def _sought(store: Store, findings: Sequence[Finding]) -> tuple[list[Sought], list[Probe]]:
    """What is looked for by value, and whatever leads to the persons' own records."""
    known = [(subject, one) for subject, finding in enumerate(findings) for one in finding.person.identifiers]
    sought = [Sought(subject, one.kind, one.value) for subject, one in known if not one.internal]
    own = [
        Probe(subject, one.number, one.kind, one.value)
        for subject, one in known
        if matters(store, one.kind, internal=one.internal)
    ]
    return sought, own


def _one_a_table(places: Sequence[Place], about_others: Iterable[tuple[str, str]]) -> list[Place]:
    """The places to sweep, each table and each column once."""
    columns: dict[str, dict[str, None]] = defaultdict(dict)
    for table, column in [*((p.table, column) for p in places for column in p.columns), *about_others]:
        columns[table][column] = None
    return [Place(table, tuple(named)) for table, named in columns.items()]
