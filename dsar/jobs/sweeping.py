"""Search a store by value, table by table; a pass that is cut short goes on at the table where it was."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from dsar import clock
from dsar.connectors import Connector, Place, Probe, Residue, Sought
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.services import sweeping
from dsar.services.work import Claim

EVERY = timedelta(seconds=5)  # real time between two notes: a short pass makes none


def swept(
    office: Office,
    claim: Claim,
    connector: Connector,
    sought: Sequence[Sought],
    places: Sequence[Place],
    own: Sequence[Probe] = (),
) -> Iterator[Residue]:
    """As `Connector.sweep`; whoever records what was seen calls `sweeping.over`."""
    if not connector.by_table:
        yield from connector.sweep(sought, places, own)
        return
    one = _Pass(office, claim, connector.store.name, _batch(office, sought, places, own), len(places))
    one.go_on()
    yield from list(one.hits)
    for hit in connector.sweep(sought, one.through(places), own):
        one.hits.append(hit)
        yield hit


def _batch(office: Office, sought: Sequence[Sought], places: Sequence[Place], own: Sequence[Probe]) -> str:
    """What is the same for the same people looked for in the same places."""
    return office.vault.blind(
        "sweeping", json.dumps([[asdict(one) for one in some] for some in (sought, places, own)])
    )


@dataclass
class _Pass:
    """One pass over a store: what is done of it, and what was seen."""

    office: Office
    claim: Claim
    store: str
    batch: str
    of: int
    tables: list[str] = field(default_factory=list)
    hits: list[Residue] = field(default_factory=list)
    noted_at: datetime = field(default_factory=clock.real)

    def go_on(self) -> None:
        """Take up what a process that was cut short had seen."""
        with held(self.claim) as session:
            known = sweeping.so_far(session, self.claim.key, self.batch, now=clock.real())
            if known is None:
                return
            key = self.office.vault.unwrap(known.wrapped, sweeping.ABOUT)
            rows = json.loads(self.office.vault.open(key, known.hits, known.batch))
            self.tables = list(known.tables)
        self.hits = [
            Residue(subject, table, column, tuple(row), own=own) for subject, table, column, row, own in rows
        ]

    def through(self, places: Sequence[Place]) -> Iterator[Place]:
        """The places that are still to be read; asked for the next one, it knows that the last is done."""
        for place in places:
            if place.table not in self.tables:
                yield place
                self.tables.append(place.table)
                if clock.real() - self.noted_at >= EVERY:
                    self._note()

    def _note(self) -> None:
        vault = self.office.vault
        rows = [(hit.subject, hit.table, hit.column, hit.key, hit.own) for hit in self.hits]
        key, wrapped = vault.new_key(sweeping.ABOUT)
        sealed = vault.seal(key, json.dumps(rows).encode(), self.batch)
        with held(self.claim) as session:
            sweeping.remember(
                session, self.claim.key, self.store, self.batch, self.tables, self.of, wrapped, sealed, now=clock.real()
            )  # fmt: skip
        self.noted_at = clock.real()
