"""The worker that `dsar run` starts beside the pages; worker and clock end when the pages do, even if killed.

Its standard input is the read end of a pipe that only the pages' process could write
to: it ends with that process, however that ended.  The clock, a child of the worker,
cannot have it, and sees that its parent has changed.
"""

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable

from celery.exceptions import SecurityWarning
from celery.signals import beat_embedded_init, worker_init

from workers import celery

__all__ = ["celery"]

# Celery warns whoever runs as root, as in a container; our messages are row numbers in JSON, not code.
warnings.filterwarnings("ignore", category=SecurityWarning)
WORKER = os.getpid()
SECONDS = 1.0  # between two looks of the clock at its parent


@worker_init.connect
def end_with_the_pages(**_: object) -> None:
    """The worker puts its work away and stops."""
    pages = sys.__stdin__
    assert pages is not None  # noqa: S101  a pipe, given by who started us
    _stop_after(lambda: os.read(pages.fileno(), 1))


@beat_embedded_init.connect
def end_with_the_worker(**_: object) -> None:
    """The clock stops."""
    _stop_after(_wait_for_the_worker)


def _wait_for_the_worker() -> None:
    while os.getppid() == WORKER:
        time.sleep(SECONDS)


def _stop_after(wait: Callable[[], object]) -> None:
    def watch() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch", daemon=True).start()
