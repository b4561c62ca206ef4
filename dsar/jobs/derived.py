"""Places that a store derives from its tables: brought up to date once records went, and looked at again."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from dsar import clock, faults
from dsar.connectors import Cleaned, Connector, Derived, Residue, Sought
from dsar.datamap.schema import Then, Tie
from dsar.errors import StoreProblem, StoreUnreachable
from dsar.jobs import boxes
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.jobs.sighting import Looking
from dsar.services import deriving, reasons, stopping, targets
from dsar.services.acting import Saw
from dsar.terms import Seen, Stage

log = logging.getLogger("dsar.work")
Key = tuple[str, str]  # reference, name of the place


@dataclass
class _Sight:
    """What stands in derived places; the identifiers are numbered, so that each is told from the next."""

    looking: Looking
    sought: list[Sought]
    hits: list[Residue] = field(default_factory=list)

    def entries(self, hits: Iterable[Residue]) -> dict[Key, int]:
        """How many entries stand where of each request."""
        found: dict[Key, set[object]] = defaultdict(set)
        for hit in hits:
            found[self.reference(hit), hit.table].add(hit.key)
        return {key: len(entries) for key, entries in found.items()}

    def reference(self, hit: Residue) -> str:
        return self.looking.batch.targets[self.sought[hit.subject].subject].reference


def settle(office: Office, connector: Connector, looking: Looking) -> None:
    """Look at what the store derives from its tables, have it brought up to date where it is due, and look again.

    What stands there and in the tables themselves stands there rightly: it is accounted for by them.
    """
    sight = _Sight(looking, boxes.sought(looking.batch))
    sight.hits = _seen(office, connector, sight)
    before, cleaned, due = list(sight.hits), list[Cleaned](), _counted(sight)
    tables = _changed(connector, looking, due) if due else set[str]()
    names = {hit.table for hit in before} | (due.places.keys() if due else set[str]())
    tried = set[str]()
    while due and (tables or names):
        cleaned += _renewed(office, looking, tables, names)
        sight.hits = _seen(office, connector, sight)
        before += sight.hits
        tried |= names | {one.derived.name for one in cleaned}
        tables, names = set(), {hit.table for hit in sight.hits} - tried
        if names and not _counted(sight):  # one place may have hidden what stands in another
            break
    for hit in before if cleaned else ():
        _note_renewed(sight, hit, cleaned)
    _note_left(connector, sight)
    for one in cleaned:
        if due and one.problem and one.unseen:
            _note_unseen(sight, one.derived, due)


def _renewed(office: Office, looking: Looking, tables: set[str], names: set[str]) -> list[Cleaned]:
    with (
        faults.effect("derived.act"),
        office.store(looking.store, looking.batch.datamap, erasing=True) as acting_one,
    ):
        return list(acting_one.clean(tables, names))


def told(
    connector: Connector, opened: Callable[[], Connector] | None, sought: Sequence[Sought]
) -> tuple[list[Residue], StoreProblem | None]:
    """What the account that reads sees and, since more is told to owners, what the one that erases does.

    With it, what kept that one from looking.  opened: opens the store by it; None where it is not to look.
    """
    hits, problem = list(connector.remains(sought)), None
    if opened and connector.store.erase_url:
        try:
            with opened() as other:
                hits += other.remains(sought)
        except StoreProblem as error:
            problem = error
    return list({(hit.subject, hit.table, hit.column, hit.key): hit for hit in hits}.values()), problem


def _seen(office: Office, connector: Connector, sight: _Sight) -> list[Residue]:
    """An account that may read less than ours tells nothing more; one that gives no answer ends the look."""
    numbered = [replace(one, subject=number) for number, one in enumerate(sight.sought)]
    store, batch = sight.looking.store, sight.looking.batch
    other = None if batch.removed else partial(office.store, store, batch.datamap, erasing=True)
    hits, problem = told(connector, other, numbered) if numbered else ([], None)
    if isinstance(problem, StoreUnreachable):
        raise problem
    if problem:
        log.warning(
            "store %s: the account that erases does not look at derived places: %s", store.name, problem
        )
    return hits


def _counted(sight: _Sight) -> deriving.Due | None:
    """Have what stands there counted before any of it goes; None where nothing may be changed now."""
    looking = sight.looking
    batch = looking.batch
    acting = {target.reference for target in batch.targets if not target.looks_only}
    if batch.removed or not looking.store.erasing or not acting:
        return None
    hits = [hit for hit in sight.hits if sight.reference(hit) in acting]
    with held(looking.claim) as session:
        if stopping.current(session) or not targets.stand(session, batch, (Stage.ERASING, Stage.LOOKING)):
            return None
        due = deriving.due(session, looking.store.name, acting)
        remedies = {hit.table: hit.derived.remedy for hit in hits if hit.derived}
        deriving.count(session, looking.store.name, sight.entries(hits), remedies, at=clock.now())
    for (reference, name), saw in looking.saw.items():
        if saw.emptied:
            due.collections[name].add(reference)
    return due


def _changed(connector: Connector, looking: Looking, due: deriving.Due) -> set[str]:
    """The tables of which records went, or fields were emptied."""
    erased = {each.table for each in looking.store.collections.values() if each.name in due.collections}
    return _reached(erased, connector.ties()) if erased else erased


def _reached(tables: set[str], ties: Sequence[Tie]) -> set[str]:
    """The tables, and those whose rows went or changed along with theirs."""
    reached = set(tables)
    while (
        more := {tie.table for tie in ties if tie.parent in reached and tie.then is not Then.REFUSE} - reached
    ):
        reached |= more
    return reached


def _note_renewed(sight: _Sight, hit: Residue, cleaned: Sequence[Cleaned]) -> None:
    """Say of a place that held somebody what was done about it."""
    saw = _saw(sight, sight.sought[hit.subject].subject, hit.derived)
    if hit.derived and any(one.derived == hit.derived and one.problem is None for one in cleaned):
        saw.reason = reasons.renewed(hit.derived.tables, hit.derived.remedy)


def _note_unseen(sight: _Sight, derived: Derived, due: deriving.Due) -> None:
    """A place that is not shown to us and could not be brought up to date holds what went into it."""
    store = sight.looking.store
    names = {each.name for each in store.collections.values() if each.table in derived.tables}
    whose = set(due.places.get(derived.name, ())).union(*(due.collections.get(name, ()) for name in names))
    for subject, target in enumerate(sight.looking.batch.targets):
        if target.reference in whose:
            saw = _saw(sight, subject, derived)
            saw.where.add((derived.name, derived.name))
            saw.reason = reasons.stale(derived.tables, derived.remedy)
            saw.residue = saw.left[Seen.VALUE] = max(saw.residue, 1)


def _note_left(connector: Connector, sight: _Sight) -> None:
    standing = _standing(connector, sight)
    left = [hit for hit in sight.hits if id(hit) not in standing]
    for key, number in sight.entries(hit for hit in sight.hits if id(hit) in standing).items():
        if key in sight.looking.saw:  # it was counted: what stands there rightly did not go
            sight.looking.saw[key].standing = number
    for hit in left:
        saw = _saw(sight, sight.sought[hit.subject].subject, hit.derived)
        saw.where.add((hit.table, hit.column))
        if hit.derived:
            saw.reason = reasons.stale(hit.derived.tables, hit.derived.remedy)
    for key, number in sight.entries(left).items():
        sight.looking.saw[key].left[Seen.VALUE] = sight.looking.saw[key].residue = number


def _saw(sight: _Sight, subject: int, derived: Derived | None) -> Saw:
    name = derived.name if derived else ""
    saw = sight.looking.of(subject, name, mapped=False)
    saw.remedy = derived.remedy if derived else None
    saw.left.setdefault(Seen.VALUE, 0)
    return saw


def _standing(connector: Connector, sight: _Sight) -> set[int]:
    """The hits whose identifiers stand in the tables as well that their place is filled from."""
    asked: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for hit in sight.hits:
        if hit.derived and not hit.derived.leftover:
            asked[hit.derived.tables].add(hit.subject)
    held: dict[tuple[str, ...], set[int]] = {}
    for tables, numbers in asked.items():
        sought = [replace(sight.sought[number], subject=number) for number in sorted(numbers)]
        known = (sight.looking.schema.tables.get(name) for name in tables)
        places = [table.whole() for table in known if table and not table.derived]
        held[tables] = {hit.subject for hit in connector.sweep(sought, places)}
    return {id(hit) for hit in sight.hits if hit.derived and hit.subject in held.get(hit.derived.tables, ())}
