"""Coming back to a request: by its reference and a fresh code, and nothing before the code."""

import re
import time
from datetime import timedelta

import pytest

from dsar import clock, db
from dsar.models import RequestIdentifier
from dsar.services import intake, keys, mailing, proving, staff
from dsar.services.intake import Given
from dsar.terms import KeyClass, Right, Role
from dsar.web import create_app
from tests.web.reader import Reader

OTHER = "13000000038"


def test_a_reference_is_taken_however_it_is_written(reader, ask):
    reference = ask(Right.COPY)[0].reference
    reader.get("/follow").submit("Send a code", reference=f" {reference[:4].lower()}-{reference[4:]} ")
    assert reader.path == f"/r/{reference}/code"


def test_what_can_be_no_reference_is_told(reader):
    reader.get("/follow").submit("Send a code", reference="ABC")
    assert reader.page.errors == ["Enter a reference of 8 letters and digits, like 7KQ4-M2XD"]
    assert reader.get("/r/ABC").status == 404


def test_with_a_fresh_code_one_sees_the_request(reader, ask, office):
    reference = ask(Right.COPY)[0].reference
    _come_back(reader, office, reference)
    assert reader.path == f"/r/{reference}"
    assert "131****8688" in reader.text
    assert "Thursday 9 December 2021" in reader.text


def test_before_the_code_a_known_and_an_unknown_reference_look_the_same(reader, ask, office):
    reference = ask(Right.COPY)[0].reference
    known, unknown = (_pages(reader, one) for one in (reference, "77777777"))
    assert [page.replace(reference, "77777777") for page in known] == unknown


def test_before_the_code_a_known_and_an_unknown_reference_take_as_long(office, ask):
    reader = Reader(create_app(office, TESTING=True).test_client(), "en")
    reference = ask(Right.COPY)[0].reference
    reader.get(f"/r/{reference}")
    took = []
    for one in (reference, "77777777"):
        reader.get(f"/r/{one}")
        begin = time.monotonic()
        reader.submit("Send a code")
        took.append(time.monotonic() - begin)
    assert min(took) >= 0.4
    assert abs(took[0] - took[1]) < 0.2


@pytest.mark.parametrize("page", ["", "/copy", "/erased", "/certificate.pdf"])
def test_no_page_of_a_request_opens_before_the_code(reader, ask, page):
    reference = ask(Right.ERASURE)[0].reference
    reader.get(f"/r/{reference}{page}")
    assert reader.path.split("?")[0] == f"/r/{reference}"
    assert "To see it, ask for a code." in reader.text
    assert "8688" not in reader.text


def test_nothing_can_be_fetched_or_proven_before_the_code(reader, ask):
    reference = ask(Right.COPY)[0].reference
    _, data = reader.get("/follow").page.filled(None, {})
    for path in ("copy", "prove"):
        answer = reader.client.post(f"/r/{reference}/{path}", data=data)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/r/{reference}")


def test_a_code_opens_the_whole_submission_and_nothing_else(reader, ask, office):
    one, two = ask(Right.COPY, Right.ERASURE)
    stranger = ask(Right.COPY, phones=(OTHER,))[0]
    _come_back(reader, office, one.reference)
    reader.follow("Erasure")
    assert reader.path == f"/r/{two.reference}"
    assert "130****0038" not in reader.get(f"/r/{stranger.reference}").text


def test_the_session_ends_after_half_an_hour_and_the_page_says_so(reader, ask, office, wait):
    reference = ask(Right.COPY)[0].reference
    _come_back(reader, office, reference)
    wait(minutes=29)
    assert "131****8688" in reader.get(f"/r/{reference}").text
    wait(minutes=1, seconds=1)
    assert "Your session has ended" in reader.get(f"/r/{reference}").text
    assert "131****8688" not in reader.text


def test_one_can_leave_on_a_shared_computer(reader, ask, office):
    reference = ask(Right.COPY)[0].reference
    _come_back(reader, office, reference)
    reader.submit("Close this request here")
    assert "To see it, ask for a code." in reader.get(f"/r/{reference}").text


def test_wrong_codes_end_after_five(reader, ask, office):
    reference = ask(Right.COPY)[0].reference
    reader.get(f"/r/{reference}").submit("Send a code")
    right = _codes(office)[0]
    for _ in range(5):
        reader.submit("Continue", code=f"{(int(right) + 1) % 10**6:06d}")
    reader.submit("Continue", code=right)
    assert reader.status == 422


def test_who_came_back_is_not_proven_anew(reader, ask, office, wait):
    reference = ask(Right.COPY)[0].reference
    _come_back(reader, office, reference)
    wait(minutes=31)
    _come_back(reader, office, reference)
    with db.read() as session:
        row = proving.own(session, reference)[0]
        assert row.confirmed_at == clock.now() - timedelta(minutes=31)


def test_a_code_goes_to_what_was_proven_by_a_code_and_not_to_an_old_number(reader, ask, office, hire, wait):
    request = ask(Right.COPY, phones=(OTHER, "13100008688"))[0]
    _come_back(reader, office, request.reference, by="+8613100008688")
    with db.begin() as session:
        staff.named(session, hire("wang", Role.OFFICER))
        row = intake.get(session, request.reference)
        given = [Given("phone", OTHER)]
        proving.confirm(
            session, office.vault, row, by="wang", evidence="a letter", given=given, at=clock.now()
        )
    wait(minutes=31)
    before = len(_letters(office))
    reader.get(f"/r/{request.reference}").submit("Send a code")
    assert [one.to for one in _letters(office)[: len(_letters(office)) - before]] == ["+8613100008688"]


def test_the_rest_can_be_proven_from_the_request(reader, ask, office):
    reference = ask(Right.COPY, phones=("13100008688", OTHER))[0].reference
    _come_back(reader, office, reference, by="+8613100008688")
    assert "130****0038 not proven" in reader.text
    reader.submit("Prove it now")
    assert reader.path == "/prove/2"


def test_a_request_whose_identifiers_are_destroyed_is_as_unknown(reader, ask, at):
    reference = ask(Right.COPY)[0].reference
    with db.begin() as session:
        assert session.query(RequestIdentifier).count() == 1
        keys.destroy(session, reference, KeyClass.IDENTITY, at=at)
        keys.destroy(session, reference, KeyClass.CASE, at=at)
    reader.get(f"/r/{reference}").submit("Send a code")
    assert reader.status == 200
    assert "If there is a request with this reference" in reader.text


def test_no_address_that_was_opened_has_personal_data(reader, ask, office):
    reader.get("/ask").submit("Continue", right=["copy"])
    reader.submit("Continue", **{"phone-1": "13100008688"})
    reader.submit("Send the request")
    reader.submit("Continue", code=_codes(office)[0])
    reader.follow("Go to your request")
    assert not [path for path in reader.seen if re.search(r"8688|%2B86|\d{6}", path)]


def _come_back(reader, office, reference: str, by: str = ""):
    reader.get(f"/r/{reference}").submit("Send a code")
    letters = [one for one in _letters(office) if one.kind == "code" and one.to.endswith(by)]
    return reader.submit("Continue", code=letters[0].facts["code"])


def _pages(reader, reference: str) -> list[str]:
    pages = [reader.get(f"/r/{reference}").text, reader.submit("Send a code").text]
    pages.append(reader.submit("Continue", code="000000").text)
    return [re.sub(r"\s", "", page) for page in pages]


def _letters(office):
    with db.read() as session:
        return mailing.letters(session, office.vault)


def _codes(office) -> list[str]:
    return [one.facts["code"] for one in _letters(office) if one.kind == "code"]
