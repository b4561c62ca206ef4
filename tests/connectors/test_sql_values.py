"""Raw values of every type: as the copy's JSON gives them, and never rounded."""

from __future__ import annotations

import pytest

from dsar.connectors import Act
from tests.connectors import maps
from tests.connectors.filled import run

SQLITE = {
    "whole INTEGER": ("9007199254740993", 9007199254740993),
    "yes BOOLEAN": ("1", True),
    "price REAL": ("0.1", "0.1"),
    "words TEXT": ("'罗 明'", "罗 明"),
    "number TEXT": ("'007'", "007"),
    "moment TIMESTAMP": ("'2021-01-15 10:00'", "2021-01-15 10:00"),
    "data BLOB": ("X'00FF'", "AP8="),
    "absent TEXT": ("NULL", None),
}
POSTGRESQL = {
    "whole bigint": ("9007199254740993", 9007199254740993),
    "yes boolean": ("false", False),
    "price numeric(12,4)": ("19.10", "19.1000"),
    "huge numeric": ("'NaN'", "NaN"),
    "share double precision": ("0.1", "0.1"),
    "tiny real": ("0.5", "0.5"),
    "words varchar(9)": ("'罗 明'", "罗 明"),
    "day date": ("'2021-01-15'", "2021-01-15"),
    "ancient date": ("'0044-03-15 BC'", "0044-03-15 BC"),
    "never timestamp": ("'infinity'", "infinity"),
    "moment timestamp": ("'2021-01-15 10:00:00.5'", "2021-01-15T10:00:00.5"),
    "instant timestamptz": ("'2021-01-15 10:00:00+08'", "2021-01-15T02:00:00+00:00"),
    "lasts interval": ("'1 day 2 hours'", "P1DT2H"),
    "data bytea": (r"'\x00ff'", "AP8="),
    "doc jsonb": ("""'{"a": [1, null]}'""", '{"a": [1, null]}'),
    "raw json": ("""'{"a":1}'""", '{"a":1}'),
    "list text[]": ("ARRAY['a','b c']", '{a,"b c"}'),
    "numbers int[]": ("ARRAY[1,2]", "{1,2}"),
    "named uuid": ("'6f9619ff-8b86-d011-b42d-00cf4fc964ff'", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
    "host inet": ("'10.0.0.1'", "10.0.0.1"),
    "absent text": ("NULL", None),
}
MARIADB = {
    "whole bigint": ("9007199254740993", 9007199254740993),
    "yes boolean": ("true", 1),
    "bits bit(9)": ("b'100000001'", 257),
    "price decimal(12,4)": ("19.10", "19.1000"),
    "share double": ("0.1", "0.1"),
    "words varchar(9)": ("'罗 明'", "罗 明"),
    "old varchar(9) character set gbk": ("'罗 明'", "罗 明"),
    "day date": ("'2021-01-15'", "2021-01-15"),
    "moment datetime(1)": ("'2021-01-15 10:00:00.5'", "2021-01-15T10:00:00.5"),
    "instant timestamp null": ("from_unixtime(1610676000)", "2021-01-15T02:00:00+00:00"),
    "span time": ("'-26:00:00'", "-26:00:00"),
    "yr year": ("2021", 2021),
    "data varbinary(9)": ("x'00ff'", "AP8="),
    "doc json": ("""'{"a": [1, null]}'""", '{"a": [1, null]}'),
    "pick enum('M','F')": ("'M'", "M"),
    "absent text": ("NULL", None),
}


def raw(url, columns):
    names = ", ".join(columns)
    run(url, f"CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(20), {names})")
    values = ", ".join(literal.replace(":", r"\:") for literal, _ in columns.values())
    run(url, f"INSERT INTO person VALUES (1, '13100008688', {values})")
    held = maps.collection("person", ("phone", "phone", "national"))
    with maps.connect(maps.store("sql", held), url) as connector:
        (found,) = connector.find(held, maps.phones(maps.HIS))
    return found.row


def expected(columns):
    row = {name.split(" ")[0]: value for name, (_, value) in columns.items()}
    return {"id": 1, "phone": "13100008688", **row}


def check(url, columns):
    row = raw(url, columns)
    assert row == expected(columns)
    assert {name: type(value) for name, value in row.items()} == {
        name: type(value) for name, value in expected(columns).items()
    }


def test_values_of_sqlite(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    check(url, SQLITE)


def test_values_of_postgresql(postgres_database):
    check(postgres_database, POSTGRESQL)


def test_values_of_mariadb(mariadb_database):
    check(mariadb_database, MARIADB)


@pytest.mark.parametrize("type_", ["uuid", "int[]", "jsonb", "date", "bytea"])
def test_a_row_whose_key_is_of_any_type_is_named_by_it(postgres_database, type_):
    literal = {"uuid": "'6f9619ff-8b86-d011-b42d-00cf4fc964ff'", "int[]": "ARRAY[1]", "jsonb": "'[1]'",
               "date": "'2021-01-15'", "bytea": r"'\x00ff'"}[type_]  # fmt: skip
    run(postgres_database, f"CREATE TABLE person (id {type_} PRIMARY KEY, phone TEXT)")
    run(postgres_database, f"INSERT INTO person VALUES ({literal}, '13100008688')")
    held = maps.collection("person", ("phone", "phone", "national"))
    with maps.connect(maps.store("sql", held), postgres_database) as connector:
        found = list(connector.find(held, maps.phones(maps.HIS)))
        assert [each.gone for each in connector.erase(held, [Act(one, True) for one in found])] == [True]
