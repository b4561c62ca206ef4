"""Sampling: a few rows, the newest among them, and no more of each than its beginning."""

from __future__ import annotations

import pytest

from dsar.errors import StoreRefused
from tests.connectors import maps
from tests.connectors.filled import insert, run


def sample(place, url, *asked):
    with maps.connect(place, url) as connector:
        return list(connector.sample(*asked))


@pytest.fixture
def sql(sql_url):
    run(sql_url, "CREATE TABLE q (id INTEGER PRIMARY KEY, mobile VARCHAR(40), n BIGINT)")
    insert(sql_url, "q", [(n, None if n < 900 else f"13{n:09d}", 7 * n) for n in range(1000)])
    return lambda *asked: sample(maps.store("sql"), sql_url, *asked)


def test_the_newest_rows_are_among_a_sample_and_no_row_is_there_twice(sql):
    rows = sql("q", ("mobile", "n"), 40)
    assert len(rows) == len(set(rows)) == 40
    assert {("13000000999", "6993"), (None, "0")} <= set(rows)
    assert len([row for row in rows if row[0]]) == 20


def test_a_sample_of_a_small_table_is_all_of_it(sql):
    assert len(sql("q", ("n",), 5000)) == 1000


def test_no_more_of_a_cell_is_read_than_its_beginning_and_no_bytes(sql_url):
    data = "BYTEA" if "postgres" in sql_url else "BLOB"
    run(sql_url, f"CREATE TABLE q (line TEXT, data {data}, day DATE)")
    insert(sql_url, "q", [("x" * 10_000, b"13100008688", "2024-02-29"), ("罗" * 600, None, None)])
    rows = sample(maps.store("sql"), sql_url, "q", ("line", "data", "day"), 9)
    assert sorted((row[0][0], len(row[0]), *row[1:]) for row in rows) == [
        ("x", 500, None, "2024-02-29"),
        ("罗", 500, None, None),
    ]


def test_what_is_not_there_cannot_be_sampled(sql):
    with pytest.raises(StoreRefused, match="no table r"):
        sql("r", ("a",), 9)
    with pytest.raises(StoreRefused, match="table q has no column b"):
        sql("q", ("b",), 9)


def test_strange_names_are_sampled(sql_url):
    quote = "`" if "mysql" in sql_url or "mariadb" in sql_url else '"'
    run(
        sql_url,
        f"CREATE TABLE {quote}a b{quote} ({quote}per%cent{quote} VARCHAR(9), {quote}手机{quote} VARCHAR(20))",
    )
    run(sql_url, f"INSERT INTO {quote}a b{quote} VALUES ('x', '13100008688')")
    assert sample(maps.store("sql"), sql_url, "a b", ("手机", "per%cent"), 9) == [("13100008688", "x")]


def test_of_a_folder_the_names_are_sampled(tmp_path):
    for name in ("calls/13100008688.ogg", "calls/b.ogg", "c.ogg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    place = maps.store("folder", settings={"root": str(tmp_path)})
    assert sample(place, "", "calls", ("bytes", "name"), 9) == [(None, "13100008688.ogg"), (None, "b.ogg")]
    assert sample(place, "", ".", ("name",), 9) == [("c.ogg",)]
