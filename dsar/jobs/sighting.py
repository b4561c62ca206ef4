"""What a look at a store has seen so far."""

from collections import defaultdict
from dataclasses import dataclass, field

from dsar.connectors import Raw, Schema
from dsar.datamap.types import Store
from dsar.services.acting import Saw
from dsar.services.targets import Batch
from dsar.services.work import Claim

RowKey = tuple[int, str, tuple[Raw, ...]]  # subject, table, key of the row


@dataclass
class Looking:
    """What one look at one store has seen so far."""

    claim: Claim  # under which it looks
    batch: Batch
    store: Store
    schema: Schema
    saw: dict[tuple[str, str], Saw] = field(default_factory=dict)
    kept: set[RowKey] = field(default_factory=set)  # rows that a law keeps: accounted for, no residue
    seen: set[RowKey] = field(default_factory=set)  # rows that the map's collections lead to
    left: dict[tuple[str, str], set[RowKey]] = field(default_factory=lambda: defaultdict(set))
    mentions: dict[tuple[str, str], set[RowKey]] = field(
        default_factory=lambda: defaultdict(set)
    )  # that stay

    def of(self, subject: int, name: str, *, mapped: bool = True) -> Saw:
        """What was seen of one subject in one collection or unmapped place."""
        return self.saw.setdefault((self.batch.targets[subject].reference, name), Saw(mapped=mapped))
