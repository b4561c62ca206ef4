"""The migrations: they make what the models say, go down and up with data in it, and guard the ledger by triggers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from dsar import db
from dsar.jobs import migration
from dsar.models import Request
from tests.shop import HANDLER, MAP, OFFICER, PHONE, Said, run, stores

CHANGES = {  # what somebody types into the database, and what it answers
    "ledger_entry": ("update ledger_entry set actor = 'x' where number = 1", "append-only"),
    "ledger_entry, one row gone": ("delete from ledger_entry where number = 1", "append-only"),
    "map_version": ("update map_version set sha256 = 'x'", "append-only"),
    "map_version, gone": ("delete from map_version", "append-only"),
    "request": ("update request set status = 'closed'", "only with an entry of its ledger"),
    "request, its head": ("update request set head = 'x'", "only with an entry of its ledger"),
    "request, gone": ("delete from request", "never deleted"),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ours.sqlite"
    database: str = request.getfixturevalue("postgres_database")
    return database


@contextmanager
def connected(url: str) -> Iterator[None]:
    db.connect(url)
    try:
        yield
    finally:
        db.disconnect()


@pytest.fixture
def filled(url: str, tmp_path: Path) -> str:
    """A database of ours with a request in it that was worked and erased."""
    stores.build(tmp_path / "stores")
    env = stores.environment(tmp_path / "stores") | {
        "DSAR_ENV": "test", "DSAR_HOME": str(tmp_path / "home"), "DSAR_DATABASE_URL": url, "DSAR_LEASE": "1",
        "DSAR_NOW": "2021-11-24T02:00:00Z",
    }  # fmt: skip

    def done(*words: object) -> Said:
        said = run(env, *words)
        assert said.code == 0, said.err
        return said

    done("user", "add", HANDLER, "--role", "handler")
    done("user", "add", OFFICER, "--role", "officer")
    done("map", "apply", MAP)
    opened = done("request", "open", "--right", "erasure", "--identifier", f"phone:{PHONE}", "--json").json
    done("request", "confirm", opened["reference"], "--by", HANDLER, "--evidence", "seen")
    done("work", "--until-idle")
    assert done("erasure", "show", opened["reference"], "--json").json["verdict"] == "KEPT"
    return url


def kept() -> set[str]:
    """The names of everything the database holds."""
    with db.engine().connect() as connection:
        there = inspect(connection)
        names = {
            f"{table}.{c['name']}" for table in there.get_table_names() for c in there.get_columns(table)
        }
        found = "select name from sqlite_master where type = 'trigger'"
        if connection.dialect.name == "postgresql":
            found = "select tgname from pg_trigger where not tgisinternal union all select proname from pg_proc p "
            found += "join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public'"
        return names | {name for (name,) in connection.execute(text(found))}


def test_the_newest_revision_is_what_the_models_say(url: str):
    with connected(url):
        migration.upgrade()
        with db.engine().connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, db.Base.metadata) == []
        assert migration.current() == migration.newest()


def test_down_and_up_again_leaves_nothing_over_and_makes_the_same(url: str):
    with connected(url):
        migration.upgrade()
        first = kept()
        assert any("refuse" in name for name in first)
        migration.downgrade("base")
        assert {name for name in kept() if not name.startswith("alembic_version")} == set()
        assert migration.current() is None
        migration.upgrade()
        assert kept() == first


def test_raw_sql_is_refused_by_triggers_and_a_full_database_goes_down_and_up(filled: str):
    with connected(filled):
        for statement, reason in CHANGES.values():
            with db.engine().connect() as connection, pytest.raises(DBAPIError, match=reason):
                connection.execute(text(statement))
        with db.read() as session:
            assert session.query(Request).one().status == "closed"
        _passes_once_with_an_entry()
        migration.upgrade()  # twice changes nothing
        migration.downgrade("base")
        assert migration.current() is None
        migration.upgrade()
        with db.read() as session:
            assert session.query(Request).count() == 0


def _passes_once_with_an_entry() -> None:
    """The trigger asks for an entry past the row's own count: the one way in is to write the ledger."""
    entry = (
        "insert into ledger_entry (reference, number, at, actor, act, facts, seal) "
        "select reference, entries + 1, received_at, 'x', 'x', '{}', 'x' from request"
    )
    with db.engine().connect() as connection:
        connection.execute(text(entry))
        connection.execute(text("update request set entries = entries + 1"))
        with pytest.raises(DBAPIError, match="only with an entry"):
            connection.execute(text("update request set lang = 'en'"))
        connection.rollback()
