"""What staff must see to: on every page how much, in a list what and where, and a button to say that one has."""

import pytest

from dsar import db
from dsar.models import Alert
from dsar.services import alerting, inspecting, ledger, relooking, replaying
from dsar.terms import Right, Role
from tests.web.conftest import PASSWORD

TITLE = "Records have come back after they were erased"


def button(reference):
    return f"I have seen to it {TITLE} {reference}"


def returned(reference, store="crm", at=None):
    with db.begin() as session:
        alerting.raise_alert(
            session,
            relooking.RETURNED,
            reference=reference,
            store=store,
            places={f"{store}.student": 2},
            at=at,
        )


def test_an_alert_says_what_came_back_where_and_in_which_request(desk, ask, at):
    reference = ask(Right.ERASURE)[0].reference
    returned(reference, at=at)
    desk.get("/desk/")
    assert desk.page.link("Alerts 1") == "/desk/alerts"
    desk.get("/desk/alerts")
    assert TITLE in desk.text
    assert "crm.student: 2 records" in desk.text
    assert reference[:4] in desk.text


def test_the_same_is_raised_once_for_as_long_as_it_is_open(desk, ask, at):
    reference = ask(Right.ERASURE)[0].reference
    for _ in range(2):
        returned(reference, at=at)
    desk.get("/desk/alerts").submit(button(reference))
    assert desk.path == "/desk/alerts"
    assert "Nothing here." in desk.text
    with db.read() as session:
        (alert,) = session.query(Alert).all()
        assert (alert.settled_at, alert.settled_by) == (at, "chen")
        assert ledger.facts_of(session, reference, "alert.settled") == [
            {"kind": "relook.returned", "alert": alert.id}
        ]
    returned(reference, at=at)
    assert TITLE in desk.get("/desk/alerts").text


def test_a_second_click_changes_nothing_and_a_wrong_number_is_no_page(desk, ask, at):
    reference = ask(Right.ERASURE)[0].reference
    returned(reference, at=at)
    desk.get("/desk/alerts")
    target, data = desk.page.filled(button(reference), {})
    for path, status in (
        (target, 302),
        (target, 302),
        ("/desk/alerts/999", 404),
        (f"/desk/alerts/{2**70}", 404),
    ):
        assert desk.client.post(path, data=data).status_code == status
    with db.read() as session:
        assert len(ledger.facts_of(session, reference, "alert.settled")) == 1


def test_who_only_looks_settles_nothing(reader, hire, ask, at):
    returned(ask(Right.ERASURE)[0].reference, at=at)
    reader.get("/desk/sign-in").submit("Sign in", name=hire("wu", Role.AUDITOR), password=PASSWORD)
    reader.get("/desk/alerts")
    assert TITLE in reader.text
    assert "I have seen to it" not in reader.text
    csrf = reader.page.filled("Sign out", {})[1]
    assert reader.client.post("/desk/alerts/1", data=csrf).status_code == 403


def test_nobody_sees_to_an_alert_about_himself(reader, hire, at):
    with db.begin() as session:
        alerting.raise_alert(session, inspecting.MANY, about="zhou", by="zhou", most=20, at=at)
    reader.get("/desk/sign-in").submit(name=hire("zhou", Role.OFFICER), password=PASSWORD)
    reader.get("/desk/alerts")
    assert "zhou has inspected more than 20 times" in reader.text
    assert "I have seen to it" not in reader.text
    csrf = reader.page.filled("Sign out", {})[1]
    assert reader.client.post("/desk/alerts/1", data=csrf).status_code == 403
    reader.submit("Sign out").submit("Sign in", name=hire("chen"), password=PASSWORD)
    reader.get("/desk/alerts").submit("I have seen to it Somebody inspects very often")
    assert "Nothing here." in reader.text


def test_what_ends_by_itself_is_settled_by_no_one(desk):
    desk.get("/desk/alerts").submit("Stop all erasures")
    csrf = desk.page.filled("Sign out", {})[1]
    assert desk.client.post("/desk/alerts/1", data=csrf).status_code == 403
    assert "Stopped by chen." in desk.get("/desk/alerts").text


def test_the_list_is_as_long_as_it_needs_to_be(desk, at):
    with db.begin() as session:
        for n in range(130):
            alerting.raise_alert(
                session, relooking.UNSEEN, store=f"store-{n}", requests=n, reason="down", at=at
            )
    desk.get("/desk/alerts")
    assert desk.page.link("Alerts 99+") == "/desk/alerts"
    shown = [len(list(desk.page.all("h2", "govuk-heading-s")))]
    while "Older alerts" in desk.text:
        shown.append(len(list(desk.follow("Older alerts").page.all("h2", "govuk-heading-s"))))
    assert shown == [25, 25, 25, 25, 25, 5]


@pytest.mark.parametrize("before", ["x", "0", str(2**70)])
def test_an_address_that_was_changed_by_hand_shows_the_newest(desk, ask, at, before):
    returned(ask(Right.ERASURE)[0].reference, at=at)
    assert TITLE in desk.get(f"/desk/alerts?before={before}").text


@pytest.mark.parametrize(
    ("role", "may_resume"), [(Role.HANDLER, False), (Role.LEAD, True), (Role.OFFICER, True)]
)
def test_whoever_acts_may_stop_everything_and_who_answers_for_it_lets_it_go_on(
    reader, hire, role, may_resume
):
    reader.get("/desk/sign-in").submit("Sign in", name=hire("wu", role), password=PASSWORD)
    reader.get("/desk/alerts").submit("Stop all erasures")
    assert "Stopped by wu." in reader.text
    assert "I have seen to it" not in reader.text
    if may_resume:
        reader.submit("Let erasures go on")
        assert "Nothing here." in reader.text
    else:
        assert "A lead or an officer can let them go on." in reader.text
        data = reader.page.filled("Sign out", {})[1]
        assert reader.client.post("/desk/erasures/resume", data=data).status_code == 403


def test_who_only_looks_stops_nothing(reader, hire):
    reader.get("/desk/sign-in").submit("Sign in", name=hire("wu", Role.AUDITOR), password=PASSWORD)
    assert "Stop all erasures" not in reader.get("/desk/alerts").text
    data = reader.page.filled("Sign out", {})[1]
    assert reader.client.post("/desk/erasures/stop", data=data).status_code == 403


def test_an_alert_tells_the_same_records_from_new_ones_and_says_where_from(desk, ask, at):
    reference = ask(Right.ERASURE)[0].reference
    place = "crm.student"
    facts = {
        "places": {place: 6}, "same": {place: 3}, "changed": {place: 2}, "new": {place: 1}, "loosened": {place: 4},
        "sources": {place: [{"zh": "门店", "en": "Shop"}]}, "rebuilt": {place: ["orders.course_order"]},
    }  # fmt: skip
    with db.begin() as session:
        alerting.raise_alert(session, relooking.RETURNED, reference=reference, store="crm", at=at, **facts)
    text = desk.get("/desk/alerts").text
    assert (
        f"{place}: the same as before the erasure: 3, under the number of an erased one, but changed: 2, new: 1"
        in text
    )
    assert f"{place}: its records say where they come from: Shop" in text
    assert f"{place}: it is rebuilt from orders.course_order" in text
    assert f"{place}: 4 records that a law keeps were no longer locked" in text


@pytest.mark.parametrize(("lang", "said"), [("en", "not looked at"), ("zh-CN", "未查看")])
def test_what_a_restored_backup_still_holds_is_said_place_by_place(desk, app, at, lang, said):
    with db.begin() as session:
        places = {"crm.student": 2, "crm.lesson": None}
        alerting.raise_alert(session, replaying.LEFT, store="crm", places=places, at=at)
    desk.get(f"/desk/alerts?lang={lang}")
    assert "crm.student" in desk.text
    assert said in desk.text
