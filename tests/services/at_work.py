"""The queue in a database of its own, real time standing still: for the tests of work and of leases."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from dsar import clock, db
from dsar.db import Base
from dsar.models import Once, Work
from dsar.services import work
from tests import servers

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)  # real time
CIVIL = datetime(2021, 11, 24, 2, tzinfo=UTC)  # civil time, which is another matter
SECOND = timedelta(seconds=1)
LEASE = 60  # seconds


@pytest.fixture(scope="module")
def empty_postgres() -> Iterator[str]:
    with servers.database_on(servers._postgres()) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path, monkeypatch) -> Iterator[None]:
    """Our own database with two of its tables, and real time standing still at NOW."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'own'}" if sqlite else request.getfixturevalue("empty_postgres")
    engine, tables = db.connect(url), [table.__table__ for table in (Work, Once)]
    Base.metadata.create_all(engine, tables=tables)
    monkeypatch.setattr(clock, "real", lambda: NOW)
    yield
    Base.metadata.drop_all(engine, tables=tables)
    db.disconnect()


def put(key: str = "copy:R", **more) -> None:
    with db.begin() as session:
        work.put(session, "make_copy", key=key, reference="R", **more)


def due(at: datetime = NOW, civil: datetime = CIVIL) -> list[int]:
    with db.read() as session:
        return work.due(session, now=at, civil=civil)


def claim(id: int, at: datetime = NOW) -> work.Claim | None:
    with db.begin() as session:
        return work.claim(session, id, now=at, civil=CIVIL, seconds=LEASE)


def claimed(at: datetime = NOW) -> work.Claim:
    (id,) = due(at)
    taken = claim(id, at)
    assert taken is not None
    return taken


def rows() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Work)) or 0


@contextmanager
def beside(act: Callable[[], object]) -> Iterator[threading.Thread]:
    """Something done in another thread meanwhile."""
    thread = threading.Thread(target=act)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()
