"""Tell what has come back after an erasure from what is new, by keyed digests of what each record was."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dsar.datamap.types import Collection, Store, Text
from dsar.models import Fingerprint
from dsar.services.targets import Batch
from dsar.vault import Vault

Raw = str | int | float | bool | None
Place = tuple[str, str]  # reference, collection
MOST = (
    2_000  # records of one request in one collection; of what is beyond them it is not known what they were
)
SAME, CHANGED, NEW, UNKNOWN = "same", "changed", "new", "unknown"


@dataclass
class Prints:
    """The digests of the records of a batch in a store, and where they came from, as far as the map tells."""

    vault: Vault
    batch: Batch
    store: Store
    of: dict[Place, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # record -> content
    sources: dict[Place, list[Text]] = field(default_factory=lambda: defaultdict(list))

    def note(
        self,
        collection: Collection,
        subject: int,
        key: tuple[Raw, ...],
        row: Mapping[str, Raw],
        named: Sequence[str],
    ) -> None:
        """Remember one record.  named: the columns of its key; with none, what it holds is all that it is known by."""
        place = self.batch.targets[subject].reference, collection.name
        if len(self.of[place]) >= MOST:
            return
        rest = {column: value for column, value in row.items() if column not in named}
        content = self._digest(place, "content", rest)
        self.of[place][self._digest(place, "record", key) if named else content] = content
        came_from = _source(collection, row)
        if came_from and came_from not in self.sources[place]:
            self.sources[place].append(came_from)

    def _digest(self, place: Place, what: str, value: object) -> str:
        plain = json.dumps(value, ensure_ascii=True, sort_keys=True, default=str)
        return self.vault.blind(
            f"fingerprint/{what}", "\0".join((place[0], self.store.name, place[1], plain))
        )


def remember(session: Session, prints: Prints) -> None:
    """Write what is not written yet; the first digest of a record stands."""
    known = _known(session, prints.store.name, {reference for reference, _ in prints.of})
    rows = [
        {
            "reference": reference, "store": prints.store.name, "collection": name,
            "record": record, "content": content,
        }
        for (reference, name), held in prints.of.items()
        for record, content in held.items()
        if record not in known[reference, name] and len(known[reference, name]) < MOST
    ]  # fmt: skip
    if rows:
        session.execute(insert(Fingerprint), rows)


def told_apart(session: Session, prints: Prints) -> dict[Place, Counter[str]]:
    """Of the records seen in each place: how many are the same as before, or stand under a key of one that went."""
    known = _known(session, prints.store.name, {reference for reference, _ in prints.of})
    references = {reference for reference, _ in prints.of}
    any_of = select(Fingerprint.reference).where(Fingerprint.reference.in_(references)).distinct()
    digested = set(session.scalars(any_of))  # what was erased by an earlier release has none
    told: dict[Place, Counter[str]] = {}
    for place, held in prints.of.items():
        before = known[place]
        contents, rest = (
            set(before.values()),
            UNKNOWN if len(before) >= MOST or place[0] not in digested else NEW,
        )
        told[place] = Counter(
            SAME if content in contents else CHANGED if record in before else rest
            for record, content in held.items()
        )
    return told


def forget(session: Session, references: Names[str]) -> None:
    """Destroy the digests of these requests: nothing is looked for any more."""
    session.execute(delete(Fingerprint).where(Fingerprint.reference.in_(references)))


def _known(session: Session, store: str, references: Names[str]) -> dict[Place, dict[str, str]]:
    known: dict[Place, dict[str, str]] = defaultdict(dict)
    row = Fingerprint
    wanted = select(row.reference, row.collection, row.record, row.content).where(row.store == store)
    for reference, name, record, content in session.execute(wanted.where(row.reference.in_(references))):
        known[reference, name][record] = content
    return known


def _source(collection: Collection, row: Mapping[str, Raw]) -> Text | None:
    """What the map calls the source of a record; None where it has no words for it: a value is told to nobody."""
    column = collection.source.column
    declared = collection.fields.get(column) if column else None
    return declared.values.get(str(row.get(declared.name))) if declared else collection.source.text or None
