"""The inspection on the desk: who may, what it shows, and that nothing of it is in an address."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dsar import clock, db
from dsar.models import Inspection
from dsar.services import inspecting, ledger, staff
from dsar.services.inspecting import Wanted
from dsar.services.intake import Given
from dsar.terms import Right, Role
from dsar.web import create_app, permissions
from tests.web.conftest import PASSWORD, PHONE
from tests.web.reader import Reader

ASKED = {"identifier": "131 0000 8688", "reason": "Case of Luo", "case": "(2021) 5094"}


def signed_in(app, hire, name="wu", role=Role.INSPECTOR, lang="en") -> Reader:
    reader = Reader(app.test_client(), lang)
    reader.get("/desk/sign-in").submit(None, name=hire(name, role), password=PASSWORD)
    return reader


@pytest.fixture
def inspector(app, hire) -> Reader:
    """An inspector, signed in."""
    return signed_in(app, hire)


def test_an_inspector_begins_with_the_inspection_and_sees_no_request(inspector, ask):
    reference = ask(Right.ERASURE)[0].reference
    assert inspector.path == "/desk/inspections"
    assert "Your access ends at 25 Nov" in inspector.text
    assert [
        words for words in ("Requests", "Alerts") if words in inspector.page.text.split("Inspect")[0]
    ] == []
    for page in ("/desk/", f"/desk/r/{reference}", "/desk/alerts"):
        assert inspector.get(page).status == 403


@pytest.mark.parametrize("role", [Role.HANDLER, Role.LEAD, Role.AUDITOR])
def test_nobody_else_may_inspect(app, hire, role):
    reader = signed_in(app, hire, role=role)
    assert "Inspect" not in reader.text
    assert reader.get("/desk/inspections").status == 403
    assert reader.get("/desk/inspections/1").status == 403


def test_an_inspector_opens_no_page_but_the_inspections():
    own = {page for page, who in permissions.MAY.items() if who is None or Role.INSPECTOR in who}
    assert own == {
        "desk.sign_in", "desk.set_up", "desk.sign_out", "desk.inspect", "desk.inspection", "desk.fetch_inspection",
    }  # fmt: skip


def test_what_is_typed_is_asked_of_every_system_and_stands_in_no_address(inspector, work, office):
    inspector.submit("Ask every system now", kind="phone", **ASKED)
    assert inspector.path == "/desk/inspections/1"
    total = re.search(r"0 of (\d+) systems have been asked", inspector.text)
    assert total
    work()
    inspector.follow("Refresh")
    assert "131****8688" in inspector.text
    assert re.search(r"\d+ records of this person, in \d+ of " + total[1] + " systems", inspector.text)
    assert "Offered from character 1 on" in inspector.text
    assert "student.phone, by value: 1" in inspector.text
    assert not re.search("131 ?0000 ?8688|罗明", inspector.text)
    assert not [path for path in inspector.seen if "8688" in path]
    assert "Record signed" in inspector.get("/desk/inspections").text


def test_the_requests_of_the_person_stand_beside_it_with_their_ledger(app, hire, inspector, ask, work):
    reference = ask(Right.ERASURE)[0].reference
    inspector.submit("Ask every system now", kind="phone", **ASKED)
    work()
    inspector.follow("Refresh")
    assert reference[:4] in inspector.text
    assert "Request received" in inspector.text
    assert "not proven" in inspector.text
    assert f"/desk/r/{reference}" not in inspector.response.text, "an inspector may not open it"
    officer = signed_in(app, hire, "zhou", Role.OFFICER)
    assert f"/desk/r/{reference}" in officer.get("/desk/inspections/1").response.text


@pytest.mark.parametrize(("button", "name"), [("Save the signed record (PDF)", "inspection.pdf"),
                                              ("The same for machines (JSON)", "inspection.json")])  # fmt: skip
def test_the_record_is_taken_along_and_that_is_recorded(inspector, work, button, name):
    inspector.submit("Ask every system now", kind="phone", **ASKED)
    work()
    inspector.follow("Refresh").submit(button)
    assert inspector.response.headers["Content-Disposition"] == f'attachment; filename="1-{name}"'
    content = inspector.response.data
    if name.endswith("json"):
        record = json.loads(content)["record"]
        assert (record["reason"], record["case"], record["by"]["name"]) == (
            ASKED["reason"],
            ASKED["case"],
            "wu",
        )
    else:
        assert content.startswith(b"%PDF-")
        assert b"%dsar-signature Ed25519" in content
    with db.read() as session:
        assert ledger.facts_of(session, "inspections", "inspection.fetched") == [{"number": 1, "file": name}]


def test_an_inspector_sees_his_own_and_an_officer_all(app, hire, inspector, work):
    inspector.submit("Ask every system now", kind="phone", **ASKED)
    other = signed_in(app, hire, "li")
    assert "Inspection 1" not in other.text
    assert other.get("/desk/inspections/1").status == 404
    csrf = other.get("/desk/inspections").page.filled("Sign out", {})[1]
    assert (
        other.client.post("/desk/inspections/1", data={**csrf, "file": "inspection.pdf"}).status_code == 404
    )
    officer = signed_in(app, hire, "zhou", Role.OFFICER)
    officer.get("/desk/inspections").follow("Inspection 1")
    assert "wu" in officer.text


def test_older_inspections_are_a_page_further(app, hire, office, at):
    app = create_app(replace(office, config=replace(office.config, inspections=50)), TESTING=True)
    hire("li", Role.INSPECTOR)
    for n in range(60):
        wanted = Wanted("li" if n % 2 else "wu", Given("phone", PHONE), "x", "", "en")
        if n == 0:
            inspector = signed_in(app, hire)
        with db.begin() as session:
            inspecting.open_inspection(session, office.vault, wanted, a_day=50, kept=timedelta(days=1), at=at)
    listed = [re.findall(r"Inspection (\d+)\b", inspector.get("/desk/inspections").text)]
    while "Older inspections" in inspector.text:
        listed.append(re.findall(r"Inspection (\d+)\b", inspector.follow("Older inspections").text))
    assert [len(numbers) for numbers in listed] == [25, 5]
    assert [int(n) for numbers in listed for n in numbers] == list(range(59, 0, -2))
    assert "Inspection 59" in inspector.get(f"/desk/inspections?before={2**70}").text


def test_what_was_not_said_is_asked_for(inspector):
    inspector.submit("Ask every system now", kind="phone", identifier="", reason="", case="")
    assert inspector.status == 422
    assert inspector.page.errors == ["Enter what to look for", "Say why you inspect"]
    inspector.submit("Ask every system now", kind="phone", identifier="131", reason="x", case="")
    assert inspector.page.errors == [
        "Enter a phone number in full, like 131 0000 8688; from abroad, like +1 202 555 0100"
    ]
    inspector.submit("Ask every system now", kind="nothing", identifier=PHONE, reason="x", case="y" * 501)
    assert inspector.page.errors == ["Choose one of the list", "Say it in at most 500 characters"]
    with db.read() as session:
        assert session.query(Inspection).count() == 0


def test_the_session_of_an_inspector_ends_with_his_access(inspector, wait):
    wait(minutes=50)
    assert inspector.get("/desk/inspections").path == "/desk/inspections"
    with db.begin() as session:
        staff.named(session, "wu").ends_at = clock.now()
    assert inspector.get("/desk/inspections").path.startswith("/desk/sign-in")
    inspector.submit("Sign in", name="wu", password=PASSWORD)
    assert inspector.page.errors == ["Your access has ended. Ask whoever gave it to you."]


def test_an_inspector_of_an_earlier_version_has_no_access_until_he_is_given_an_end(inspector):
    with db.begin() as session:
        staff.named(session, "wu").ends_at = None
    assert inspector.get("/desk/inspections").path.startswith("/desk/sign-in")


def test_too_many_are_refused_and_told_of(hire, office):
    app = create_app(replace(office, config=replace(office.config, inspections=1)), TESTING=True)
    inspector = signed_in(app, hire)
    for status in (200, 200, 429):
        inspector.get("/desk/inspections").submit("Ask every system now", kind="phone", **ASKED)
        assert inspector.status == status
    assert inspector.page.errors == [
        "You have inspected as often as anybody may within a day. Try again tomorrow."
    ]
    assert ASKED["reason"] in inspector.response.text, "what was typed is still there"
    officer = signed_in(app, hire, "zhou", Role.OFFICER)
    assert "wu has inspected more than 1 times within a day" in officer.get("/desk/alerts").text


@pytest.mark.parametrize("number", ["0", "2", str(2**70)])
def test_a_number_that_there_is_not_is_no_page(inspector, number):
    assert inspector.get(f"/desk/inspections/{number}").status == 404


def test_it_is_said_in_chinese(app, hire, work):
    reader = signed_in(app, hire, lang="zh-CN")
    reader.submit("立即查询所有系统", kind="phone", **ASKED)
    work()
    reader.follow("刷新")
    assert "搜索框的联想内容" in reader.text
    reader.submit("机器可读的同一份笔录（JSON）")
    assert json.loads(reader.response.data)["record"]["lang"] == "zh-CN"
