"""Workers of Celery as processes of their own, and what stands in their broker."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import kombu
from sqlalchemy import create_engine, text

from tests.kills.story import Story

ROOT = Path(__file__).parents[2]
WITHIN = 120  # seconds that anything may take on a busy machine


class Workers:
    """The workers of one story, each with a clock of its own; killed when the test ends."""

    def __init__(self, story: Story, pool: str) -> None:
        self._story, self._pool = story, pool
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONWARNINGS": "ignore",
        }
        with (self._story.folder / f"worker-{len(self._running)}.log").open("wb") as log:
            started = subprocess.Popen(
                [
                    sys.executable, "-m", "celery", "-A", "workers", "worker", "--beat", "--pool", self._pool,
                    "--concurrency", "2", "--hostname", f"{len(self._running)}@here", "--loglevel", "INFO",
                ],
                cwd=ROOT, env=environment | self._story.environment(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._running.append(started)
        return started

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """SIGKILL, to the worker and its clock."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)

    def logs(self) -> str:
        """What all of them said."""
        return "\n".join(path.read_text(errors="replace") for path in self._story.folder.glob("worker-*.log"))

    def close(self) -> None:
        """Kill whatever still runs."""
        for worker in self._running:
            if worker.poll() is None:
                self.kill(worker)


@contextmanager
def workers(story: Story, pool: str = "threads") -> Iterator[Workers]:
    """The workers of a story; pool: threads, or prefork (processes)."""
    made = Workers(story, pool)
    try:
        yield made
    finally:
        made.close()


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is so; fails, saying what was waited for."""
    end = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < end, f"in {WITHIN} s it did not come to this: {what}"
        time.sleep(0.02)


def own_database(story: Story, statement: str) -> list[tuple]:
    """What our own database answers, wherever it is."""
    url = story.settings.get("DSAR_DATABASE_URL") or f"sqlite:///{story.folder / 'home' / 'dsar.sqlite'}"
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]
    finally:
        engine.dispose()


def drop_messages(story: Story) -> list[Any]:
    """Let the broker lose everything in its queue; the arguments of each message that it had."""
    url = story.settings.get("DSAR_BROKER_URL")
    return _drop_from(url) if url else _drop_files(story.folder / "home" / "queue")


def _drop_files(folder: Path) -> list[Any]:
    lost = []
    for file in folder.glob("*.celery"):
        with suppress(FileNotFoundError):  # a worker was faster
            lost.append(json.loads(base64.b64decode(json.loads(file.read_bytes())["body"])))
            file.unlink()
    return lost


def _drop_from(url: str) -> list[Any]:
    lost = []
    with kombu.Connection(url) as connection:
        queue = connection.SimpleQueue("celery")
        while True:
            try:
                message = queue.get(block=False)
            except queue.Empty:
                break
            message.ack()
            lost.append(message.payload)
        queue.close()
    return lost
