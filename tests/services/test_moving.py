"""A new map moves the open requests: what it adds is searched, the rest is not, and what is gone is signed for."""

from pathlib import Path

import pytest

from tests import shop as shops
from tests.services.moved import CALLBACK, apply
from tests.shop import HANDLER, OFFICER, Shop, stores


def maps_callback(plain: dict) -> None:
    plain["stores"]["crm"]["collections"]["callback"] = CALLBACK


def drops_box(plain: dict) -> None:
    del plain["stores"]["box"]


def drops_orders(plain: dict) -> None:
    del plain["stores"]["orders"]


def adds_archive(plain: dict) -> None:
    archive = {**plain["stores"]["crm"], "title": {"zh": "档案", "en": "Archive"}, "url": "${ARCHIVE_URL}"}
    plain["stores"]["archive"] = archive


def searches(shop: Shop, reference: str) -> list[str]:
    """The stores that were recorded as searched, in order, in the ledger."""
    return [act for act in shop.acts(reference) if act == "store.found"]


def test_the_same_request_goes_on_once_the_place_is_mapped(shop: Shop, tmp_path: Path):
    shop.change("crm", stores.FORGOTTEN)
    copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    assert shop.show(copy)["complete"] is False
    assert apply(shop, tmp_path, maps_callback).json["version"] == 2
    shop.work()
    shown = shop.show(copy)
    assert (shown["complete"], shown["map"]["version"], shown["unmapped"]) == (True, 2, [])
    found = {c["name"]: c["records"] for s in shown["stores"] for c in s["collections"]}
    assert found == {"customer": 1, "callback": 1, "purchase": 3, "entry": 2}
    shop.run("copy", "write", copy, tmp_path / "copy")
    shop.work()
    assert shop.erasure(erasure)["verdict"] == "KEPT"
    assert shop.rows("crm", "select mobile from callback") == [("131 0000 2222",)]


def test_stores_that_did_not_change_are_not_searched_again(shop: Shop, tmp_path: Path):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("copy")
    shop.work()
    before = {store["name"]: store["since"] for store in shop.show(reference)["stores"]}
    later = {"DSAR_NOW": "2021-11-25T02:00:00Z"}
    shop.env |= later
    apply(shop, tmp_path, maps_callback)
    shop.work()
    after = {store["name"]: store["since"] for store in shop.show(reference)["stores"]}
    assert {name for name in before if after[name] != before[name]} == {"crm"}


def test_a_store_that_an_open_request_needs_goes_only_with_a_signature(shop: Shop, tmp_path: Path):
    shop.change("crm", stores.FORGOTTEN)  # so that it stays open
    (reference,) = shop.confirmed("copy")
    shop.work()
    assert "--by NAME --reason TEXT" in apply(shop, tmp_path, drops_box).error
    assert "--by NAME --reason TEXT" in apply(shop, tmp_path, drops_box, "--by", OFFICER).error
    assert "no user nobody" in apply(shop, tmp_path, drops_box, "--by", "nobody", "--reason", "sold").error
    assert shop.show(reference)["map"]["version"] == 1
    signed = apply(shop, tmp_path, drops_box, "--by", OFFICER, "--reason", "sold to 安妮")
    assert (signed.json["version"], signed.json["removed"]) == (2, ["box"])
    assert "box" not in [store["name"] for store in shop.show(reference)["stores"]]
    said = shop.run("ledger", "export", tmp_path / "ledger")
    moved = [line for line in (tmp_path / "ledger").read_text().splitlines() if "request.map_moved" in line]
    assert said.code == 0
    assert len(moved) == 1
    assert f'"actor": "{OFFICER}"' in moved[0]
    assert '"reason": "' in moved[0]
    assert "安妮" not in moved[0]


def test_while_nobody_is_searched_for_a_store_goes_freely(shop: Shop, tmp_path: Path):
    (reference,) = shop.opened("copy")
    assert apply(shop, tmp_path, drops_orders).json["removed"] == ["orders"]
    shop.run("request", "confirm", reference, "--by", HANDLER, "--evidence", "seen")
    shop.work()
    shown = shop.show(reference)
    assert [store["name"] for store in shown["stores"]] == ["crm", "box"]
    assert shown["complete"] is True


def test_a_store_that_is_added_is_work_for_open_requests(shop: Shop, tmp_path: Path):
    shop.change("crm", stores.FORGOTTEN)
    stores.run(shop.store("archive"), stores.CRM)
    shop.env["ARCHIVE_URL"] = f"sqlite:///{shop.store('archive')}"
    (reference,) = shop.confirmed("copy")
    shop.work()
    assert apply(shop, tmp_path, adds_archive).json["added"] == ["archive"]
    assert shop.show(reference)["stores"][-1]["state"] == "waiting"
    shop.work()
    shown = {store["name"]: store for store in shop.show(reference)["stores"]}
    assert shown["archive"]["collections"][0]["records"] == 1
    assert shown["crm"]["collections"][0]["records"] == 1


def test_what_is_closed_keeps_its_map(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    before = shop.show(reference)
    assert apply(shop, tmp_path, drops_box).json["version"] == 2
    assert shop.show(reference) == before
    assert shop.run("copy", "write", reference, tmp_path / "copy").code == 0


def test_the_same_map_again_moves_nobody(shop: Shop):
    (reference,) = shop.confirmed("copy")
    for _ in range(2):
        assert shop.run("map", "apply", shops.MAP, "--json").json["version"] == 1
    assert "request.map_moved" not in shop.acts(reference)


@pytest.mark.parametrize("by_hand", [True, False], ids=["while it is worked", "before"])
def test_a_map_that_goes_there_and_back_ends_where_it_began(shop: Shop, tmp_path: Path, by_hand: bool):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("copy")
    if by_hand:
        shop.work()
    apply(shop, tmp_path, maps_callback)
    shop.run("map", "apply", shops.MAP)
    shop.work()
    shown = shop.show(reference)
    assert (shown["map"]["version"], shown["complete"]) == (3, False)
    assert [(one["table"], one["records"]) for one in shown["unmapped"]] == [("callback", 1)]
    assert shop.run("ledger", "verify").code == 0
