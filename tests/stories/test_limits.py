"""A plan over a limit of the map waits for a second person: too large a share of a table, other people in the rows."""

import sqlite3
from contextlib import closing

import pytest
import yaml

from dsar.demo import case, stores
from dsar.errors import NotAllowed
from dsar.services import reasons
from dsar.terms import Right
from tests.oracle import oracle
from tests.oracle.test_oracle import luo, places
from tests.stories.driving import HANDLER, OFFICER, Desk, desk

DIGITS = "8613100008688"


@pytest.fixture
def folder(tmp_path):
    stores.build(tmp_path / "stores", people=50, case=case.read())
    return tmp_path / "stores"


@pytest.fixture
def here(folder):
    with desk(folder.parent / "home", stores.environment(folder)) as opened:
        yield opened


def applied(here: Desk, **limits: int) -> None:
    """Apply the company's map with these limits."""
    plain = yaml.safe_load(stores.AFTER_MAP.read_text(encoding="utf-8")) | {"erasure": limits}
    file = here.office.config.home / "limits.yaml"
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    here.apply(file)


def change(folder, store: str, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / f"{store}.sqlite")) as database, database:
        database.execute(statement, values)


def waiting(here: Desk, reference: str) -> list[dict]:
    """The limits that a plan stands still for; nothing was deleted."""
    shown = here.erasure(reference)
    assert shown["stage"] == "planned"
    assert {one["reason"] for one in here.show(reference)["waits_for"]} >= {reasons.NEEDS_GO}
    return shown["thresholds"]


def test_within_all_limits_it_goes_by_itself_and_says_so(here):
    applied(here)
    (reference,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    assert here.show(reference)["status"] == "closed"
    assert here.erasure(reference)["thresholds"] == []


def test_a_number_that_stands_on_most_rows_of_a_table_stops_and_an_other_person_lets_it_go(folder, here):
    change(folder, "sms", "update sms_log set phone = ? where rowid % 2", DIGITS)
    with closing(sqlite3.connect(folder / "sms.sqlite")) as database:
        count = "select count(*), count(*) filter (where phone = ?) from sms_log"
        rows, his = database.execute(count, [DIGITS]).fetchone()
    applied(here, share_above=30, share_from=10)
    before = oracle.where(places(folder), luo())
    (reference,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    (over,) = waiting(here, reference)
    assert (over["name"], over["store"], over["above"]) == ("share", "sms_gateway", 30)
    assert (over["of"], over["count"] >= his) == (rows, True)
    assert oracle.where(places(folder), luo()) == before
    with pytest.raises(NotAllowed):
        here.go(reference, by=HANDLER)
    here.go(reference, by=OFFICER)
    here.work()
    assert here.show(reference)["status"] == "closed"


def test_a_small_table_has_no_shares(folder, here):
    change(folder, "sms", "update sms_log set phone = ?", DIGITS)
    applied(here, share_above=30, share_from=100_000)
    (reference,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    assert here.show(reference)["status"] == "closed"


def test_rows_that_name_other_people_are_counted_before_they_go_those_that_a_law_keeps_are_not(folder, here):
    change(
        folder,
        "sms",
        "update sms_log set text = ? where phone = ?",
        "课程 20210315001，您的号码 131 0000 8688",
        DIGITS,
    )
    change(folder, "orders", "update course_order set receiver_phone = '139-1111-2222'")
    applied(here, others_above=0)
    (reference,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    (over,) = waiting(here, reference)
    assert (over["name"], over["above"], over["store"], over["count"]) == (
        "others",
        0,
        None,
        4,
    )  # not the paid order
    change(folder, "sms", "update sms_log set text = '请转告 139 1111 2222' where phone = ?", DIGITS)
    (again,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    (over,) = waiting(here, again)
    with closing(sqlite3.connect(folder / "sms.sqlite")) as database:
        (texts,) = database.execute("select count(*) from sms_log where phone = ?", [DIGITS]).fetchone()
    assert over["count"] == 4 + texts
    assert texts > 0
