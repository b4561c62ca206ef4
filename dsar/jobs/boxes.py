"""What search boxes offer while the identifiers of a batch are typed, before an erasure and after it."""

from collections.abc import Iterable, Iterator

from dsar.connectors import Connector, Residue, Sought
from dsar.datamap.types import Store
from dsar.services.targets import Batch

Key = tuple[str, str]  # reference, collection
Offered = dict[str, int]  # number of an identifier -> characters typed when the box first offered it


def sought(batch: Batch) -> list[Sought]:
    """The proven identifiers of everybody in a batch; internal ones are nothing that anybody types."""
    return [
        Sought(subject, asked.kind, asked.value)
        for subject, target in enumerate(batch.targets)
        for asked in target.identifiers
        if not asked.internal
    ]


def typed(connector: Connector, batch: Batch, store: Store) -> dict[Key, Offered]:
    """Type every identifier of a batch into the box; nothing for a store that has none."""
    if not connector.has_search_box:
        return {}
    return offered(connector.offers(sought(batch)), batch, store)


def offered(hits: Iterable[Residue], batch: Batch, store: Store) -> dict[Key, Offered]:
    """For each request and collection of a box: which identifiers it offered, and from which character on."""
    found: dict[Key, Offered] = {(t.reference, name): {} for t in batch.targets for name in store.collections}
    for hit in hits:
        collection = store.collection_at(hit.table, hit.column)
        if collection:
            of = found[batch.targets[hit.subject].reference, collection.name]
            for number in _numbers(batch, hit):
                of[number] = min(hit.prefix, of.get(number, hit.prefix))
    return found


def _numbers(batch: Batch, hit: Residue) -> Iterator[str]:
    for asked in batch.targets[hit.subject].identifiers:
        if hit.typed and (asked.kind, asked.value) == (hit.typed.kind, hit.typed.value):
            yield str(asked.number)
