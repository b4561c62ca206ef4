"""The desk: who gets in, the list, a request's page, and no value of any person on either."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from dsar import clock, db
from dsar.models import Request
from dsar.services import intake, proving, staff
from dsar.terms import Right, Role, Status
from dsar.web import permissions
from dsar.web.desk import listing
from dsar.web.desk.tries import MOST
from tests.web.conftest import PASSWORD
from tests.web.page import said
from tests.web.reader import Reader


@pytest.mark.parametrize("path", ["/desk/", "/desk/r/77777777"])
def test_who_is_not_signed_in_is_asked_to_and_then_goes_on(reader, hire, ask, path):
    reference = ask(Right.COPY)[0].reference
    path = path.replace("77777777", reference)
    reader.get(path)
    assert reader.path.startswith("/desk/sign-in")
    reader.submit("Sign in", name=hire(), password=PASSWORD)
    assert reader.path.rstrip("?") == path


@pytest.mark.parametrize("name", ["chen", "nobody"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(reader, hire, name):
    hire("chen")
    reader.get("/desk/sign-in").submit("Sign in", name=name, password="wrong")
    assert reader.status == 422
    assert reader.page.errors == ["This name and password do not belong together. Check both and try again."]


def test_signing_in_begins_a_new_session_and_keeps_the_language(reader, hire):
    reader.get("/ask?lang=zh-CN").submit("继续", right=["copy"])
    reader.get("/desk/sign-in")
    before = reader.client.get_cookie("dsar").value
    reader.submit("登录", name=hire(), password=PASSWORD)
    assert reader.page.lang == "zh-CN"
    assert reader.get("/ask/identifiers").path == "/ask"  # what was begun before is forgotten
    assert reader.client.get_cookie("dsar").value != before


def test_signing_out_ends_it(desk):
    desk.submit("Sign out")
    assert desk.get("/desk/").path.startswith("/desk/sign-in")


def test_a_new_password_ends_the_sessions_begun_before(desk, at):
    with db.begin() as session:
        staff.set_password(session, staff.named(session, "chen"), "another long password", at=at)
    assert desk.get("/desk/").path.startswith("/desk/sign-in")


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/desk//evil", "/desk/\\evil", "/"]
)
def test_after_signing_in_one_stays_here(reader, hire, wanted):
    reader.get(f"/desk/sign-in?next={wanted}").submit("Sign in", name=hire(), password=PASSWORD)
    assert reader.path == "/desk/"


@pytest.mark.parametrize(
    ("wanted", "h1"),
    [("/desk/alerts", "Alerts"), ("/desk/review", "Review list"), ("/desk/review?after=1.9", "Review list")],
)
def test_after_signing_in_one_goes_where_one_was_going(reader, hire, wanted, h1):
    reader.get(wanted).submit("Sign in", name=hire(), password=PASSWORD)
    assert (reader.path, reader.page.h1) == (wanted, h1)


def test_after_ten_failures_one_must_wait(reader, hire):
    name = hire()
    reader.get("/desk/sign-in")
    for _ in range(MOST):
        reader.submit("Sign in", name=name, password="wrong")
    reader.submit("Sign in", name=name, password=PASSWORD)
    assert reader.status == 429
    assert reader.page.h1 == "Too many tries"


def test_the_set_up_link_works_once(reader, at):
    with db.begin() as session:
        _, token = staff.add(session, "wang", Role.LEAD, at=at)
    reader.get(f"/desk/set-up/{token}").submit("Save and sign in", password="short", again="short")
    assert reader.page.errors == ["Choose a password of at least 12 characters"]
    reader.submit("Save and sign in", password=PASSWORD, again=PASSWORD + "!")
    assert reader.page.errors == ["Enter the same password both times"]
    reader.submit("Save and sign in", password=PASSWORD, again=PASSWORD)
    assert reader.path == "/desk/"
    assert reader.get(f"/desk/set-up/{token}").status == 404
    assert reader.page.h1 == "This link no longer works"


def test_the_set_up_link_ends_after_a_day(reader, at, wait):
    with db.begin() as session:
        _, token = staff.add(session, "wang", Role.LEAD, at=at)
    wait(hours=24, seconds=1)
    assert reader.get(f"/desk/set-up/{token}").status == 404


def test_a_role_that_the_table_does_not_name_is_refused(desk, monkeypatch):
    monkeypatch.setitem(permissions.MAY, "desk.requests", frozenset({Role.OFFICER}))
    assert desk.get("/desk/").status == 403
    assert desk.page.h1 == "You may not open this page"


def test_a_page_that_the_table_leaves_out_opens_to_nobody(desk, monkeypatch):
    monkeypatch.delitem(permissions.MAY, "desk.requests")
    assert desk.get("/desk/").status == 403


def test_the_list_begins_with_the_soonest_deadline(desk, ask, at):
    later = ask(Right.COPY)[0].reference
    late = ask(Right.ERASURE, received_at=at - timedelta(days=17))[0].reference
    soon = ask(Right.COPY, received_at=at - timedelta(days=14))[0].reference
    desk.get("/desk/")
    assert _references(desk) == [late, soon, later]
    assert [said(e) for e in desk.page.all("span", "due")] == ["2 days late", "1 day left", "15 days left"]


def test_the_list_is_narrowed_by_its_address(desk, ask, at):
    ask(Right.COPY)
    late = ask(Right.ERASURE, received_at=at - timedelta(days=17))[0].reference
    assert _references(desk.get("/desk/").follow("Late")) == [late]
    assert desk.path == "/desk/?show=late"
    assert _references(desk.follow("Copy")) == []
    assert desk.path == "/desk/?show=late&right=copy"
    assert "Nothing here." in desk.text


@pytest.mark.parametrize("query", ["show=everything", "right=portability"])
def test_a_filter_that_there_is_not_is_told(desk, query):
    assert desk.get(f"/desk/?{query}").status == 422
    assert desk.page.h1 == "There is no such filter"


def test_answered_and_refused_requests_are_not_in_the_list(desk, ask):
    _many(ask(Right.COPY)[0], 3, status=Status.CLOSED)
    assert len(_references(desk.get("/desk/"))) == 1


def test_pages_go_forth_and_back_and_show_each_request_once(desk, ask):
    _many(ask(Right.COPY)[0], 60)
    first = _references(desk.get("/desk/"))
    second = _references(desk.follow("Later deadlines"))
    third = _references(desk.follow("Later deadlines"))
    assert [len(first), len(second), len(third)] == [25, 25, 11]
    assert len({*first, *second, *third}) == 61
    assert _references(desk.follow("Sooner deadlines")) == second
    assert _references(desk.follow("Sooner deadlines")) == first
    assert "Sooner deadlines" not in desk.text


def test_a_page_of_a_long_list_is_as_quick_as_of_a_short_one(desk, ask, proof):
    count = 1_000_000 if proof else 50_000
    _many(ask(Right.COPY)[0], count)
    day = clock.day(clock.now(), "Asia/Shanghai") + timedelta(days=15)
    wish = listing.Wish(after=(day, count // 2))
    with db.read() as session:
        began = time.monotonic()
        page = listing.listing(session, wish, day)
        assert listing.count(session, wish, day) is None
        took = time.monotonic() - began
    assert len(page.lines) == listing.PAGE
    assert took < 1.0


def test_a_typed_reference_leads_to_its_request(desk, ask):
    reference = ask(Right.COPY)[0].reference
    desk.get(f"/desk/?reference={reference[:4].lower()}-{reference[4:]}")
    assert desk.path == f"/desk/r/{reference}"
    assert "There is no request with that reference." in desk.get("/desk/?reference=7777-7777").text


def test_the_page_of_a_request_has_no_value_of_the_person(desk, ask):
    reference = ask(Right.COPY)[0].reference
    desk.get(f"/desk/r/{reference}")
    assert "131****8688" in desk.text
    assert "13100008688" not in desk.response.text
    assert "The person’s proof of identity" in desk.text
    assert "Request received" in desk.text


def test_a_store_that_is_down_stands_on_the_page_with_its_reason(desk, ask, office, work, hire, tmp_path):
    reference = ask(Right.COPY)[0].reference
    (tmp_path / "stores" / "oral.sqlite").rename(tmp_path / "away")
    with db.begin() as session:
        row = intake.get(session, reference)
        proving.confirm(session, office.vault, row, by="chen", evidence="seen", given=[], at=clock.now())
    work()
    desk.get(f"/desk/r/{reference}")
    assert "No answer yet" in desk.text
    assert "The system oral_app" in desk.text
    assert "No answer from oral_app" in desk.get("/desk/").text


def test_a_request_that_there_is_not_is_not_found(desk):
    assert desk.get("/desk/r/77777777").status == 404
    assert desk.get("/desk/r/nothing").status == 404


def test_the_desk_speaks_chinese(chinese_reader: Reader, hire):
    chinese_reader.get("/desk/sign-in").submit("登录", name=hire(), password=PASSWORD)
    assert chinese_reader.page.h1 == "请求"
    assert "chen 经办人" in chinese_reader.text


def _references(reader) -> list[str]:
    rows = [e for e in reader.page.all("th") if e.get("scope") == "row"]
    return [said(e).replace(" ", "") for e in rows]


def _many(one: Request, count: int, status: Status = Status.VERIFYING) -> None:
    """That many rows like a real request."""
    columns = {c.name: getattr(one, c.key) for c in Request.__table__.columns if c.name != "id"}
    rows = [columns | {"reference": f"T{n:07d}", "status": status.value} for n in range(count)]
    with db.engine().begin() as connection:
        connection.execute(insert(Request.__table__), rows)


@pytest.mark.parametrize(
    "place",
    [
        "after=now",
        "after=2021-12-09.x",
        "after=2021-12-09.99999999999999999999",
        "before=2021-12-09.-1",
        "after=9999-99-99.1",
        "after=x",
        "show=",
    ],
)
def test_a_place_that_is_none_is_the_first_page(desk, ask, place):
    reference = ask(Right.COPY)[0].reference
    assert desk.get(f"/desk/?{place}").status == 200
    assert reference in desk.text


@pytest.mark.parametrize(
    "wanted",
    ["/desk/%0d%0aX: y", "/desk/../r/77777777", "/desk/%252e%252e/ask", "//elsewhere.example/desk/",
     "/desk/r/A%0AB", "https://elsewhere.example/desk/", "/desk/\\\\elsewhere"],
)  # fmt: skip
def test_the_way_on_after_signing_in_does_not_leave_the_desk(reader, hire, wanted):
    reader.get(f"/desk/sign-in?next={wanted}")
    reader.submit(name=hire(), password=PASSWORD)
    assert (reader.path, reader.status) == ("/desk/", 200)
