"""A run is killed before and after whatever it does outside: whoever comes next ends it, and nothing is missed."""

from dsar import faults
from tests.self_test.seeded import PLACES, apply, held

KILLED = -9
EFFECTS = ("read", "write", "seed", "clear")  # in the order in which a run comes to them


def test_killed_at_every_point_one_after_the_other_it_ends_without_a_miss(shop):
    apply(shop)
    before = held(shop)
    points = [f"self_test.{effect}:{side}" for effect in EFFECTS for side in ("before", "after")]
    assert set(points) == {point for point in faults.names() if point.startswith("self_test.")}
    for point in points:
        assert shop.process("self-test", "run", DSAR_FAULT=point).code == KILLED, point
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["number"], came.json["misses"]) == (0, 1, {})
    assert came.json["records"] == PLACES
    assert held(shop) == before
