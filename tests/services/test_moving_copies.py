"""A new map and a copy: what need not be searched anew is not, and what was erased since stays in the copy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from dsar import db
from dsar.jobs import perform
from dsar.jobs.office import Office
from dsar.models import Work
from tests.services.moved import apply, both, maps_callback, renames, renames_store
from tests.services.test_erasing import LAST_DAYS
from tests.shop import OFFICER, Shop, stores
from tests.stories.driving import records

SAID = "erased before"


def titles(plain: dict) -> None:
    """Everything about the customers that a paper reads from the map."""
    customer = plain["stores"]["crm"]["collections"]["customer"]
    customer["title"] = {"zh": "顾客", "en": "Buyer"}
    customer["purpose"] = {"title": {"zh": "服务", "en": "To serve"}}
    customer["source"] = {"zh": "门店", "en": "The shop"}
    customer["fields"]["name"]["title"] = {"zh": "名字", "en": "First name"}
    customer["fields"]["secret"] = {"withhold": "security"}
    plain["stores"]["crm"]["title"] = {"zh": "顾客系统", "en": "Buyers"}
    plain["identifier_kinds"]["card"]["title"] = {"zh": "卡", "en": "Card"}


def gives_secret(plain: dict) -> None:
    field = {"title": {"zh": "口令", "en": "Secret"}, "category": "technical"}
    plain["stores"]["crm"]["collections"]["customer"]["fields"]["secret"] = field


@pytest.fixture
def erased_first(shop: Shop) -> tuple[Shop, str, str]:
    """Ann's copy waits for a table that is not in the map; her erasure did not wait longer than it may."""
    shop.change("crm", stores.FORGOTTEN)
    copy, erasure = shop.confirmed("copy", "erasure", lang="en")
    shop.env["DSAR_NOW"] = LAST_DAYS
    shop.work()
    assert shop.show(copy)["complete"] is False
    assert len(shop.rows("crm", "select id from customer")) == 2
    return shop, copy, erasure


def test_other_titles_search_nothing_anew(shop: Shop, tmp_path: Path):
    shop.change("crm", stores.FORGOTTEN)
    (copy,) = shop.confirmed("copy", lang="en")
    shop.work()
    before = [act for act in shop.acts(copy) if act == "store.found"]
    apply(shop, tmp_path, titles)
    shop.work()
    assert [act for act in shop.acts(copy) if act == "store.found"] == before
    shown = shop.show(copy)
    assert (shown["map"]["version"], shown["stores"][0]["title"]["en"]) == (2, "Buyers")


def test_what_was_erased_under_other_titles_is_in_the_copy(erased_first, tmp_path: Path):
    shop, copy, erasure = erased_first
    apply(shop, tmp_path, both(titles, maps_callback))
    shop.work()
    shown = shop.show(copy)
    found = {"crm.customer": 1, "crm.callback": 1, "orders.purchase": 3, "box.entry": 2}
    assert (records(shown), shown["complete"], shown["copy"]["records"]) == (found, True, 7)
    said = shop.run("copy", "write", copy, tmp_path / "copy", "--json").json
    assert said["complete"] is True
    assert "安妮" in (tmp_path / "copy" / "copy.json").read_text()
    shop.work()
    assert shop.rows("crm", "select mobile from callback") == [("131 0000 2222",)]
    assert shop.erasure(erasure)["verdict"] == "KEPT"


def test_a_field_that_is_given_only_now_is_searched_for_while_it_is_there(shop: Shop, tmp_path: Path):
    shop.change("crm", stores.FORGOTTEN)
    (copy,) = shop.confirmed("copy", lang="en")
    shop.work()
    apply(shop, tmp_path, both(gives_secret, maps_callback))
    shop.work()
    shop.run("copy", "write", copy, tmp_path / "copy")
    assert "hash-1" in (tmp_path / "copy" / "copy.json").read_text()


def test_a_field_that_is_given_only_after_the_erasure_is_missed_and_said_so(erased_first, tmp_path: Path):
    shop, copy, _ = erased_first
    apply(shop, tmp_path, both(gives_secret, maps_callback))
    shop.work()
    shown = shop.show(copy)
    crm = shown["stores"][0]
    assert (shown["complete"], shown["status"], shown["copy"]) == (False, "working", None)
    assert (crm["state"], SAID in crm["reason"]) == ("paused", True)
    assert [("crm", SAID in wait["reason"]) for wait in shown["waits_for"]] == [("crm", True)]
    assert shop.run("copy", "write", copy, tmp_path / "part", "--json").json["complete"] is False
    text = (tmp_path / "part" / "copy.json").read_text()
    assert "安妮" in text
    assert SAID in text
    apply(shop, tmp_path, maps_callback)
    shop.work()
    assert shop.show(copy)["complete"] is True, "a map that asks no more of it than was sealed"


@pytest.mark.parametrize("change", [renames, renames_store], ids=["collection", "store"])
def test_what_was_erased_under_another_name_is_in_the_copy(
    erased_first, tmp_path: Path, change: Callable[[dict], None]
):
    shop, copy, _ = erased_first
    signed = ("--by", OFFICER, "--reason", "renamed")
    assert apply(shop, tmp_path, both(maps_callback, change), *signed).code == 0
    shop.work()
    shown = shop.show(copy)
    assert (shown["complete"], shown["copy"]["records"]) == (True, 7)
    assert shop.run("copy", "write", copy, tmp_path / "copy", "--json").json["complete"] is True
    assert "安妮" in (tmp_path / "copy" / "copy.json").read_text()


def test_nothing_is_erased_that_the_copy_of_the_submission_has_not(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """One request a pass: the erasure is searched for, planned and called for before the copy is searched for."""
    references = iter(["SSSSSSSS", "ZZZZZZZZ", "22222222"])  # of the submission, the copy, the erasure
    monkeypatch.setattr("dsar.services.intake.new_reference", lambda: next(references))
    shop.change("crm", stores.FORGOTTEN)
    copy, erasure = shop.confirmed("copy", "erasure", lang="en")
    shop.env["DSAR_NOW"] = LAST_DAYS
    shop.work()
    apply(shop, tmp_path, maps_callback)
    with shop.office(DSAR_BATCH="1") as office:
        for key in ("search:crm", f"plan:{erasure}", "erase:crm"):
            assert done(office, key), key
    assert shop.rows("crm", "select count(*) from callback") == [(2,)]
    shop.work()
    assert records(shop.show(copy))["crm.callback"] == 1
    assert shop.rows("crm", "select count(*) from callback") == [(1,)]


def done(office: Office, key: str) -> bool | None:
    """Do one piece of work now."""
    with db.read() as session:
        id = session.scalars(select(Work.id).where(Work.key == key)).one()
    return perform.perform(office, id)


def test_without_a_store_that_was_taken_out_the_copy_is_complete_at_once(shop: Shop, tmp_path: Path):
    (copy,) = shop.confirmed("copy")
    down = {"BOX_URL": "sqlite:////nowhere/box.sqlite"}
    shop.run("work", "--until-idle", **down)
    assert shop.show(copy)["complete"] is False

    def drops_box(plain: dict) -> None:
        del plain["stores"]["box"]

    apply(shop, tmp_path, drops_box, "--by", OFFICER, "--reason", "sold")
    shop.work(**down)
    shown = shop.show(copy)
    assert (shown["complete"], shown["status"]) == (True, "closed")
