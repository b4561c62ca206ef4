"""Skimming PostgreSQL: a table that is handed over as one stream says the same as one that is read row by row."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa

from dsar.connectors import Place
from dsar.connectors._sql import skimming
from dsar.connectors._texts import Texts
from dsar.errors import StoreUnreachable
from tests.connectors import maps
from tests.connectors.filled import insert, run
from tests.connectors.test_sql_sweeping import sweep
from tests.servers import database_on

FILL = "INSERT INTO q SELECT n, CASE WHEN n % 1000 = 0 THEN '13100008688' ELSE 'x' END FROM generate_series(1, 20000) n"


@pytest.fixture
def q(postgres_database):
    """A table of 20,000 rows, of which 20 are his."""
    run(postgres_database, "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT)", FILL)
    return postgres_database


def at_first(monkeypatch, act):
    """Do something once, while the first rows of a stream are looked at."""
    may_hold, done = Texts.may_hold, []

    def first(texts, lines):
        if not done:
            done.append(act())
        return may_hold(texts, lines)

    monkeypatch.setattr(Texts, "may_hold", first)


def alone(url, statement):
    """Carry out what cannot be part of a transaction."""
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("most", [0, 3, 20_000])
def test_a_table_that_is_skimmed_says_the_same_as_one_that_is_read(postgres_database, monkeypatch, most):
    monkeypatch.setattr(skimming, "MOST", most)
    run(postgres_database, 'CREATE TABLE "o%dd" (id INTEGER PRIMARY KEY, "a%-b" TEXT, n NUMERIC)')
    lines = [
        "tel\t13100008688", "131\n00008688", "13100008688\\", "13100008688\r\n", "１３１ 0000 8688", "\\N", "\\.", None,
        "a13100008688", "电话②13100008688", "131\t00008688", "+86 (131) 0000-8688",
    ]  # fmt: skip
    insert(
        postgres_database, '"o%dd"', [(n, line, 13100008688 if n == 1 else n) for n, line in enumerate(lines)]
    )
    held = [place[2:] for place in sorted(sweep(postgres_database, maps.HIS))]
    assert held == [*(("a%-b", (n,)) for n in (0, 2, 3, 4, 8, 11)), ("n", (1,))]
    run(postgres_database, """UPDATE "o%dd" SET "a%-b" = 'B\\22' WHERE id = 5""")
    assert sweep(postgres_database, "A\\1,", "b\\22", "B\\22", kind="card") == [(2, "o%dd", "a%-b", (5,))]


def test_a_table_is_skimmed_for_as_long_as_it_takes(postgres_database):
    run(postgres_database, "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT)",
        "INSERT INTO q SELECT n, repeat('x', 5000000) FROM generate_series(1, 60) n",
        "INSERT INTO q VALUES (61, '13100008688')")  # fmt: skip
    assert sweep(postgres_database, maps.HIS, timeout=0.3) == [(0, "q", "a", (61,))]


def test_a_store_that_is_lost_while_it_is_skimmed_is_out_of_reach(private_postgres, monkeypatch):
    server, _ = private_postgres
    with database_on(server) as url:
        run(url, "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT)",
            "INSERT INTO q SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n")  # fmt: skip

        def cut(_lines):
            server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'")
            return False

        monkeypatch.setattr(Texts, "may_hold", lambda _self, lines: cut(lines))
        with pytest.raises(StoreUnreachable, match="gave no answer"):
            sweep(url, maps.HIS)


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("q", "VACUUM FULL q"),
        ("q", "ALTER TABLE q ALTER id TYPE bigint"),
        ("seen", "REFRESH MATERIALIZED VIEW seen"),
    ],
)
def test_who_rewrites_a_table_that_is_skimmed_waits_for_us(q, monkeypatch, table, statement):
    if table == "seen":
        run(q, "CREATE MATERIALIZED VIEW seen AS SELECT * FROM q")
    run(q, "DELETE FROM q WHERE id = 1")
    waits = threading.Thread(target=alone, args=(q, statement))

    def begin():
        waits.start()
        time.sleep(0.3)  # until it waits for its lock

    at_first(monkeypatch, begin)
    assert len(sweep(q, maps.HIS, places=[Place(table, ("a",))])) == 20
    waits.join()


def test_a_table_of_too_many_promising_rows_is_read_row_by_row(q, monkeypatch):
    run(q, "UPDATE q SET a = '13100008688'")
    monkeypatch.setattr(skimming, "MOST", 1_000)
    assert len(sweep(q, maps.HIS)) == 20_000


def test_an_account_that_may_read_some_columns_only_reads_them_row_by_row(q):
    run(q, "DROP ROLE IF EXISTS dsar_test_columns", "CREATE ROLE dsar_test_columns LOGIN",
        "GRANT SELECT (id, a) ON q TO dsar_test_columns")  # fmt: skip
    try:
        url = sa.make_url(q).set(username="dsar_test_columns").render_as_string(hide_password=False)
        assert len(sweep(url, maps.HIS)) == 20
    finally:
        run(q, "DROP OWNED BY dsar_test_columns", "DROP ROLE dsar_test_columns")


def test_a_table_that_is_locked_is_waited_for_no_longer_than_allowed(private_postgres):
    server, _ = private_postgres
    with database_on(server) as url:
        run(url, "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT)")
        with sa.create_engine(url, poolclass=sa.NullPool).begin() as other:
            other.exec_driver_sql("LOCK TABLE q IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(StoreUnreachable, match="took longer than it is allowed"):
                sweep(url, maps.HIS, timeout=0.5)
            left = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            assert run(url, left) == [(0,)]  # nobody is left behind who waits


def test_what_a_domain_over_a_domain_holds_is_read_as_what_it_is(postgres_database):
    run(postgres_database, "CREATE DOMAIN inner_one AS bytea", "CREATE DOMAIN outer_one AS inner_one",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, a outer_one)", 
        "INSERT INTO q VALUES (1, 'tel 13100008688 x')")  # fmt: skip
    assert sweep(postgres_database, maps.HIS) == [(0, "q", "a", (1,))]


def test_an_escape_is_no_letter_beside_what_follows(postgres_database):
    run(postgres_database, "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT)")
    insert(postgres_database, "q", [(1, "x\n\u0301王小明 y")])
    assert sweep(postgres_database, "\u0301王小明", kind="card") == [(0, "q", "a", (1,))]
