"""Records that belong to several people: what a copy gives of them to one, and what his erasure leaves the others."""

import json
import subprocess
from pathlib import Path

import pytest

from tests import shop as shops
from tests.shop import Shop

TABLE = """
create table joint (id integer primary key, buyer integer, partner integer, buyer_phone text, partner_phone text,
                    item text);
insert into joint values
  (1, 1, 2, '13100001111', '13100002222', 'sofa'),
  (2, 1, null, '13100001111', null, 'lamp'),
  (3, 2, 3, '13100002222', '13100003333', 'desk');
"""
ALONE, TOGETHER = (2, 1, None, "13100001111", None, "lamp"), (1, 1, 2, "13100001111", "13100002222", "sofa")
STRANGERS = (3, 2, 3, "13100002222", "13100003333", "desk")
COLLECTION = """
      joint:
        title: {zh: 联名订单, en: Joint order}
        found_by: {customer_id: [{column: buyer}, {column: partner}]}
        purpose: account
        shared: RULE
        fields:
          id: {title: {zh: 编号, en: Number}, category: technical}
          buyer: {title: {zh: 买方, en: Buyer}}
          partner: {title: {zh: 共同买方, en: Partner}}
          buyer_phone: {title: {zh: 买方电话, en: Buyer's phone}, identifier: phone}
          partner_phone: {title: {zh: 共同买方电话, en: Partner's phone}, identifier: phone}
          item: {title: {zh: 商品, en: Item}}
        on_erasure: delete
"""


@pytest.fixture(params=["give", "redact", "keep"])
def rule(request) -> str:
    return str(request.param)


@pytest.fixture
def joint(shop: Shop, tmp_path: Path, rule: str) -> Shop:
    """The shop with orders of two people; Ann and Bob bought the sofa, Ann the lamp."""
    shop.change("orders", TABLE)
    file = tmp_path / "map.yaml"
    text = shops.MAP.read_text()
    file.write_text(text.replace("\n  box:", COLLECTION.replace("RULE", rule) + "  box:", 1))
    said = shop.run("map", "apply", file)
    assert said.code == 0, said.err
    return shop


def given(shop: Shop, folder: Path) -> tuple[dict, str]:
    """The collection in copy.json, and the text of copy.pdf."""
    (reference,) = shop.confirmed("copy", lang="en")
    shop.work()
    said = shop.run("copy", "write", reference, folder, "--json")
    assert said.code == 0, said.err
    assert said.json["complete"] is True
    plain = json.loads((folder / "copy.json").read_text())
    found = [c for s in plain["stores"] for c in s["collections"] if c["name"] == "joint"]
    pdf = subprocess.run(["pdftotext", folder / "copy.pdf", "-"], capture_output=True, text=True, check=True)
    return found[0], " ".join(pdf.stdout.split())


def erased(shop: Shop) -> dict:
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.show(reference)["status"] == "closed"
    return next(
        c for s in shop.erasure(reference)["stores"] for c in s["collections"] if c["name"] == "joint"
    )


def test_a_copy_gives_what_the_rule_says(joint: Shop, tmp_path: Path, rule: str):
    collection, paper = given(joint, tmp_path / "copy")
    rows = {row["item"]: row for row in collection["rows"]}
    assert rows["lamp"]["buyer_phone"] == "13100001111"
    assert collection["records"] == len(rows) == (1 if rule == "keep" else 2)
    assert (collection["shared"]["rule"], collection["shared"]["records"]) == (rule, 1)
    if rule == "keep":
        assert collection["shared"]["withheld"] == 1
        assert "belongs to other people as well" in paper
        return
    partners = {"give": 2, "redact": "********"}
    assert (rows["sofa"]["buyer"], rows["sofa"]["partner"]) == (1, partners[rule])
    assert rows["sofa"]["partner_phone"] == "131****2222"
    assert ("belong to other people as well" in paper) is (rule == "redact")


def test_an_erasure_leaves_it_to_the_others(joint: Shop, rule: str):
    shown = erased(joint)
    assert (shown["verdict"], shown["found"], shown["erased"], shown["kept"]) == ("KEPT", 2, 1, 1)
    assert "other people" in shown["reason"]
    assert shown["ground"] is None
    without_ann = (1, 1, 2, None, "13100002222", "sofa")
    together = TOGETHER if rule == "keep" else without_ann
    assert joint.rows("orders", "select * from joint order by id") == [together, STRANGERS]


def test_a_copy_of_nothing_but_withheld_records_says_so(joint: Shop, tmp_path: Path, rule: str):
    joint.change("orders", "delete from joint where id = 2; delete from purchase")
    collection, paper = given(joint, tmp_path / "copy")
    assert collection["records"] == (0 if rule == "keep" else 1)
    assert ("Found and left out: 1 record" in paper) is (rule == "keep")


@pytest.mark.parametrize("rule", ["give"], indirect=True)
def test_a_number_of_somebody_else_leads_nowhere(shop: Shop, tmp_path: Path, rule: str):
    shop.change("orders", TABLE)
    file = tmp_path / "map.yaml"
    collection = COLLECTION.replace("RULE", rule).replace(
        "        purpose: account\n", "        purpose: account\n        gives: {customer_id: partner}\n"
    )
    file.write_text(shops.MAP.read_text().replace("\n  box:", collection + "  box:", 1))
    assert shop.run("map", "apply", file).code == 0
    (reference,) = shop.confirmed("copy")
    shop.work()
    counts = {c["name"]: c["records"] for s in shop.show(reference)["stores"] for c in s["collections"]}
    assert (counts["joint"], counts["purchase"]) == (2, 3), "Bob's orders are not Ann's"


@pytest.mark.parametrize("rule", ["keep"], indirect=True)
def test_where_one_column_names_anybody_every_record_is_shared(shop: Shop, tmp_path: Path, rule: str):
    file = tmp_path / "map.yaml"
    text = shops.MAP.read_text().replace(
        "        source: {zh: 本人下单时提供",
        f"        shared: {rule}\n        source: {{zh: 本人下单时提供",
        1,
    )
    file.write_text(text)
    assert shop.run("map", "apply", file).code == 0
    before = shop.rows("orders", "select * from purchase")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    shown = next(
        c for s in shop.erasure(reference)["stores"] for c in s["collections"] if c["name"] == "purchase"
    )
    assert (shown["verdict"], shown["found"], shown["kept"]) == ("KEPT", 3, 3)
    assert shop.rows("orders", "select * from purchase") == before


PAIR = """
create table pair (id integer primary key, one text, two text);
insert into pair values (1, '13100001111', '13100002222');
"""
PAIRED = """
      pair:
        title: {zh: 结对, en: Pair}
        found_by: {phone: [{column: one, form: any}, {column: two, form: any}]}
        purpose: account
        shared: redact
        fields:
          id: {title: {zh: 编号, en: Number}, category: technical}
        on_erasure: delete
"""


def test_where_nothing_can_be_taken_it_says_that_the_identifier_stays(shop: Shop, tmp_path: Path):
    shop.change("orders", PAIR)
    file = tmp_path / "map.yaml"
    file.write_text(shops.MAP.read_text().replace("\n  box:", PAIRED + "  box:", 1))
    said = shop.run("map", "apply", file)
    assert said.code == 0, said.err
    before = shop.rows("orders", "select * from pair")
    for phone in ("+8613100001111", "+8613100002222"):
        (reference,) = shop.confirmed("erasure", identifiers=[f"phone:{phone}"])
        shop.work()
        shown = next(
            c for s in shop.erasure(reference)["stores"] for c in s["collections"] if c["name"] == "pair"
        )
        assert (shown["verdict"], shown["kept"]) == ("KEPT", 1)
        assert "with your identifier, which names whose record it is" in shown["reason"]
        assert "标识指明" in shown["reason_text"]["zh"]
    assert shop.rows("orders", "select * from pair") == before
