"""The daily self-test: each run goes step by step, and from where it stood when it was cut short."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dsar import clock, db, faults
from dsar.datamap.identifiers import candidates, common_forms, spelled
from dsar.errors import StoreRefused
from dsar.jobs import handover, job, seeding
from dsar.jobs.office import Office
from dsar.jobs.perform import held, until_idle
from dsar.models.self_test import Step
from dsar.services import self_testing, work
from dsar.services.self_testing import Misses, Run
from dsar.services.stopping import Stopped
from dsar.services.work import Claim

AGAIN = timedelta(minutes=15)  # real time; then a run looks how far its requests are, though nobody called it
COPIED = "copy.json"
NONE: Misses = {}


@job
def call_self_test(office: Office, claim: Claim) -> None:
    """Begin a run, and come again after the hours of DSAR_SELF_TEST_HOURS."""
    with held(claim) as session:
        self_testing.begin(session, at=clock.now())
        again = clock.now() + timedelta(hours=office.config.self_test_hours)
        work.put(session, "call_self_test", key="self-test", not_before=again)


@job
def self_test(office: Office, claim: Claim, *, number: int) -> datetime | None:
    """Take the steps that can be taken now."""
    while True:
        with db.read() as session:
            run = self_testing.run(session, number, at=clock.now())
        if run.step == Step.ENDED:
            return None
        step, misses = _stepped(office, claim, run)
        if step == run.step:
            return clock.real() + AGAIN
        with faults.effect("self_test.write"), held(claim) as session:
            self_testing.go_on(session, number, step, misses, at=clock.now())
            if step == Step.ENDED:
                self_testing.end(session, number, at=clock.now())


def _stepped(office: Office, claim: Claim, run: Run) -> tuple[Step, Misses]:
    """Take one step; what comes next, and what was missed.  What was not seeded is not cleared away either."""
    after = Step.ENDED if run.step == Step.LOOK else Step.CLEAR
    if run.late and run.step != Step.CLEAR:
        return after, {"unfinished": [run.step.value]}
    try:
        return STEPS[run.step](office, claim, run)
    except Stopped:
        return run.step, NONE  # nothing is put in or cleared away either until erasures go on
    except StoreRefused as error:
        return after, {"refused": [str(error)]}


def _look(office: Office, _claim: Claim, run: Run) -> tuple[Step, Misses]:
    """Whoever is known by its identifiers is real: then nothing is seeded, and nobody erased."""
    with faults.effect("self_test.read"):
        places = seeding.taken(office, run.datamap, run.digits)
    return (Step.ENDED, {"taken": places}) if places else (Step.SEED, NONE)


def _seed(office: Office, claim: Claim, run: Run) -> tuple[Step, Misses]:
    """Nobody is copied or erased by a number that is somebody's too."""

    def begin(table: str) -> None:
        with held(claim) as session:
            self_testing.put_in(session, run.number, table)

    with faults.effect("self_test.seed"):
        planted = seeding.seed(office, run.datamap, run.digits, run.begun, begin)
    if planted.reused:
        return Step.CLEAR, {"reused": planted.reused}
    with held(claim) as session:
        self_testing.ask(session, office.vault, run.number, planted.plain(), at=clock.now())
    return Step.COPY, {"not_found": planted.not_found}


def _copy(office: Office, _claim: Claim, run: Run) -> tuple[Step, Misses]:
    """The copy must give all that was seeded of the person, and nothing of the twin."""
    assert run.copy is not None  # noqa: S101  asked when it was seeded
    with db.read() as session:
        if not self_testing.copy_is_ready(session, run.copy):
            return Step.COPY, NONE
    with faults.effect("self_test.read"):
        stores = json.loads(b"".join(handover.single(office, run.copy, "copy", COPIED)))["stores"]
        rows = {f"{store['name']}.{c['name']}": c["rows"] for store in stores for c in store["collections"]}
        missing = seeding.not_copied(office, run.datamap, run.planted, rows)
    return Step.ERASE, {"not_copied": missing, "twin_copied": _of_the_twin(run, rows)}


def _of_the_twin(run: Run, rows: Mapping[str, Any]) -> list[str]:
    kinds, twin = run.datamap.identifier_kinds, run.planted["known"][seeding.TWIN]
    forms = [common_forms(kinds[kind], twin[kind]) for kind in run.datamap.self_test]
    texts = {place: json.dumps(held, ensure_ascii=False) for place, held in rows.items()}
    return [p for p, text in texts.items() if any(of & {*candidates(text), *spelled(text)} for of in forms)]


def _erase(office: Office, _claim: Claim, run: Run) -> tuple[Step, Misses]:
    """Every place must be ERASED, and an own look must find nothing of the person and all of the twin."""
    assert run.copy is not None and run.erasure is not None  # noqa: PT018, S101  asked when it was seeded
    with db.begin() as session:
        self_testing.fetch(session, run.copy, at=clock.now())
        kept = self_testing.not_erased(session, run.erasure, set(run.planted["records"]))
    if kept is None:
        return Step.ERASE, NONE
    with faults.effect("self_test.read"):
        misses = seeding.left(office, run.datamap, run.planted)
    with db.begin() as session:
        self_testing.answer(session, run.erasure, at=clock.now())
    return Step.CLEAR, {"not_erased": kept, **misses}


def _clear(office: Office, _claim: Claim, run: Run) -> tuple[Step, Misses]:
    """A store that does not answer is waited for while there is time."""
    with faults.effect("self_test.clear"):
        stays, unknown = seeding.clear(office, run.datamap, run.digits, run.planted, last=run.late)
    wait = bool(unknown) and not run.late
    return (Step.CLEAR, NONE) if wait else (Step.ENDED, {"not_cleared": [*stays, *unknown]})


STEPS: Mapping[Step, Callable[[Office, Claim, Run], tuple[Step, Misses]]] = {
    Step.LOOK: _look, Step.SEED: _seed, Step.COPY: _copy, Step.ERASE: _erase, Step.CLEAR: _clear,
}  # fmt: skip


def begun() -> int | None:
    """Have a run made, or the one go on that is under way; its number, None where there is none to make."""
    with db.begin() as session:
        return self_testing.begin(session, at=clock.now())


def now(office: Office) -> int | None:
    """Make a run in this process, as far as it goes without waiting; its number, None where there is none to make."""
    number = begun()
    if number is not None:
        until_idle(office)
    return number
