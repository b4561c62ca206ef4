"""What a law keeps: each record until its own last day, locked where its store can, and looked at whether it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dsar import db
from dsar.jobs import erase
from dsar.services import alerting, reasons
from tests import shop as shops
from tests.shop import Shop

LOCK = "          lock: {column: locked, value: 1}\n"
LATER_ORDER = "insert into purchase values (9, 1, 'A-9', 50, '2021-06-20 10:00:00', '槐树路 1 号', 0)"
FOLDER = """
  papers:
    title: {zh: 合同文件, en: Contract papers}
    connector: folder
    root: ${PAPERS}
    backups: {kept_days: 7}
    collections:
      contract:
        table: .
        title: {zh: 合同, en: Contract}
        found_by: {phone: {column: name, form: national}}
        purpose: account
        source: {zh: 签约时取得, en: Taken at signing}
        fields:
          name: {title: {zh: 文件名, en: Name}, category: technical}
          bytes: {title: {zh: 大小, en: Size}, category: technical}
          modified: {title: {zh: 修改时间, en: Changed}, category: technical}
        on_erasure: {keep: CN-ECL31-RETENTION-3Y, fields: [bytes], until: {column: modified}}
"""


def apply(shop: Shop, text: str) -> None:
    file = shop.folder / "kept.yaml"
    file.write_text(text)
    said = shop.run("map", "apply", file)
    assert said.code == 0, said.err


def collection(shop: Shop, reference: str, name: str, **settings: str) -> dict:
    shown = shop.erasure(reference, **settings)
    return next(c for s in shown["stores"] for c in s["collections"] if c["name"] == name)


def orders(shop: Shop) -> list[str]:
    return [
        no for (no,) in shop.rows("orders", "select order_no from purchase where customer_id = 1 order by id")
    ]


def letters(shop: Shop) -> int:
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        return database.execute(
            "select count(*) from mail where kind = 'erased' and sent_at not null"
        ).fetchone()[0]


def test_each_record_goes_on_its_own_day_the_certificate_is_amended_and_the_person_told(shop: Shop):
    shop.change("orders", LATER_ORDER)
    text = shops.MAP.read_text().replace(
        "url: ${ORDERS_URL}", "url: ${ORDERS_URL}\n    backups: {kept_days: 10}"
    )
    apply(shop, text)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert orders(shop) == ["A-1", "A-9"]
    assert (collection(shop, reference, "purchase")["ground"]["until"], letters(shop)) == ("2024-06-20", 1)
    first = shop.erasure(reference)["backups"]
    assert [(b["store"], b["gone_by"], b["first_gone_by"]) for b in first] == [
        ("crm", "2021-12-29", "2021-12-29"),
        ("orders", "2021-12-04", "2021-12-04"),
    ]
    shop.work(DSAR_NOW="2024-03-20T15:59:00Z")
    assert orders(shop) == ["A-1", "A-9"]
    at = {"DSAR_NOW": "2024-03-20T16:00:00Z"}  # the day after the last of the first
    shop.work(**at)
    assert (orders(shop), letters(shop)) == (["A-9"], 2)
    shown = shop.erasure(reference, **at)
    assert (shown["verdict"], shown["certificate"]["number"]) == ("KEPT", 2)
    assert [(b["store"], b["gone_by"], b["first_gone_by"]) for b in shown["backups"]] == [
        ("crm", "2021-12-29", "2021-12-29"),  # as it was promised
        ("orders", "2024-03-31", "2021-12-04"),
    ]
    at = {"DSAR_NOW": "2024-06-20T16:00:00Z"}
    shop.work(**at)
    assert (orders(shop), letters(shop)) == ([], 3)
    assert shop.erasure(reference, **at)["certificate"]["number"] == 3
    assert shop.run("certificate", "write", reference, shop.folder / "paper", **at).code == 0


def test_a_lock_that_does_not_hold_is_seen_and_named(shop: Shop):
    shop.change(
        "orders",
        "create trigger unlock after update on purchase when new.locked = 1 begin"
        " update purchase set locked = 0 where id = new.id; end",
    )
    (reference,) = shop.confirmed("erasure")
    shop.work()
    shown = collection(shop, reference, "purchase")
    assert (shown["verdict"], shown["locked"], shown["reason"]) == ("RESIDUE", False, reasons.UNLOCKED)
    assert shown["where"] == [{"table": "purchase", "column": "locked"}]
    assert shop.show(reference)["status"] == "working"


def test_a_lock_that_was_taken_off_and_a_field_that_was_filled_in_again_are_mended_and_told(shop: Shop):
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert collection(shop, reference, "purchase")["locked"] is True
    shop.change("orders", "update purchase set locked = 0, address = '槐树路 1 号' where id = 1")
    at = {"DSAR_NOW": "2021-11-25T02:00:00Z"}
    shop.work(**at)
    assert shop.rows("orders", "select locked, coalesce(address, '') from purchase where id = 1") == [(1, "")]
    with shop.office(**at), db.read() as session:
        (alert,) = alerting.unsettled(session, limit=9)
    assert alert.facts["loosened"] == {"orders.purchase": 1}
    assert shop.show(reference, **at)["status"] == "closed"


def test_where_there_is_no_lock_the_verdict_says_so(shop: Shop, tmp_path: Path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "13100001111").write_text("signed")
    (papers / "13100002222").write_text("signed")
    apply(shop, shops.MAP.read_text().replace(LOCK, "") + FOLDER)
    shop.env["PAPERS"] = str(papers)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    for name in ("purchase", "contract"):
        shown = collection(shop, reference, name)
        assert (shown["verdict"], shown["locked"], shown["kept"], shown["residue"]) == ("KEPT", False, 1, 0)
    said = shop.run("erasure", "show", reference).out
    assert "papers.contract: KEPT, not locked (planned 1, found 1, erased 0, kept 1, left 0)" in said
    assert "orders.purchase: KEPT, not locked" in said
    assert sorted(each.name for each in papers.iterdir()) == ["13100001111", "13100002222"]


def test_records_go_in_the_chunks_that_the_map_says(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    text = shops.MAP.read_text()
    text = text.replace("    table: entry\n", "    table: entry\n    pace: {chunk: 1, per_second: 1000}\n")
    apply(shop, text)
    asked: list[int] = []
    monkeypatch.setattr(erase, "may_go_on", lambda: asked.append(1))
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert collection(shop, reference, "entry")["erased"] == 2
    assert len(asked) >= 2 + 1 + 1  # two of the search box, one chunk of each other store
