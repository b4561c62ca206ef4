"""The pace of an erasure: pauses between chunks, that end when all erasures are stopped."""

import pytest

from dsar.datamap.types import Pace
from dsar.jobs import pacing
from dsar.services.stopping import Stopped


@pytest.fixture
def slept(monkeypatch) -> list[float]:
    """A clock that goes on only by sleeping; the seconds slept, one by one."""
    times: list[float] = []
    monkeypatch.setattr(pacing.time, "monotonic", lambda: 1000.0 + sum(times))
    monkeypatch.setattr(pacing.time, "sleep", times.append)
    return times


def test_each_chunk_but_the_first_waits_until_the_one_before_has_had_its_time(slept):
    ask = pacing.paced(Pace(per_second=250), 500, lambda: None)
    ask()
    assert slept == []
    for chunks in (1, 2):
        ask()
        assert sum(slept) == pytest.approx(2 * chunks)
    assert max(slept) <= pacing.GLANCE


def test_without_a_rate_nothing_waits(slept):
    ask = pacing.paced(Pace(chunk=1), 1, lambda: None)
    for _ in range(3):
        ask()
    assert slept == []


def test_a_pause_ends_at_once_when_all_erasures_are_stopped(slept):
    def may_go_on():
        if len(slept) == 2:
            raise Stopped("stopped")

    ask = pacing.paced(Pace(per_second=1), 500, may_go_on)
    ask()
    with pytest.raises(Stopped):
        ask()
    assert len(slept) == 2
