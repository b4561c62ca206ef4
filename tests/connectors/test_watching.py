"""A store that changes under our hands, on every server: what is new, changed, missing, and what looks personal."""

from __future__ import annotations

import pytest

from dsar.datamap.types import Dismissed, Field
from dsar.datamap.watching import Difference
from dsar.jobs import watch
from tests.connectors import maps
from tests.connectors.filled import insert, run

TITLE = {"zh": "一", "en": "one"}


@pytest.fixture
def crm(sql_url):
    """A table of people, every column mapped; a function that compares it."""
    run(
        sql_url,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(40), level VARCHAR(20))",
        "CREATE TABLE city (code INTEGER PRIMARY KEY, name VARCHAR(20))",
    )
    insert(sql_url, "person", [(n, f"1310000{n}", f"L{n % 3}") for n in range(2000, 2050)])
    fields = {"level": Field("level", TITLE, "profile"), "phone": Field("phone", TITLE, "contact")}
    people = maps.collection(
        "person", ("phone", "phone", "national"), gives={"student_id": "id"}, fields=fields
    )
    place = maps.store("sql", people, dismissed=(Dismissed("city", (), "codes", "li"),))

    def compared(before=None):
        with maps.connect(place, sql_url) as connector:
            return watch.compared(connector, connector.map, place, before or {})

    return compared


def told(found: list[Difference]) -> list[tuple]:
    return [
        (one.table, one.column, str(one.kind), {name: c["like"] for name, c in one.columns.items() if c["personal"]})
        for one in found
    ]  # fmt: skip


def test_nothing_differs_where_everything_is_mapped_or_dismissed(crm):
    before = crm()
    assert before.differences() == []
    assert crm(before.now()).differences() == []
    assert before.now()["person"]["phone"]["like"] == "phone"


def test_a_column_and_a_table_that_came_are_told_with_what_they_look_like(crm, sql_url):
    run(
        sql_url,
        "ALTER TABLE person ADD COLUMN mail VARCHAR(80)",
        "ALTER TABLE person ADD COLUMN points INTEGER",
        "CREATE TABLE lead_log (n INTEGER PRIMARY KEY, a VARCHAR(40), born DATE)",
    )
    insert(sql_url, "lead_log", [(n, f"1390000{n}", None) for n in range(1000, 1010)])
    assert sorted(told(crm().differences())) == [
        ("lead_log", "", "new_table", {"a": "phone", "born": "birthday"}),
        ("person", "mail", "new_column", {"mail": "email"}),
        ("person", "points", "new_column", {}),
    ]


def test_a_column_that_went_and_one_that_was_renamed_are_told(crm, sql_url):
    before = crm().now()
    run(sql_url, "ALTER TABLE person RENAME COLUMN level TO grade")
    assert told(crm(before).differences()) == [
        ("person", "grade", "new_column", {}),
        ("person", "level", "missing", {}),
    ]


def test_a_column_of_another_type_is_told_with_what_it_was(crm, sql_url):
    before = crm().now()
    run(sql_url, "ALTER TABLE person DROP COLUMN level", "ALTER TABLE person ADD COLUMN level INTEGER")
    (changed,) = crm(before).differences()
    assert (changed.column, changed.kind, changed.was) == ("level", "type", before["person"]["level"]["type"])
    assert changed.columns["level"]["type"].lower().startswith("int")


def test_a_column_that_came_to_hold_something_personal_is_told(crm, sql_url):
    before = crm().now()
    run(sql_url, "UPDATE person SET level = phone")
    assert told(crm(before).differences()) == [("person", "level", "meaning", {"level": "phone"})]


def test_a_table_that_refers_to_people_is_told(crm, sql_url):
    run(
        sql_url,
        "CREATE TABLE visit (n INTEGER PRIMARY KEY, whose INTEGER, FOREIGN KEY (whose) REFERENCES person (id))",
    )
    assert told(crm().differences()) == [("visit", "", "new_table", {"whose": "internal_id"})]


def test_an_empty_column_of_a_large_table_is_compared_without_reading_it(crm, sql_url):
    insert(sql_url, "person", [(n, None, None) for n in range(10_000, 30_000)])
    run(sql_url, "ALTER TABLE person ADD COLUMN note2 VARCHAR(80)")
    run(sql_url, "UPDATE person SET note2 = '13900001111' WHERE id > 29950")
    assert told(crm().differences()) == [("person", "note2", "new_column", {"note2": "phone"})]
