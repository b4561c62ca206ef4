"""What holds for every answer: headers, cookies, forgery, error pages, health, and what is logged."""

import base64
import re
from dataclasses import replace

import pytest
from flask import abort

from dsar import db
from dsar.config import Config
from dsar.errors import NotAllowed
from dsar.terms import Right
from dsar.web import create_app, permissions
from dsar.web.security import HEADERS
from dsar.web.sessions import SealedSessions
from tests.web.reader import Reader

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize("path", ["/", "/ask", "/follow", "/desk/sign-in", "/nothing", "/healthz", "/outbox"])
def test_every_answer_has_the_headers_and_is_kept_nowhere(reader, path):
    headers = reader.get(path).response.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["Cache-Control"] == "no-store"
    assert {name: headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/static/site.css", "/healthz", "/readyz"])
def test_what_is_no_page_sets_no_cookie(reader, path):
    reader.get("/?lang=zh-CN")
    answer = reader.client.get(path, buffered=True)
    assert "Set-Cookie" not in answer.headers
    assert "public" in answer.headers["Cache-Control"] if "static" in path else True
    assert "Set-Cookie" in reader.get("/ask").response.headers


def test_the_style_sheets_load_nothing_from_elsewhere(reader):
    for link in [e for e in reader.get("/").page.all("link") if e.get("rel") == "stylesheet"]:
        sheet = reader.client.get(link.get("href"), buffered=True)
        assert sheet.status_code == 200
        assert not re.search(r"@import|url\((?!\"/assets/images/govuk-crest)", sheet.text)


def test_the_cookie_cannot_be_read_and_not_be_changed(reader, app):
    reader.get("/ask").submit("Continue", right=["copy"])
    reader.submit("Continue", **{"phone-1": "13100008688"})
    cookie = reader.client.get_cookie("dsar")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    sealed = base64.urlsafe_b64decode(cookie.value)
    assert b"8688" not in sealed
    changed = bytearray(sealed)
    changed[-1] ^= 1
    reader.client.set_cookie("dsar", base64.urlsafe_b64encode(changed).decode())
    assert reader.get("/ask/check").path == "/ask"


def test_a_cookie_sealed_with_another_key_is_no_session(at):
    ours, others = SealedSessions(bytes(32)), SealedSessions(bytes(31) + b"1")
    assert ours._opened(ours._sealed({"a": 1})) == {"a": 1}
    assert ours._opened(others._sealed({"a": 1})) is None
    assert ours._opened("nonsense") is None


def test_a_cookie_of_an_hour_ago_is_no_session(reader, wait):
    reader.get("/ask").submit("Continue", right=["copy"])
    wait(minutes=61)
    assert reader.get("/ask/identifiers").path == "/ask"


def test_over_https_the_cookie_is_for_https_alone(office):
    secure = replace(office, config=replace(office.config, public_url="https://privacy.example"))
    client = create_app(secure, TESTING=True).test_client()
    answer = client.get("/ask", base_url="https://privacy.example")
    assert re.match(
        r"__Host-dsar=[^;]+; Secure; HttpOnly; Path=/; SameSite=Lax", answer.headers["Set-Cookie"]
    )
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_every_form_sent_without_its_guard_is_refused_in_words(app, ask):
    reader = Reader(app.test_client(), "en")
    reference = ask(Right.COPY)[0].reference
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and not rule.endpoint.startswith(
            ("api.", "signed.")
        ):  # those have a guard of their own
            path = rule.rule.replace("<reference>", reference).replace("<int:number>", "1")
            path = path.replace("<token>", "x")
            answer = app.test_client().post(path, headers=reader.headers)
            assert answer.status_code == 400, path
            assert "This page has been open too long" in answer.text, path


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_error_has_a_page_in_words(app, status, lang):
    app.add_url_rule("/broken", "broken", lambda: abort(status))
    reader = Reader(app.test_client(), lang)
    assert reader.get("/broken").status == status
    assert reader.page.lang == lang
    assert str(status) not in reader.page.h1
    assert "privacy@starbridge.example" in reader.text


@pytest.mark.parametrize(
    "query",
    ["endpoint=x", "_method=FOO", "_external=1", "_scheme=ftp", "_anchor=a", "self=1", "values=1", "lang=zz",
     "filename=a", "reference=b", "after=%0d%0a", "next=a&next=b", "=%ff"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/follow", "/r/77777777", "/desk/sign-in", "/nothing", "/check"])
def test_no_address_breaks_the_page_or_leads_its_links_elsewhere(reader, path, query):
    plain = reader.get(path).status
    assert reader.get(f"{path}?{query}").status == plain
    links = [e.get("href") for tag in ("a", "link") for e in reader.page.all(tag)]
    assert [link for link in links if link.startswith("//") or link[:1] not in "/#"] == []


def test_the_other_language_keeps_what_the_page_was_asked_for(reader, ask):
    reference = ask(Right.COPY)[0].reference
    link = reader.get(f"/r/{reference}?ended=1&more=2").page.link("中文")
    assert link == f"/r/{reference}?ended=1&lang=zh-CN"


def test_an_error_page_that_breaks_itself_still_says_what_happened(app):
    def broken(_tag):
        raise ValueError("13100008688")

    app.jinja_env.globals["in_language"] = broken
    answer = app.test_client().get("/nothing", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_an_error_on_purpose_says_what_the_reader_can_do_and_not_what_the_operator_reads(app):
    def broken():
        raise NotAllowed("request 7KQ4M2XD is closed and cannot become working")

    app.add_url_rule("/broken", "broken", broken)
    reader = Reader(app.test_client(), "en")
    assert reader.get("/broken").status == 409
    assert "7KQ4M2XD" not in reader.text


def test_what_goes_wrong_is_logged_without_what_it_was_about(app, caplog):
    def broken():
        raise ValueError("13100008688 is not what was thought")

    app.add_url_rule("/broken", "broken", broken)
    assert Reader(app.test_client(), "en").get("/broken").status == 500
    assert "broken: ValueError" in caplog.text
    assert "13100008688" not in caplog.text


def test_a_body_that_is_too_large_is_refused(reader):
    _, data = reader.get("/ask").page.filled("Continue", {})
    answer = reader.client.post("/ask", data=data.to_dict() | {"right": "x" * 70_000})
    assert answer.status_code == 413


def test_before_the_first_map_a_page_says_what_is_missing(empty_office):
    reader = Reader(create_app(empty_office, TESTING=True).test_client(), "en")
    assert reader.get("/").status == 503
    assert "dsar map apply FILE" in reader.text
    assert reader.get("/desk/").status == 503


def test_health_and_readiness(reader, office, tmp_path):
    assert reader.get("/healthz").response.json == {"alive": True}
    ready = reader.get("/readyz").response
    assert (ready.status_code, ready.json["missing"]) == (200, [])
    (tmp_path / "home" / "vault" / "master.mark").write_text("another key's")
    missing = reader.get("/readyz").response
    assert (missing.status_code, missing.json["missing"]) == (503, ["vault"])


def test_before_the_first_map_nothing_is_ready(empty_office):
    answer = create_app(empty_office, TESTING=True).test_client().get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (503, ["map"])


def test_a_broker_that_does_not_answer_is_named(office):
    elsewhere = replace(office, config=replace(office.config, broker_url="redis://127.0.0.1:1/0"))
    answer = create_app(elsewhere, TESTING=True).test_client().get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (503, ["broker"])


@pytest.mark.parametrize("changed", [{"env": "production"}, {"smtp_url": "smtp://mail.example:25"}])
def test_the_outbox_is_only_where_no_mail_is_sent(office, changed):
    elsewhere = replace(office, config=replace(office.config, **changed))
    assert create_app(elsewhere, TESTING=True).test_client().get("/outbox").status_code == 404


def test_every_route_of_the_desk_is_in_the_table_and_the_table_has_no_other(app):
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")}
    assert routes == set(permissions.MAY)
    open_to_all = {endpoint for endpoint, roles in permissions.MAY.items() if roles is permissions.ANYBODY}
    assert open_to_all == {"desk.sign_in", "desk.set_up"}


def test_every_route_has_a_door(app):
    doors = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}
    assert doors == {"portal", "desk", "health", "outbox", "api", "signed", "static"}


def test_the_application_is_made_from_the_environment(monkeypatch, prepared, tmp_path, at):
    key = base64.b64encode(bytes(32)).decode()
    for name, value in {"HOME": str(tmp_path), "ENV": "test", "MASTER_KEY": key, "SECRET_KEY": key}.items():
        monkeypatch.setenv(f"DSAR_{name}", value)
    import app

    assert app.app.extensions["office"].config == Config.from_env()
    db.disconnect()
