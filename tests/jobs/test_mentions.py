"""What a copy and an erasure make of identifiers in records of others, and of those that cannot be read."""

import json
from pathlib import Path

import pytest

from tests import shop as shops
from tests.shop import Shop

ADDRESS = "address: {title: {zh: 收货地址, en: Address}, category: contact"
OURS = "柳树路 2 号 代收 13100001111"


def mapped(shop: Shop, folder: Path, *pairs: tuple[str, str]) -> None:
    """Apply the map with some of its words replaced."""
    text = shops.MAP.read_text()
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = folder / "map.yaml"
    file.write_text(text)
    said = shop.run("map", "apply", file)
    assert said.code == 0, said.err


def collection(shown: dict, name: str) -> dict:
    return next(c for s in shown["stores"] for c in s["collections"] if c["name"] == name)


@pytest.fixture
def copied(tmp_path: Path):
    """Write Ann's copy; the rows of a collection in it."""

    def rows(shop: Shop, name: str) -> list[dict]:
        (reference,) = shop.confirmed("copy")
        shop.work()
        said = shop.run("copy", "write", reference, tmp_path / "copy", "--json")
        assert said.json["complete"] is True
        return list(collection(json.loads((tmp_path / "copy" / "copy.json").read_text()), name)["rows"])

    return rows


def test_a_mention_that_stays_is_kept_and_counted_with_its_reason(shop: Shop, tmp_path: Path):
    shop.change(
        "orders", f"update purchase set address = '{OURS}' where id = 4; delete from purchase where id = 1"
    )
    mapped(shop, tmp_path, (ADDRESS, ADDRESS + ", mentions: {keep: 他人订单的收货信息}"))
    (reference,) = shop.confirmed("erasure")
    shop.work()
    shown = collection(shop.erasure(reference), "purchase")
    assert (shown["verdict"], shown["reason"]) == ("KEPT", "他人订单的收货信息")
    assert (shown["found"], shown["erased"], shown["kept"], shown["residue"]) == (3, 2, 1, 0)
    assert shown["where"] == [{"table": "purchase", "column": "address"}]
    assert shop.rows("orders", "select address from purchase") == [(OURS,)]
    assert shop.show(reference)["status"] == "closed"
    said = shop.run("certificate", "write", reference, tmp_path / "certificate", "--json")
    assert said.json["verdict"] == "KEPT"


def test_an_empty_internal_number_leads_to_nobody(shop: Shop, tmp_path: Path):
    """Ann's record names no referrer; the records of customers without a number are not hers."""
    shop.change(
        "crm",
        "alter table customer add column club text; update customer set club = '' where id = 1;"
        "create table club (id integer primary key, number text, remark text);"
        "insert into club values (1, '', 'somebody'), (2, ' ', 'somebody else');",
    )
    club = (
        "      club:\n        title: {zh: 会员, en: Club}\n        found_by: {club_no: {column: number}}\n"
        "        purpose: account\n        fields:\n          id: {title: {zh: 编号, en: Number}}\n"
        "          remark: {title: {zh: 备注, en: Remark}}\n        on_erasure: delete\n"
    )
    mapped(
        shop, tmp_path,
        ("  customer_id: {internal: true}\n", "  customer_id: {internal: true}\n  club_no: {internal: true}\n"),
        ("gives: {customer_id: id}", "gives: {customer_id: id, club_no: club}"),
        ("  orders:\n    title", club + "  orders:\n    title"),
    )  # fmt: skip
    (reference,) = shop.confirmed("copy")
    shop.work()
    shown = shop.show(reference)
    assert collection(shown, "club")["records"] == 0
    assert collection(shown, "customer")["records"] == 1
    assert sum(one["internal"] for one in shown["identifiers"]) == 1


@pytest.mark.parametrize(
    ("kind", "held", "shown"),
    [
        ("phone", "+12", "********"),
        ("phone", "ask at the desk", "********"),
        ("phone", "+44 20 7946 0958", "+44 207***0958"),
        ("email", "not an address", "********"),
        ("email", "bob@example.com", "b***@example.com"),
    ],
)
def test_what_cannot_be_read_as_an_identifier_of_others_is_hidden_whole(
    shop: Shop, tmp_path: Path, copied, kind: str, held: str, shown: str
):
    shop.change("orders", f"update purchase set address = '{held}' where customer_id = 1")
    mapped(shop, tmp_path, (ADDRESS, f"{ADDRESS}, identifier: {kind}"))
    assert {row["address"] for row in copied(shop, "purchase")} == {shown}
