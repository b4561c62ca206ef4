"""Processes killed at every named point and at random moments: whoever comes next finishes, and nothing differs."""

import os
import random

import pytest

from dsar import faults
from tests.kills.conftest import Told
from tests.kills.processes import KILLED
from tests.kills.story import ACTS, NAMES, Story, acts, differences, outcome, sealed

PROOF = os.environ.get("DSAR_PROOF") == "1"
EACH_ALONE = (
    sorted(name for name in faults.names() if not name.startswith("self_test."))
    if PROOF
    else ["copy.write:after"]
)
MOMENTS = range(200) if PROOF else range(1)
STORMS = range(10) if PROOF else range(1)


def first_act_of(point: str) -> str:
    effect = point.rsplit(":", 1)[0]
    return next(act for act, (_, effects) in ACTS.items() if effect in effects)


def finish(story: Story, told: Told, act: str, *, to: str = "forget") -> None:
    """Do what an act left undone, and the acts after it; all must be as without interruption."""
    last = NAMES.index(to)
    ended = story.work(act).json
    assert (ended["failed"], ended["waiting"]) == (0, [])
    for name in NAMES[NAMES.index(act) + 1 : last + 1]:
        if name == "hear":
            assert differences(outcome(story), told.outcome) == []
        assert story.play(name).json["failed"] == 0
    if to == "erase":
        assert differences(outcome(story), told.outcome) == []
    else:
        assert differences(acts(story), told.acts) == []
        assert sealed(story) == told.sealed == set()


def test_killed_at_every_point_one_after_the_other_the_story_ends_the_same(told, place):
    """One story in which some process dies at each point there is; each next one takes over the dead one's lease."""
    story = told.before["search"].duplicate(place)
    met = set()
    for act, (_, effects) in ACTS.items():
        if act != "search":
            story.prepare(act)
        for point in (f"{effect}:{side}" for effect in effects for side in ("before", "after")):
            marker = story.folder / "home" / f"fault-{point.replace(':', '-')}"
            marker.unlink(missing_ok=True)  # later acts meet the same points again
            ended = story.work(act, fault=point)
            assert ended.code == KILLED, f"{point} was not met in {act}: {ended}"
            met.add(point)
        assert story.work(act).json["failed"] == 0
        if act == "erase":
            assert differences(outcome(story), told.outcome) == []
    assert differences(acts(story), told.acts) == []
    assert sealed(story) == set()
    assert met == {
        point for point in faults.names() if not point.startswith("self_test.")
    }  # see tests/self_test


@pytest.mark.parametrize("point", EACH_ALONE)
def test_killed_at_one_point_the_story_ends_the_same(point, told, place):
    act = first_act_of(point)
    story = told.before[act].duplicate(place)
    assert story.work(act, fault=point).code == KILLED
    finish(story, told, act, to="erase" if act in NAMES[:3] else "forget")


@pytest.mark.parametrize("seed", MOMENTS)
def test_killed_at_a_random_moment_the_story_ends_the_same(seed, told, place):
    chance = random.Random(seed)
    act = chance.choices(NAMES, weights=(3, 6, 8, 2, 3, 2, 1, 3, 1))[0]
    moment = chance.uniform(0, told.seconds[act])
    story = told.before[act].duplicate(place)
    ended = story.work(act, kill_after=moment)
    assert ended.code in (KILLED, 0)
    finish(story, told, act, to="erase" if act in NAMES[:3] else "forget")


@pytest.mark.parametrize("seed", STORMS)
def test_killed_again_and_again_the_story_ends_the_same(seed, told, place):
    chance = random.Random(seed)
    stormy, times = (NAMES, 4) if PROOF else (("erase", "again", "forget"), 2)
    first = NAMES.index(stormy[0])
    story = told.before[stormy[0]].duplicate(place)
    kills = 0
    for act in NAMES[first:]:
        if act != stormy[0]:
            story.prepare(act)
        for _ in range(times if act in stormy else 0):
            kills += story.work(act, kill_after=chance.uniform(0, 1.2 * told.seconds[act])).code == KILLED
        assert story.work(act).json["failed"] == 0
        if act == "erase":
            assert differences(outcome(story), told.outcome) == []
    assert kills > 1
    assert differences(acts(story), told.acts) == []
    assert sealed(story) == set()


def test_a_store_that_answers_after_the_plan_was_made_is_counted_in_it(told, place):
    """Who takes over a dead worker's store comes later than the plan; so does a store that was away."""
    story = told.before["search"].duplicate(place)
    media, away = story.folder / "stores" / "media", story.folder / "away"
    media.rename(away)
    assert {one["store"] for one in story.work("search").json["waiting"]} == {"media"}
    assert planned(story)["media.recordings"] is None
    away.rename(media)
    assert story.dsar("work", "--until-idle", "--retry-now", "--json").json["waiting"] == []
    assert planned(story)["media.recordings"] == 1


def planned(story: Story) -> dict[str, int | None]:
    shown = story.dsar("erasure", "show", story.erasure, "--json").json
    return {f"{s['name']}.{c['name']}": c["planned"] for s in shown["stores"] for c in s["collections"]}


def test_a_fault_is_refused_where_it_is_not_play(told, place):
    """In production no setting makes a process kill itself."""
    story = told.before["search"].duplicate(place)
    environment = story.environment() | {"DSAR_ENV": "local", "DSAR_FAULT": "search.read:before"}
    environment.pop("DSAR_NOW")
    ended = story.stem.run(environment, "work", "--until-idle")
    assert ended.code == 1
    assert "DSAR_FAULT" in ended.errors


def test_the_comparison_sees_one_row_more(told, place):
    """What finds no difference above would find one."""
    story = told.before["hear"].duplicate(place)
    assert differences(outcome(story), told.outcome) == []
    (story.folder / "stores" / "media" / "avatars" / "one-more.png").write_bytes(b"x")
    assert outcome(story)["stores"] != told.outcome["stores"]
