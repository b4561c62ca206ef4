"""A new map and an erasure under way: it comes to an end, and says what became of every place it was planned for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.services.moved import apply, both, drops_stores, maps_callback, renames, renames_store, unmaps
from tests.shop import HANDLER, OFFICER, Shop, stores

NEXT_DAY = "2021-11-25T03:00:00Z"
LATER = "2021-11-25T12:00:00Z"  # the same day
SIGNED = ("--by", OFFICER, "--reason", "it has another place now")
NO_BOX = {"BOX_URL": "sqlite:////nowhere/box.sqlite"}


def waits(plain: dict) -> None:
    plain["undo"] = {"hours": 24}


def small(plain: dict) -> None:
    plain["erasure"] = {"go_above": 4}


def places(shop: Shop, reference: str) -> dict[str, Any]:
    """Each place of an erasure: its verdict, what was erased, and whether the map has it."""
    return {
        f"{store['name']}.{one['name']}": (one["verdict"], one["erased"], one["mapped"])
        for store in shop.erasure(reference)["stores"]
        for one in store["collections"]
    }


def ended(shop: Shop, reference: str) -> tuple[str, str, str]:
    shown = shop.erasure(reference)
    return shown["stage"], shown["verdict"], shop.show(reference)["status"]


@pytest.fixture(params=["before it begins", "in the middle"])
def under_way(request: pytest.FixtureRequest, shop: Shop, tmp_path: Path) -> tuple[Shop, str, bool]:
    """An erasure that waits for its undo window, or has erased the customer and waits for the search box."""
    begun = request.param == "in the middle"
    if not begun:
        apply(shop, tmp_path, waits)
    shop.change("crm", stores.FORGOTTEN.split("insert")[0])
    (reference,) = shop.confirmed("erasure")
    shop.run("work", "--until-idle", **NO_BOX if begun else {})
    assert shop.erasure(reference)["stage"] == ("erasing" if begun else "frozen")
    assert len(shop.rows("crm", "select id from customer")) == (2 if begun else 3)
    shop.env["DSAR_NOW"] = NEXT_DAY
    return shop, reference, begun


@pytest.mark.parametrize(
    ("change", "now"),
    [(renames, "crm.client"), (renames_store, "people.customer")],
    ids=["collection", "store"],
)
def test_under_another_name_the_rows_go_and_both_names_say_so(
    under_way, tmp_path: Path, change: Callable[[dict], None], now: str
):
    shop, reference, begun = under_way
    assert apply(shop, tmp_path, both(maps_callback, change), *SIGNED).code == 0
    shop.work()
    assert ended(shop, reference) == ("done", "KEPT", "closed")
    assert len(shop.rows("crm", "select id from customer")) == 2
    there = places(shop, reference)
    nothing, one = ("NOTHING_HELD", 0), ("ERASED", 1)
    assert there["crm.customer"] == (*(one if begun else nothing), False)
    assert there[now] == (*(nothing if begun else one), True)
    assert shop.run("certificate", "write", reference, tmp_path / "paper").code == 0
    assert shop.run("ledger", "verify").code == 0


@pytest.mark.parametrize("change", [unmaps, drops_stores], ids=["collection", "store"])
def test_where_the_map_leads_no_more_what_stands_there_is_residue_until_it_is_cleaned(
    under_way, tmp_path: Path, change: Callable[[dict], None]
):
    shop, reference, begun = under_way
    assert apply(shop, tmp_path, change, *SIGNED).code == 0
    shop.work()
    if begun:
        assert ended(shop, reference) == ("done", "KEPT", "closed")
        assert places(shop, reference)["crm.customer"] == ("ERASED", 1, False)
        return
    assert ended(shop, reference) == ("done", "RESIDUE", "working")
    assert places(shop, reference)["crm.customer"] == ("RESIDUE", 0, False)
    assert len(shop.rows("crm", "select id from customer")) == 3, "nothing is erased that is not in the map"
    shop.change("crm", "delete from customer where id = 1")
    shop.change("orders", "delete from purchase where customer_id = 1")
    shop.work(DSAR_NOW=LATER)
    assert ended(shop, reference) == ("done", "ERASED", "closed")


def test_a_store_that_was_taken_out_and_does_not_answer_comes_to_an_end(under_way, tmp_path: Path):
    shop, reference, begun = under_way
    assert apply(shop, tmp_path, drops_stores, *SIGNED).code == 0
    gone = {"CRM_URL": "sqlite:////nowhere/crm.sqlite"}
    shop.work(**gone)
    crm = next(store for store in shop.erasure(reference)["stores"] if store["name"] == "crm")
    assert crm["verdict"] == "UNREACHABLE"
    for _ in range(3):
        shop.work(**gone)
    crm = next(store for store in shop.erasure(reference)["stores"] if store["name"] == "crm")
    (one,) = crm["collections"]
    assert (one["verdict"], one["planned"], one["erased"], one["found"]) == (
        "CANNOT",
        1,
        int(begun) or None,
        None,
    )
    assert "taken out" in one["reason"]
    assert shop.erasure(reference)["stage"] == "done"


def test_a_plan_that_grew_over_its_threshold_is_let_go_anew(under_way, tmp_path: Path):
    shop, reference, _ = under_way
    shop.change("crm", "insert into callback values ('13100001111', 'a'), ('13100001111', 'b')")
    before = shop.rows("crm", "select count(*) from callback")
    assert apply(shop, tmp_path, both(renames, maps_callback, small), *SIGNED).code == 0
    shop.work()
    assert shop.erasure(reference)["stage"] == "planned"
    assert shop.rows("crm", "select count(*) from callback") == before
    assert "second person" in str(shop.show(reference)["waits_for"])
    assert shop.run("erasure", "go", reference, "--by", OFFICER).code == 0
    shop.work()
    assert ended(shop, reference) == ("done", "KEPT", "closed")
    assert shop.rows("crm", "select count(*) from callback") == [(0,)]


def test_other_titles_erase_nothing_anew_and_forget_nothing(under_way, tmp_path: Path):
    shop, reference, begun = under_way

    def titles(plain: dict) -> None:
        plain["stores"]["crm"]["collections"]["customer"]["title"] = {"zh": "顾客", "en": "Buyer"}
        if not begun:
            waits(plain)

    assert apply(shop, tmp_path, titles).code == 0
    shop.work()
    assert ended(shop, reference) == ("done", "KEPT", "closed")
    assert shop.acts(reference).count("store.found") == 3, "no store is searched a second time"
    assert places(shop, reference)["crm.customer"] == ("ERASED", 1, True)


def test_looks_alone_come_to_an_end_under_another_name_too(shop: Shop, tmp_path: Path):
    words = ("request", "open", "--right", "erasure", "--identifier", "phone:13100001111", "--looks-only")
    (looks,) = [one["reference"] for one in shop.run(*words, "--json").json["requests"]]
    assert shop.run("request", "confirm", looks, "--by", HANDLER, "--evidence", "seen").code == 0
    shop.run("work", "--until-idle", **NO_BOX)
    assert shop.erasure(looks)["stage"] == "looking"
    assert apply(shop, tmp_path, renames).code == 0
    shop.work()
    there = {place: verdict for place, (verdict, *_) in places(shop, looks).items()}
    assert there["crm.client"] == "RESIDUE"
    assert there["crm.customer"] == "NOTHING_HELD", "it is the clients' record, and counted there"
    assert ended(shop, looks) == ("done", "RESIDUE", "working")
