"""The music shop, put into a database of each dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.own_database.opened import open_desk  # noqa: F401
from tests.stories import chinook

DIALECTS = ("sqlite", "postgresql", "mariadb")


def fill(dialect: str, request: pytest.FixtureRequest) -> str:
    """The URL of the shop in a throw-away database."""
    if dialect == "sqlite":
        return chinook.fill_sqlite(request.getfixturevalue("tmp_path"))
    if dialect == "postgresql":
        return chinook.fill_postgresql(request.getfixturevalue("postgres_database"))
    return chinook.fill_mariadb(request.getfixturevalue("mariadb_database"))


@pytest.fixture(params=DIALECTS)
def shop(request: pytest.FixtureRequest) -> tuple[Path, str]:
    """The map and the URL of the shop, in each dialect in turn."""
    return chinook.MAPS / f"{request.param}.yaml", fill(request.param, request)
