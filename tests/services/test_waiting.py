"""What a request says it waits for: whom, what for, since when and why, in both languages."""

from pathlib import Path

from tests.shop import NOW, Shop, stores

LATER = "2021-11-24T08:00:00Z"  # six hours after the first look


def waits(shop: Shop, reference: str) -> list[tuple]:
    return [(one["who"], one["name"], one["since"]) for one in shop.show(reference)["waits_for"]]


def test_an_erasure_says_that_it_waits_for_the_copy_to_be_fetched(shop: Shop, tmp_path: Path):
    copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    assert shop.erasure(erasure)["stage"] == "frozen"
    assert waits(shop, erasure) == [("person", "copy", NOW)]
    (wait,) = shop.show(erasure)["waits_for"]
    assert "2021-12-06" in wait["reason"], "the day in the zone of the controller"
    assert wait["reason_text"]["en"] == wait["reason"]
    assert "副本" in wait["reason_text"]["zh"]
    assert "2021-12-06" in wait["reason_text"]["zh"]
    assert shop.run("copy", "write", copy, tmp_path / "copy").code == 0
    shop.work()
    assert waits(shop, erasure) == []


def test_what_is_fixed_is_said_in_chinese_too(shop: Shop):
    (unproven,) = shop.opened("copy")
    shop.change("crm", stores.FORGOTTEN)
    (unnamed,) = shop.confirmed("copy")
    shop.work()
    for reference in (unproven, unnamed):
        (wait,) = shop.show(reference)["waits_for"]
        assert wait["reason_text"]["en"] == wait["reason"] != wait["reason_text"]["zh"]


def test_an_erasure_that_left_something_waits_for_staff_since_it_was_first_seen(shop: Shop):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.erasure(reference)["verdict"] == "RESIDUE"
    assert waits(shop, reference) == [("staff", "crm.callback", NOW)]
    assert all(one["reason_text"]["zh"] for one in shop.show(reference)["waits_for"])
    shop.work(DSAR_NOW=LATER)
    assert waits(shop, reference) == [("staff", "crm.callback", NOW)], "it has been there since"
    shop.change("crm", "delete from callback where mobile like '%1111%'")
    shop.work(DSAR_NOW="2021-11-25T08:00:00Z")
    assert waits(shop, reference) == []


def test_a_mapped_place_in_which_something_is_left_is_named_with_its_reason(shop: Shop):
    shop.change("orders", "update purchase set address = '柳树路 2 号 代收 13100001111' where id = 4")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert ("staff", "orders.purchase", NOW) in waits(shop, reference)
