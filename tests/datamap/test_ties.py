"""Foreign keys of a store beside the map: the order of an erasure, and what one would take along unseen."""

from __future__ import annotations

import pytest

from dsar.datamap.schema import Then, Tie
from dsar.datamap.ties import chains, erase_order, refusing, taken
from dsar.datamap.types import Blank, Delete, Dismissed, Keep, Nothing
from tests.connectors import maps

KEEP = Keep("CN-ECL31-RETENTION-3Y", (), ("id",), "day", None, None, Delete())


def tie(table, parent, then=Then.REFUSE, column="of"):
    return Tie(f"{table}_of_{parent}", table, (column,), parent, ("id",), then)


def store(*collections, **more):
    return maps.store("sql", *collections, **more)


def held(name, **more):
    return maps.collection(name, ("card", "card", "exact"), **more)


def order(place, *ties):
    return [each.name for each in erase_order(place, ties)]


def test_what_refers_goes_first_also_over_a_table_that_is_not_mapped():
    place = store(held("account"), held("basket"), held("line"))
    assert order(place) == ["account", "basket", "line"]
    assert order(place, tie("line", "basket"), tie("basket", "account")) == ["line", "basket", "account"]
    between = (tie("visit", "account", Then.TAKE), tie("line", "visit"))
    assert order(place, *between) == ["basket", "line", "account"]


def test_a_circle_and_a_table_that_refers_to_itself_end():
    place = store(held("account"), held("basket"))
    circle = (
        tie("account", "basket", Then.TAKE),
        tie("basket", "account", Then.TAKE),
        tie("account", "account"),
    )
    assert order(place, *circle) == ["account", "basket"]
    assert {chain.table for chain in chains(place, circle, "account")} == {"account", "basket"}


def test_what_is_only_loosened_orders_nothing():
    place = store(held("account"), held("basket"))
    assert order(place, tie("basket", "account", Then.LOOSEN)) == ["account", "basket"]


@pytest.mark.parametrize("stays", [KEEP, Blank(("note",)), Nothing("the law")])
def test_rows_that_stay_or_that_nobody_mapped_are_told(stays):
    place = store(held("account"), held("basket", on_erasure=stays), held("line"))
    ties = [tie(name, "account", Then.TAKE) for name in ("basket", "line", "visit")]
    further = tie("click", "visit", Then.TAKE)
    told = {(one.collection, one.table, one.tie.name): one.reason for one in taken(place, [*ties, further])}
    assert told == {
        ("account", "basket", "basket_of_account"): "which collection basket does not delete",
        ("account", "visit", "visit_of_account"): "which the map does not name",
        ("account", "click", "click_of_visit"): "which the map does not name",
    }


def test_nothing_is_told_of_what_was_dismissed_or_is_refused_or_never_deleted():
    dismissed = (Dismissed("visit", (), "counts", "officer"),)
    place = store(held("account"), held("order", on_erasure=KEEP), dismissed=dismissed)
    assert list(taken(place, [tie("visit", "account", Then.TAKE), tie("order", "account")])) == []
    blank = store(held("account", on_erasure=Blank(("name",))))
    assert list(taken(blank, [tie("visit", "account", Then.TAKE)])) == []


def test_keys_that_refuse_for_rows_that_nobody_mapped_are_told_also_below_what_is_taken():
    dismissed = (Dismissed("count", (), "counts", "officer"),)
    place = store(held("account"), held("order"), dismissed=dismissed)
    ties = [
        tie("order", "account"), tie("visit", "account"), tie("count", "account"), tie("bag", "account", Then.TAKE),
        tie("click", "bag"), tie("loose", "account", Then.LOOSEN),
    ]  # fmt: skip
    told = {one.table: (one.collection, one.reason) for one in refusing(place, ties)}
    assert told == {
        "visit": ("account", "which the map does not name"),
        "count": ("account", "which the map dismisses"),
        "click": ("account", "which the map does not name"),
    }
    assert {chain.table for chain in chains(place, ties, "account")} == {"order", "visit", "count", "click"}
    assert list(refusing(store(held("account", on_erasure=Blank(("name",)))), ties)) == []


def test_a_key_among_rows_that_the_store_takes_along_holds_nothing():
    place = store(held("account"))
    ties = [tie("comment", "account", Then.TAKE), tie("comment", "comment")]
    assert list(refusing(place, ties)) == []
    assert chains(place, ties, "account") == []
