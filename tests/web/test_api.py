"""The door for other systems: who is to stay erased, asked over HTTP."""

import json
import logging

import pytest

from dsar import clock, db
from dsar.services import askers, intake, maps, proving, staff, tombstones
from dsar.terms import Right, Role
from dsar.web import create_app
from dsar.web.api import door
from tests.web.conftest import PHONE

ANNE = {"kind": "phone", "value": "13900009999"}
HIM = {"kind": "phone", "value": "131 0000 8688"}


@pytest.fixture
def token(office) -> str:
    with db.begin() as session:
        made = askers.add(session, "newsletter", at=clock.now())
    assert made
    return made


@pytest.fixture
def call(app, token):
    """Ask, as a program does."""

    def asked(*identifiers, bearer=token, **how):
        body = {"json": {"identifiers": list(identifiers)}} | how
        return app.test_client().post(
            "/api/suppressed", headers={"Authorization": f"Bearer {bearer}"}, **body
        )

    return asked


@pytest.fixture
def erased(office, ask) -> None:
    """Somebody whose erasure has begun."""
    (request,) = ask(Right.ERASURE)
    with db.begin() as session:
        staff.add(session, "lin", Role.HANDLER, at=clock.now())
        row = intake.get(session, request.reference)
        proving.confirm(session, office.vault, row, by="lin", evidence="seen", given=[], at=clock.now())
        tombstones.write(session, office.vault, [row], maps.current(session)[1], at=clock.now())


def test_each_identifier_gets_its_answer_in_order(call, erased):
    answer = call(HIM, ANNE, {"kind": "phone", "value": "nonsense"}, {"kind": "shoe", "value": "44"})
    assert answer.status_code == 200
    assert [one["suppressed"] for one in answer.json["answers"]] == [True, False, None, None]
    assert [bool(one["problem"]) for one in answer.json["answers"]] == [False, False, True, True]
    assert "nonsense" not in answer.text
    assert "8688" not in answer.text


def test_the_answer_is_kept_nowhere_sets_no_cookie_and_goes_to_no_other_page(call):
    headers = call(ANNE).headers
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers
    assert "Access-Control-Allow-Origin" not in headers


def test_without_a_token_that_stands_nobody_is_answered(call, token):
    for bearer in ("", "x", token[:-1], token + "x", "é"):
        answer = call(ANNE, bearer=bearer)
        assert (answer.status_code, list(answer.json)) == (401, ["error"])
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    with db.begin() as session:
        askers.revoke(session, "newsletter", at=clock.now())
    assert call(ANNE).status_code == 401


def test_a_cookie_of_the_desk_opens_nothing_here(app):
    assert app.test_client().post("/api/suppressed", json={"identifiers": [ANNE]}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [{}, {"identifiers": []}, {"identifiers": "x"}, [], None, {"identifiers": [1]},
     {"identifiers": [{"kind": "phone"}]}, {"identifiers": [{"kind": 1, "value": 2}]}, {"identifiers": [ANNE] * 1001}],
)  # fmt: skip
def test_a_body_that_is_none_is_refused_in_words(call, body):
    answer = call(data=json.dumps(body), content_type="application/json", json=None)
    assert (answer.status_code, list(answer.json)) == (400, ["error"])


def test_other_bodies_and_verbs_are_refused_too(call, app, token):
    assert call(data="{", content_type="application/json", json=None).status_code == 400
    assert call(data="identifiers=1", json=None).status_code == 415
    long = json.dumps({"identifiers": [{"kind": "email", "value": "x" * 1000}] * 1000})
    assert call(data=long, content_type="application/json", json=None).status_code == 413
    bearer = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/suppressed", headers=bearer).status_code == 405


def test_a_thousand_are_answered_in_one_call(call):
    many = [
        {"kind": "email", "value": f"somebody.with.a.rather.long.name.{n}@mail.example"} for n in range(1000)
    ]
    assert len(call(*many).json["answers"]) == 1000


def test_who_asks_too_often_waits(call, monkeypatch):
    monkeypatch.setattr(door.time, "monotonic", lambda: 1000.0)
    codes = [call(ANNE).status_code for _ in range(int(door.BURST) + 1)]
    assert codes == [200] * int(door.BURST) + [429]
    monkeypatch.setattr(door.time, "monotonic", lambda: 1001.0)
    assert call(ANNE).status_code == 200


def test_nothing_that_is_asked_is_logged(call, caplog, monkeypatch, erased):
    def broken(*_):
        raise ValueError(PHONE)

    caplog.set_level(logging.DEBUG)
    call(HIM)
    monkeypatch.setattr("dsar.web.api.suppressed.suppressing.answers", broken)
    answer = call(HIM)
    assert (answer.status_code, list(answer.json)) == (500, ["error"])
    assert "8688" not in caplog.text + answer.text


def test_before_the_first_map_it_says_so(empty_office):
    with db.begin() as session:
        made = askers.add(session, "newsletter", at=clock.now())
    client = create_app(empty_office, TESTING=True).test_client()
    bearer = {"Authorization": f"Bearer {made}"}
    answer = client.post("/api/suppressed", json={"identifiers": [ANNE]}, headers=bearer)
    assert (answer.status_code, answer.json["error"]) == (503, "no data map was applied yet")


def test_whatever_goes_wrong_a_program_gets_an_object_and_no_page(app, call):
    client = app.test_client()
    for answer, status in (
        (client.get("/api/suppressed"), 405),
        (client.post("/api/suppressed/"), 404),
        (client.get("/api/opendsr/v2/requests"), 405),
        (call(data=b"[" * 300_000, json=None, content_type="application/json"), 400),
    ):
        assert (answer.status_code, list(answer.json)) == (status, ["error"])
    assert set(client.get("/api/suppressed").headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
