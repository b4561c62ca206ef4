"""A submission is taken in once and whole, in normal forms; its date follows from receipt and the promise then."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dsar import db
from dsar.models import Request, RequestIdentifier
from dsar.services import intake
from dsar.services.intake import Given, Intake
from dsar.terms import Right
from tests import shop as shops
from tests.shop import EMAIL, PHONE, Shop

AT = datetime(2021, 11, 24, 2, tzinfo=UTC)


def test_several_rights_are_one_submission(shop: Shop):
    words = ("--right", "copy", "--right", "erasure", "--identifier", f"phone:{PHONE}", "--json")
    opened = shop.run("request", "open", *words).json
    shown = [shop.show(one["reference"]) for one in opened["requests"]]
    assert [one["right"] for one in shown] == ["copy", "erasure"]
    assert {one["submission"] for one in shown} == {opened["submission"]}
    assert opened["reference"] == opened["requests"][0]["reference"]


def test_two_ways_of_writing_are_one_identifier(shop: Shop):
    (reference,) = shop.opened(
        "copy", identifiers=["phone:131 0000 1111", f"phone:{PHONE}", "phone:１３１００００１１１１"]
    )
    assert [(one["kind"], one["masked"]) for one in shop.show(reference)["identifiers"]] == [
        ("phone", "131****1111")
    ]


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2021-11-20T02:00:00Z", "2021-12-05"),
        ("2021-11-20T15:59:59Z", "2021-12-05"),  # still the 20th in Shanghai
        ("2021-11-20T16:00:00Z", "2021-12-06"),
        ("2021-11-24T10:00:00+08:00", "2021-12-09"),
    ],
)
def test_the_date_is_counted_from_the_day_of_receipt_where_the_controller_is(
    shop: Shop, received: str, due: str
):
    (reference,) = shop.opened("copy", received_at=received)
    assert shop.show(reference)["due_on"] == due


def test_a_later_promise_changes_nothing_for_who_has_asked(shop: Shop, tmp_path: Path):
    (before,) = shop.opened("copy")
    file = tmp_path / "map.yaml"
    file.write_text(shops.MAP.read_text().replace("days: 15", "days: 30"))
    shop.run("map", "apply", file)
    (after,) = shop.opened("copy")
    assert [shop.show(one)["due_on"] for one in (before, after)] == ["2021-12-09", "2021-12-24"]
    assert "15" in shop.show(before)["rule"]["text"]["en"]


def test_proof_that_comes_late_does_not_move_the_date(shop: Shop):
    (reference,) = shop.opened("copy")
    later = {"DSAR_NOW": "2021-12-20T02:00:00Z"}
    shop.run("request", "confirm", reference, "--by", shops.HANDLER, "--evidence", "seen", **later)
    shown = shop.show(reference, **later)
    assert (shown["due_on"], shown["overdue"], shown["days_left"]) == ("2021-12-09", True, -11)


def test_the_same_key_gives_the_same_requests(shop: Shop):
    words = ("request", "open", "--right", "copy", "--identifier", f"phone:{PHONE}", "--json", "--once")
    first, again, other = (shop.run(*words, key).json for key in ("form-1", "form-1", "form-2"))
    assert again == first
    assert other["reference"] != first["reference"]
    assert shop.acts(first["reference"]) == ["request.opened"]
    assert b"form-1" not in (shop.home / "dsar.sqlite").read_bytes(), "the key may be anything, a name too"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_same_key_at_the_same_time_is_one_submission(
    shop: Shop, database: str, request: pytest.FixtureRequest
):
    if database == "postgresql":
        shop.env["DSAR_DATABASE_URL"] = request.getfixturevalue("postgres_database")
        shop.run("map", "apply", shops.MAP)
    start, answers = threading.Barrier(4), []

    def file(office) -> None:
        asked = Intake([Right.COPY], [Given("phone", PHONE)], "en", AT, once="the same form")
        start.wait()
        try:
            with db.begin() as session:
                opened = intake.open_submission(session, office.vault, asked, actor="subject", at=AT)
                answers.append([one.reference for one in opened])
        except Exception as error:
            answers.append(error)

    with shop.office() as office:
        threads = [threading.Thread(target=file, args=(office,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with db.read() as session:
            assert session.scalar(select(func.count()).select_from(Request)) == 1
    assert answers == [answers[0]] * 4


def test_what_is_refused_leaves_nothing(shop: Shop):
    words = (
        "--right",
        "copy",
        "--identifier",
        f"phone:{PHONE}",
        "--identifier",
        "email:nobody",
        "--once",
        "k",
    )
    assert shop.run("request", "open", *words).error
    with shop.office(), db.read() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 0
    words = ("--right", "copy", "--identifier", f"phone:{PHONE}", "--once", "k")
    assert shop.run("request", "open", *words).code == 0


def test_no_identifier_lies_open_in_the_database(shop: Shop):
    shop.opened("copy", identifiers=[f"phone:{PHONE}", f"email:{EMAIL}"])
    with shop.office() as office, db.read() as session:
        phone, email = session.scalars(select(RequestIdentifier).order_by(RequestIdentifier.number)).all()
        assert phone.blind == office.vault.blind("phone", PHONE)
        assert email.blind == office.vault.blind("email", EMAIL)
        assert PHONE.encode() not in phone.sealed
    kept = b"".join(path.read_bytes() for path in shop.home.rglob("*") if path.is_file())
    assert PHONE.encode() not in kept
    assert EMAIL.encode() not in kept


def test_references_are_not_misread_and_do_not_repeat():
    made = {intake.new_reference() for _ in range(2000)}
    assert len(made) == 2000
    assert not set("".join(made)) & set("AEIOUL01")
