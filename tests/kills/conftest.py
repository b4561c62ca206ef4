"""The story told once without interruption, and what stood before each of its acts."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.kills.processes import Stem, stem
from tests.kills.story import NAMES, Story, acts, outcome, sealed


@dataclass(frozen=True)
class Told:
    """The uninterrupted run."""

    before: dict[str, Story]  # what stands before the work of each act
    seconds: dict[str, float]  # that the work of each act takes
    outcome: dict[str, Any]  # after the erasure
    acts: Any  # of the whole ledger, at the very end
    sealed: set[str]  # what the vault holds at the very end


@pytest.fixture(scope="session")
def a_stem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stem]:
    with stem(tmp_path_factory.mktemp("stem")) as made:
        yield made


@pytest.fixture(scope="session")
def told(a_stem: Stem, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Tell it: every act is done at once and without trouble."""
    folder = tmp_path_factory.mktemp("told")
    story = Story(a_stem, folder / "uninterrupted")
    story.folder.mkdir()
    story.open()
    before, seconds, seen = {}, {}, {}
    for act in NAMES:
        story.prepare(act)
        before[act] = story.duplicate(folder / f"before-{act}")
        began = time.monotonic()
        assert story.work(act).json["failed"] == 0
        seconds[act] = time.monotonic() - began
        if act == "erase":
            seen = outcome(story)
    return Told(before, seconds, seen, acts(story), sealed(story))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a test tells the story again."""
    return tmp_path / "again"
