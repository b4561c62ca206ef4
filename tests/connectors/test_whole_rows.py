"""Whole rows: a table that is handed over row by row as one text says the same as one that is read cell by cell."""

from __future__ import annotations

import hashlib
import random

import pytest

from dsar.connectors._sql import skimming, whole_rows
from tests.connectors import maps
from tests.connectors.filled import insert, run
from tests.connectors.test_sql_sweeping import sweep

TYPES = {
    "s": ("TEXT", "VARCHAR(99)", "BIGINT", "NUMERIC(20,2)", "REAL", "BLOB"),
    "p": ("TEXT", "VARCHAR(99)", "BIGINT", "NUMERIC(20,2)", "DOUBLE PRECISION", "BYTEA"),
    "m": ("TEXT", "VARCHAR(99) CHARACTER SET gbk", "BIGINT", "DECIMAL(20,2)", "DOUBLE", "VARBINARY(99)"),
}
DIGEST = hashlib.md5(b"13100008688", usedforsecurity=False)
TEXTS = [
    None, "", "x", "13100008688", "131 0000 8688", "1310000868", "131000086880", "tel:+86-131-0000-8688。",
    "131\n00008688", "１３１００００８６８８", DIGEST.hexdigest().upper(), "电话②13100008688", "a\t13100008688\\",
    "008613100008688", "13100008687",
]  # fmt: skip
NUMBERS = [None, 0, 13100008688, -13100008688, 131000086880, 13100008687, 8613100008688]
BYTES = [
    None,
    b"",
    b"tel 13100008688 \xff",
    DIGEST.digest(),
    b"\xff\xfe\x00",
    b"13100008688",
    DIGEST.digest()[:15],
]


def read(monkeypatch, url, most):
    for module in (whole_rows, skimming):
        monkeypatch.setattr(module, "MOST", most)
    return sorted(sweep(url, maps.HIS, maps.TWIN))


def fill(url, key, rows, seed):
    chosen = random.Random(seed)
    a, b, n, d, f, data = TYPES[url[0]]
    run(url, f"CREATE TABLE q (id {key}, a {a}, b {b}, n {n}, d {d}, f {f}, data {data})")
    of = (
        TEXTS,
        [text for text in TEXTS if text is None or "②" not in text],
        NUMBERS,
        NUMBERS,
        NUMBERS,
        BYTES,
    )
    insert(url, "q", [(n, *(chosen.choice(each) for each in of)) for n in range(rows)])


@pytest.mark.parametrize("key", ["INTEGER PRIMARY KEY", "VARCHAR(20) PRIMARY KEY", "BIGINT"])
def test_both_ways_say_the_same(sql_url, monkeypatch, key):
    fill(sql_url, key, 300, seed=11)
    cell_by_cell = read(monkeypatch, sql_url, -1)
    assert len(cell_by_cell) > 300
    assert read(monkeypatch, sql_url, 20_000) == cell_by_cell


def test_a_key_of_several_columns_names_the_rows(sql_url, monkeypatch):
    run(sql_url, "CREATE TABLE q (k VARCHAR(9), n INTEGER, a VARCHAR(99), PRIMARY KEY (k, n))")
    insert(sql_url, "q", [(k, n, "13100008688" if n % 50 == 0 else "x") for k in "ab" for n in range(200)])
    found = read(monkeypatch, sql_url, 20_000)
    assert len(found) == 8
    assert found == read(monkeypatch, sql_url, -1)


def test_a_table_in_which_nobody_may_stand_is_read_once(sql_url, monkeypatch):
    asked = []
    monkeypatch.setattr("dsar.connectors._sql.sweeping.stream", lambda *a: asked.append(a) or iter(()))
    run(sql_url, "CREATE TABLE q (id INTEGER PRIMARY KEY, a VARCHAR(99))", "INSERT INTO q VALUES (1, 'x')")
    assert sweep(sql_url, maps.HIS) == []
    assert asked == []


def test_a_row_longer_than_a_packet_is_read_cell_by_cell(mariadb_database):
    run(mariadb_database, "CREATE TABLE q (id INTEGER PRIMARY KEY, a LONGTEXT, b LONGTEXT)",
        "INSERT INTO q SELECT 1, repeat('x', 10000000), concat(repeat('y', 9000000), ' 13100008688')")  # fmt: skip
    assert sweep(mariadb_database, maps.HIS) == [(0, "q", "b", (1,))]


def test_a_table_of_very_many_columns_is_read_cell_by_cell(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    columns = ", ".join(f"c{n} TEXT" for n in range(1_200))
    run(url, f"CREATE TABLE q ({columns})", "INSERT INTO q (c1199) VALUES ('13100008688')")
    assert sweep(url, maps.HIS) == [(0, "q", "c1199", (1,))]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le"])
def test_whatever_encoding_a_file_is_in_it_is_read(tmp_path, encoding):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    run(
        url,
        f"PRAGMA encoding = '{encoding}'",
        "CREATE TABLE q (a TEXT)",
        "INSERT INTO q VALUES ('电话13100008688')",
    )
    assert sweep(url, maps.HIS) == [(0, "q", "a", (1,))]
