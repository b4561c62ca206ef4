"""Inspections on PostgreSQL: several at once, by two workers at once; every store answers once, and none is lost."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

from dsar import clock, db
from dsar.demo import case, stores
from dsar.jobs import inspection
from dsar.services import inspected, inspecting, ledger
from dsar.services.inspecting import Wanted
from dsar.services.intake import Given
from tests.own_database.test_same_on_both import work
from tests.stories.driving import OFFICER, desk

MANY = 3


def test_two_workers_at_once_ask_every_store_once(tmp_path, postgres_database):
    stores.build(tmp_path / "stores", people=40, case=case.read())
    settings = {**stores.environment(tmp_path / "stores"), "DSAR_DATABASE_URL": postgres_database}
    with desk(tmp_path / "home", settings) as here:
        here.apply(stores.AFTER_MAP)
        numbers = [opened(here) for _ in range(MANY)]
        both = [work() for _ in range(2)]
        said = [worker.communicate(timeout=180)[1] for worker in both]
        assert ([worker.returncode for worker in both], said) == ([0, 0], [b"", b""])
        told = [record_of(here, number) for number in numbers]
        assert here.ledger_is_whole()
    assert [one["stores"][0]["state"] for one in told] == ["answered"] * MANY
    held = [[store["records"] for store in one["stores"]] for one in told]
    assert held == [held[0]] * MANY
    assert sum(held[0]) > 10


def opened(here) -> int:
    wanted = Wanted(OFFICER, Given("phone", "13100008688"), "court", "", "en")
    with db.begin() as session:
        row = inspecting.open_inspection(
            session, here.office.vault, wanted, a_day=20, kept=timedelta(days=30), at=clock.now()
        )
        return row.number


def record_of(here, number: int) -> dict:
    with db.read() as session:
        row = inspected.get(session, number)
        asked = Counter(one.store for one in inspected.asked(session, number))
        assert set(asked.values()) == {1}
        made = [
            one
            for one in ledger.facts_of(session, "inspections", "inspection.made")
            if one["number"] == number
        ]
        assert len(made) == 1
    return json.loads(inspection.read(here.office, row, inspection.JSON))["record"]
