"""Filled stores and empty databases, of each kind that there is."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from tests.connectors import filled
from tests.derived import engine

SQL = ("sqlite", "postgresql", "mariadb")
SUGGESTIONS = {
    "redis, lexicographic": ("suggest", "lexicographic"),
    "redis, scored": ("suggest", "scored"),
    "redis, a set a prefix": ("box:{prefix}", "lexicographic"),
    "redis, a scored set a prefix": ("box[{prefix}]", "scored"),
}

CACHES = {"redis cache, whole keys": "session:{phone}", "redis cache, parts of keys": "app:{phone}:*"}


def _sql_url(request: pytest.FixtureRequest, backend: str) -> str:
    if backend == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path')}/store.sqlite"
        sa.create_engine(url).connect().close()
        return url
    return request.getfixturevalue(f"{'postgres' if backend == 'postgresql' else backend}_database")


@pytest.fixture(params=SQL)
def sql_url(request: pytest.FixtureRequest) -> str:
    """An empty database, of each SQL server in turn."""
    return _sql_url(request, request.param)


def _filled(request: pytest.FixtureRequest) -> filled.Filled:
    kind = request.param
    if kind in SUGGESTIONS:
        return filled.redis_suggest(request.getfixturevalue("redis_url"), *SUGGESTIONS[kind])
    if kind in CACHES:
        return filled.redis_cache(request.getfixturevalue("redis_url"), CACHES[kind])
    if kind == "http_suggest":
        stack = ExitStack()
        request.addfinalizer(stack.close)
        server = engine.Server(engine.Engine(engine.numbered(filled.ENTRIES)))
        return filled.http_suggest(stack.enter_context(engine.serving(server)))
    if kind == "folder":
        return filled.folder(request.getfixturevalue("tmp_path"))
    name, _, backend = kind.partition(" on ")
    return getattr(filled, name)(_sql_url(request, backend))


BOXES = [*(f"sql_suggest on {each}" for each in SQL), *SUGGESTIONS, "http_suggest"]


@pytest.fixture(params=[*(f"sql on {each}" for each in SQL), *BOXES, *CACHES, "folder"])
def store(request: pytest.FixtureRequest) -> filled.Filled:
    """A filled store, of each kind in turn."""
    return _filled(request)


@pytest.fixture(params=BOXES)
def box(request: pytest.FixtureRequest) -> filled.Filled:
    """A filled store with a search box, of each kind in turn."""
    return _filled(request)
