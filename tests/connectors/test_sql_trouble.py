"""A SQL store that lacks something, forbids something, is locked, is slow or hangs: one right error each."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from dsar.connectors import Act
from dsar.datamap.types import Blank, Field, Keep, Nothing
from dsar.errors import StoreRefused, StoreUnreachable
from tests.connectors import maps
from tests.connectors.filled import run

HELD = maps.collection("person", ("phone", "phone", "national"))


def person(url):
    run(url, "CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(40), name VARCHAR(40))")
    run(url, "INSERT INTO person VALUES (1, '13100008688', 'Luo')")


def find(url, held=HELD, timeout=maps.TIMEOUT):
    with maps.connect(maps.store("sql", held), url, timeout) as connector:
        return list(connector.find(held, maps.phones(maps.HIS)))


def check(url, held=HELD, **more):
    with maps.connect(maps.store("sql", held, **more), url) as connector:
        connector.check()


def field(name):
    return {name: Field(name, maps.TEXT, "basic")}


KEPT = Keep("CN-ECL31-RETENTION-3Y", (), (), "until", None, None, Nothing("x"))


LACKING = [
    (maps.collection("nobody", ("phone", "phone", "national")), "no table nobody"),
    (maps.collection("person", ("phone", "mobile", "national")), "table person has no column mobile"),
    (replace(HELD, fields=field("gender")), "table person has no column gender"),
    (replace(HELD, gives={"student_id": "number"}), "table person has no column number"),
    (replace(HELD, key=("number",)), "table person has no column number"),
    (replace(HELD, consent="proof"), "table person has no column proof"),
    (replace(HELD, on_erasure=KEPT), "table person has no column until"),
    (replace(HELD, on_erasure=Blank(("nick",))), "table person has no column nick"),
]


def test_what_the_map_names_and_the_store_lacks_is_refused_by_name(sql_url):
    person(sql_url)
    for held, missing in LACKING:
        for act in (check, find):
            with pytest.raises(StoreRefused, match=missing):
                act(sql_url, held)


def test_a_column_that_goes_away_later_is_refused(sql_url):
    person(sql_url)
    with maps.connect(maps.store("sql", HELD), sql_url) as connector:
        assert len(list(connector.find(HELD, maps.phones(maps.HIS)))) == 1
        run(sql_url, "ALTER TABLE person DROP COLUMN name")
        with pytest.raises(StoreRefused, match="store place has no such table or column"):
            list(connector.find(HELD, maps.phones(maps.HIS)))


def test_a_url_of_no_database_is_refused_without_repeating_it():
    for url in ("nonsense secret", "elsewhere://u:secret@h/d"):
        with pytest.raises(StoreRefused, match="store place has a url of no database") as refusal:
            check(url)
        assert "secret" not in str(refusal.value)


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StoreUnreachable, match="see that the file is there"):
        check(f"sqlite:///{tmp_path}/none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_unreachable(tmp_path):
    (tmp_path / "x.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(StoreUnreachable, match="is a SQLite database"):
        check(f"sqlite:///{tmp_path}/x.sqlite")


@pytest.fixture
def accounts(sql_server):
    """An account that may do nothing yet, and what to say to let it."""
    url, grants = sql_server
    run(url, *grants("CREATE"))
    yield (
        url,
        sa.make_url(url).set(username="clerk", password="pw").render_as_string(hide_password=False),
        grants,
    )
    run(url, *grants("DROP"))


@pytest.fixture(params=["postgresql", "mariadb"])
def sql_server(request):
    url = request.getfixturevalue(
        "postgres_database" if request.param == "postgresql" else "mariadb_database"
    )
    person(url)
    base = sa.make_url(url).database
    if request.param == "postgresql":
        spoken = {
            "CREATE": ["CREATE ROLE clerk LOGIN PASSWORD 'pw'"],
            "DROP": ["DROP OWNED BY clerk", "DROP ROLE clerk"],
        }
        return url, lambda act: spoken.get(act) or [f"GRANT {act} ON person TO clerk"]
    user = "'clerk'@'127.0.0.1'"
    spoken = {"CREATE": [f"CREATE USER {user} IDENTIFIED BY 'pw'", f"GRANT CREATE ON {base}.* TO {user}"],
              "DROP": [f"DROP USER {user}"]}  # fmt: skip
    return url, lambda act: spoken.get(act) or [f"GRANT {act} ON {base}.person TO {user}"]


def test_a_right_that_the_map_needs_and_the_account_lacks_is_named(accounts):
    url, clerk, grants = accounts
    with pytest.raises(StoreRefused, match=r"may not SELECT in table person|this account may not see it"):
        check(clerk)
    with pytest.raises(StoreRefused):
        find(clerk)
    run(url, *grants("SELECT"))
    assert len(find(clerk)) == 1
    with pytest.raises(StoreRefused, match="may not DELETE in table person"):
        check(clerk)
    check(clerk, erasing=False)
    check(clerk, replace(HELD, on_erasure=Nothing("kept on purpose")))
    with maps.connect(maps.store("sql", HELD), clerk) as connector:
        acts = [Act(one, True) for one in connector.find(HELD, maps.phones(maps.HIS))]
        with pytest.raises(StoreRefused, match="does not let this account do that"):
            list(connector.erase(HELD, acts))
    run(url, *grants("DELETE"))
    check(clerk)
    with pytest.raises(StoreRefused, match="may not UPDATE in table person"):
        check(clerk, replace(HELD, on_erasure=Blank(("name",))))


def test_an_account_without_a_right_to_what_nobody_mapped_erases_what_nothing_refers_to(accounts):
    url, clerk, grants = accounts
    engine = " ENGINE=InnoDB" if "mysql" in url else ""
    key = "FOREIGN KEY (person) REFERENCES person (id)"
    run(url, *grants("SELECT"), *grants("DELETE"))
    run(url, f"CREATE TABLE visit (id INTEGER PRIMARY KEY, person INTEGER, {key}){engine}")
    with maps.connect(maps.store("sql", HELD), clerk) as connector:
        acts = [Act(one, True) for one in connector.find(HELD, maps.phones(maps.HIS))]
        assert [one.gone for one in connector.erase(HELD, acts)] == [True]


def test_the_reading_account_needs_no_right_to_erase_where_there_is_another(accounts, monkeypatch):
    url, clerk, grants = accounts
    run(url, *grants("SELECT"))
    monkeypatch.setenv("ERASER", url)
    check(clerk, erase_url="${ERASER}")
    check(url, erase_url="${ERASER}")
    monkeypatch.setenv("ERASER", clerk)
    with pytest.raises(StoreRefused, match="may not DELETE"):
        check(clerk, erase_url="${ERASER}")


def test_a_wrong_password_is_refused_and_not_repeated(mariadb_database):
    url = sa.make_url(mariadb_database).set(username="nobody", password="wrong")
    with pytest.raises(StoreRefused, match="does not let this account in") as refusal:
        check(url.render_as_string(hide_password=False))
    assert "wrong" not in str(refusal.value)


LOCKS = {
    "sqlite": ["BEGIN EXCLUSIVE"],
    "postgresql": ["BEGIN", "LOCK TABLE person IN ACCESS EXCLUSIVE MODE"],
    "mysql": ["LOCK TABLES person WRITE"],
}


def test_a_store_that_is_locked_is_unreachable_in_time_and_answers_later(sql_url):
    person(sql_url)
    locks = LOCKS[sa.make_url(sql_url).get_backend_name()]
    driver = sa.create_engine(sql_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT").raw_connection()
    with closing(driver):
        cursor = driver.cursor()
        for statement in locks:
            cursor.execute(statement)
        began = time.monotonic()
        with pytest.raises(StoreUnreachable, match="store place"):
            find(sql_url, timeout=1)
        assert time.monotonic() - began < 10
    assert len(find(sql_url)) == 1


@pytest.mark.parametrize("server", ["private_postgres", "private_mariadb"])
def test_a_server_that_hangs_is_unreachable_in_time(server, request):
    place, process = request.getfixturevalue(server)
    place.create("hanging")
    url = place.url("hanging")
    person(url)
    with maps.connect(maps.store("sql", HELD), url, timeout=1) as connector:
        assert len(list(connector.find(HELD, maps.phones(maps.HIS)))) == 1
        process.pause()
        try:
            began = time.monotonic()
            for verb in (connector.check, lambda: list(connector.find(HELD, maps.phones(maps.HIS)))):
                with pytest.raises(StoreUnreachable, match="store place"):
                    verb()
            assert time.monotonic() - began < 20
        finally:
            process.resume()
        assert len(list(connector.find(HELD, maps.phones(maps.HIS)))) == 1
    place.drop("hanging")


def sessions_of(url):
    """The processes of PostgreSQL's sessions: each leads a group of its own, so its server's pause misses it."""
    if not url.startswith("postgresql"):
        return []
    asked = (
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return [row[0] for row in run(url, asked)]


def signal_all(processes, number):
    for process in processes:
        os.kill(process, number)


@pytest.mark.parametrize("server", ["private_postgres", "private_mariadb"])
def test_a_server_that_hangs_within_a_stream_is_unreachable_in_time(server, request):
    place, process = request.getfixturevalue(server)
    place.create("midway")
    url = place.url("midway")
    person(url)
    run(
        url, f"INSERT INTO person VALUES {', '.join(f'({n}, 13100008688, {10**30})' for n in range(2, 9000))}"
    )
    with maps.connect(maps.store("sql", HELD), url, timeout=1) as connector:
        records = connector.find(HELD, maps.phones(maps.HIS))
        next(records)
        sessions = sessions_of(url)
        process.pause()
        try:
            signal_all(sessions, signal.SIGSTOP)
            with pytest.raises(StoreUnreachable, match="store place"):
                list(records)
        finally:
            signal_all(sessions, signal.SIGCONT)
            process.resume()
    place.drop("midway")


def test_a_slow_statement_is_ended(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    person(url)
    run(url, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
             "INSERT INTO person SELECT i, 'x' || i, '' FROM n")  # fmt: skip
    with pytest.raises(StoreUnreachable, match="took longer than it is allowed"):
        find(url, maps.collection("person", ("phone", "phone", "any")), timeout=0.01)


def test_a_slow_reader_of_a_stream_is_not_cut_off(sql_url):
    person(sql_url)
    run(sql_url, f"INSERT INTO person VALUES {', '.join(f'({n}, 13100008688, 0)' for n in range(2, 3000))}")
    with maps.connect(maps.store("sql", HELD), sql_url, timeout=1) as connector:
        records = connector.find(HELD, maps.phones(maps.HIS))
        next(records)
        time.sleep(2.5)
        assert len(list(records)) == 2998
