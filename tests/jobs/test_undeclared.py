"""Where the map says so, a copy is looked for by value in mapped fields too: what it leaves out blocks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.shop import HANDLER, MAP, NOW, Shop

BY_ANOTHER = "update purchase set address = '柳树路 2 号 代收 13100001111' where id = 4"
BY_HERSELF = "update purchase set address = '槐树路 1 号 13100001111' where id in (1, 2)"
SPACED = "insert into customer (id, phone, name) values (9, '131 0000 1111', '安妮')"


@pytest.fixture
def shop(shop: Shop, tmp_path: Path) -> Shop:
    """The shop, its map asking for copies to be looked for everywhere."""
    return applied(shop, tmp_path / "everywhere.yaml", plain_map())


def plain_map() -> dict:
    return yaml.safe_load(MAP.read_text(encoding="utf-8")) | {"copies": {"look_by_value": "everywhere"}}


def applied(shop: Shop, file: Path, plain: dict) -> Shop:
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    said = shop.run("map", "apply", file)
    assert said.code == 0, said.err
    return shop


def asked(shop: Shop) -> tuple[str, dict]:
    (reference,) = shop.confirmed("copy", lang="en")
    shop.work()
    return reference, shop.show(reference)


def holding(shown: dict) -> list[tuple[str, list[str], int]]:
    """The places that block a copy."""
    return [
        (f"{p['store']}.{p['table']}", p["undeclared"], p["records"])
        for p in shown["unmapped"]
        if p["records"]
    ]


def declared(shop: Shop, file: Path, *, forms: list[str] | None = None, **address: object) -> None:
    """Apply the map with more said of the phone's forms, or of the address."""
    plain = plain_map()
    if forms:
        plain["stores"]["crm"]["collections"]["customer"]["found_by"]["phone"]["form"] = forms
    plain["stores"]["orders"]["collections"]["purchase"]["fields"]["address"] |= address
    applied(shop, file, plain).work()


def test_a_number_in_a_remark_of_another_persons_record_blocks_the_copy_until_the_map_says_what_it_is(
    shop, tmp_path
):
    shop.change("orders", BY_ANOTHER)
    reference, shown = asked(shop)
    assert not shown["complete"]
    assert shown["copy"] is None
    assert holding(shown) == [("orders.purchase", ["address"], 1)]
    assert [wait["name"] for wait in shown["waits_for"]] == ["orders.purchase"]
    declared(shop, tmp_path / "map.yaml", mentions={"keep": "the address of another order"})
    shown = shop.show(reference)
    assert shown["complete"]
    assert holding(shown) == []
    assert shop.run("copy", "write", reference, tmp_path / "copy").code == 0
    copy = json.loads((tmp_path / "copy" / "copy.json").read_text(encoding="utf-8"))
    (purchase,) = next(store for store in copy["stores"] if store["name"] == "orders")["collections"]
    assert purchase["mentions"] == 1


def test_a_record_stored_in_a_form_that_the_map_does_not_declare_blocks_the_copy_until_it_does(
    shop, tmp_path
):
    shop.change("crm", SPACED)
    reference, shown = asked(shop)
    assert not shown["complete"]
    assert holding(shown) == [("crm.customer", ["phone"], 1)]
    declared(shop, tmp_path / "map.yaml", forms=["national", "spaced"])
    shown = shop.show(reference)
    assert shown["complete"]
    (customer,) = next(store for store in shown["stores"] if store["name"] == "crm")["collections"]
    assert customer["records"] == 2


def test_a_persons_own_records_hold_his_own_values(shop):
    shop.change("orders", BY_HERSELF)
    _, shown = asked(shop)
    assert holding(shown) == []
    assert shown["complete"]


def test_a_dismissed_column_is_not_looked_at(shop, tmp_path):
    shop.change("orders", BY_ANOTHER)
    reference, shown = asked(shop)
    assert holding(shown)
    plain = plain_map()
    del plain["stores"]["orders"]["collections"]["purchase"]["fields"]["address"]
    plain["stores"]["orders"]["dismissed"] = {
        "purchase": {"columns": ["address"], "reason": "places only", "by": "li"}
    }
    applied(shop, tmp_path / "map.yaml", plain).work()
    assert shop.show(reference)["complete"]


def test_mapped_columns_are_left_to_the_probes_unless_the_map_asks_for_more(shop, tmp_path):
    shop.change("orders", BY_ANOTHER)
    applied(shop, tmp_path / "unmapped.yaml", plain_map() | {"copies": {"look_by_value": "unmapped"}})
    _reference, shown = asked(shop)
    assert shown["complete"]
    applied(shop, tmp_path / "map.yaml", plain_map())
    assert asked(shop)[1]["complete"] is False


def test_records_are_his_own_by_numbers_that_come_late(shop):
    shop.change("orders", BY_HERSELF)
    shop.change("crm", "alter table customer rename to away")
    reference, shown = asked(shop)
    assert not shown["complete"]
    shop.change("crm", "alter table away rename to customer")
    shop.work()
    shown = shop.show(reference)
    assert holding(shown) == []
    assert shown["complete"]


def test_an_identifier_proven_later_is_looked_for_by_value_too(shop):
    shop.change("orders", "update purchase set address = '转 ann.hill@shop.example' where id = 4")
    (reference,) = shop.opened("copy", identifiers=["phone:13100001111", "email:ann.hill@shop.example"])
    one = ("request", "confirm", reference, "--by", HANDLER, "--evidence", "seen", "--identifier")
    assert shop.run(*one, "phone:13100001111").code == 0
    shop.change("crm", "alter table customer rename to away")
    shop.work()
    assert shop.run(*one, "email:ann.hill@shop.example").code == 0
    shop.change("crm", "alter table away rename to customer")
    shop.work()
    assert holding(shop.show(reference)) == [("orders.purchase", ["address"], 1)]


def test_what_is_waited_for_has_been_since_a_civil_time(shop):
    shop.change("orders", BY_ANOTHER)
    _, shown = asked(shop)
    assert {wait["since"] for wait in shown["waits_for"]} == {NOW}
