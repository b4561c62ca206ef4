"""Erase what one store holds of everybody whose erasure is due there: one batch."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from dsar import clock, db, faults
from dsar.connectors import Act, Connector, Found, Held, Probe, Schema
from dsar.datamap.ties import erase_order
from dsar.datamap.types import Collection, DataMap
from dsar.errors import CannotErase, StoreProblem, StoreRefused
from dsar.jobs import boxes, job
from dsar.jobs.carrying import CHUNK, Refused, carried_out
from dsar.jobs.office import Office
from dsar.jobs.pacing import paced
from dsar.jobs.perform import held
from dsar.services import (
    acting,
    erasing,
    intake,
    keeping,
    reasons,
    recipients,
    recognising,
    refusing,
    searching,
    stopping,
    targets,
    work,
)
from dsar.services.acting import Done
from dsar.services.deciding import Decision, decide
from dsar.services.recognising import Prints
from dsar.services.sharing import standing
from dsar.services.targets import Batch, Target
from dsar.services.work import Claim
from dsar.terms import Stage, StoreState

Key = tuple[str, str]  # reference, collection


@job
def plan_erasure(_office: Office, claim: Claim, *, reference: str) -> None:
    """Seal the identifier set and plan; an erasure under its threshold goes on by itself."""
    with faults.effect("plan.write"), held(claim) as session:
        erasing.plan(session, _office.vault, intake.get(session, reference), at=clock.now())


@job
def start_erasure(office: Office, claim: Claim, *, reference: str) -> None:
    """Begin an erasure whose time has come."""
    with held(claim) as session:
        erasing.start(session, office.vault, intake.get(session, reference), at=clock.now())


@job
def erase_kept(_office: Office, claim: Claim, *, reference: str) -> datetime | None:
    """Erase what a law kept until yesterday, once it is not held; the request is open again until that is done."""
    with held(claim) as session:
        done = keeping.erase_kept(session, intake.get(session, reference), at=clock.now())
    return None if done else clock.real() + keeping.LATER


@job
def erase_store(office: Office, claim: Claim, *, store: str) -> datetime | None:
    """Count, then erase, chunk by chunk; what a run that was cut short erased is in the count made before."""
    with held(claim) as session:
        batch = targets.to_erase(session, office.vault, store, limit=office.config.batch)
        due = refusing.unerased(session, store, [t.reference for t in batch.targets]) if batch else set()
    if batch is None:
        return None
    prints = Prints(office.vault, batch, batch.datamap.stores[store])
    try:
        with faults.effect("erase.read"):
            acts, offered = _read(office, batch, due, prints)
        with held(claim) as session:
            if not targets.stand(session, batch, (Stage.ERASING,)):
                return clock.real()  # another map says by now what goes, or nothing is to go
            acting.baseline(session, store, _counts(batch, due, acts), offered, at=clock.now())
            recognising.remember(session, prints)
        with faults.effect("erase.act"):
            done, refused = _erase(office, batch, store, acts, due)
    except StoreProblem as error:
        trouble(claim, store, [target.reference for target in batch.targets], error)
        raise
    with faults.effect("erase.write"), held(claim) as session:
        acting.erased(session, store, done, version=batch.version, at=clock.now())
        references = [target.reference for target in batch.targets]
        refusing.note(
            session, store, refused, next_try_at=clock.real() + work.pause(claim.tries), at=clock.now()
        )
        session.flush()
        recipients.call_late(session, store, references, at=clock.now())
        acting.recovered(session, store, references, at=clock.now())
        _wake_rebuilt(session, batch, store)
    if refused:
        raise StoreRefused(next(iter(refused.values())))  # and so it is tried again, after a pause
    return clock.real()


def probes(collection: Collection, targets: Sequence[Target]) -> list[Probe]:
    """Everything the targets are known by that this collection can be searched for."""
    kinds = {by.kind for by in collection.found_by}
    return [
        Probe(subject, asked.number, asked.kind, asked.value)
        for subject, target in enumerate(targets)
        for asked in target.identifiers
        if asked.kind in kinds
    ]


def today(datamap: DataMap) -> date:
    """The civil day in the controller's zone."""
    return clock.day(clock.now(), datamap.controller.zone)


def internal_kinds(datamap: DataMap) -> set[str]:
    """The kinds of identifier that are the controller's own numbers."""
    return {name for name, kind in datamap.identifier_kinds.items() if kind.internal}


def _read(
    office: Office, batch: Batch, due: Set[Key], prints: Prints
) -> tuple[dict[str, list[tuple[Act, Decision]]], dict[Key, boxes.Offered]]:
    """What is to be done with each record, by collection, in their order; and what a search box offers before."""
    with office.store(prints.store, batch.datamap) as connector:
        connector.check(erasing=False)
        schema = connector.describe()
        names = {name for _, name in due}
        acts = {
            collection.name: list(_decided(connector, collection, schema, due, prints))
            for collection in erase_order(prints.store, connector.ties())
            if collection.name in names
        }
        return acts, boxes.typed(connector, batch, prints.store)


def _decided(
    connector: Connector, collection: Collection, schema: Schema, due: Set[Key], prints: Prints
) -> Iterator[tuple[Act, Decision]]:
    batch, table = prints.batch, schema.tables.get(collection.table)
    key = (table.key if table else ()) or collection.key
    on, internal = today(batch.datamap), internal_kinds(batch.datamap)
    for found in connector.find(collection, probes(collection, batch.targets)):
        if (batch.targets[found.subject].reference, collection.name) not in due:
            continue
        whose = standing(batch.datamap, collection, found.row, batch.targets[found.subject].identifiers)
        decision = decide(
            collection, found.row, key=key, today=on, internal=internal, standing=whose, whole=connector.whole
        )
        if decision.acts:
            prints.note(collection, found.subject, found.key, found.row, key)
        if decision.acts or decision.kept:
            slimmed = slim(collection, found) if key else found
            yield Act(slimmed, decision.delete, decision.blank, decision.lock), decision


def slim(collection: Collection, found: Found) -> Found:
    """Only what the statement needs to see that the record still matches, and the files that it names."""
    wanted = {by.column for by in collection.found_by} | {
        f.name for f in collection.fields.values() if f.file
    }
    return replace(found, row={column: value for column, value in found.row.items() if column in wanted})


def _counts(
    batch: Batch, due: Set[Key], acts: dict[str, list[tuple[Act, Decision]]]
) -> dict[Key, tuple[int, int]]:
    counts: dict[Key, tuple[int, int]] = dict.fromkeys(sorted(due), (0, 0))
    for name, decided in acts.items():
        for act, decision in decided:
            key = batch.targets[act.found.subject].reference, name
            records, kept = counts[key]
            counts[key] = records + 1, kept + decision.kept
    return counts


def _erase(
    office: Office, batch: Batch, store: str, acts: dict[str, list[tuple[Act, Decision]]], due: Set[Key]
) -> tuple[dict[Key, Done], dict[Key, str]]:
    """What was done in each collection, and why the store would not let us finish, where it would not."""
    there = batch.datamap.stores[store]
    doing = _Doing(batch, {key: Done() for key in sorted(due) if key[1] in there.collections})
    for name, decided in acts.items():
        _note_kept(batch, there.collections[name], decided, doing.done)
    if any(decision.acts for decided in acts.values() for _, decision in decided):
        with office.store(there, batch.datamap, erasing=True) as connector:
            connector.check(erasing=False)
            for name, decided in acts.items():
                _carry_out(
                    connector, there.collections[name], [pair for pair in decided if pair[1].acts], doing
                )
    return {key: one for key, one in doing.done.items() if key not in doing.refused}, doing.refused


def _carry_out(
    connector: Connector, collection: Collection, decided: Sequence[tuple[Act, Decision]], doing: "_Doing"
) -> None:
    acts = [act for act, _ in decided]
    reduced = {id(act) for act, decision in decided if decision.kept}  # they stay, and are counted as kept
    refused: Refused = []
    try:
        if acts:
            connector.may_erase(collection)
        chunk = collection.pace.chunk or CHUNK
        ask = paced(collection.pace, chunk, may_go_on)
        for erased in carried_out(connector, collection, acts, chunk, refused, ask):
            if erased.held:
                doing.hold(erased.act, collection, erased.held)
            elif id(erased.act) not in reduced:
                doing.of(erased.act, collection).went(gone=erased.gone)
    except CannotErase as error:
        _note_cannot(doing.batch, collection.name, decided, error.ground, doing.done)
    except StoreRefused as error:
        refused = [(act, str(error)) for act in acts]
    doing.refuse(collection, refused)


def may_go_on() -> None:
    """Raise Stopped once somebody has stopped all erasures: between two chunks, nothing more goes."""
    with db.read() as session:
        stopping.refuse_while_stopped(session)


@dataclass
class _Doing:
    """What has been done so far of a batch in a store, and what the store refused, by reference and collection."""

    batch: Batch
    done: dict[Key, Done]
    refused: dict[Key, str] = field(default_factory=dict)

    def of(self, act: Act, collection: Collection) -> Done:
        """What was done of an act's request in a collection."""
        return self.done[self.batch.targets[act.found.subject].reference, collection.name]

    def hold(self, act: Act, collection: Collection, by: Held) -> None:
        """A record stays because rows that stay refer to it; for now, where those were only refused."""
        reference = self.batch.targets[act.found.subject].reference
        reason = reasons.held(by.table, by.tie)
        store = next(s for s, c in self.batch.datamap.collections() if c is collection)
        below = [each.name for each in store.collections.values() if each.table == by.table]
        if any((reference, name) in self.refused for name in below):
            self.refused.setdefault((reference, collection.name), reason)
            return
        one = self.of(act, collection)
        one.cannot, one.reason, one.keepable = True, reason, one.keepable + 1

    def refuse(self, collection: Collection, refused: Refused) -> None:
        """Remember what the store would not do."""
        for act, reason in refused:
            self.refused.setdefault(
                (self.batch.targets[act.found.subject].reference, collection.name), reason
            )


def _note_kept(
    batch: Batch, collection: Collection, decided: Sequence[tuple[Act, Decision]], done: dict[Key, Done]
) -> None:
    for act, decision in decided:
        if not decision.kept:
            continue
        one = done[batch.targets[act.found.subject].reference, collection.name]
        one.keepable += 1
        one.rule, one.reason = decision.rule or one.rule, decision.reason or one.reason
        one.cannot = one.cannot or decision.cannot
        if decision.until:
            day = decision.until.isoformat()
            one.until, one.first_until = max(one.until or day, day), min(one.first_until or day, day)
        if decision.rule:
            one.locked = False  # until a look has seen the lock


def _note_cannot(
    batch: Batch, name: str, decided: Sequence[tuple[Act, Decision]], ground: str, done: dict[Key, Done]
) -> None:
    for act, decision in decided:
        one = done[batch.targets[act.found.subject].reference, name]
        one.cannot, one.reason, one.keepable = True, ground, one.keepable + (not decision.kept)


def _wake_rebuilt(session: Session, batch: Batch, store: str) -> None:
    """Stores that are rebuilt from this one may be erased now."""
    followers = [
        s.name
        for s in batch.datamap.stores.values()
        if any(f.startswith(f"{store}.") for f in s.rebuilt_from)
    ]
    work.put_many(session, "erase_store", [(f"erase:{name}", {"store": name}) for name in followers])


def trouble(claim: Claim, store: str, references: Sequence[str], error: StoreProblem) -> None:
    """Say on each request that its store did not do its part, and when it is tried again."""
    with held(claim) as session:
        searching.trouble(
            session, store, references, StoreState.UNREACHABLE, str(error),
            next_try_at=clock.real() + work.pause(claim.tries), at=clock.now(),
        )  # fmt: skip
