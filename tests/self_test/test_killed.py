"""A run is killed before and after whatever it does outside: whoever comes next ends it, and nothing is missed."""

import pytest

from dsar import faults
from tests.self_test.seeded import PLACES, apply, held

POINTS = [point for point in faults.names() if point.startswith("self_test.")]
KILLED = -9


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_it_ends_without_a_miss(point, shop):
    apply(shop)
    before = held(shop)
    assert shop.process("self-test", "run", DSAR_FAULT=point).code == KILLED
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["number"], came.json["misses"]) == (0, 1, {})
    assert came.json["records"] == PLACES
    assert held(shop) == before
