"""An internal number whose column cannot be followed: map check says where, and no search is silently empty."""

from __future__ import annotations

import pytest

from tests.shop import MAP


@pytest.fixture
def floating(shop):
    """The shop, whose purchases now hold the customer's number as a floating-point one."""
    shop.change("orders", "alter table purchase rename column customer_id to customer_no")
    shop.change("orders", "alter table purchase add column customer_id double precision")
    shop.change("orders", "update purchase set customer_id = customer_no")
    shop.change("orders", "alter table purchase drop column customer_no")
    return shop


def test_the_map_is_refused_with_its_line_and_the_reason(floating):
    said = floating.run("map", "check", MAP, "--json")
    (error,) = said.json["errors"]
    assert said.code == 1
    assert "customer_id cannot be followed" in error["message"]
    assert "found_by: {customer_id" in MAP.read_text(encoding="utf-8").splitlines()[error["line"] - 1]
    assert error["path"] == "stores.orders.collections.purchase.found_by.customer_id"


def test_a_copy_is_not_complete_and_says_why(floating):
    (reference,) = floating.confirmed("copy")
    floating.work()
    shown = floating.show(reference)
    (orders,) = (store for store in shown["stores"] if store["name"] == "orders")
    assert not shown["complete"]
    assert "customer_id cannot be followed" in orders["reason"]
