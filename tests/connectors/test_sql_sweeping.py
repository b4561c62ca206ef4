"""Sweeping SQL: every column that may hold an identifier, mapped or not, by value."""

from __future__ import annotations

import hashlib

import pytest

from dsar.connectors import Place
from dsar.errors import StoreRefused
from tests.connectors import maps
from tests.connectors.filled import insert, run


def sweep(url, *values, places=None, kind="phone", timeout=maps.TIMEOUT):
    held = maps.collection("person", ("phone", "phone", "national"))
    with maps.connect(maps.store("sql", held), url, timeout) as connector:
        return [
            (one.subject, one.table, one.column, one.key)
            for one in connector.sweep(maps.sought(*values, kind=kind), places)
        ]


def test_an_unmapped_table_is_looked_at_by_value(sql_url):
    run(
        sql_url, "CREATE TABLE q1 (id INTEGER PRIMARY KEY, mobile VARCHAR(40), remark VARCHAR(200), n BIGINT)"
    )
    insert(
        sql_url,
        "q1",
        [
            (1, " 131 0000 8688 ", "家长,电话13100008688,可跟进", 13100008688),
            (2, "13100008687", "1310000868813100008688", 131000086880),
            (3, None, "+86-131-0000-8688!", 688),
        ],
    )
    assert sorted(sweep(sql_url, maps.HIS, maps.OTHER)) == [
        (0, "q1", "mobile", (1,)),
        (0, "q1", "n", (1,)),
        (0, "q1", "remark", (1,)),
        (0, "q1", "remark", (3,)),
    ]
    assert sweep(sql_url, maps.OTHER) == []


def test_an_identifier_is_seen_in_documents_digests_and_bytes(sql_url):
    types = {
        "s": ("TEXT", "TEXT", "BLOB"),
        "p": ("JSONB", "TEXT[]", "BYTEA"),
        "m": ("JSON", "TEXT", "VARBINARY(99)"),
    }
    doc, many, data = types[sql_url[0]]
    run(sql_url, f"CREATE TABLE q (id INTEGER PRIMARY KEY, doc {doc}, many {many}, data {data})")
    several = '{a,"13100008688"}' if "postgres" in sql_url else "a,13100008688"
    digest = hashlib.md5(b"13100008688", usedforsecurity=False).hexdigest()
    first = (1, '{"p": "13100008688"}', several, b"tel 13100008688 \xff")
    insert(sql_url, "q", [first, (2, f'["{digest}"]', None, bytes.fromhex(digest))])
    assert sorted(sweep(sql_url, maps.HIS)) == [
        (0, "q", column, (row,))
        for column, row in [("data", 1), ("data", 2), ("doc", 1), ("doc", 2), ("many", 1)]
    ]


def test_a_place_is_seen_for_each_of_the_people_who_stand_in_it(sql_url):
    run(sql_url, "CREATE TABLE chat (id INTEGER PRIMARY KEY, line VARCHAR(90))")
    run(sql_url, "INSERT INTO chat VALUES (1, '13100008688 calls 13000000038, ann@x.cn')")
    assert {one[0] for one in sweep(sql_url, maps.HIS, maps.TWIN, maps.OTHER)} == {0, 2}
    assert len(sweep(sql_url, "ann@x.cn", kind="email")) == 1
    assert sweep(sql_url, "nn@x.cn", kind="email") == []


def test_only_the_places_named_are_looked_at(sql_url):
    run(sql_url, "CREATE TABLE q (id INTEGER PRIMARY KEY, a VARCHAR(20), b VARCHAR(20))")
    run(sql_url, "INSERT INTO q VALUES (1, '13100008688', '13100008688')")
    assert sweep(sql_url, maps.HIS, places=[Place("q", ("b",))]) == [(0, "q", "b", (1,))]
    with pytest.raises(StoreRefused, match="no table r"):
        sweep(sql_url, maps.HIS, places=[Place("r", ("b",))])
    with pytest.raises(StoreRefused, match="table q has no column c"):
        sweep(sql_url, maps.HIS, places=[Place("q", ("c",))])


def test_a_table_without_a_key_names_its_rows_so_that_they_can_be_found_again(sql_url):
    run(sql_url, "CREATE TABLE person (phone VARCHAR(20), other VARCHAR(20))")
    run(sql_url, "INSERT INTO person VALUES ('x', '13100008688'), ('13100008687', 'y')")
    held = maps.collection("person", ("phone", "phone", "national"))
    with maps.connect(maps.store("sql", held), sql_url) as connector:
        hits = list(connector.sweep(maps.sought(maps.HIS)))
        assert connector.blank_mentions(held, hits, lambda *_: True) == 1
    assert {tuple(row) for row in run(sql_url, "SELECT phone, other FROM person")} == {
        ("x", None),
        ("13100008687", "y"),
    }


def test_a_sweep_takes_a_snapshot_and_keeps_no_writer_waiting(sql_url):
    run(sql_url, "CREATE TABLE q (id INTEGER PRIMARY KEY, a VARCHAR(20))")
    if sql_url.startswith("sqlite"):
        run(sql_url, "PRAGMA journal_mode = WAL")
    for start in range(0, 3000, 1000):
        run(
            sql_url,
            f"INSERT INTO q VALUES {', '.join(f'({n}, 13100008688)' for n in range(start, start + 1000))}",
        )
    held = maps.collection("q", ("phone", "a", "national"))
    with maps.connect(maps.store("sql", held), sql_url) as connector:
        hits = connector.sweep(maps.sought(maps.HIS))
        next(hits)
        run(sql_url, "DELETE FROM q WHERE id > 0")
        assert len(list(hits)) == 2999


def test_readable_or_not_a_cell_is_looked_at(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    run(url, "CREATE TABLE q (a, b ANY)")
    run(
        url,
        "INSERT INTO q VALUES (CAST(X'FF203133313030303038363838' AS TEXT), 13100008688), (13100008688.0, NULL)",
    )
    assert sorted(sweep(url, maps.HIS)) == [(0, "q", "a", (1,)), (0, "q", "a", (2,)), (0, "q", "b", (1,))]


def test_the_words_of_a_full_text_index_are_looked_at(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    run(
        url,
        "CREATE VIRTUAL TABLE words USING fts5(line)",
        "INSERT INTO words VALUES ('call 13100008688 now')",
    )
    assert sweep(url, maps.HIS) == [(0, "words", "line", (1,))]


def test_every_schema_and_partition_is_looked_at(postgres_database):
    run(postgres_database, "CREATE SCHEMA old", "CREATE TABLE old.q (id INTEGER PRIMARY KEY, a TEXT)",
        "INSERT INTO old.q VALUES (1, '13100008688')", "CREATE MATERIALIZED VIEW copy AS SELECT 13100008688 AS a",
        "CREATE TABLE part (id INTEGER, a TEXT) PARTITION BY LIST (id)",
        "CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1)",
        "INSERT INTO part VALUES (1, '13100008688')")  # fmt: skip
    assert [(table, column) for _, table, column, _ in sweep(postgres_database, maps.HIS)] == [
        ("copy", "a"), ("old.q", "a"), ("part", "a"),
    ]  # fmt: skip
