"""The plan of an erasure on the desk: counts before anything goes, and a second person who lets it go or holds it."""

from dsar import db
from dsar.models import Erasure
from dsar.services import ledger
from dsar.terms import Right, Role, Stage
from tests.web.conftest import PASSWORD


def enter(reader, name: str):
    reader.get("/desk/sign-in")
    reader.submit(name=name, password=PASSWORD)
    return reader


def stage(reference: str) -> Stage:
    with db.read() as session:
        return session.get_one(Erasure, reference).stage


def test_the_plan_says_what_would_go_which_limits_it_is_over_and_who_proved_the_identity(over, reader):
    enter(reader, "chen").get(f"/desk/r/{over}")
    reader.follow("The plan: let it go or hold it")
    assert reader.path == f"/desk/r/{over}/plan"
    assert "Over a limit: a second person decides" in reader.text
    assert "records in all; the map lets 5 go" in reader.text
    assert "more than 1 % of them" in reader.text
    assert "Student account" in reader.text
    assert "Deleted" in reader.text
    assert "Kept while the law wants it (E-Commerce Law, Art. 31: " in reader.text
    assert "CN-ECL31" not in reader.text, "rules have names of ours, staff reads the law"
    assert "Identity taken for proven by: chen" in reader.text


def test_who_proved_the_identity_finds_no_button_and_is_refused_without_one(over, reader, hire, work):
    enter(reader, "chen").get(f"/desk/r/{over}/plan")
    assert "somebody else must let the erasure go" in reader.text
    assert "Let it go" not in reader.text
    answer = reader.client.post(
        f"/desk/r/{over}/go", data={"csrf_token": guard(reader)}, headers=reader.headers
    )
    assert answer.status_code == 409
    assert stage(over) == Stage.PLANNED


def guard(reader) -> str:
    return next(e.get("value") for e in reader.page.all("input") if e.get("name") == "csrf_token")


def test_another_person_lets_it_go(over, reader, hire, work):
    enter(reader, hire("zhao", Role.LEAD)).get(f"/desk/r/{over}/plan").submit("Let it go")
    assert reader.path == f"/desk/r/{over}/plan"
    assert "Let go by zhao." in reader.text
    work()
    assert stage(over) == Stage.DONE
    with db.read() as session:
        assert len(ledger.facts_of(session, over, "erasure.gone")) == 1


def test_who_only_looks_sees_the_counts_and_no_button(over, reader, hire):
    enter(reader, hire("qian", Role.AUDITOR)).get(f"/desk/r/{over}/plan")
    assert "Student account" in reader.text
    assert "Let it go" not in reader.text
    assert "Hold" not in reader.text
    for act in ("go", "hold", "release"):
        answer = reader.client.post(
            f"/desk/r/{over}/{act}", data={"csrf_token": guard(reader)}, headers=reader.headers
        )
        assert answer.status_code == 403
    assert stage(over) == Stage.PLANNED


def test_an_inspector_sees_no_plan(over, reader, hire):
    assert enter(reader, hire("sun", Role.INSPECTOR)).get(f"/desk/r/{over}/plan").status == 403


def test_it_is_held_with_a_reason_until_a_day_and_released(over, reader, wait, work):
    enter(reader, "chen").get(f"/desk/r/{over}/plan").submit("Hold the erasure")
    assert reader.status == 422
    assert "Enter why the erasure is held" in reader.text
    reader.submit("Hold the erasure", reason="a dispute", until="soon")
    assert "Enter the day as 2026-01-31" in reader.text
    reader.submit("Hold the erasure", reason="a dispute", until="2021-11-01")
    assert "Enter today or a later day" in reader.text
    assert stage(over) == Stage.PLANNED
    reader.submit("Hold the erasure", reason="a dispute", until="２０２１-11-30")
    assert "Until the end of" in reader.text
    assert stage(over) == Stage.HELD
    reader.submit("Release the erasure")
    assert stage(over) == Stage.PLANNED
    assert "Over a limit" in reader.text


def test_a_request_without_a_plan_has_no_such_page(desk, ask):
    assert desk.get(f"/desk/r/{ask(Right.COPY)[0].reference}/plan").status == 422
    assert desk.get(f"/desk/r/{ask(Right.ERASURE)[0].reference}/plan").status == 409
    assert desk.get("/desk/r/ZZZZZZZZ/plan").status == 404
