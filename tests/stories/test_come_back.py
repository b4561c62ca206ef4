"""Days after an erasure every store is looked at again: what has come back opens the request anew."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from dsar import db
from dsar.demo import case, stores
from dsar.models import Work
from dsar.services import alerting
from dsar.terms import Right
from tests.oracle import oracle
from tests.oracle.test_oracle import luo, places
from tests.stories.driving import Desk, desk, verdicts

DAYS = ["2021-11-25", "2021-12-01", "2021-12-24"]


@pytest.fixture
def folder(tmp_path) -> Path:
    stores.build(tmp_path / "stores", people=50, case=case.read())
    shutil.copytree(tmp_path / "stores", tmp_path / "backup")
    return tmp_path / "stores"


@pytest.fixture
def here(folder) -> Iterator[Desk]:
    with desk(folder.parent / "home", stores.environment(folder)) as opened:
        opened.apply(stores.AFTER_MAP)
        yield opened


@pytest.fixture
def erased(here) -> str:
    """An erasure that is closed."""
    (reference,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    assert here.show(reference)["status"] == "closed"
    return reference


def put_back(folder: Path, store: str, table: str) -> int:
    """What a nightly sync does: the rows of the backup that are there no more; how many."""
    with closing(sqlite3.connect(folder / f"{store}.sqlite")) as live, live:
        live.execute("attach ? as backup", [str(folder.parent / "backup" / f"{store}.sqlite")])
        return live.execute(
            f"insert into main.{table} select * from backup.{table} where rowid not in (select rowid from main.{table})"
        ).rowcount


def at(moment: str) -> None:
    os.environ["DSAR_NOW"] = moment


def alerts() -> list[tuple]:
    with db.read() as session:
        return [
            (one.kind, one.reference, one.store, one.facts) for one in alerting.unsettled(session, limit=9)
        ]


def relooks(here: Desk, reference: str) -> list[tuple]:
    return [(one["on"], one["done_at"], one["left"]) for one in here.erasure(reference)["relooks"]]


def test_every_store_is_looked_at_again_after_1_7_and_30_days(here, erased):
    assert relooks(here, erased) == [(day, None, None) for day in DAYS]
    before = len(here.acts(erased))
    for done, day in enumerate(DAYS, 1):
        at(f"{day}T01:59:59Z" if done > 1 else "2021-11-25T01:00:00Z")
        here.work()
        at(f"{day}T02:00:00Z")
        here.work()
        assert relooks(here, erased) == [
            *((was, f"{was}T02:00:00Z", 0) for was in DAYS[:done]),
            *((still, None, None) for still in DAYS[done:]),
        ]
        assert here.show(erased)["status"] == "closed"
    acts = here.acts(erased)[before:]
    assert acts == ["store.relooked"] * len(acts)
    shown = here.erasure(erased)
    assert (shown["certificate"]["number"], len(acts)) == (1, 3 * len(shown["stores"]))
    looks = [look for s in shown["stores"] for c in s["collections"] for look in c["looks"]]
    assert {look["number"] for look in looks} == {1, 2, 3, 4}
    assert alerts() == []
    assert here.ledger_is_whole()
    with db.read() as session:
        assert session.scalars(select(Work.key).where(Work.key.like("relook:%"))).all() == []


def test_whoever_comes_back_by_a_nightly_sync_is_found_the_next_day_and_erased_again(folder, here, erased):
    answered = here.show(erased)["answered_at"]
    assert put_back(folder, "crm", "student") == 2  # his two numbers
    at("2021-11-25T02:00:00Z")
    here.work()
    shown = here.erasure(erased)
    student = next(c for s in shown["stores"] for c in s["collections"] if c["name"] == "student")
    assert [student[what] for what in ("verdict", "found", "erased", "residue")] == ["ERASED", 4, 4, 0]
    assert (here.show(erased)["status"], shown["certificate"]["number"]) == ("closed", 2)
    assert here.show(erased)["answered_at"] == answered
    assert relooks(here, erased)[0] == ("2021-11-25", "2021-11-25T02:00:00Z", 2)
    assert [day for day, done, _ in relooks(here, erased) if not done] == [
        "2021-11-26",
        "2021-12-02",
        "2021-12-25",
    ]
    ((kind, reference, store, facts),) = alerts()
    assert (kind, reference, store, facts["places"]) == ("relook.returned", erased, "crm", {"crm.student": 2})
    assert facts["same"] == {"crm.student": 2}
    assert {"new", "changed", "unknown"}.isdisjoint(facts)
    assert "erasure.reopened" in here.acts(erased)
    assert here.ledger_is_whole()
    found = oracle.where(places(folder), luo())
    assert found == {"orders": {"course_order"}}  # the paid order, which a law keeps


def test_what_comes_back_in_a_place_that_nobody_mapped_is_named_and_not_touched(folder, here, erased):
    phone = dict(case.read().identifiers)["phone"]
    with closing(sqlite3.connect(folder / "sms.sqlite")) as live, live:
        live.execute("create table import_2021 (line text)")
        live.execute("insert into import_2021 values (?)", [f"again: {phone}"])
    at("2021-11-25T02:00:00Z")
    here.work()
    shown = here.erasure(erased)
    assert (here.show(erased)["status"], shown["verdict"]) == ("working", "RESIDUE")
    assert [place for place, verdict in verdicts(shown).items() if verdict == "RESIDUE"] == [
        "sms_gateway.import_2021"
    ]
    assert relooks(here, erased) == [
        ("2021-11-25", "2021-11-25T02:00:00Z", 1)
    ]  # planned anew once it is clean
    with closing(sqlite3.connect(folder / "sms.sqlite")) as live, live:
        assert live.execute("select count(*) from import_2021").fetchone() == (1,)
        live.execute("drop table import_2021")
    at("2021-11-25T09:00:00Z")
    here.work()
    assert here.show(erased)["status"] == "closed"
    assert [day for day, done, _ in relooks(here, erased) if not done] == [
        "2021-11-26",
        "2021-12-02",
        "2021-12-25",
    ]


def test_a_store_that_is_down_when_it_is_to_be_looked_at_again_is_seen_to(folder, here, erased):
    away = folder / "class.sqlite"
    away.rename(folder / "away")
    at("2021-11-25T02:00:00Z")
    for _ in range(5):
        here.work(retry_now=True)
    assert relooks(here, erased)[0] == ("2021-11-25", None, None)
    ((kind, reference, store, facts),) = alerts()
    assert (kind, reference, store, facts["requests"]) == ("relook.unseen", None, "class_app", 1)
    assert here.show(erased)["status"] == "closed"
    (folder / "away").rename(away)
    here.work(retry_now=True)
    assert relooks(here, erased)[0] == ("2021-11-25", "2021-11-25T02:00:00Z", 0)
    assert alerts() == []


def test_a_record_that_a_law_kept_until_then_has_not_come_back(folder, here, erased):
    at("2024-03-21T02:00:00Z")
    here.work()
    assert alerts() == []
    assert verdicts(here.erasure(erased))["orders.course_order"] == "ERASED"
    assert here.erasure(erased)["certificate"]["number"] == 2


def test_the_map_says_after_how_many_days(folder, tmp_path):
    plain = yaml.safe_load(stores.AFTER_MAP.read_text(encoding="utf-8")) | {"relooks": {"days": [3]}}
    file = tmp_path / "map.yaml"
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    with desk(tmp_path / "home", stores.environment(folder)) as here:
        here.apply(file)
        (reference,) = here.file([Right.ERASURE], case.read().identifiers)
        here.work()
        assert relooks(here, reference) == [("2021-11-27", None, None)]


def test_a_record_of_somebody_else_that_mentions_the_person_again_is_emptied_at_once(folder, here, erased):
    with closing(sqlite3.connect(folder / "orders.sqlite")) as live, live:
        (other,) = live.execute(
            "select max(id) from course_order where receiver_phone is not null"
        ).fetchone()
        live.execute("update course_order set receiver_phone = '131-0000-8688' where id = ?", [other])
    at("2021-11-25T02:00:00Z")
    here.work()
    assert here.show(erased)["status"] == "closed"
    with closing(sqlite3.connect(folder / "orders.sqlite")) as live:
        held = live.execute("select receiver_phone from course_order where id = ?", [other]).fetchone()
    assert held in ((None,), ("",))
    ((kind, reference, store, facts),) = alerts()
    assert (kind, reference, store) == ("relook.returned", erased, "orders")
    assert facts == {"places": {"orders.course_order": 1}}
    assert here.ledger_is_whole()


def without(plain: dict, store: str) -> dict:
    """The map without the recipients that are this store."""
    plain["recipients"] = {k: v for k, v in plain["recipients"].items() if v.get("store") != store}
    for each in plain["stores"].values():
        for held in each.get("collections", {}).values():
            if told := [name for name in held.pop("recipients", []) if name in plain["recipients"]]:
                held["recipients"] = told
    return plain


def write(plain: dict, file: Path) -> Path:
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    return file


def test_a_store_that_left_the_map_and_is_away_is_looked_at_no_more(folder, here, erased, tmp_path):
    (folder / "class.sqlite").unlink()
    plain = without(yaml.safe_load(stores.AFTER_MAP.read_text(encoding="utf-8")), "class_app")
    del plain["stores"]["class_app"]
    here.apply(write(plain, tmp_path / "map.yaml"))
    at("2021-11-25T02:00:00Z")
    for _ in range(5):
        here.work(retry_now=True)
    assert relooks(here, erased)[0] == ("2021-11-25", "2021-11-25T02:00:00Z", None)
    assert alerts() == []


def test_a_store_of_dismissed_places_alone_is_looked_at_again_too(folder, tmp_path):
    plain = without(yaml.safe_load(stores.AFTER_MAP.read_text(encoding="utf-8")), "class_app")
    plain["stores"]["class_app"].pop("collections")
    plain["stores"]["class_app"]["dismissed"] = {"member": {"reason": "of nobody", "by": "zhou"}}
    with desk(tmp_path / "home", stores.environment(folder)) as here:
        here.apply(write(plain, tmp_path / "map.yaml"))
        (reference,) = here.file([Right.ERASURE], case.read().identifiers)
        here.work()
        assert verdicts(here.erasure(reference))["class_app.member"] == "RESIDUE"
        with closing(sqlite3.connect(folder / "class.sqlite")) as live, live:
            live.execute("delete from member")
        at("2021-11-24T09:00:00Z")
        here.work()
        assert here.show(reference)["status"] == "closed"
        at("2021-11-25T09:00:00Z")
        here.work()
        assert relooks(here, reference)[0] == ("2021-11-25", "2021-11-25T09:00:00Z", 0)
