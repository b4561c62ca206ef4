"""The self-test: run it now, or see what the last run came to."""

from typing import Any

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, office
from dsar.errors import NotFound
from dsar.jobs import self_test as job
from dsar.models import SelfTest
from dsar.models.self_test import Step
from dsar.services import self_testing


@click.group("self-test")
def self_test() -> None:
    """The self-test: a synthetic person is seeded, copied and erased, and every miss is told."""


@self_test.command("run")
@click.option("--queue", is_flag=True, help="Leave it to the workers.")
@as_json
def run_(queue: bool, as_json: bool) -> int:
    """Make a run in this process, with all other work that is due; exit 1 unless it ends without a miss."""
    with office() as here:
        number = job.begun() if queue else job.now(here)
        if number is None:
            raise NotFound(
                "the data map seeds nothing, or all erasures are stopped; see `self_test` in docs/map.md"
            )
        with db.read() as session:
            shown = _shown(session.get_one(SelfTest, number))
    answer(shown, as_json, _words(shown))
    return 0 if (queue or shown["step"] == Step.ENDED) and not shown["misses"] else 1


@self_test.command("show")
@as_json
def show(as_json: bool) -> int:
    """What the last run came to; exit 1 when it missed anything."""
    with office(), db.read() as session:
        last = self_testing.newest(session)
        if last is None:
            raise NotFound("the self-test has not run yet; make a run: dsar self-test run")
        shown = _shown(last)
    answer(shown, as_json, _words(shown))
    return 1 if shown["misses"] else 0


def _shown(run: SelfTest) -> dict[str, Any]:
    return {
        "number": run.number, "step": run.step, "begun_at": clock.text(run.begun_at),
        "ended_at": clock.moment(run.ended_at),
        "submission": run.submission, "records": run.planted.get("records", {}), "misses": run.misses,
    }  # fmt: skip


def _words(shown: dict[str, Any]) -> str:
    places = len(shown["records"])
    if shown["step"] != Step.ENDED:
        return f"Run {shown['number']} is not finished: it waits at `{shown['step']}`."
    lines = [f"  {what}: {', '.join(where)}" for what, where in sorted(shown["misses"].items())]
    if lines:
        return "\n".join([f"Run {shown['number']} missed:", *lines])
    came = "copied and erased, nothing missed; the twin came through unchanged"
    return f"Run {shown['number']}: seeded in {places} collections, {came}."


COMMANDS = [self_test]
