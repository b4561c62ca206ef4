"""A request is answered when the whole answer is there and the person was told; closed when no verdict is open."""

from pathlib import Path

import pytest

from tests.shop import CARD, PHONE, Shop, stores


def test_the_letter_tells_and_stops_the_clock(shop: Shop):
    (reference,) = shop.confirmed("copy")
    shop.work()
    shown = shop.show(reference, DSAR_NOW="2022-06-01T00:00:00Z")
    assert (shown["status"], shown["overdue"], shown["waits_for"]) == ("closed", False, [])
    assert shown["answered_at"] == "2021-11-24T02:00:00Z"
    acts = shop.acts(reference)
    assert [act for act in acts if act.startswith("request.")] == [
        "request.opened", "request.told", "request.answered", "request.closed",
    ]  # fmt: skip


def test_a_letter_that_cannot_be_sent_has_told_nobody(shop: Shop):
    (reference,) = shop.confirmed("copy")
    shop.run("work", "--until-idle", DSAR_SMTP_URL="smtp://127.0.0.1:1")
    shown = shop.show(reference)
    assert (shown["status"], shown["answered_at"], shown["copy"]["state"]) == ("working", None, "ready")
    late = shop.show(reference, DSAR_NOW="2021-12-10T00:00:00Z")
    assert late["overdue"] is True
    shop.work()
    assert shop.show(reference)["status"] == "closed"


def test_fetching_it_tells_too(shop: Shop, tmp_path: Path):
    (reference,) = shop.confirmed("copy")
    shop.run("work", "--until-idle", DSAR_SMTP_URL="smtp://127.0.0.1:1")
    shop.run("copy", "write", reference, tmp_path / "copy")
    assert shop.show(reference)["status"] == "closed"
    shop.work()
    assert shop.acts(reference).count("request.told") == 1


def test_a_part_of_the_answer_answers_nothing(shop: Shop, tmp_path: Path):
    (reference,) = shop.confirmed("copy")
    down = {"CRM_URL": "sqlite:////nowhere/crm.sqlite"}
    shop.run("work", "--until-idle", **down)
    shop.run("copy", "write", reference, tmp_path / "part", **down)
    shown = shop.show(reference, DSAR_NOW="2021-12-10T00:00:00Z")
    assert (shown["status"], shown["overdue"], shown["answered_at"]) == ("working", True, None)


def test_what_no_map_names_and_holds_the_person_keeps_the_copy_back(shop: Shop):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("copy")
    shop.work()
    shown = shop.show(reference)
    assert (shown["complete"], shown["copy"], shown["status"]) == (False, None, "working")
    assert [(one["table"], one["records"]) for one in shown["unmapped"]] == [("callback", 1)]
    assert [one["name"] for one in shown["waits_for"]] == ["crm.callback"]


def test_an_erasure_with_residue_is_not_answered(shop: Shop):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.erasure(reference)["verdict"] == "RESIDUE"
    assert shop.show(reference)["status"] == "working"


@pytest.mark.parametrize("right", ["copy", "erasure"])
def test_whom_no_letter_reaches_staff_hands_the_answer_over(shop: Shop, tmp_path: Path, right: str):
    """A card number is proof and no address: nothing may claim that its holder was told."""
    (reference,) = shop.confirmed(right, identifiers=[f"card:{CARD}"])
    shop.work()
    shown = shop.show(reference)
    assert (shown["status"], shown["answered_at"]) == ("working", None)
    assert [(one["who"], one["name"]) for one in shown["waits_for"]] == [("staff", "answer")]
    paper = "copy" if right == "copy" else "certificate"
    assert shop.run(paper, "write", reference, tmp_path / "out").code == 0
    assert (shop.show(reference)["status"], shop.show(reference)["waits_for"]) == ("closed", [])


def test_writing_the_certificate_tells_nobody_whom_a_letter_reaches(shop: Shop, tmp_path: Path):
    (reference,) = shop.confirmed("erasure")
    shop.run("work", "--until-idle", DSAR_SMTP_URL="smtp://127.0.0.1:1")
    assert shop.run("certificate", "write", reference, tmp_path / "out").code == 0
    assert shop.show(reference)["status"] == "working"


def test_nobody_found_is_an_answer_as_well(shop: Shop, tmp_path: Path):
    (reference,) = shop.confirmed("copy", identifiers=["phone:+8613900009999"])
    shop.work()
    shown = shop.show(reference)
    assert (shown["complete"], shown["copy"]["records"], shown["status"]) == (True, 0, "closed")
    assert {c["records"] for s in shown["stores"] for c in s["collections"]} == {0}
    assert shop.run("copy", "write", reference, tmp_path / "copy").code == 0
    (erasure,) = shop.confirmed("erasure", identifiers=["phone:+8613900009999"])
    shop.work()
    assert shop.erasure(erasure)["verdict"] == "NOTHING_HELD"
    assert len(shop.rows("crm", "select id from customer")) == 3


def test_only_looking_deletes_nothing(shop: Shop):
    words = ("--right", "erasure", "--identifier", f"phone:{PHONE}", "--looks-only", "--json")
    reference = shop.run("request", "open", *words).json["reference"]
    shop.run("request", "confirm", reference, "--by", "lin", "--evidence", "seen")
    shop.work()
    shown = shop.erasure(reference)
    assert (shown["looks_only"], shown["verdict"]) == (True, "RESIDUE")
    assert len(shop.rows("crm", "select id from customer")) == 3
    assert len(shop.rows("box", "select id from entry")) == 4
    assert shop.rows("orders", "select sum(locked) from purchase") == [(0,)]
