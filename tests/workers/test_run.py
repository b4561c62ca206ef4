"""`dsar run` is web, worker and clock as one: they start together and none outlives the others."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import free_port

ROOT = Path(__file__).parents[2]
WITHIN = 60  # seconds that anything may take on a busy machine


class Running:
    """One `dsar run`, and every process it started."""

    def __init__(self, home: Path) -> None:
        self.port, self.home = free_port(), home
        own = {"DSAR_HOME": str(home), "DSAR_ENV": "test", "DSAR_PORT": str(self.port), "DSAR_LEASE": "1"}
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONWARNINGS": "ignore", **own}
        home.mkdir()
        with (home / "said").open("wb") as said:
            self.pages = subprocess.Popen(
                [str(Path(sys.executable).with_name("dsar")), "run"], cwd=ROOT, env=environment,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        until(self.answers, "the pages answer")
        until(lambda: len(self.processes()) == 3, "pages, worker and clock run")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as page:
                return page.status == 200
        except urllib.error.URLError:
            return False

    def processes(self) -> dict[int, str]:
        """The commands of all processes with this home in their environment, by id."""
        return {
            int(folder.name): (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and belongs(folder, f"DSAR_HOME={self.home}")
        }

    def worker(self) -> int:
        """The worker's id: the parent of its clock."""
        workers = [id for id, command in self.processes().items() if "celery" in command]
        return next(id for id in workers if parent(id) == self.pages.pid)

    def said(self) -> str:
        return (self.home / "said").read_text()

    def close(self) -> None:
        for id in self.processes():
            os.kill(id, signal.SIGKILL)
        self.pages.wait(WITHIN)


def belongs(folder: Path, setting: str) -> bool:
    try:
        alive = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        return alive and setting.encode() in (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return False  # it ended meanwhile


def parent(id: int) -> int:
    return int(Path(f"/proc/{id}/stat").read_text().rsplit(")", 1)[1].split()[1])


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < end, f"in {WITHIN} s it did not come to this: {what}"
        time.sleep(0.05)


@pytest.fixture
def running(tmp_path) -> Iterator[Running]:
    made = Running(tmp_path / "home")
    yield made
    made.close()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_a_stop_stops_web_worker_and_clock(running, stop):
    running.pages.send_signal(stop)
    assert running.pages.wait(WITHIN) == 0
    assert running.processes() == {}
    assert "Traceback" not in running.said()


def test_when_the_pages_are_killed_worker_and_clock_end_by_themselves(running):
    running.pages.kill()
    running.pages.wait(WITHIN)
    until(lambda: running.processes() == {}, "worker and clock ended")


def test_when_the_worker_is_killed_the_pages_stop_and_say_so(running):
    os.kill(running.worker(), signal.SIGKILL)
    assert running.pages.wait(WITHIN) == 1
    until(lambda: running.processes() == {}, "the clock ended too")
    assert "error: the worker ended, so the pages stopped too" in running.said()
    assert "Traceback" not in running.said()
