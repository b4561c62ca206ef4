"""A place that somebody dismissed is his word that nothing personal is there: where it holds the person, it says so."""

from __future__ import annotations

import sqlite3

import pytest
import yaml

from tests.shop import MAP, Shop

LOG = "create table techlog (id integer primary key, line text); insert into techlog values (1, 'sms 13100001111')"
COLUMN = "alter table customer add column seen text; update customer set seen = 'sms 13100001111'"
WHOLE = {"techlog": {"reason": "technical log", "by": "li"}}
PART = {"customer": {"columns": ["seen"], "reason": "technical log", "by": "li"}}


def dismissing(shop: Shop, dismissed: dict) -> Shop:
    plain = yaml.safe_load(MAP.read_text(encoding="utf-8"))
    plain["stores"]["crm"]["dismissed"] = dismissed
    file = shop.folder / "dismissed.yaml"
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    said = shop.run("map", "apply", file)
    assert said.code == 0, said.err
    return shop


def left(shop: Shop, reference: str, name: str) -> dict:
    crm = next(store for store in shop.erasure(reference)["stores"] if store["name"] == "crm")
    return next(one for one in crm["collections"] if one["name"] == name)


def test_a_dismissed_table_that_holds_the_person_is_residue_and_says_who_dismissed_it(shop):
    shop.change("crm", LOG)
    (reference,) = dismissing(shop, WHOLE).confirmed("erasure")
    shop.work()
    place = left(shop, reference, "techlog")
    assert (place["verdict"], place["residue"]) == ("RESIDUE", 1)
    assert place["reason_text"]["en"] == "dismissed by li as technical log, yet it holds the person; map it"
    zh = place["reason_text"]["zh"]
    assert zh.startswith("li 曾以“technical log”为由")
    assert "数据地图" in zh


def test_a_dismissed_column_of_a_mapped_table_says_so_too(shop):
    shop.change("crm", COLUMN)
    (reference,) = dismissing(shop, PART).confirmed("erasure", identifiers=["email:none@shop.example"])
    shop.change("crm", "update customer set seen = 'none@shop.example'")
    shop.work()
    place = left(shop, reference, "customer")
    assert place["verdict"] == "RESIDUE"
    assert place["reason_text"]["en"].startswith("dismissed by li as technical log")


def test_long_words_of_a_map_fit_the_place_that_keeps_them(shop):
    shop.change("crm", LOG)
    (reference,) = dismissing(
        shop, {"techlog": {"reason": "technical log " * 50, "by": "li" * 200}}
    ).confirmed("erasure")
    shop.work()
    with sqlite3.connect(shop.home / "dsar.sqlite") as database:
        ((length,),) = database.execute(
            "select length(reason) from erasure_item where collection = 'techlog'"
        )
    assert length <= 300
    assert left(shop, reference, "techlog")["reason_text"]["en"].endswith("yet it holds the person; map it")


@pytest.mark.parametrize("right", ["copy", "access"])
def test_a_dismissed_table_is_not_looked_at_for_a_copy(shop, right):
    shop.change("crm", LOG)
    (reference,) = dismissing(shop, WHOLE).confirmed(right)
    shop.work()
    shown = shop.show(reference)
    assert shown["complete"]
    assert [place for place in shown["unmapped"] if place["table"] == "techlog"] == []
