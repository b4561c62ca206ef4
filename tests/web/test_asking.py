"""Asking through the portal: question by question, check, file, prove, keep the receipt."""

import re

import pytest
from sqlalchemy import select

from dsar import db
from dsar.models import Code, LedgerEntry, Request, RequestIdentifier
from dsar.services import mailing
from dsar.terms import SERVED, Status
from tests.web.page import said
from tests.web.reader import Reader


def test_the_first_page_says_what_happens_and_by_when(reader):
    reader.get("/")
    assert "We answer within 15 days" in reader.text
    assert "We search 8 systems" in reader.text


def test_every_right_that_is_served_is_offered_and_no_other(reader):
    reader.get("/ask")
    boxes = {e.get("value") for e in reader.page.all("input") if e.get("type") == "checkbox"}
    assert boxes == set(SERVED)


def test_only_kinds_of_the_person_are_asked(reader, map_names):
    _to_identifiers(reader)
    assert [said(e) for e in reader.page.all("label")] == ["Mobile number"]
    assert "student_id" in map_names


def test_nothing_chosen_is_told_in_both_places(reader):
    reader.get("/ask").submit("Continue")
    assert reader.status == 422
    assert reader.page.title.startswith("Error: ")
    assert reader.page.errors == ["Choose what you would like us to do"]


@pytest.mark.parametrize("right", ["portability", "everything"])
def test_a_right_that_is_not_served_cannot_be_slipped_in(reader, right):
    reader.get("/ask").submit("Continue", right=[right])
    assert reader.status == 422


@pytest.mark.parametrize("value", ["131", "luo@example.com", "131 0000 86888888", "١٣١"])
def test_an_impossible_number_is_told_without_being_repeated_in_the_error(reader, value):
    _to_identifiers(reader)
    reader.submit("Continue", **{"phone-1": value})
    assert reader.status == 422
    assert reader.page.errors == [
        "Enter a phone number in full, like 131 0000 8688; from abroad, like +1 202 555 0100"
    ]


def test_one_identifier_at_least_is_needed(reader):
    _to_identifiers(reader)
    reader.submit("Continue", **{"phone-1": "  "})
    assert reader.page.errors == ["Enter at least one"]


def test_another_can_be_added_and_taken_away_and_what_was_typed_stays(reader):
    _to_identifiers(reader)
    reader.submit("Add another: Mobile number", **{"phone-1": "13100008688"})
    reader.submit("Add another: Mobile number", **{"phone-2": "13000000038"})
    reader.submit("Remove Mobile number 2")
    assert _values(reader) == {"phone-1": "13100008688", "phone-2": ""}
    assert reader.status == 200


def test_full_width_digits_are_a_number(reader):
    _to_identifiers(reader)
    reader.submit("Continue", **{"phone-1": "１３１　００００　８６８８"})
    assert reader.path == "/ask/check"


def test_a_page_ahead_of_its_turn_leads_to_the_first_question(reader):
    reader.get("/ask/check")
    assert reader.path == "/ask"
    reader.get("/ask/identifiers")
    assert reader.path == "/ask"


def test_nothing_is_filed_before_the_last_page_is_sent(reader):
    _to_check(reader)
    assert "131 0000 8688" in reader.text
    assert "Thursday 9 December 2021" in reader.text
    assert _requests() == []


def test_change_leads_back_to_the_answer(reader):
    _to_check(reader)
    reader.follow("Change Mobile number")
    assert _values(reader)["phone-1"] == "131 0000 8688"


def test_sending_opens_one_request_a_right_and_sends_one_code(reader, office):
    _file(reader)
    assert {one.right for one in _requests()} == {"copy", "erasure"}
    assert {one.status for one in _requests()} == {Status.VERIFYING}
    assert len(_codes(office)) == 1
    assert reader.path == "/prove/1"
    assert all(one.reference in reader.text for one in _requests())


def test_sending_twice_files_once(app, reader):
    _to_check(reader)
    _, data = reader.page.filled("Send the request", {})
    cookie = reader.client.get_cookie("dsar")
    reader.submit("Send the request")
    reader.client.set_cookie("dsar", cookie.value)  # the second click goes with what the first had
    reader.client.post("/ask/check", data=data)
    assert len(_requests()) == 2


def test_the_request_is_in_the_language_it_was_asked_in(chinese_reader):
    chinese_reader.get("/ask").submit("继续", right=["copy"])
    chinese_reader.submit("继续", **{"phone-1": "13100008688"})
    chinese_reader.submit("提交请求")
    assert [one.lang for one in _requests()] == ["zh-CN"]


def test_the_code_proves_the_identifier_of_every_right_asked(reader, office):
    _file(reader)
    reader.submit("Continue", code=_codes(office)[0])
    assert reader.path == "/received"
    with db.read() as session:
        assert all(row.confirmed_at for row in session.scalars(select(RequestIdentifier)))
    assert {one.status for one in _requests()} == {Status.WORKING}


def test_a_code_may_be_typed_with_blanks_and_in_full_width(reader, office):
    _file(reader)
    code = _codes(office)[0].translate({ord("0") + n: ord("０") + n for n in range(10)})
    reader.submit("Continue", code=f" {code[:3]} {code[3:]} ")
    assert reader.path == "/received"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12345a"])
def test_what_is_no_code_costs_no_try(reader, code):
    _file(reader)
    reader.submit("Continue", code=code)
    assert reader.page.errors == ["Enter the 6 digits we sent you"]
    assert _tries() == [0]


def test_the_sixth_try_fails_even_with_the_right_code(reader, office):
    _file(reader)
    right = _codes(office)[0]
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        reader.submit("Continue", code=wrong)
        assert reader.status == 422
    reader.submit("Continue", code=right)
    assert reader.page.errors == [
        "This code is wrong or no longer works. Enter the newest one, or ask for another."
    ]
    assert {one.status for one in _requests()} == {Status.VERIFYING}


def test_a_code_ends_after_a_quarter_of_an_hour(reader, office, wait):
    _file(reader)
    wait(minutes=15, seconds=1)
    reader.submit("Continue", code=_codes(office)[0])
    assert reader.status == 422


def test_a_new_code_must_wait_a_minute_and_ends_the_old(reader, office, wait):
    _file(reader)
    reader.submit("Send a new code")
    assert reader.status == 429
    assert len(_codes(office)) == 1
    wait(seconds=61)
    reader.submit("Send a new code")
    assert "We have sent a new code" in reader.text
    new, old = _codes(office)
    reader.submit("Continue", code=old)
    assert reader.status == (422 if new != old else 200)
    reader.submit("Continue", code=new)
    assert reader.path == "/received"


def test_five_codes_an_hour_are_the_most(reader, office, wait):
    _file(reader)
    for _ in range(6):
        wait(seconds=61)
        reader.submit("Send a new code")
    assert reader.status == 429
    assert len(_codes(office)) == 5


def test_nobody_is_flooded_with_codes_by_others_who_give_his_number(app, office):
    for _ in range(12):
        reader = Reader(app.test_client(), "en")
        _file(reader)
    assert reader.page.h1 == "There is no code to enter now"
    assert "We sent 6 digits" not in reader.text
    assert len(_requests()) == 24
    assert len(_codes(office)) == 10


def test_a_second_number_can_be_proven_later(reader, office):
    _to_identifiers(reader)
    reader.submit("Add another: Mobile number", **{"phone-1": "13100008688"})
    reader.submit("Continue", **{"phone-2": "13000000038"})
    reader.submit("Send the request")
    reader.submit("Continue", code=_codes(office)[0])
    assert reader.path == "/prove/2"
    reader.submit("Prove it later")
    assert "1 of 2 proven" in reader.text
    reader.follow("Prove it now")
    reader.submit("Continue", code=_codes(office)[0])
    assert "1 of 2 proven" not in reader.text


def test_the_receipt_has_reference_deadline_and_seal_and_can_be_saved(reader, office):
    _file(reader)
    reader.submit("Continue", code=_codes(office)[0])
    with db.read() as session:
        seals = list(session.scalars(select(LedgerEntry.seal).where(LedgerEntry.act == "request.opened")))
    assert all(seal[:16] in reader.text for seal in seals)
    reader.follow("Save the receipt")
    saved = reader.response.text
    assert reader.response.headers["Content-Disposition"].startswith("attachment;")
    assert all(seal in saved for seal in seals)
    assert "Thursday 9 December 2021" in saved
    assert "8688" not in saved


def test_a_receipt_shows_nothing_in_another_browser(reader, app):
    reader.get("/received")
    assert reader.path == "/follow"
    reader.get("/prove/1")
    assert reader.path == "/follow"
    reader.get("/received/receipt.txt")
    assert reader.path == "/follow"


def test_the_language_is_switched_with_all_that_was_typed(reader):
    _to_identifiers(reader)
    reader.submit("中文", **{"phone-1": "131 0000 8688"})
    assert reader.page.lang == "zh-CN"
    assert reader.status == 200
    assert _values(reader) == {"phone-1": "131 0000 8688"}
    reader.get("/ask")
    assert reader.page.lang == "zh-CN"


def test_a_language_in_the_address_is_kept(chinese_reader):
    assert chinese_reader.get("/").page.lang == "zh-CN"
    chinese_reader.follow("English")
    assert chinese_reader.page.lang == "en"
    assert chinese_reader.get("/follow").page.lang == "en"


def test_the_pages_say_that_the_date_is_not_todays(reader):
    assert "as if it were 24 November 2021" in reader.get("/").text


def _to_identifiers(reader):
    return reader.get("/ask").submit("Continue", right=["copy", "erasure"])


def _to_check(reader):
    return _to_identifiers(reader).submit("Continue", **{"phone-1": "131 0000 8688"})


def _file(reader):
    return _to_check(reader).submit("Send the request")


def _values(reader) -> dict[str, str]:
    fields = [e for e in reader.page.all("input") if e.get("type") == "tel"]
    return {e.get("name", ""): e.get("value", "") for e in fields}


def _requests() -> list[Request]:
    with db.read() as session:
        return list(session.scalars(select(Request)))


def _tries() -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(Code.tries)))


def _codes(office) -> list[str]:
    """The codes sent, newest first."""
    with db.read() as session:
        letters = mailing.letters(session, office.vault)
    codes = [one.facts["code"] for one in letters if one.kind == "code"]
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    return codes
