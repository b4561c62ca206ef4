"""A store is searched by value table by table; a pass that is cut short goes on where it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsar.connectors.sql import Sql
from dsar.jobs import sweeping
from dsar.services import sweeping as kept
from tests.connectors.conftest import sql_url  # noqa: F401
from tests.connectors.filled import run
from tests.lies.conftest import PHONE, lying, places  # noqa: F401

UNMAPPED = [f"t{n}" for n in range(6)]
FILL = [
    statement
    for table in UNMAPPED
    for statement in (
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, a VARCHAR(40))",
        f"INSERT INTO {table} VALUES (1, 'tel {PHONE}'), (2, '13100008687')",
    )
]


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The tables that are read by value, in their order; a note is made after each."""
    monkeypatch.setattr(sweeping, "EVERY", timedelta(0))
    asked: list[str] = []
    lead = Sql._lead

    def noted(self, shape, own):
        asked.append(shape.name)
        return lead(self, shape, own)

    monkeypatch.setattr(Sql, "_lead", noted)
    return asked


class Cut(BaseException):
    """As when a process is killed."""


@pytest.fixture
def cut(monkeypatch):
    """Have the process die as it begins to read a table by value."""
    lead = Sql._lead

    def at(table):
        def dies(self, shape, own):
            if shape.name == table:
                raise Cut
            return lead(self, shape, own)

        monkeypatch.setattr(Sql, "_lead", dies)
        return lambda: monkeypatch.setattr(Sql, "_lead", lead)

    return at


RESIDUE = {f"crm.{table}": [f"{table}.a"] for table in UNMAPPED}


def test_a_pass_that_is_cut_short_goes_on_where_it_was(lying, sql_url, read, cut):  # noqa: F811
    store = lying(sql_url, *FILL, settings={"DSAR_LEASE": "1"})
    mend = cut("t3")
    with pytest.raises(Cut):
        store.erase(looks_only=True)
    assert read == ["t0", "t1", "t2"]
    (one,) = store.desk.show(store.references[0])["stores"]
    assert one["by_value"] == {"tables": 3, "of": 6}
    mend()
    read.clear()
    assert places(store.again(), "RESIDUE") == {**RESIDUE, "crm.member": ["member.email", "member.phone"]}
    assert read == ["t3", "t4", "t5", "member", *UNMAPPED]  # the search goes on, then comes the look
    assert store.desk.show(store.references[0])["stores"][0]["by_value"] is None


def test_what_was_seen_too_long_ago_is_looked_at_once_more(lying, sql_url, read, cut, monkeypatch):  # noqa: F811
    store = lying(sql_url, *FILL, settings={"DSAR_LEASE": "1"})
    mend = cut("t3")
    with pytest.raises(Cut):
        store.erase(looks_only=True)
    mend()
    read.clear()
    monkeypatch.setattr(kept, "FRESH", timedelta(0))
    store.again()
    assert read == [*UNMAPPED, "member", *UNMAPPED]


def test_another_pass_begins_anew(lying, sql_url, read, monkeypatch):  # noqa: F811
    store = lying(sql_url, *FILL)
    store.erase(looks_only=True)
    assert read == [*UNMAPPED, "member", *UNMAPPED]
    read.clear()
    run(sql_url, *(f"DELETE FROM {table}" for table in UNMAPPED), "DELETE FROM member WHERE id = 1")
    monkeypatch.setenv("DSAR_NOW", "2021-11-25T03:00:00Z")
    assert store.again()["verdict"] == "NOTHING_HELD"
    assert read == ["member", *UNMAPPED]
