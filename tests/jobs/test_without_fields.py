"""Where the map names no field of a collection, a copy gives what its records are found by: never an empty record."""

from __future__ import annotations

import json

import yaml

from tests.shop import MAP


def test_suggestions_whose_fields_nobody_named_are_given_with_their_text(shop, tmp_path):
    plain = yaml.safe_load(MAP.read_text(encoding="utf-8"))
    del plain["stores"]["box"]["collections"]["entry"]["fields"]
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    assert shop.run("map", "apply", tmp_path / "map.yaml").code == 0
    (reference,) = shop.confirmed("copy", lang="en")
    shop.work()
    assert shop.run("copy", "write", reference, tmp_path / "copy").code == 0
    copy = json.loads((tmp_path / "copy" / "copy.json").read_text(encoding="utf-8"))
    (entry,) = next(store for store in copy["stores"] if store["name"] == "box")["collections"]
    assert sorted(row["text"] for row in entry["rows"]) == ["13100001111", "安妮 13100001111"]
    assert [field["title"]["en"] for field in entry["fields"]] == ["Suggestion"]


def test_every_collection_that_was_searched_has_its_csv_and_the_others_have_none(shop, tmp_path):
    shop.change("orders", "delete from purchase")
    (reference,) = shop.confirmed("copy")
    shop.work()
    shop.run("copy", "write", reference, tmp_path / "copy")
    written = {file.name for file in (tmp_path / "copy" / "csv").iterdir()}
    assert written == {"crm.customer.csv", "orders.purchase.csv", "box.entry.csv"}
    shop.store("orders").rename(shop.places / "away")
    (reference,) = shop.confirmed("copy")
    shop.work()
    shop.run("copy", "write", reference, tmp_path / "part")
    assert {file.name for file in (tmp_path / "part" / "csv").iterdir()} == written - {"orders.purchase.csv"}
