"""How often a sign-in may fail before it must wait."""

import time
from collections import OrderedDict, deque

MOST = 10  # failures
WITHIN = 15 * 60  # seconds
REMEMBERED = 10_000  # names; the oldest are forgotten first


class Tries:
    """Failures of one process, by name and address."""

    def __init__(self) -> None:
        self._failed: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def too_many(self, who: tuple[str, str]) -> bool:
        """Whether this one must wait."""
        times = self._failed.get(who, deque())
        while times and times[0] < time.monotonic() - WITHIN:
            times.popleft()
        return len(times) >= MOST

    def failed(self, who: tuple[str, str]) -> None:
        """Count a failure."""
        self._failed.setdefault(who, deque(maxlen=MOST)).append(time.monotonic())
        self._failed.move_to_end(who)
        while len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)
