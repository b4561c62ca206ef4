"""What a look at a store has seen so far."""

from collections import defaultdict
from dataclasses import dataclass, field

from dsar.connectors import Raw, Schema
from dsar.datamap.types import Collection, Keep, Store
from dsar.services import reasons
from dsar.services.acting import Saw
from dsar.services.deciding import Decision
from dsar.services.recognising import Prints
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
    prints: Prints  # of what the map leads to and is to go
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


def note_kept(saw: Saw, collection: Collection, decision: Decision, *, whole: bool) -> None:
    """Whether a record that a law keeps is locked, and holds no more than it may; if not, in which columns."""
    keep = collection.on_erasure
    if decision.rule is None or not isinstance(keep, Keep):
        return
    loose = [*decision.blank, *([decision.lock[0]] if decision.lock else [])]
    saw.locked = saw.locked is not False and keep.lock_column is not None and not whole and not decision.lock
    saw.where |= {(collection.table, column) for column in loose}
    if loose:
        saw.loosened += 1
        saw.reason = reasons.UNLOCKED if decision.lock else reasons.REFILLED
