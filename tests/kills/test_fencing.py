"""A worker that sleeps through its lease finds its work done by another, and changes nothing when it wakes."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.kills.celery_workers import own_database, until
from tests.kills.story import NAMES, Story, differences, outcome

ROOT = Path(__file__).parents[2]
PROOF = os.environ.get("DSAR_PROOF") == "1"
ASLEEP = [("erase", "erase:%")]
if PROOF:
    ASLEEP += [
        ("erase", "look:%"),
        ("search", "search:%"),
        ("copy", "copy:%"),
        ("erase", "certificate:%"),
    ] * 3


def state(process: subprocess.Popen[bytes]) -> str:
    """The system's letter for it: R, S, T (stopped), Z."""
    return Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def put_to_sleep(process: subprocess.Popen[bytes], story: Story, leased: str) -> None:
    """Stop a process while it has such work, and holds no lock of our database: nobody could work beside it."""
    while True:
        until(lambda: own_database(story, leased), "somebody does this work")
        process.send_signal(signal.SIGSTOP)
        until(lambda: state(process) == "T", "it sleeps")
        if own_database(story, leased) and is_free(story):
            return
        process.send_signal(signal.SIGCONT)


def is_free(story: Story) -> bool:
    """Whether our own database can be written to."""
    with closing(sqlite3.connect(story.folder / "home" / "dsar.sqlite", timeout=0.3)) as database:
        try:
            database.execute("begin immediate")
        except sqlite3.OperationalError:
            return False
        return True


@pytest.mark.parametrize(("act", "work"), ASLEEP)
def test_who_wakes_after_his_lease_changes_nothing(act, work, told, place):
    story = told.before[act].duplicate(place)
    leased = f"select id from work where key like '{work}' and leased_until is not null"
    environment = {"PATH": os.environ["PATH"], "HOME": str(place), **story.environment(act)}
    with (place / "sleeper.log").open("wb") as log:
        sleeper = subprocess.Popen(
            [str(Path(sys.executable).with_name("dsar")), "work", "--until-idle"],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        put_to_sleep(sleeper, story, leased)
        assert story.work(act).json["failed"] == 0
        sleeper.send_signal(signal.SIGCONT)
        assert sleeper.wait(60) == 0
    finally:
        sleeper.kill()
        sleeper.wait(10)
    for later in NAMES[NAMES.index(act) + 1 : 3]:
        story.play(later)
    assert differences(outcome(story), told.outcome) == []
