"""What is proven after an erasure was planned: planned anew, let go anew, and copied before it goes."""

import json
from pathlib import Path

import pytest

from tests.services.test_erasing import LAST_DAYS, customers, go, mapped
from tests.shop import EMAIL, HANDLER, OFFICER, PHONE, Shop

OTHER = """
insert into customer values (9, '13100009999', 'ann.hill@shop.example', null, '安妮', null, 'hash-9');
"""
ORDERS = """
insert into purchase values (7, 9, 'N-1', 0, null, '槐树路 1 号', 0), (8, 9, 'N-2', 0, null, '槐树路 1 号', 0);
"""


@pytest.fixture
def twice(shop: Shop) -> Shop:
    """A shop where Ann has a second account, under her e-mail."""
    shop.change("crm", "update customer set email = null where id = 1;" + OTHER)
    shop.change("orders", ORDERS)
    return shop


def opened(shop: Shop, *rights: str) -> list[str]:
    """Ann's requests, by both her identifiers, the phone alone proven."""
    references = shop.opened(*rights, identifiers=[f"phone:{PHONE}", f"email:{EMAIL}"])
    confirm(shop, references[-1], f"phone:{PHONE}")
    return references


def confirm(shop: Shop, reference: str, identifier: str) -> None:
    words = ("--by", HANDLER, "--evidence", "seen", "--identifier", identifier)
    assert shop.run("request", "confirm", reference, *words).code == 0


def planned(shop: Shop, reference: str) -> int:
    return sum(c["planned"] for s in shop.erasure(reference)["stores"] for c in s["collections"])


def test_what_a_late_proof_finds_is_let_go_anew(twice: Shop, tmp_path: Path):
    mapped(twice, tmp_path, "erasure: {go_above: 5}\n")
    (reference,) = opened(twice, "erasure")
    twice.work()
    assert (twice.erasure(reference)["stage"], planned(twice, reference)) == ("planned", 6)
    assert go(twice, reference) == "frozen"
    confirm(twice, reference, f"email:{EMAIL}")
    assert twice.erasure(reference)["stage"] == "planned"
    twice.work()
    assert (customers(twice), planned(twice, reference)) == (4, 9)
    assert twice.erasure(reference)["stage"] == "planned"
    assert go(twice, reference) == "frozen"
    twice.work()
    assert customers(twice) == 2
    assert twice.erasure(reference)["stage"] == "done"
    assert twice.show(reference)["status"] == "closed"


def test_before_it_is_planned_anew_nobody_can_let_it_go(twice: Shop, tmp_path: Path):
    mapped(twice, tmp_path, "erasure: {go_above: 5}\n")
    (reference,) = opened(twice, "erasure")
    twice.work()
    confirm(twice, reference, f"email:{EMAIL}")
    refused = twice.run("erasure", "go", reference, "--by", OFFICER)
    assert "planned anew" in refused.error


def test_a_late_proof_that_finds_nothing_more_needs_no_second_go(shop: Shop, tmp_path: Path):
    mapped(shop, tmp_path, "erasure: {go_above: 5}\n")
    (reference,) = opened(shop, "erasure")
    shop.work()
    go(shop, reference)
    confirm(shop, reference, f"email:{EMAIL}")
    shop.work()
    assert (shop.erasure(reference)["stage"], customers(shop)) == ("done", 2)


def test_amid_an_erasure_it_stops_until_it_is_planned_anew(twice: Shop, tmp_path: Path):
    """A store is out of reach, so that the erasure is not done when the proof comes."""
    mapped(twice, tmp_path, "erasure: {go_above: 8}\n")
    (reference,) = opened(twice, "erasure")
    down = {"BOX_URL": "sqlite:////nowhere/box.sqlite"}
    twice.run("work", "--until-idle", **down)
    assert (twice.erasure(reference)["stage"], customers(twice)) == ("erasing", 3)
    confirm(twice, reference, f"email:{EMAIL}")
    twice.work()
    assert (twice.erasure(reference)["stage"], customers(twice)) == ("planned", 3)
    go(twice, reference)
    twice.work()
    shown = twice.erasure(reference)
    assert (shown["stage"], customers(twice)) == ("done", 2)
    counts = {
        c["name"]: (c["found"], c["erased"], c["kept"]) for s in shown["stores"] for c in s["collections"]
    }
    assert (counts["customer"], counts["purchase"]) == ((2, 2, 0), (5, 4, 1))
    assert twice.show(reference)["status"] == "closed"


def test_held_meanwhile_it_is_planned_anew_all_the_same(twice: Shop, tmp_path: Path):
    mapped(twice, tmp_path, "erasure: {go_above: 8}\nundo: {hours: 24}\n")
    (reference,) = opened(twice, "erasure")
    twice.work()
    assert twice.run("erasure", "hold", reference, "--by", OFFICER, "--reason", "a dispute").code == 0
    confirm(twice, reference, f"email:{EMAIL}")
    twice.work()
    assert twice.erasure(reference)["stage"] == "held"
    assert go(twice, reference) == "frozen"
    assert "erasure.gone" in twice.acts(reference)
    twice.work(DSAR_NOW="2021-11-25T02:00:00Z")
    assert customers(twice) == 2


def test_a_look_alone_is_made_again_with_what_is_proven_late(twice: Shop):
    twice.change("crm", "delete from customer where id = 1")
    said = twice.run(
        "request", "open", "--right", "erasure", "--looks-only", "--identifier", f"phone:{PHONE}",
        "--identifier", f"email:{EMAIL}", "--json",
    )  # fmt: skip
    looks = said.json["reference"]
    confirm(twice, looks, f"phone:{PHONE}")
    twice.work()
    confirm(twice, looks, f"email:{EMAIL}")
    twice.work()
    shown = twice.erasure(looks)
    residue = {c["name"]: c["residue"] for s in shown["stores"] for c in s["collections"]}
    assert (residue["customer"], shown["stage"]) == (1, "done")
    assert customers(twice) == 3


def test_what_a_late_proof_leads_to_is_copied_before_it_is_erased(twice: Shop, tmp_path: Path):
    copy, erasure = opened(twice, "copy", "erasure")
    twice.work()
    assert twice.run("copy", "write", copy, tmp_path / "first").code == 0
    assert twice.show(copy)["status"] == "closed"
    confirm(twice, erasure, f"email:{EMAIL}")
    assert twice.show(copy)["status"] == "working"
    assert twice.run("copy", "write", copy, tmp_path / "part", "--json").code == 1
    twice.work()
    assert customers(twice) == 4, "nothing goes before he has the second copy"
    shown = twice.show(copy)
    assert (shown["status"], shown["copy"]["state"]) == ("closed", "ready")
    assert shown["answered_at"] == "2021-11-24T02:00:00Z"
    assert twice.run("copy", "write", copy, tmp_path / "second", "--json").json["complete"] is True
    plain = json.loads((tmp_path / "second" / "copy.json").read_text())
    crm = next(s for s in plain["stores"] if s["name"] == "crm")
    assert [row["id"] for row in crm["collections"][0]["rows"]] == [1, 9]
    twice.work()
    assert (customers(twice), twice.erasure(erasure)["stage"]) == (2, "done")
    assert twice.run("ledger", "verify").code == 0


def test_a_proof_in_the_last_days_leaves_three_days_for_the_copy(twice: Shop):
    _copy, erasure = opened(twice, "copy", "erasure")
    twice.work()
    twice.env["DSAR_NOW"] = "2021-12-05T10:00:00Z"
    confirm(twice, erasure, f"email:{EMAIL}")
    twice.work(DSAR_NOW="2021-12-05T10:00:00Z")
    twice.work(DSAR_NOW=LAST_DAYS)
    assert customers(twice) == 4
    twice.work(DSAR_NOW="2021-12-08T10:00:00Z")
    assert customers(twice) == 2
