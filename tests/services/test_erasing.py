"""When an erasure begins, who lets it go, and how it is stopped and goes on."""

from pathlib import Path

import pytest

from tests import shop as shops
from tests.shop import HANDLER, OFFICER, Shop

DUE = "2021-12-09"  # of a request that came at NOW
BEFORE_LAST_DAYS = "2021-12-05T15:59:00Z"  # a minute to the 6th in Shanghai
LAST_DAYS = "2021-12-05T16:00:00Z"


def mapped(shop: Shop, folder: Path, more: str) -> None:
    """Apply the map with a section more."""
    file = folder / "map.yaml"
    file.write_text(shops.MAP.read_text() + more)
    assert shop.run("map", "apply", file).code == 0


def customers(shop: Shop) -> int:
    return len(shop.rows("crm", "select id from customer"))


def hold(shop: Shop, reference: str, **settings: str) -> str:
    words = ("erasure", "hold", reference, "--by", OFFICER, "--reason", "a dispute", "--json")
    return shop.run(*words, **settings).json["stage"]


def go(shop: Shop, reference: str, by: str = OFFICER, **settings: str) -> str:
    return shop.run("erasure", "go", reference, "--by", by, "--json", **settings).json["stage"]


def test_under_its_threshold_it_runs_by_itself(shop: Shop):
    (reference,) = shop.confirmed("erasure")
    assert customers(shop) == 3
    shop.work()
    shown = shop.erasure(reference)
    assert (shown["stage"], shown["verdict"], customers(shop)) == ("done", "KEPT", 2)
    assert shop.show(reference)["status"] == "closed"


def test_over_its_threshold_it_waits_for_a_second_person(shop: Shop, tmp_path: Path):
    mapped(shop, tmp_path, "erasure: {go_above: 5}\n")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert (shop.erasure(reference)["stage"], customers(shop)) == ("planned", 3)
    waits = {one["who"]: one["reason"] for one in shop.show(reference)["waits_for"]}
    assert "second person" in waits["staff"]
    refused = shop.run("erasure", "go", reference, "--by", HANDLER)
    assert "somebody else must let the erasure go" in refused.error
    assert "erasure.gone" not in shop.acts(reference)
    assert go(shop, reference) == "frozen"
    assert go(shop, reference) == "frozen"
    assert shop.acts(reference).count("erasure.gone") == 1
    shop.work()
    assert (shop.erasure(reference)["stage"], customers(shop)) == ("done", 2)


def test_exactly_at_its_threshold_it_runs_by_itself(shop: Shop, tmp_path: Path):
    mapped(shop, tmp_path, "erasure: {go_above: 6}\n")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.erasure(reference)["stage"] == "done"


def test_the_undo_window_passes_first(shop: Shop, tmp_path: Path):
    mapped(shop, tmp_path, "undo: {hours: 24}\n")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert (shop.erasure(reference)["stage"], customers(shop)) == ("frozen", 3)
    shop.work(DSAR_NOW="2021-11-25T01:59:00Z")
    assert customers(shop) == 3
    shop.work(DSAR_NOW="2021-11-25T02:00:00Z")
    assert (shop.erasure(reference)["stage"], customers(shop)) == ("done", 2)


def test_the_copy_comes_first_and_the_erasure_follows_its_fetching(shop: Shop, tmp_path: Path):
    copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    assert (shop.erasure(erasure)["stage"], customers(shop)) == ("frozen", 3)
    shop.run("copy", "write", copy, tmp_path / "copy")
    shop.work()
    assert (shop.erasure(erasure)["stage"], customers(shop)) == ("done", 2)


def test_a_copy_nobody_fetches_does_not_hold_it_beyond_three_days_before_the_date(shop: Shop):
    copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    shop.work(DSAR_NOW=BEFORE_LAST_DAYS)
    assert customers(shop) == 3
    shop.work(DSAR_NOW=LAST_DAYS)
    assert customers(shop) == 2
    assert shop.erasure(erasure)["stage"] == "done"
    assert shop.show(copy)["copy"]["state"] == "ready", "the copy outlives what it was made from"


def test_a_part_of_a_copy_does_not_let_the_erasure_begin(shop: Shop, tmp_path: Path):
    copy, erasure = shop.confirmed("copy", "erasure")
    down = {"BOX_URL": "sqlite:////nowhere/box.sqlite"}
    shop.run("work", "--until-idle", **down)
    assert shop.run("copy", "write", copy, tmp_path / "part", "--json", **down).json["complete"] is False
    shop.run("work", "--until-idle", "--retry-now", **down)
    assert customers(shop) == 3
    assert shop.erasure(erasure)["stage"] == "frozen"


@pytest.mark.parametrize("at", ["2021-11-24T02:00:00Z", LAST_DAYS], ids=["before its time", "in its time"])
def test_held_before_it_began_nothing_goes_and_released_it_does(shop: Shop, at: str):
    """Its time may come while it is held: then it begins when it is let go."""
    _copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    assert hold(shop, erasure) == "held"
    assert hold(shop, erasure) == "held"
    assert shop.acts(erasure).count("erasure.held") == 1
    shop.work(DSAR_NOW=at)
    shop.work(DSAR_NOW=LAST_DAYS)
    assert customers(shop) == 3
    assert "the erasure is held" in str(shop.show(erasure)["waits_for"])
    assert go(shop, erasure, DSAR_NOW=at) == "frozen"
    shop.work(DSAR_NOW=LAST_DAYS)
    assert (shop.erasure(erasure)["stage"], customers(shop)) == ("done", 2)


def test_a_copy_that_was_fetched_meanwhile_counts_when_it_is_let_go(shop: Shop, tmp_path: Path):
    copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    hold(shop, erasure)
    shop.run("copy", "write", copy, tmp_path / "copy")
    shop.work()
    assert customers(shop) == 3
    go(shop, erasure)
    shop.work()
    assert (shop.erasure(erasure)["stage"], customers(shop)) == ("done", 2)


def test_held_in_the_middle_it_is_looked_at_once_it_goes_on(shop: Shop):
    """The search box is out of reach; everything else is erased and its look passed over while it is held."""
    (reference,) = shop.confirmed("erasure")
    down = {"BOX_URL": "sqlite:////nowhere/box.sqlite"}
    shop.run("work", "--until-idle", **down)
    assert shop.erasure(reference)["stage"] == "erasing"
    assert hold(shop, reference) == "held"
    shop.work()
    assert len(shop.rows("box", "select id from entry")) == 4
    assert go(shop, reference) == "erasing"
    shop.work()
    shown = shop.erasure(reference)
    assert (shown["stage"], shown["verdict"]) == ("done", "KEPT")
    assert len(shop.rows("box", "select id from entry")) == 2


@pytest.mark.parametrize(
    "words", [("show",), ("go", "--by", OFFICER), ("hold", "--by", OFFICER, "--reason", "a dispute")]
)
def test_a_copy_is_no_erasure_and_the_commands_say_so(shop: Shop, words: tuple[str, ...]):
    (reference,) = shop.confirmed("copy")
    refused = shop.run("erasure", words[0], reference, *words[1:])
    assert refused.error == f"request {reference} asks for copy; it is no erasure"


def test_what_is_done_can_be_held_for_as_long_as_a_law_keeps_some_of_it_and_then_no_more(shop: Shop):
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert hold(shop, reference) == "held"
    after = {"DSAR_NOW": "2024-03-21T02:00:00Z"}  # a day after the last of the paid order
    shop.run("work", "--until-idle", **after)
    assert len(shop.rows("orders", "select id from purchase where customer_id = 1")) == 1
    release = ("erasure", "release", reference, "--by", OFFICER, "--json")
    assert shop.run(*release, **after).json["stage"] == "done"
    assert shop.run(*release, **after).json["stage"] == "done"
    with_hour = {"DSAR_NOW": "2024-03-21T04:00:00Z"}
    shop.work(**with_hour)
    assert shop.rows("orders", "select id from purchase where customer_id = 1") == []
    refused = shop.run("erasure", "hold", reference, "--by", OFFICER, "--reason", "late")
    assert "is done and cannot be held" in refused.error


def test_after_it_is_done_going_and_working_again_change_nothing(shop: Shop):
    (reference,) = shop.confirmed("erasure")
    shop.work()
    before = shop.erasure(reference)
    go(shop, reference)
    shop.work()
    assert shop.erasure(reference) == before


def test_a_store_whose_erasing_is_off_is_searched_and_left(shop: Shop, tmp_path: Path):
    file = tmp_path / "map.yaml"
    file.write_text(shops.MAP.read_text().replace("    backups: {kept_days: 35}", "    erasing: false"))
    shop.run("map", "apply", file)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    shown = shop.erasure(reference)
    crm = next(store for store in shown["stores"] if store["name"] == "crm")
    assert customers(shop) == 3
    assert crm["verdict"] in ("PENDING", "RESIDUE")
    assert "officer" in crm["collections"][0]["reason"]
    assert shop.show(reference)["status"] == "working"
    shop.run("map", "apply", shops.MAP)
    shop.work()
    assert (shop.erasure(reference)["verdict"], customers(shop)) == ("KEPT", 2)


def test_after_the_years_of_keeping_the_same_order_goes(shop: Shop):
    later = {"DSAR_NOW": "2024-03-21T00:00:00Z"}
    shop.env |= later
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.erasure(reference)["verdict"] == "ERASED"
    assert shop.rows("orders", "select order_no from purchase") == [("B-1",)]


def test_a_kept_order_keeps_only_what_the_law_wants(shop: Shop):
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.rows(
        "orders", "select order_no, price, address, locked from purchase where customer_id = 1"
    ) == [("A-1", 88, None, 1)]
    orders = next(store for store in shop.erasure(reference)["stores"] if store["name"] == "orders")
    (one,) = orders["collections"]
    assert (one["ground"]["rule"], one["ground"]["until"], one["locked"]) == (
        "CN-ECL31-RETENTION-3Y",
        "2024-03-20",
        True,
    )


def test_backups_are_named_with_the_day_they_are_gone_by(shop: Shop):
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.erasure(reference)["backups"] == [
        {"store": "crm", "gone_by": "2021-12-29", "first_gone_by": "2021-12-29"}
    ]
