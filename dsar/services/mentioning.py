"""Other people's records that mention the person: counted for the copy, settled by an erasure."""

from collections.abc import Mapping, Sequence
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.datamap.identifiers import candidates, common_forms, spelled
from dsar.datamap.types import Collection, DataMap, Store
from dsar.models import Mention
from dsar.services.finding import Finding, Person

Raw = str | int | float | bool | None


def columns(collection: Collection) -> tuple[str, ...]:
    """The fields of a collection that may hold an identifier of somebody else."""
    return tuple(
        f.name for f in collection.fields.values() if f.mentions is not None or f.identifier is not None
    )


def of_store(store: Store) -> dict[tuple[str, str], str]:
    """The collection of each such (table, column) of a store."""
    return {(c.table, column): c.name for c in store.collections.values() for column in columns(c)}


def own_forms(datamap: DataMap, person: Person) -> frozenset[str]:
    """Every token under which the person's proven identifiers may stand in a text."""
    kinds = datamap.identifier_kinds
    proven = (asked for asked in person.identifiers if not asked.internal)
    return frozenset().union(*(common_forms(kinds[asked.kind], asked.value) for asked in proven))


def stands_in(row: Mapping[str, Raw], collection: Collection, forms: frozenset[str]) -> bool:
    """Whether one of the tokens stands in a field of a record that may be about others."""
    texts = (str(row[column]) for column in columns(collection) if row.get(column) is not None)
    return any(not forms.isdisjoint(chain(candidates(text), spelled(text))) for text in texts)


def record(session: Session, store: str, findings: Sequence[Finding]) -> None:
    """Write what a pass saw: the count by value replaces the one before, the person's own records add up."""
    references = [finding.person.reference for finding in findings]
    wanted = select(Mention).where(Mention.store == store, Mention.reference.in_(references))
    known = {(row.reference, row.collection): row for row in session.scalars(wanted)}
    for finding in findings:
        reference = finding.person.reference
        for collection in {*finding.mentions, *finding.own_mentions}:
            row = known.get((reference, collection))
            if row is None:
                row = Mention(reference=reference, store=store, collection=collection, records=0, own=0)
                session.add(row)
            row.own += finding.own_mentions.get(collection, 0)
            row.records = finding.mentions.get(collection, row.records)


def others(session: Session, reference: str) -> dict[tuple[str, str], int]:
    """Other people's records that mention the person, by store and collection."""
    rows = session.scalars(select(Mention).where(Mention.reference == reference))
    return {(row.store, row.collection): row.others for row in rows}
