"""A desk with a map applied, as a fixture; and what is read of a copy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.stories.driving import Desk, desk

OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[OpenDesk]:
    """Open the desk: open_desk(map, {"CRM_URL": …}, store_timeout=2); our database is SQLite unless named."""
    with ExitStack() as stack:

        def opened(map_file: Path, environment: Mapping[str, str], **settings: object) -> Desk:
            named = {f"DSAR_{name.upper()}": str(value) for name, value in settings.items()}
            here = stack.enter_context(desk(tmp_path / "home", {**environment, **named}))
            here.apply(map_file)
            return here

        yield opened


def handed_over(here: Desk, reference: str, folder: Path) -> dict[str, Any]:
    """The copy's JSON, handed over after its check; then it counts as fetched."""
    here.fetch(reference, folder)
    return json.loads((folder / "copy.json").read_text(encoding="utf-8"))


def store_of(shown: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Of `request show` or `erasure show`: one store."""
    return next(store for store in shown["stores"] if store["name"] == name)
