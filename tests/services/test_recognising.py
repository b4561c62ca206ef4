"""What comes back after an erasure is told apart from what is new, by keyed digests that hold nothing."""

import sqlite3
from contextlib import closing

from dsar import db
from dsar.services import alerting
from tests import shop as shops
from tests.shop import PHONE, VALUES, Shop

ANN = "'13100001111', 'ann.hill@shop.example', 'M-70001', '安妮', 'ann-face.png'"
AT = {"DSAR_NOW": "2021-11-25T02:00:00Z"}
SOURCED = """
        source: {column: came_from}
        fields:
          came_from: {title: {zh: 来源, en: Came from}, category: technical, values: {w: {zh: 网站, en: Web site}}}
"""


def prints(shop: Shop) -> list[tuple]:
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        return database.execute("select store, collection, record, content from fingerprint").fetchall()


def facts(shop: Shop) -> dict:
    """Of the one alert."""
    with shop.office(**AT), db.read() as session:
        (alert,) = alerting.unsettled(session, limit=9)
        return dict(alert.facts)


def erased(shop: Shop) -> str:
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.show(reference)["status"] == "closed"
    return reference


def test_a_record_that_comes_back_as_it_was_is_the_same_under_whatever_number(shop: Shop):
    erased(shop)
    shop.change("crm", f"insert into customer values (77, {ANN}, 'hash-1')")
    shop.work(**AT)
    said = facts(shop)
    assert (said["places"], said["same"]) == ({"crm.customer": 1}, {"crm.customer": 1})
    assert "new" not in said


def test_a_record_under_the_old_number_with_other_content_is_changed_and_another_is_new(shop: Shop):
    erased(shop)
    shop.change("crm", "insert into customer values (1, '13100001111', null, null, '安妮二', null, 'hash-9')")
    shop.change("crm", "insert into customer values (9, '13100001111', null, null, '安妮三', null, 'hash-9')")
    shop.work(**AT)
    said = facts(shop)
    assert said["places"] == {"crm.customer": 2}
    assert (said["changed"], said["new"]) == ({"crm.customer": 1}, {"crm.customer": 1})
    assert "same" not in said


def test_a_store_that_is_rebuilt_says_from_what(shop: Shop):
    erased(shop)
    shop.change("box", "insert into entry values (50, '13100001111')")
    shop.work(**AT)
    assert facts(shop)["rebuilt"] == {"box.entry": ["crm.customer"]}


def test_the_map_s_words_for_a_source_are_told_and_no_value(shop: Shop):
    shop.change("crm", "alter table customer add column came_from text; update customer set came_from = 'w'")
    text = shops.MAP.read_text().replace(
        "        source: {zh: 本人注册时提供, en: Given at registration}\n        fields:\n",
        SOURCED.lstrip("\n"),
        1,
    )
    file = shop.folder / "sourced.yaml"
    file.write_text(text)
    assert shop.run("map", "apply", file).code == 0
    erased(shop)
    shop.change(
        "crm",
        f"insert into customer values (1, {ANN}, 'hash-1', 'w'), (8, '13100001111', 'x', 'y', 'z', '', '', '安')",
    )
    shop.work(**AT)
    assert facts(shop)["sources"] == {"crm.customer": [{"zh": "网站", "en": "Web site"}]}


def test_digests_hold_no_value_and_go_with_the_last_look(shop: Shop):
    reference = erased(shop)
    held = prints(shop)
    assert {(store, collection) for store, collection, _, _ in held} == {
        ("crm", "customer"), ("orders", "purchase"), ("box", "entry"),
    }  # fmt: skip
    assert all(value not in str(held) for value in (*VALUES, PHONE))
    for day in ("2021-11-25", "2021-12-01"):
        shop.work(DSAR_NOW=f"{day}T02:00:00Z")
    assert prints(shop) == held
    shop.work(DSAR_NOW="2021-12-24T02:00:00Z")
    assert prints(shop) == []
    assert shop.show(reference)["status"] == "closed"
