"""Erase what one store holds of everybody whose erasure is due there: one batch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from dsar import clock, faults
from dsar.connectors import Act, Connector, Found, Probe, Schema
from dsar.datamap.types import Collection, Keep
from dsar.errors import CannotErase, StoreProblem
from dsar.jobs import boxes, job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.services import acting, erasing, intake, keeping, searching, targets, work
from dsar.services.acting import Done
from dsar.services.deciding import Decision, decide
from dsar.services.sharing import standing
from dsar.services.targets import Batch, Target
from dsar.services.work import Claim
from dsar.terms import StoreState

CHUNK = 1000  # records in one transaction of a store
Key = tuple[str, str]  # reference, collection


@job
def plan_erasure(_office: Office, claim: Claim, *, reference: str) -> None:
    """Seal the identifier set and plan; an erasure under its threshold goes on by itself."""
    with faults.effect("plan.write"), held(claim) as session:
        erasing.plan(session, _office.vault, intake.get(session, reference), at=clock.now())


@job
def start_erasure(_office: Office, claim: Claim, *, reference: str) -> None:
    """Begin an erasure whose time has come."""
    with held(claim) as session:
        erasing.start(session, intake.get(session, reference), at=clock.now())


@job
def erase_kept(_office: Office, claim: Claim, *, reference: str) -> None:
    """Erase what a law kept until yesterday; the request is open again until that is done."""
    with held(claim) as session:
        keeping.erase_kept(session, intake.get(session, reference), at=clock.now())


@job
def erase_store(office: Office, claim: Claim, *, store: str) -> datetime | None:
    """Count, then erase, chunk by chunk; what a run that was cut short erased is in the count made before."""
    with held(claim) as session:
        batch = targets.to_erase(session, office.vault, store, limit=office.config.batch)
    if batch is None:
        return None
    try:
        with faults.effect("erase.read"):
            acts, offered = _read(office, batch, store)
        with held(claim) as session:
            acting.baseline(session, store, _counts(batch, store, acts), offered, at=clock.now())
        with faults.effect("erase.act"):
            done = _erase(office, batch, store, acts)
    except StoreProblem as error:
        _trouble(claim, batch, store, error)
        raise
    with faults.effect("erase.write"), held(claim) as session:
        acting.erased(session, store, done, at=clock.now())
        references = [target.reference for target in batch.targets]
        acting.recovered(session, store, references, at=clock.now())
        _wake_rebuilt(session, batch, store)
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


def today(batch: Batch) -> date:
    """The civil day in the controller's zone."""
    return clock.day(clock.now(), batch.datamap.controller.zone)


def internal_kinds(batch: Batch) -> set[str]:
    """The kinds of identifier that are the controller's own numbers."""
    return {name for name, kind in batch.datamap.identifier_kinds.items() if kind.internal}


def _read(
    office: Office, batch: Batch, store: str
) -> tuple[dict[str, list[tuple[Act, Decision]]], dict[Key, boxes.Offered]]:
    """What is to be done with each record, by collection, children before the parents that lead to them.

    And, where the store is a search box, what it offers before anything goes.
    """
    with office.store(batch.datamap.stores[store], batch.datamap) as connector:
        connector.check(erasing=False)
        schema = connector.describe()
        acts = {
            collection.name: list(_decided(connector, collection, schema, batch))
            for collection in batch.datamap.stores[store].erase_order()
        }
        return acts, boxes.typed(connector, batch, batch.datamap.stores[store])


def _decided(
    connector: Connector, collection: Collection, schema: Schema, batch: Batch
) -> Iterator[tuple[Act, Decision]]:
    table = schema.tables.get(collection.table)
    key = (table.key if table else ()) or collection.key
    on, internal = today(batch), internal_kinds(batch)
    for found in connector.find(collection, probes(collection, batch.targets)):
        whose = standing(batch.datamap, collection, found.row, batch.targets[found.subject].identifiers)
        decision = decide(collection, found.row, key=key, today=on, internal=internal, standing=whose)
        if decision.acts or decision.kept:
            slim = _slim(collection, found) if key else found
            yield Act(slim, decision.delete, decision.blank, decision.lock), decision


def _slim(collection: Collection, found: Found) -> Found:
    """Only what the statement needs to see that the record still matches, and the files that it names."""
    wanted = {by.column for by in collection.found_by} | {
        f.name for f in collection.fields.values() if f.file
    }
    return replace(found, row={column: value for column, value in found.row.items() if column in wanted})


def _counts(
    batch: Batch, store: str, acts: dict[str, list[tuple[Act, Decision]]]
) -> dict[Key, tuple[int, int]]:
    counts: dict[Key, tuple[int, int]] = {
        (target.reference, name): (0, 0)
        for target in batch.targets
        for name in batch.datamap.stores[store].collections
    }
    for name, decided in acts.items():
        for act, decision in decided:
            key = batch.targets[act.found.subject].reference, name
            records, kept = counts[key]
            counts[key] = records + 1, kept + decision.kept
    return counts


def _erase(
    office: Office, batch: Batch, store: str, acts: dict[str, list[tuple[Act, Decision]]]
) -> dict[Key, Done]:
    collections = batch.datamap.stores[store].collections
    done = {(target.reference, name): Done() for target in batch.targets for name in collections}
    for name, decided in acts.items():
        _note_kept(batch, collections[name], decided, done)
    if not any(decision.acts for decided in acts.values() for _, decision in decided):
        return done
    with office.store(batch.datamap.stores[store], batch.datamap, erasing=True) as connector:
        connector.check()
        for name, decided in acts.items():
            try:
                _carry_out(
                    connector, collections[name], [pair for pair in decided if pair[1].acts], batch, done
                )
            except CannotErase as error:
                _note_cannot(batch, name, decided, error.ground, done)
    return done


def _carry_out(
    connector: Connector,
    collection: Collection,
    decided: Sequence[tuple[Act, Decision]],
    batch: Batch,
    done: dict[Key, Done],
) -> None:
    acts = [act for act, _ in decided]
    reduced = {id(act) for act, decision in decided if decision.kept}  # they stay, and are counted as kept
    for start in range(0, len(acts), CHUNK):
        for erased in connector.erase(collection, acts[start : start + CHUNK]):
            if erased.gone and id(erased.act) not in reduced:
                done[batch.targets[erased.act.found.subject].reference, collection.name].gone += 1


def _note_kept(
    batch: Batch, collection: Collection, decided: Sequence[tuple[Act, Decision]], done: dict[Key, Done]
) -> None:
    for act, decision in decided:
        if not decision.kept:
            continue
        one = done[batch.targets[act.found.subject].reference, collection.name]
        one.keepable += 1
        one.rule, one.reason = decision.rule or one.rule, decision.reason or one.reason
        one.cannot = one.cannot or (decision.reason is not None and not decision.shared)
        if decision.until:
            one.until = max(one.until or "", decision.until.isoformat())
        if decision.rule and isinstance(collection.on_erasure, Keep):
            one.locked = collection.on_erasure.lock_column is not None


def _note_cannot(
    batch: Batch, name: str, decided: Sequence[tuple[Act, Decision]], ground: str, done: dict[Key, Done]
) -> None:
    for act, _ in decided:
        one = done[batch.targets[act.found.subject].reference, name]
        one.cannot, one.reason, one.keepable = True, ground, one.keepable + 1


def _wake_rebuilt(session: Session, batch: Batch, store: str) -> None:
    """Stores that are rebuilt from this one may be erased now."""
    followers = [
        s.name
        for s in batch.datamap.stores.values()
        if any(f.startswith(f"{store}.") for f in s.rebuilt_from)
    ]
    work.put_many(session, "erase_store", [(f"erase:{name}", {"store": name}) for name in followers])


def _trouble(claim: Claim, batch: Batch, store: str, error: StoreProblem) -> None:
    trouble(claim, store, [target.reference for target in batch.targets], error)


def trouble(claim: Claim, store: str, references: Sequence[str], error: StoreProblem) -> None:
    """Say on each request that its store did not do its part, and when it is tried again."""
    with held(claim) as session:
        searching.trouble(
            session, store, references, StoreState.UNREACHABLE, str(error),
            next_try_at=clock.real() + work.pause(claim.tries), at=clock.now(),
        )  # fmt: skip
