"""Fields of records that may mention other people: left or emptied, as the map says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from dsar import clock, db, faults
from dsar.connectors import Connector, Mentions, Place, Residue, Sought
from dsar.datamap.identifiers import candidates, common_forms, spelled
from dsar.datamap.types import IdentifierKind
from dsar.errors import CannotErase
from dsar.jobs.carrying import CHUNK
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.jobs.sighting import Looking, RowKey
from dsar.jobs.sweeping import swept
from dsar.services import emptying, stopping, targets
from dsar.terms import Stage


def settled(
    office: Office, connector: Connector, sought: Sequence[Sought], looking: Looking
) -> list[Residue]:
    """What a sweep finds once fields that may mention the person were emptied, or left, as the map says."""
    hits: list[Residue] = []
    empty: dict[str, list[Residue]] = defaultdict(list)
    for hit in swept(office, looking.claim, connector, sought, looking.schema.places()):
        collection = looking.store.collection_at(hit.table, hit.column)
        mentions = (
            collection.fields[hit.column].mentions if collection and hit.column in collection.fields else None
        )
        only_looked = looking.batch.targets[hit.subject].looks_only or looking.batch.removed
        if collection and mentions and mentions.act == "keep":
            _note_mention(hit, collection.name, mentions.reason, looking)
        elif collection and mentions and mentions.act == "erase" and not only_looked:
            empty[collection.name].append(hit)
        else:
            hits.append(hit)
    return hits + _emptied(office, connector, sought, looking, empty)


def _note_mention(hit: Residue, name: str, reason: str, looking: Looking) -> None:
    """A record that mentions the person and stays, as the map says: kept, and counted once."""
    saw = looking.of(hit.subject, name)
    saw.where.add((hit.table, hit.column))
    saw.reason = reason
    looking.mentions[looking.batch.targets[hit.subject].reference, name].add(
        (hit.subject, hit.table, hit.key)
    )


def _emptied(
    office: Office,
    connector: Connector,
    sought: Sequence[Sought],
    looking: Looking,
    empty: dict[str, list[Residue]],
) -> list[Residue]:
    """Empty the fields of these hits; what still stands there when looked at again."""
    due = _counted(looking, empty)
    if not due:
        return [hit for some in empty.values() for hit in some]
    still = _naming(sought, looking.batch.datamap.identifier_kinds)
    with (
        faults.effect("mention.act"),
        office.store(looking.store, looking.batch.datamap, erasing=True) as acting_one,
    ):
        for name, some in due.items():
            with suppress(CannotErase):  # a field that names its row: what stands there is left, and told
                for start in range(0, len(some), CHUNK):
                    if _stopped():
                        break
                    chunk = some[start : start + CHUNK]
                    acting_one.blank_mentions(looking.store.collections[name], chunk, still)
    fields = {(hit.table, hit.column) for some in empty.values() for hit in some}
    places = [Place(table, (column,)) for table, column in sorted(fields)]
    subjects = {hit.subject for some in empty.values() for hit in some}
    left = [hit for hit in connector.sweep(sought, places) if hit.subject in subjects]
    _note_emptied(due, left, looking)
    return left


def _naming(sought: Sequence[Sought], kinds: Mapping[str, IdentifierKind]) -> Mentions:
    """Whether the person of a hit stands in a text."""
    forms: dict[int, set[str]] = defaultdict(set)
    for one in sought:
        forms[one.subject] |= common_forms(kinds[one.kind], one.value)

    def still(hit: Residue, text: str) -> bool:
        return not forms[hit.subject].isdisjoint({*candidates(text), *spelled(text)})

    return still


def _stopped() -> bool:
    with db.read() as session:
        return stopping.current(session) is not None


def _counted(looking: Looking, empty: dict[str, list[Residue]]) -> dict[str, list[Residue]]:
    """Have what is to be emptied counted, before any is; what may be emptied now."""
    where: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for name, some in empty.items():
        for hit in some:
            where[_reference(looking, hit), name].add((hit.table, hit.column))
    rows = {key: len(of) for key, of in _of_others(empty, looking).items()}
    if not where:
        return {}
    with held(looking.claim) as session:
        if stopping.current(session) or not targets.stand(
            session, looking.batch, (Stage.ERASING, Stage.LOOKING)
        ):
            return {}  # what is left, or was looked for by another map, is looked for once more
        due = emptying.count(session, looking.store.name, rows, where, at=clock.now())
    may = {
        name: [hit for hit in some if (_reference(looking, hit), name) in due] for name, some in empty.items()
    }
    return {name: some for name, some in may.items() if some}


def _note_emptied(due: dict[str, list[Residue]], left: Sequence[Residue], looking: Looking) -> None:
    standing = {(hit.subject, hit.table, hit.key) for hit in left}
    for name, some in due.items():
        for hit in some:
            looking.of(hit.subject, name).where.add((hit.table, hit.column))
    for (reference, name), rows in _of_others(due, looking).items():
        saw = looking.saw[reference, name]
        saw.unemptied, saw.emptied = len(rows & standing), len(rows - standing)


def _of_others(hits: dict[str, list[Residue]], looking: Looking) -> dict[tuple[str, str], set[RowKey]]:
    """The records of these hits by (reference, collection), without the person's own: those are counted as such."""
    rows: dict[tuple[str, str], set[RowKey]] = defaultdict(set)
    for name, some in hits.items():
        for hit in some:
            row = (hit.subject, hit.table, hit.key)
            if row not in looking.seen:
                rows[_reference(looking, hit), name].add(row)
    return rows


def _reference(looking: Looking, hit: Residue) -> str:
    return looking.batch.targets[hit.subject].reference
