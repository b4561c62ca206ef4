"""Internal numbers: what a column of any type gives is found in others, or the store says why it cannot be."""

from __future__ import annotations

import pytest

from dsar.connectors import Probe
from dsar.datamap.following import unfollowed
from dsar.errors import StoreRefused
from tests.connectors import maps
from tests.connectors.filled import run

PERSON = maps.collection("person", ("phone", "phone", "national"), gives={"student_id": "number"})
VISIT = maps.collection("visit", ("student_id", "number", "exact"))
FOLLOWED = [
    ("CHAR(6)", "'A7'", "'A8'"), ("VARCHAR(9)", "'a7 b'", "'A7 b'"), ("NUMERIC(12,0)", "7", "8"),
    ("NUMERIC(12,2)", "7.00", "7.01"), ("NUMERIC(12,2)", "-7", "7"), ("BIGINT", "-7", "7"),
    ("BIGINT", "-9223372036854775808", "-9223372036854775807"),
]  # fmt: skip
OF_ITS_OWN = {
    "postgresql": [
        ("NUMERIC(40,3)", "18446744073709551617", "18446744073709551618"), ("DATE", "'2021-01-15'", "'2021-01-16'"),
        ("UUID", "'6f9619ff-8b86-d011-b42d-00cf4fc964ff'", "'6f9619ff-8b86-d011-b42d-00cf4fc964fe'"),
    ],
    "mariadb": [
        ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551614"), ("DATE", "'2021-01-15'", "'2021-01-16'"),
        ("DECIMAL(40,3)", "18446744073709551617", "18446744073709551618"),
    ],
    "sqlite": [("", "-7", "7"), ("", "7.0", "8.0"), ("INTEGER", "9223372036854775807", "9223372036854775806")],
}  # fmt: skip
NOT_FOLLOWED = {
    "postgresql": ["BYTEA", "DOUBLE PRECISION", "REAL", "TIMESTAMPTZ", "TIME", "INTERVAL", "BOOLEAN"],
    "mariadb": ["BINARY(16)", "VARBINARY(9)", "BLOB", "DOUBLE", "FLOAT", "BIT(8)", "DATETIME", "TIMESTAMP", "TIME"],
    "sqlite": ["BLOB", "REAL", "DOUBLE"],
}  # fmt: skip


def dialect(url):
    return "postgresql" if "postgres" in url else "mariadb" if "mysql" in url else "sqlite"


def connect(url, *collections):
    return maps.connect(maps.store("sql", *collections), url)


def fill(url, type_, his="NULL", twins="NULL", taking=None):
    run(
        url,
        "DROP TABLE IF EXISTS person",
        "DROP TABLE IF EXISTS visit",
        f"CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(20), number {type_})",
        f"CREATE TABLE visit (id INTEGER PRIMARY KEY, number {taking or type_})",
        f"INSERT INTO person VALUES (1, '13100008688', {his}), (2, '13100008687', {twins})",
        f"INSERT INTO visit VALUES (5, {his}), (6, {twins}), (7, {his})",
    )


def given(url):
    with connect(url, PERSON) as connector:
        (found,) = connector.find(PERSON, maps.phones(maps.HIS))
    assert found.problem is None
    return found.given["number"]


def visits(url, number):
    with connect(url, VISIT) as connector:
        return [one.key for one in connector.find(VISIT, [Probe(0, 0, "student_id", number)])]


def test_a_number_given_by_a_column_leads_to_the_rows_that_hold_it(sql_url):
    for type_, his, twins in FOLLOWED + OF_ITS_OWN[dialect(sql_url)]:
        fill(sql_url, type_, his, twins)
        assert (type_, his, visits(sql_url, given(sql_url))) == (type_, his, [(5,), (7,)])


def test_it_leads_to_columns_of_another_type(sql_url):
    for type_, his, taking in [
        ("NUMERIC(12,2)", "7", "BIGINT"), ("BIGINT", "7", "NUMERIC(12,2)"), ("NUMERIC(12,2)", "7", "VARCHAR(9)"),
        ("CHAR(14)", "'7'", "NUMERIC(12,2)"), ("CHAR(14)", "'A7'", "VARCHAR(9)"),
    ]:  # fmt: skip
        fill(sql_url, type_, his, taking=taking)
        assert (type_, taking, visits(sql_url, given(sql_url))) == (type_, taking, [(5,), (7,)])


def test_it_leads_from_one_server_to_another(postgres_database, mariadb_database):
    fill(postgres_database, "CHAR(14)", "'A7'", "'A8'")
    fill(mariadb_database, "VARCHAR(14)", "'A7'", "'A8'")
    assert visits(mariadb_database, given(postgres_database)) == [(5,), (7,)]


@pytest.mark.parametrize("nobody", ["NULL", "0"])
def test_an_empty_number_and_zero_name_nobody(sql_url, nobody):
    fill(sql_url, "NUMERIC(12,2)", nobody)
    assert given(sql_url) == ""


def test_a_store_says_which_of_its_columns_cannot_be_followed(sql_url):
    for type_ in NOT_FOLLOWED[dialect(sql_url)]:
        fill(sql_url, f"{type_} NULL")
        for collection, probe, below in (
            (PERSON, maps.phones(maps.HIS), "gives"),
            (VISIT, [Probe(0, 0, "student_id", "7")], "found_by"),
        ):
            with connect(sql_url, collection) as connector:
                ((path, message, _),) = unfollowed(connector.map, connector.store, connector.describe())
                assert path == f"stores.place.collections.{collection.name}.{below}.student_id"
                assert "student_id cannot be followed" in message
                with pytest.raises(StoreRefused, match=r"column 'number' .* cannot be followed"):
                    connector.check(erasing=False)
                with pytest.raises(StoreRefused, match=r"column 'number' .* cannot be followed"):
                    list(connector.find(collection, probe))


def test_a_digest_of_it_is_followed_into_bytes(sql_url):
    fill(sql_url, {"postgresql": "BYTEA", "mariadb": "VARBINARY(16)", "sqlite": "BLOB"}[dialect(sql_url)])
    held = maps.collection("visit", ("student_id", "number", "md5:exact"))
    with connect(sql_url, held) as connector:
        connector.check(erasing=False)
        assert list(unfollowed(connector.map, connector.store, connector.describe())) == []


def test_a_fraction_is_followed_nowhere_and_said(sql_url):
    fill(sql_url, "NUMERIC(12,2)", "7.50")
    with connect(sql_url, PERSON) as connector:
        (found,) = connector.find(PERSON, maps.phones(maps.HIS))
    assert found.problem == (
        "column number of table person holds what cannot be followed: no text, no whole number"
    )


def test_bytes_in_a_column_of_text_are_said(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    fill(url, "TEXT", "X'00FF'")
    with connect(url, PERSON) as connector:
        (found,) = connector.find(PERSON, maps.phones(maps.HIS))
    assert "column number of table person" in found.problem


@pytest.mark.parametrize("form", ["any", "national"])
@pytest.mark.parametrize("type_", ["DECIMAL(20,2)", "DOUBLE PRECISION", ""])
def test_a_phone_in_a_column_with_decimals_is_found(sql_url, form, type_):
    if not type_ and dialect(sql_url) != "sqlite":
        type_ = "NUMERIC(15,4)"
    run(sql_url, f"CREATE TABLE person (id INTEGER PRIMARY KEY, phone {type_})")
    run(
        sql_url,
        "INSERT INTO person VALUES (1, 13100008688.0), (2, 13100008687.0), (3, 1310000868.8), (4, NULL)",
    )
    held = maps.collection("person", ("phone", "phone", form))
    with connect(sql_url, held) as connector:
        assert [one.key for one in connector.find(held, maps.phones(maps.HIS))] == [(1,)]


@pytest.mark.parametrize("type_", ["BIGINT", "NUMERIC(12,2)", "INTEGER", "CHAR(6)"])
def test_a_number_too_large_for_a_column_is_in_none_of_its_rows(sql_url, type_):
    fill(sql_url, type_, "7", "8")
    for number in (
        "9" * 60,
        "-" + "9" * 60,
        str(2**63),
        str(2**64 - 1),
        str(-(2**63)),
        "9999999999.99",
        "-0",
    ):
        assert (number, visits(sql_url, number)) == (number, [])


@pytest.mark.parametrize("form", ["any", "national"])
@pytest.mark.parametrize(("server", "type_"), [("postgres", "REAL"), ("mariadb", "FLOAT")])
def test_a_column_that_rounds_a_phone_to_another_is_refused(request, server, type_, form):
    url = request.getfixturevalue(f"{server}_database")
    run(url, f"CREATE TABLE person (id INTEGER PRIMARY KEY, phone {type_})")
    held = maps.collection("person", ("phone", "phone", form))
    with connect(url, held) as connector:
        ((path, message, _),) = unfollowed(connector.map, connector.store, connector.describe())
        assert path == "stores.place.collections.person.found_by.phone"
        assert "rounds a phone" in message
        with pytest.raises(StoreRefused, match="rounds a phone"):
            list(connector.find(held, maps.phones(maps.HIS)))
