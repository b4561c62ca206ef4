"""In which ways a place can differ from the map, and what makes it look personal."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from dsar import db
from dsar.services import reviewing
from dsar.terms import Dismissal
from tests.jobs.watching import (
    OTHERS,
    alerts,
    applied,
    dismissed,
    wait_names,
    watched,
)
from tests.shop import Shop


def test_what_was_dismissed_is_listed_again_when_it_is_not_any_more_what_was_dismissed(shop):
    shop.change("crm", "create table t (a text); insert into t values ('x'), ('y')")
    assert watched(shop) == [("crm.t", "new_table", False)]
    dismissed(shop, "crm.t")
    shop.change("crm", "insert into t values ('z')")
    assert watched(shop) == []
    shop.change("crm", f"insert into t values {OTHERS}")
    assert watched(shop) == [("crm.t", "new_table", True)]
    dismissed(shop, "crm.t")
    shop.change("crm", "alter table t add column b text")
    assert watched(shop) == [("crm.t", "new_table", False)]


def test_what_does_not_look_personal_is_listed_and_holds_nothing_up(shop):
    shop.change("crm", "alter table customer add column revision integer")
    assert watched(shop) == [("crm.customer.revision", "new_column", False)]
    assert alerts(shop) == []
    (reference,) = shop.confirmed("copy")
    shop.work()
    assert shop.show(reference)["complete"]


def test_a_table_that_refers_to_people_by_their_number_looks_personal(shop):
    shop.change("orders", "create table coupon (id integer, customerId integer, points integer)")
    assert watched(shop) == [("orders.coupon", "new_table", True)]


def test_a_table_with_a_foreign_key_to_people_looks_personal(shop):
    shop.change("crm", "create table visit (n integer primary key, whose integer references customer (id))")
    assert watched(shop) == [("crm.visit", "new_table", True)]


def test_a_column_of_digests_looks_personal_where_the_map_keeps_identifiers_so(shop):
    digests = ", ".join(f"('{n:032x}')" for n in range(20))
    shop.change("crm", f"create table t (a text); insert into t values {digests}")
    assert watched(shop) == [("crm.t", "new_table", False)]
    column = {"column": "phone", "form": ["national", "md5:national"]}
    applied(
        shop, lambda plain: plain["stores"]["crm"]["collections"]["customer"]["found_by"].update(phone=column)
    )
    assert watched(shop) == [("crm.t", "new_table", True)]


def test_what_the_map_names_and_is_gone_is_listed_until_it_is_back(shop):
    shop.change("crm", "alter table customer rename column picture to photo")
    assert watched(shop) == [
        ("crm.customer.picture", "missing", False),
        ("crm.customer.photo", "new_column", False),
    ]
    shop.change("crm", "alter table customer rename column photo to picture")
    assert watched(shop) == []
    shop.change("crm", "alter table customer rename to away")
    assert [one for one in watched(shop) if one[1] == "missing"] == [("crm.customer", "missing", False)]


def test_a_mapped_column_whose_type_changed_is_listed_until_somebody_has_seen_to_it(shop):
    assert watched(shop) == []
    shop.change(
        "orders", "alter table purchase drop column price; alter table purchase add column price text"
    )
    assert watched(shop) == [("orders.purchase.price", "type", False)]
    assert watched(shop) == [("orders.purchase.price", "type", False)]
    dismissed(shop, "orders.purchase.price", Dismissal.KNOWN)
    assert watched(shop) == []


def many(shop: Shop, address: str) -> None:
    rows = ", ".join(f"({n}, {n}, 'C-{n}', {address.replace('#', str(n))})" for n in range(100, 130))
    shop.change("orders", f"insert into purchase (id, customer_id, order_no, address) values {rows}")


def test_a_mapped_column_that_came_to_hold_something_else_keeps_copies_waiting(shop):
    many(shop, "'C#'")
    assert watched(shop) == []
    shop.change("orders", "update purchase set order_no = '1310000' || (1000 + id)")
    assert watched(shop) == [("orders.purchase.order_no", "meaning", True)]
    (reference,) = shop.confirmed("copy")
    shop.work()
    shown = shop.show(reference)
    assert not shown["complete"]
    assert wait_names(shown) == ["orders.purchase.order_no"]
    identified = {"identifier": "phone", "mentions": "erase"}
    applied(
        shop,
        lambda plain: plain["stores"]["orders"]["collections"]["purchase"]["fields"]["order_no"].update(
            identified
        ),
    )
    shop.work()
    assert shop.show(reference)["complete"]
    assert watched(shop) == []


def test_a_column_that_people_are_found_by_and_that_holds_digests_now_is_a_change_of_meaning(shop):
    values = ", ".join(f"({n}, '1310000{n}', 'p{n}@example.com')" for n in range(5000, 5030))
    shop.change("crm", f"insert into customer (id, phone, email) values {values}")
    assert watched(shop) == []
    shop.change("crm", "update customer set phone = lower(hex(randomblob(16)))")
    assert watched(shop) == [("crm.customer.phone", "meaning", True)]


def test_no_value_of_a_store_is_kept(shop):
    shop.change("crm", f"create table t (a text); insert into t values {OTHERS}")
    watched(shop)
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        assert "1310000" not in "\n".join(database.iterdump())


def test_a_form_and_what_is_gone_cannot_be_dismissed(shop):
    shop.change("crm", "alter table customer rename column picture to photo")
    watched(shop)
    with shop.office(), db.begin() as session:
        row = next(one for one in (reviewing.one(session, n) for n in (1, 2)) if one.kind == "missing")
        assert reviewing.reasons(row) == ()


def test_folders_called_after_people_look_personal_and_their_names_are_kept_nowhere(shop, tmp_path):
    for n in range(6):
        (tmp_path / "files" / f"1310000555{n}").mkdir(parents=True)
        (tmp_path / "files" / f"1310000555{n}" / "a.txt").write_text("-")
    files = {"title": {"zh": "文件", "en": "Files"}, "connector": "folder", "root": str(tmp_path / "files")}
    applied(shop, lambda plain: plain["stores"].update(files=files | {"collections": {}}))
    assert watched(shop) == [("files.other folders", "new_table", True)]
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.acts(reference)
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        assert "1310000555" not in "\n".join(database.iterdump())


def test_a_name_that_would_steer_a_terminal_is_shown_with_marks(shop):
    shop.change("crm", 'create table "t\x1b[2J\u202e" (a text)')
    assert "crm.t\ufffd[2J\ufffd: new_table" in shop.run("map", "watch").out
