"""Our own database: times with zones, writers in turn, readers who wait for nobody, and no value in what it says."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from dsar import db
from dsar.config import Config
from dsar.db import DatabaseProblem
from dsar.errors import BadInput
from dsar.jobs import migration
from dsar.models import MapVersion, Work
from dsar.services import work

AT = datetime(2021, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    """An empty database of ours, in each dialect, connected and at the newest version."""
    url = f"sqlite:///{tmp_path}/dsar.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    db.connect(url)
    migration.upgrade()
    yield url
    db.disconnect()


def test_a_time_comes_back_in_utc_whatever_zone_it_went_in_with(database: str):
    there = AT.astimezone(timezone(timedelta(hours=8)))
    with db.begin() as session:
        session.add(MapVersion(version=1, sha256="0" * 64, plain={}, applied_at=there))
    with db.read() as session:
        back = session.scalars(select(MapVersion.applied_at)).one()
    assert (back, back.tzinfo) == (AT, UTC)


def test_a_time_without_a_zone_is_never_kept(database: str):
    with pytest.raises(Exception, match="a time without a zone"), db.begin() as session:
        session.add(MapVersion(version=1, sha256="0" * 64, plain={}, applied_at=AT.replace(tzinfo=None)))
    with db.read() as session:
        assert session.scalars(select(MapVersion)).all() == []


def test_what_fails_is_taken_back_whole(database: str):
    def fail() -> None:
        with db.begin() as session:
            work.put(session, "send_mail", key="mail:1", mail=1)
            session.flush()
            raise LookupError("something else went wrong")

    with pytest.raises(LookupError):
        fail()
    with db.read() as session:
        assert session.scalars(select(Work)).all() == []


def test_two_writers_at_once_lose_nothing(database: str):
    """Each reads, adds one and writes; without turns some would be lost."""
    with db.begin() as session:
        work.put(session, "send_mail", key="count", mail=0)

    def add() -> None:
        for _ in range(15):
            with db.begin() as session:
                row = session.scalars(select(Work).with_for_update()).one()
                row.tries += 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as session:
        assert session.scalars(select(Work.tries)).one() == 60


def test_a_reader_does_not_wait_for_a_writer_and_sees_only_what_is_done(database: str):
    with db.begin() as writing:
        work.put(writing, "send_mail", key="mail:1", mail=1)
        writing.flush()
        with db.read() as reading:
            assert reading.scalars(select(Work)).all() == []
    with db.read() as reading:
        assert len(reading.scalars(select(Work)).all()) == 1


def test_a_reader_cannot_write(tmp_path: Path):
    db.connect(f"sqlite:///{tmp_path}/dsar.sqlite")
    migration.upgrade()
    with pytest.raises(DatabaseProblem, match="readonly"), db.read() as session:
        session.execute(update(Work).values(tries=1))
    db.disconnect()


def test_nothing_is_done_with_no_database_connected():
    db.disconnect()
    with pytest.raises(DatabaseProblem, match="no database is connected"), db.begin():
        pass
    with pytest.raises(DatabaseProblem, match="no database is connected"), db.read():
        pass


@pytest.mark.parametrize(
    "url", ["mysql://root@localhost/x", "sqlite://", "oracle://x", "", "http://localhost"]
)
def test_a_url_of_another_kind_is_refused(url: str):
    with pytest.raises(BadInput, match="DSAR_DATABASE_URL"):
        db.connect(url)


def test_what_the_database_says_never_holds_a_parameter(database: str):
    with pytest.raises(Exception) as refused, db.begin() as session:  # noqa: PT011  each driver has its own
        session.execute(insert(Work), [{"key": "secret-value", "job": None, "args": {}, "due_at": AT}])
    assert "secret-value" not in str(refused.value).split("DETAIL")[0]


def test_many_processes_make_the_embedded_database_once(tmp_path: Path):
    """All find it empty, one migrates, the others wait for it."""
    home = tmp_path / "home"
    config = Config.from_env({"DSAR_HOME": str(home), "DSAR_ENV": "test"})
    db.connect(config.database_url)
    problems: list[BaseException] = []

    def up() -> None:
        try:
            migration.bring_up_to_date(config)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert migration.current() == migration.newest()
    db.disconnect()
