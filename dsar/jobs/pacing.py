"""Not more records a second than the map lets go: pauses between chunks, in which nothing is held or locked."""

import time
from collections.abc import Callable

from dsar.datamap.types import Pace

GLANCE = 0.5  # seconds; so soon a pause ends when all erasures are stopped


def paced(pace: Pace, chunk: int, may_go_on: Callable[[], None]) -> Callable[[], None]:
    """What is asked before each chunk: it waits until the chunk before has had its time, and asks may_go_on meanwhile.

    A pause is real time; the lease of the work is renewed beside it.
    """
    ready = 0.0

    def ask() -> None:
        nonlocal ready
        may_go_on()
        while (left := ready - time.monotonic()) > 0:
            time.sleep(min(left, GLANCE))
            may_go_on()
        ready = time.monotonic() + (chunk / pace.per_second if pace.per_second else 0)

    return ask
