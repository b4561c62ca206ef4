"""Carry acts out in one collection: in chunks, halved where the store refuses a row, so that the others go."""

from collections.abc import Callable, Iterator, Sequence

from dsar.connectors import Act, Connector, Erased
from dsar.datamap.types import Collection
from dsar.errors import RowsRefused

CHUNK = 1000  # records in one transaction of a store
PATIENCE = 50  # rows that are refused one by one before what is left of a collection is let be
Refused = list[tuple[Act, str]]  # with the store's reason, in our words


def carried_out(
    connector: Connector,
    collection: Collection,
    acts: Sequence[Act],
    chunk: int,
    refused: Refused,
    may_go_on: Callable[[], None],
) -> Iterator[Erased]:
    """What became of each act, as it is done; `refused` is filled with those that the store would not do.

    may_go_on: asked before each chunk; it raises what ends the work.

    What is held or refused is tried once more for as long as others go: they may have been in its way.
    """
    left = list(acts)
    while left:
        refused.clear()
        held: list[Erased] = []
        gone = 0
        for start in range(0, len(left), chunk):
            may_go_on()
            for erased in _chunk(connector, collection, left[start : start + chunk], refused):
                gone += erased.gone
                if erased.held:
                    held.append(erased)
                else:
                    yield erased
        left = [*(each.act for each in held), *(act for act, _ in refused)] if gone else []
    yield from held if acts else ()


def _chunk(
    connector: Connector, collection: Collection, acts: Sequence[Act], refused: Refused
) -> Iterator[Erased]:
    try:
        yield from connector.erase(collection, acts)
    except RowsRefused as error:
        if len(acts) == 1 or len(refused) >= PATIENCE:
            refused += [(act, str(error)) for act in acts]
            return
        middle = len(acts) // 2
        for half in (acts[:middle], acts[middle:]):
            yield from _chunk(connector, collection, half, refused)
