"""The review list on the desk: gravest first, a page at a time, and a place dismissed by who answers for it."""

from __future__ import annotations

import re

import pytest

from dsar import db
from dsar.datamap.loader import build, load
from dsar.datamap.watching import Difference
from dsar.demo.stores import AFTER_MAP
from dsar.law import load_rules
from dsar.models import Gap
from dsar.services import comparing, gaps, intake, ledger, maps, moving, proving, showing
from dsar.terms import GapKind, Right, Role
from dsar.web import progress
from tests.web.conftest import PASSWORD

PHONES = {"type": "varchar(20)", "like": "phone", "alike": 38, "of": 200, "personal": True}
DULL = {"type": "integer", "like": None, "alike": None, "of": 9, "personal": False}
CALLED = {"type": "text", "like": "email", "alike": None, "of": 0, "personal": True}


def lists(at, *found: Difference, store: str = "crm") -> None:
    with db.begin() as session:
        comparing.noticed(session, store, found, at=at)


def new_table(name: str, **columns) -> Difference:
    return Difference(name, "", GapKind.NEW_TABLE, columns)


def column(name: str, seen: dict, kind: GapKind = GapKind.NEW_COLUMN, was: str | None = None) -> Difference:
    return Difference("student", name, kind, {name: seen}, was)


@pytest.fixture
def lead(reader, hire):
    reader.get("/desk/sign-in").submit("Sign in", name=hire("wu", Role.LEAD), password=PASSWORD)
    return reader


def headings(page) -> list[str]:
    return re.findall(r"/desk/review/\d+\">([^<]+)<", page.response.text)


def test_an_empty_list_says_so(desk):
    assert "accounts for everything that was seen" in desk.get("/desk/review").text


def test_a_place_says_what_it_looks_like_and_what_can_be_written_in_the_map(desk, at):
    lists(at, new_table("lead 2", mobile=PHONES, no=DULL))
    desk.get("/desk/")
    assert desk.page.link("Review list 1") == "/desk/review"
    desk.get("/desk/review").follow("crm.lead 2")
    assert "Copies wait for it" in desk.text
    assert "38 of 200 look like this: telephone numbers" in desk.text
    assert "A table that the data map does not name" in desk.text
    for line in (
        "mobile: {title: {zh: …, en: …}, category: contact}",
        '"no": {title',
        '"lead 2": {reason: …, by: …}',
    ):
        assert line in desk.text


def test_a_handler_sees_and_does_not_dismiss(desk, at):
    lists(at, column("mail2", CALLED))
    desk.get("/desk/review/1")
    assert "Its name says: e-mail addresses" in desk.text
    assert "Dismiss it" not in desk.text
    data = desk.page.filled("Sign out", {})[1]
    assert desk.client.post("/desk/review/1", data=data | {"reason": "technical"}).status_code == 403


def test_a_lead_dismisses_with_a_reason_of_the_list(lead, at):
    lists(at, column("mail2", CALLED), column("n", DULL))
    lead.get("/desk/review/1").submit("Dismiss it")
    assert lead.status == 422
    assert "Choose a reason" in lead.text
    lead.submit("Dismiss it", reason="organisation")
    assert lead.path == "/desk/review"
    assert "crm.student.mail2" not in lead.text
    assert "crm.student.n" in lead.text
    with db.read() as session:
        assert ledger.facts_of(session, ledger.MAP, "review.dismissed") == [
            {"place": "crm.student.mail2", "kind": "new_column", "columns": 1, "reason": "organisation"}
        ]
    lead.get("/desk/review/1")
    assert "Addresses and numbers of our own organisation" in lead.text
    assert "wu" in lead.text
    assert "Dismiss it" not in lead.text


@pytest.mark.parametrize("reason", ["known", "because", ""])
def test_a_reason_that_is_not_offered_is_refused(lead, at, reason):
    lists(at, column("mail2", CALLED))
    data = lead.get("/desk/review/1").page.filled("Dismiss it", {})[1]
    assert lead.client.post("/desk/review/1", data=data.to_dict() | {"reason": reason}).status_code == 422
    with db.read() as session:
        assert gaps.are_open(session)


def test_what_only_the_map_can_settle_has_no_button(lead, at):
    lists(at, Difference("student", "avatar", GapKind.MISSING, {}))
    assert "Searches of this system fail" in lead.get("/desk/review/1").text
    assert "Dismiss it" not in lead.text
    data = lead.page.filled("Sign out", {})[1]
    assert lead.client.post("/desk/review/1", data=data.to_dict() | {"reason": "known"}).status_code == 422


def test_a_changed_column_shows_what_it_was(lead, at):
    lists(at, column("remark", PHONES, GapKind.MEANING, "free_text"))
    lead.get("/desk/review/1")
    assert "It holds something else than before" in lead.text
    lead.submit("Dismiss it", reason="known")
    with db.read() as session:
        assert not gaps.are_open(session)


@pytest.mark.parametrize("number", [99, 2**70])
def test_a_wrong_number_is_no_page(desk, number):
    assert desk.get(f"/desk/review/{number}").status == 404


def test_a_long_list_is_read_by_the_page_gravest_first(desk, at):
    with db.begin() as session:
        session.add_all(
            Gap(store="crm", table=f"t{n}", column="", kind=GapKind.NEW_TABLE, columns={"a": DULL}, open=n % 4 != 3,
                grave=2 if n % 2 else 0, seen_at=at)
            for n in range(80)
        )  # fmt: skip
    desk.get("/desk/review")
    seen = headings(desk)
    while "More places" in desk.text:
        desk.follow("More places")
        seen += headings(desk)
    grave = [f"crm.t{n}" for n in range(0, 80, 2)]
    assert seen == grave + [f"crm.t{n}" for n in range(1, 80, 4)]
    assert desk.get("/desk/").page.link("Review list 40") == "/desk/review"


@pytest.mark.parametrize("after", ["x", "9.", "0.99999999999999999999", "0.-1"])
def test_an_address_that_was_changed_by_hand_shows_the_beginning(desk, at, after):
    lists(at, column("n", DULL))
    assert "crm.student.n" in desk.get(f"/desk/review?after={after}").text


def test_a_hostile_name_of_a_column_is_only_a_name(desk, at):
    lists(at, column("<script>alert(1)</script>", CALLED))
    desk.get("/desk/review").follow("crm.student.<script>alert(1)</script>")
    assert "<script>alert" not in desk.response.text


def test_the_person_and_the_staff_are_told_what_a_copy_waits_for(desk, app, ask, office, at):
    lists(at, new_table("lead", mobile=PHONES))
    reference = ask(Right.COPY)[0].reference
    with db.begin() as session:
        row = intake.get(session, reference)
        proving.confirm(session, office.vault, row, by="chen", evidence="seen", given=[], at=at)
    desk.get(f"/desk/r/{reference}")
    assert "Staff: crm.lead looks personal; see the review list" in desk.text
    assert "Looks personal: review it" in desk.text
    with db.read() as session:
        shown = showing.request(session, office.vault, intake.get(session, reference), at=at)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert progress.view(shown, None, [], [], (None, False))["unnamed"] == ["Customer relations system"]


def test_the_person_is_told_of_a_field_that_nobody_can_say_where_it_is_kept(
    app, ask, office, at, desk, tmp_path
):
    plain = load(AFTER_MAP, known_rules=load_rules()).plain
    del plain["collection_points"]["signup_form"]["fields"]["learning_goal"]["place"]
    map_of = build(plain)
    with db.begin() as session:
        maps.apply(session, map_of, plain, "0" * 64, by="operator", at=at)
        session.flush()
        moving.move_open(session, 2, [], by=None, reason=None, at=at)
    reference = ask(Right.COPY)[0].reference
    with db.begin() as session:
        row = intake.get(session, reference)
        proving.confirm(session, office.vault, row, by="chen", evidence="seen", given=[], at=at)
    with db.read() as session:
        shown = showing.request(session, office.vault, intake.get(session, reference), at=at)
    assert shown["complete"] is False
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert progress.view(shown, None, [], [], (None, False))["untied"] == ["Learning goal"]
    desk.get("/desk/review").follow("signup_form.learning_goal")
    assert "learning_goal: {title: {zh: …, en: …}, place: STORE.COLLECTION.FIELD}" in desk.text
    assert "Sign-up and first login" in desk.text


def test_the_alert_leads_there_and_ends_by_itself(lead, at):
    lists(at, new_table("lead", mobile=PHONES))
    assert "Something looks personal" in lead.get("/desk/alerts").text
    lead.get("/desk/review/1").submit("Dismiss it", reason="reference")
    assert "Nothing here." in lead.get("/desk/alerts").text
