"""Internal numbers that a store gives twice: nobody's records are taken for the self-test's."""

import pytest

from dsar.datamap.loader import build
from dsar.jobs import seeding
from tests.self_test.seeded import apply, held, plain

NEXT = 1  # what the store will give the synthetic person: one more than its customers have
DIGITS = 2, 3


def seeded(office, datamap):
    begun = []
    return seeding.seed(office, datamap, DIGITS, (), begun.append).plain() | {"begun": begun}


@pytest.mark.parametrize("is_seeded", [True, False])
def test_what_stood_under_the_number_before_is_not_touched(is_seeded, shop):
    made = plain()
    if not is_seeded:
        del made["stores"]["orders"]["collections"]["purchase"]["self_test"]
    apply(shop, stores=made["stores"])
    ((most,),) = shop.rows("crm", "select max(id) from customer")
    kept = f"insert into purchase (customer_id, order_no, price) values ({most + NEXT}, 'kept', 0)"
    shop.change("orders", kept)
    before = held(shop)
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["misses"]) == (1, {"reused": ["orders.purchase"]})
    assert held(shop) == before


def test_who_got_the_number_while_it_was_cleared_away_keeps_his_records(shop):
    with shop.office() as office:
        datamap = build(plain())
        planted = seeded(office, datamap)
        number = planted["known"][0]["customer_id"]
        shop.change("crm", f"delete from customer where id = {number}")
        shop.change("crm", f"insert into customer (id, phone, name) values ({number}, '13555550001', 'new')")
        shop.change("orders", f"insert into purchase (customer_id, order_no) values ({number}, 'hers')")
        assert seeding.clear(office, datamap, DIGITS, planted, last=True) == ([], [])
    assert shop.rows("orders", f"select order_no from purchase where customer_id = {number}") == [("hers",)]
    assert not shop.rows("orders", "select 1 from purchase where order_no like 'T-%'")


def test_what_leads_to_a_store_that_is_away_stays_until_it_is_back(shop):
    with shop.office() as office:
        datamap = build(plain())
        before = held(shop)
        begun = {"begun": seeded(office, datamap)["begun"]}  # cut short: nothing else is remembered
        file = shop.store("orders")
        file.rename(away := file.with_suffix(".away"))
        assert seeding.clear(office, datamap, DIGITS, begun, last=False) == ([], ["orders.purchase"])
        away.rename(file)
        assert seeding.clear(office, datamap, DIGITS, begun, last=False) == ([], [])
        assert held(shop) == before
        shop.store("box").unlink()
        assert seeding.clear(office, datamap, DIGITS, begun, last=True) == ([], ["box.entry"])
