"""What an erasure left is looked at again by itself and by a new map, until it is clean; then it is certified."""

from pathlib import Path

import pytest

from tests.services.moved import apply, maps_callback
from tests.shop import OFFICER, Shop, stores

LATER = "2021-11-24T08:00:00Z"  # six hours after the first look
TOMORROW = "2021-11-25T08:00:00Z"
NO_BOX = {"BOX_URL": "sqlite:////nowhere/box.sqlite"}
CLEAN = "delete from callback where mobile like '%1111%'"


def stands(shop: Shop, reference: str) -> tuple[str, str, str]:
    shown = shop.erasure(reference)
    return shown["stage"], shown["verdict"], shop.show(reference)["status"]


def certificates(shop: Shop, reference: str) -> int:
    return shop.acts(reference).count("certificate.made")


@pytest.fixture
def left(shop: Shop) -> tuple[Shop, str]:
    """An erasure that found the person in a table that is not in the map."""
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("erasure", lang="en")
    shop.work()
    assert stands(shop, reference) == ("done", "RESIDUE", "working")
    return shop, reference


def test_what_was_cleaned_by_hand_is_seen_by_itself_within_the_day(left):
    shop, reference = left
    shop.change("crm", CLEAN)
    shop.work()
    assert stands(shop, reference) == ("done", "RESIDUE", "working"), "not before its time"
    shop.work(DSAR_NOW=LATER)
    assert stands(shop, reference) == ("done", "KEPT", "closed")
    assert certificates(shop, reference) == 2


def test_a_look_that_sees_the_same_makes_no_other_certificate_and_is_followed_by_another(left):
    shop, reference = left
    shop.work(DSAR_NOW=LATER)
    assert stands(shop, reference) == ("done", "RESIDUE", "working")
    assert certificates(shop, reference) == 1
    assert shop.erasure(reference)["certificate"]["number"] == 1
    shop.change("crm", CLEAN)
    shop.work(DSAR_NOW=TOMORROW)
    assert stands(shop, reference) == ("done", "KEPT", "closed")


def test_a_new_map_looks_again_though_it_says_nothing_of_that_place(left, tmp_path: Path):
    shop, reference = left
    shop.change("crm", CLEAN)

    def titles(plain: dict) -> None:
        plain["stores"]["box"]["title"] = {"zh": "框", "en": "Box"}

    apply(shop, tmp_path, titles)
    assert shop.erasure(reference)["verdict"] == "PENDING"
    shop.work()
    assert stands(shop, reference) == ("done", "KEPT", "closed")


def test_a_new_map_that_names_the_place_erases_it(left, tmp_path: Path):
    shop, reference = left
    apply(shop, tmp_path, maps_callback)
    shop.work()
    assert stands(shop, reference) == ("done", "KEPT", "closed")
    assert shop.rows("crm", "select mobile from callback") == [("131 0000 2222",)]


def test_a_new_map_that_changes_nothing_for_it_leaves_it_done(left, tmp_path: Path):
    shop, reference = left

    def titles(plain: dict) -> None:
        plain["stores"]["orders"]["title"] = {"zh": "单", "en": "Orders"}

    apply(shop, tmp_path, titles)
    shop.work()
    assert stands(shop, reference) == ("done", "RESIDUE", "working")
    assert certificates(shop, reference) == 1


def test_it_is_looked_at_again_while_another_store_is_down(shop: Shop):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("erasure", lang="en")
    shop.run("work", "--until-idle", **NO_BOX)
    assert stands(shop, reference) == ("erasing", "RESIDUE", "working")
    shop.change("crm", CLEAN)
    shop.run("work", "--until-idle", "--retry-now", DSAR_NOW=LATER, **NO_BOX)
    assert stands(shop, reference) == ("erasing", "UNREACHABLE", "working")
    shop.work(DSAR_NOW=LATER)
    assert stands(shop, reference) == ("done", "KEPT", "closed")


def test_while_it_is_held_nothing_is_looked_at_and_then_it_is(shop: Shop):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("erasure", lang="en")
    shop.run("work", "--until-idle", **NO_BOX)
    assert shop.run("erasure", "hold", reference, "--by", OFFICER, "--reason", "a dispute").code == 0
    shop.change("crm", CLEAN)
    shop.work(DSAR_NOW=LATER)
    assert stands(shop, reference)[:2] == ("held", "RESIDUE")
    assert shop.run("erasure", "go", reference, "--by", OFFICER).code == 0
    shop.work(DSAR_NOW=LATER)
    assert stands(shop, reference) == ("done", "KEPT", "closed")
