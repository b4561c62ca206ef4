"""The story told once without interruption, and what stood before each of its acts."""

import fcntl
import json
import os
import time
from collections import Counter
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
    """Tell it: every act is done at once and without trouble; by one process of the tests, for all of them."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "told"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "told.json").exists():
            (folder / "told.json").write_text(json.dumps(_told(a_stem, folder)))
    kept = json.loads((folder / "told.json").read_text())
    before = {act: Story(a_stem, folder / f"before-{act}") for act in NAMES}
    return Told(before, kept["seconds"], kept["outcome"], Counter(kept["acts"]), set(kept["sealed"]))


def _told(a_stem: Stem, folder: Path) -> dict[str, Any]:
    story = Story(a_stem, folder / "uninterrupted")
    story.folder.mkdir()
    story.open()
    seconds, seen = {}, {}
    for act in NAMES:
        story.prepare(act)
        story.duplicate(folder / f"before-{act}")
        began = time.monotonic()
        assert story.work(act).json["failed"] == 0
        seconds[act] = time.monotonic() - began
        if act == "erase":
            seen = outcome(story)
    return {"seconds": seconds, "outcome": seen, "acts": acts(story), "sealed": sorted(sealed(story))}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a test tells the story again."""
    return tmp_path / "again"
