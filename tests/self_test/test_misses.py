"""Whatever goes wrong is a miss with its name and place: an alert, and exit 1."""

import sqlite3
from contextlib import closing

import pytest

from dsar.datamap.loader import build
from dsar.jobs import seeding
from tests.self_test.seeded import apply, held, plain, write

TOMORROW = "2021-11-24T23:00:00Z"
LIES = {
    "a row that comes back": (
        "crm",
        "create trigger back after delete on customer when old.phone = '19900000002' begin"
        " insert into customer (phone, name) values (old.phone, 'again'); end",
        {"not_erased": ["crm.customer"], "left": ["crm.customer"], "not_cleared": ["crm.customer"]},
    ),
    "an entry that comes back": (
        "box",
        "create trigger back after delete on entry when old.text like '%19900000002%' begin"
        " insert into entry (text) values (old.text); end",
        {"not_erased": ["box.entry"], "left": ["box.entry"], "offered": ["box.entry"], "not_cleared": ["box.entry"]},
    ),
    "a twin that goes too": (
        "crm",
        "create trigger too after delete on customer when old.phone = '19900000002' begin"
        " delete from customer where phone = '19900000003'; end",
        {"twin_changed": ["crm.customer"]},
    ),
    "a twin that is changed": (
        "orders",
        "create trigger too after delete on purchase when old.order_no = 'T-00002' begin"
        " update purchase set address = '' where order_no = 'T-00003'; end",
        {"twin_changed": ["orders.purchase"]},
    ),
    "a record that is not found by what it was put in with": (
        "box",
        "create trigger other after insert on entry begin update entry set text = 'x' where id = new.id; end",
        {"not_found": ["box.entry"], "not_copied": ["box.entry"], "not_erased": ["box.entry"]},
    ),
}  # fmt: skip


def alerts(shop):
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        wanted = "select kind, settled_at is not null from alert order by id"
        return list(database.execute(wanted))


def standing(shop, store, where):
    with closing(sqlite3.connect(shop.store(store))) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f"select * from {where}")]


@pytest.mark.parametrize("lie", LIES)
def test_a_store_that_lies_is_found_out(lie, shop):
    store, trigger, misses = LIES[lie]
    apply(shop)
    people = {name: rows for name, rows in held(shop).items() if name != store}
    shop.change(store, trigger)
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["step"], came.json["misses"]) == (1, "ended", misses)
    assert ("self_test.missed", 0) in alerts(shop)
    assert people.items() <= held(shop).items()
    assert shop.run("self-test", "show").code == 1


def test_what_is_left_where_nothing_was_seeded_is_a_miss_too(shop):
    stores = plain()["stores"]
    stores["crm"]["dismissed"] = {"callback": {"reason": "技术日志", "by": "zhou"}}
    apply(shop, stores=stores)
    shop.change("crm", "create table callback (mobile text)")
    shop.change(
        "crm",
        "create trigger log after delete on customer begin insert into callback values (old.phone); end",
    )
    assert shop.run("self-test", "run", "--json").json["misses"] == {"not_erased": ["crm.callback"]}


def test_a_run_that_misses_nothing_settles_what_an_earlier_one_missed(shop):
    apply(shop)
    shop.change("crm", LIES["a twin that goes too"][1])
    assert shop.run("self-test", "run").code == 1
    assert shop.run("self-test", "run").code == 0  # another number: the trigger knows the first alone
    assert alerts(shop) == [("self_test.missed", 1)]


def test_somebody_who_is_known_by_its_identifiers_is_not_touched(shop):
    apply(shop)
    shop.change("crm", "insert into customer (id, phone, name) values (9, '19900000003', 'somebody')")
    before = held(shop)
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["misses"]) == (1, {"taken": ["crm.customer"]})
    assert held(shop) == before


def test_somebody_whose_record_mentions_one_of_them_keeps_what_stands_there(shop):
    stores = plain()["stores"]
    stores["orders"]["collections"]["purchase"]["fields"]["address"]["mentions"] = "erase"
    apply(shop, stores=stores)
    shop.change("orders", "update purchase set address = '槐树路 199 0000 0002' where id = 4")
    before = held(shop)
    assert shop.run("self-test", "run", "--json").json["misses"] == {"taken": ["orders.purchase"]}
    assert held(shop) == before


def test_a_copy_that_names_the_twin_is_a_miss(shop):
    apply(shop, crm_customer={"name": "friend of 199 0000 0003", "card": "T-{n}"})
    assert shop.run("self-test", "run", "--json").json["misses"] == {"twin_copied": ["crm.customer"]}


def test_a_copy_that_gives_less_than_there_is_or_something_else_is_a_miss(shop):
    apply(shop)
    with shop.office() as office:
        datamap = build(plain())
        begun = []
        planted = seeding.seed(office, datamap, (2, 3), begun, begun.append).plain() | {"begun": begun}
        number = planted["known"][0]["customer_id"]
        whole = {
            "crm.customer": standing(shop, "crm", f"customer where id = {number}"),
            "orders.purchase": standing(shop, "orders", f"purchase where customer_id = {number}"),
            "box.entry": standing(shop, "box", "entry where text = '19900000002'"),
        }
        assert seeding.not_copied(office, datamap, planted, whole) == []
        for place, rows in whole.items():
            fewer = [{name: held for name, held in rows[0].items() if name not in ("name", "price", "text")}]
            for other in ([], rows * 2, fewer, [dict.fromkeys(rows[0], "?")]):
                assert seeding.not_copied(office, datamap, planted, whole | {place: other}) == [place]
        assert seeding.clear(office, datamap, (2, 3), planted, last=True) == ([], [])


def test_a_table_that_takes_no_record_is_a_miss_and_what_was_seeded_goes(shop):
    apply(shop)
    before = held(shop)
    shop.change("orders", "create trigger no before insert on purchase begin select raise(abort, 'no'); end")
    came = shop.run("self-test", "run", "--json")
    assert (came.code, list(came.json["misses"])) == (1, ["refused"])
    assert "store orders" in came.json["misses"]["refused"][0]
    assert held(shop) == before


def test_a_run_that_a_store_keeps_from_its_end_is_a_miss_after_its_hours(shop):
    apply(shop)
    before = held(shop)
    assert shop.run("self-test", "run", "--queue").code == 0
    file = shop.store("orders")
    file.rename(away := file.with_suffix(".away"))
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["step"]) == (1, "seed")
    shop.work(DSAR_NOW=TOMORROW)
    away.rename(file)
    assert shop.run("self-test", "show", "--json").json["misses"] == {"unfinished": ["seed"]}
    assert held(shop) == before
    assert ("self_test.missed", 0) in alerts(shop)


def test_what_was_seeded_is_cleared_away_although_its_copy_was_never_made(shop):
    apply(shop)
    before = held(shop)
    shop.change(
        "crm", "create table callback (phone text)"
    )  # in no map: copies wait until somebody sees to it
    shop.change("crm", "insert into callback values ('19900000002')")
    assert shop.run("self-test", "run", "--json").json["step"] == "copy"
    assert held(shop) != before
    shop.work(DSAR_NOW=TOMORROW)
    assert shop.run("self-test", "show", "--json").json["misses"] == {"unfinished": ["copy"]}
    assert held(shop) == before
    shop.change("crm", "delete from callback")
    shop.change(
        "crm", "insert into customer (id, phone, name) values (4, '13555550001', 'new')"
    )  # its number
    shop.change("orders", "insert into purchase (customer_id, order_no, price) values (4, 'hers', 0)")
    theirs = held(shop)
    shop.work(DSAR_NOW="2021-12-01T00:00:00Z")
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        assert list(database.execute("select status from request")) == [("withdrawn",)] * 2
    assert held(shop) == theirs


WRONG = {
    "no number": ({"self_test": {"identifiers": {"phone": "+86 19900000001"}}}, "must hold {n}"),
    "no phone": ({"self_test": {"identifiers": {"phone": "1{n}"}}}, "is no phone when {n} is five digits"),
    "no such kind": ({"self_test": {"identifiers": {"fax": "{n}"}}}, "there is no identifier kind 'fax'"),
    "an internal kind": ({"self_test": {"identifiers": {"customer_id": "9{n}"}}}, "an internal kind is not given here"),
    "nothing": ({"self_test": {}}, "`identifiers` is missing"),
    "a list": ({"crm_customer": {"name": ["a"]}}, "must be a text, a number, true, false or null"),
    "no such key": ({"self_test": {"identifiers": {"phone": "+86 199000{n}"}, "x": 1}}, "there is no such key here"),
    "an identifier": ({"crm_customer": {"phone": "1"}}, "phone is filled in by itself"),
    "a number": ({"orders_purchase": {"customer_id": 7}}, "customer_id is filled in by itself"),
    "nothing leads there": ({"self_test": {"identifiers": {"card": "T-{n}"}}}, "leads to this collection"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_map_whose_self_test_cannot_run_is_refused_with_file_and_line(wrong, shop):
    changes, message = WRONG[wrong]
    said = shop.run("map", "check", write(shop.folder, plain(**changes)), "--offline")
    assert said.code == 1
    assert message in said.err
    assert "self-test.yaml:" in said.err


def test_what_stays_after_an_erasure_is_not_seeded(shop):
    made = plain()
    made["stores"]["crm"]["collections"]["customer"]["on_erasure"] = {"blank": ["name"]}
    said = shop.run("map", "check", write(shop.folder, made), "--offline")
    assert "only a collection whose records are deleted can be seeded" in said.err


def test_a_seed_without_identifiers_and_identifiers_without_a_seed_are_refused(shop):
    made = plain()
    del made["self_test"]
    assert (
        "has no `self_test` that says" in shop.run("map", "check", write(shop.folder, made), "--offline").err
    )
    made = plain()
    for store in made["stores"].values():
        for collection in store["collections"].values():
            collection.pop("self_test", None)
    said = shop.run("map", "check", write(shop.folder, made), "--offline")
    assert "no collection has a `self_test`" in said.err


def test_a_column_that_the_store_does_not_have_is_named(shop):
    said = shop.run("map", "check", write(shop.folder, plain(crm_customer={"nick": "x"})))
    assert "has no column 'nick'" in said.err
