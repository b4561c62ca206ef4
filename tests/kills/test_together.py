"""Several processes at one queue, on both databases: nothing is done twice or forgotten, nobody waits in a ring."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.kills.processes import Stem, stem
from tests.kills.story import Story, differences, places

AT_ONCE = 3
TIMES = range(20) if os.environ.get("DSAR_PROOF") == "1" else range(1)


@pytest.fixture(scope="module")
def stems(tmp_path_factory) -> Iterator[list[Stem]]:
    with ExitStack() as stack:
        yield [stack.enter_context(stem(tmp_path_factory.mktemp("stem"))) for _ in range(AT_ONCE)]


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request) -> dict[str, str]:
    if request.param == "sqlite":
        return {}
    return {"DSAR_DATABASE_URL": request.getfixturevalue("postgres_database")}


def work_together(story: Story, stems: list[Stem]) -> None:
    """All of them work until there is nothing to do; no work may fail, whoever does it."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        ended = list(
            threads.map(lambda one: one.run(story.environment(), "work", "--until-idle", "--json"), stems)
        )
    assert [one.json["failed"] for one in ended] == [0] * AT_ONCE, [one.errors for one in ended]
    assert sum(one.json["done"] for one in ended) > 0


@pytest.mark.parametrize("time", TIMES)
def test_processes_at_one_queue_do_the_work_of_one(time, settings, stems, told, tmp_path):
    story = Story(stems[0], tmp_path / "story", settings, allied=False)
    story.folder.mkdir()
    story.open("after.yaml")
    work_together(story, stems)
    story.prepare("erase")
    work_together(story, stems)
    for reference in (story.copy, story.erasure):
        assert story.dsar("request", "show", reference, "--json").json["status"] == "closed"
    assert differences(places(story.folder / "stores"), told.outcome["stores"]) == []
    assert story.dsar("ledger", "verify", "--json").json["whole"]
