"""Proof of identity: six digits, five tries, fifteen minutes, whoever tries how often at once."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from dsar import db
from dsar.errors import NotAllowed
from dsar.jobs.office import Office
from dsar.models import Code, Evidence, Request, RequestIdentifier
from dsar.services import intake, mailing, proving
from tests.shop import CARD, EMAIL, HANDLER, MAP, PHONE, Shop

AT = datetime(2021, 11, 24, 2, tzinfo=UTC)
WRONG = "not-it"


class Person:
    """Who asks, and the codes that reach her."""

    def __init__(self, office: Office, reference: str) -> None:
        self.office, self.reference = office, reference

    def _row(self, session, number: int) -> tuple[Request, RequestIdentifier]:
        request = intake.get(session, self.reference)
        return request, proving.own(session, request.reference)[number]

    def asks(self, number: int = 0, *, at: datetime = AT) -> bool:
        with db.begin() as session:
            return proving.send_code(session, self.office.vault, *self._row(session, number), at=at)

    def reads(self) -> str:
        with db.read() as session:
            return mailing.letters(session, self.office.vault)[0].facts["code"]

    def types(self, code: str, number: int = 0, *, at: datetime = AT) -> bool:
        with db.begin() as session:
            return proving.verify_code(session, self.office.vault, *self._row(session, number), code, at=at)

    def status(self) -> str:
        with db.read() as session:
            return intake.get(session, self.reference).status

    def proven(self) -> list[bool]:
        with db.read() as session:
            return [row.confirmed_at is not None for row in proving.own(session, self.reference)]


@pytest.fixture(params=["sqlite", "postgresql"])
def ann(shop: Shop, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Ann, who asked for a copy and gave her phone and e-mail; our database in each dialect."""
    if request.param == "postgresql":
        shop.env["DSAR_DATABASE_URL"] = request.getfixturevalue("postgres_database")
        assert shop.run("map", "apply", MAP).code == 0
    (reference,) = shop.opened("copy", identifiers=[f"phone:{PHONE}", f"email:{EMAIL}"])
    with shop.office() as office:
        yield Person(office, reference)


def test_a_code_has_six_digits_and_proves_its_identifier_alone(ann: Person):
    assert ann.asks()
    code = ann.reads()
    assert len(code) == 6
    assert code.isdecimal()
    assert ann.types(f" {code[:3]} {code[3:]} ")
    assert (ann.proven(), ann.status()) == ([True, False], "working")


def test_a_code_works_once(ann: Person):
    ann.asks()
    assert ann.types(ann.reads())
    assert not ann.types(ann.reads())


def test_a_code_of_one_identifier_is_none_of_another(ann: Person):
    ann.asks(0)
    code = ann.reads()
    ann.asks(1)
    assert not ann.types(code, 1) or code == ann.reads()


@pytest.mark.parametrize(
    ("after", "good"), [(timedelta(minutes=15, seconds=-1), True), (timedelta(minutes=15), False)]
)
def test_a_code_is_good_for_fifteen_minutes(ann: Person, after: timedelta, good: bool):
    ann.asks()
    assert ann.types(ann.reads(), at=AT + after) is good


@pytest.mark.parametrize(("wrong", "good"), [(4, True), (5, False)])
def test_a_code_has_five_tries(ann: Person, wrong: int, good: bool):
    ann.asks()
    assert not any(ann.types(WRONG) for _ in range(wrong))
    assert ann.types(ann.reads()) is good


def test_tries_at_the_same_time_cannot_get_past_the_count(ann: Person):
    ann.asks()
    start, answers = threading.Barrier(8), []

    def guess() -> None:
        start.wait()
        for _ in range(4):
            answers.append(ann.types(WRONG))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [False] * 32
    with db.read() as session:
        assert session.scalars(select(Code.tries)).all() == [5]
    assert not ann.types(ann.reads())


def test_the_same_right_code_typed_twice_at_once_proves_once(ann: Person):
    ann.asks()
    code, start, answers = ann.reads(), threading.Barrier(4), []

    def type_it() -> None:
        start.wait()
        answers.append(ann.types(code))

    threads = [threading.Thread(target=type_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]


def test_another_code_waits_a_minute_and_ends_the_one_before(ann: Person):
    assert ann.asks()
    first = ann.reads()
    assert not ann.asks(at=AT + timedelta(seconds=59))
    assert ann.asks(1), "the pause is of each identifier"
    later = AT + timedelta(seconds=60)
    assert ann.asks(at=later)
    second = ann.reads()
    assert first == second or not ann.types(first, at=later)
    assert ann.types(second, at=later)


def test_fresh_codes_are_not_fresh_guesses_without_end(ann: Person):
    """Five tries a minute for a day would be thousands; so many codes are not sent to one number."""
    sent = sum(ann.asks(at=AT + timedelta(minutes=2 * n)) for n in range(60))
    assert sent == proving.MOST_A_DAY
    assert ann.asks(at=AT + timedelta(days=2))


def test_a_second_request_does_not_open_a_second_count(ann: Person, shop: Shop):
    """Whoever files again and again for one number sends it no more codes than one request would."""
    for n in range(proving.MOST_A_DAY):
        assert ann.asks(at=AT + timedelta(minutes=2 * n))
    (other,) = shop.opened("copy")
    with shop.office() as office:
        assert not Person(office, other).asks(at=AT + timedelta(hours=2))


def test_no_code_goes_to_what_is_shown_to_staff(shop: Shop):
    (reference,) = shop.opened("copy", identifiers=[f"card:{CARD}"])
    with shop.office() as office, pytest.raises(NotAllowed, match="shown to staff"):
        Person(office, reference).asks()


def test_what_proves_one_right_proves_the_others_of_the_submission(shop: Shop):
    copy, erasure = shop.opened("copy", "erasure", identifiers=[f"phone:{PHONE}", f"email:{EMAIL}"])
    (alone,) = shop.opened("copy")
    with shop.office() as office:
        ann = Person(office, copy)
        ann.asks()
        ann.types(ann.reads())
        assert Person(office, erasure).proven() == [True, False]
        assert Person(office, alone).proven() == [False]
    assert shop.acts(erasure)[:2] == ["request.opened", "identity.confirmed"]


def test_a_second_proof_widens_the_search_and_a_third_time_changes_nothing(shop: Shop):
    (reference,) = shop.confirmed("copy", identifiers=[f"phone:{PHONE}"])
    shop.work()
    before = shop.acts(reference)
    again = shop.run("request", "confirm", reference, "--by", HANDLER, "--evidence", "again", "--json").json
    assert (again["confirmed"], again["unconfirmed"]) == (1, 0)
    assert shop.acts(reference) == before
    with shop.office(), db.read() as session:
        assert len(session.scalars(select(Evidence)).all()) == 1


def test_nothing_more_is_proven_of_a_closed_request(shop: Shop):
    (reference,) = shop.opened("copy", identifiers=[f"phone:{PHONE}", f"email:{EMAIL}"])
    words = ("request", "confirm", reference, "--by", HANDLER, "--evidence", "seen")
    assert shop.run(*words, "--identifier", f"phone:{PHONE}").code == 0
    shop.work()
    assert shop.show(reference)["status"] == "closed"
    assert "nothing can be confirmed any more" in shop.run(*words).error
    before = shop.acts(reference)
    with shop.office() as office:
        ann = Person(office, reference)
        assert not ann.asks(1)
        assert ann.proven() == [True, False]
        assert ann.asks(0), "by a proven one she comes back"
        assert ann.types(ann.reads())
    assert [act for act in shop.acts(reference)[len(before) :] if not act.startswith("code")] == [
        "subject.returned"
    ]


def test_the_evidence_is_sealed(shop: Shop):
    (reference,) = shop.opened("copy")
    said = "passport E12345678 of Ann Hill"
    assert shop.run("request", "confirm", reference, "--by", HANDLER, "--evidence", said).code == 0
    kept = b"".join(path.read_bytes() for path in shop.home.rglob("*") if path.is_file())
    assert b"E12345678" not in kept
    with shop.office(), db.read() as session:
        row = session.scalars(select(Evidence)).one()
    assert (row.by, len(row.sha256)) == (HANDLER, 64)


def test_a_code_that_was_on_its_way_when_the_request_closed_proves_nothing(shop: Shop):
    (reference,) = shop.opened("copy", identifiers=[f"phone:{PHONE}", f"email:{EMAIL}"])
    with shop.office() as office:
        Person(office, reference).asks(1)
        code = Person(office, reference).reads()
    words = ("request", "confirm", reference, "--by", HANDLER, "--evidence", "seen")
    assert shop.run(*words, "--identifier", f"phone:{PHONE}").code == 0
    shop.work()
    with shop.office() as office:
        assert not Person(office, reference).types(code, 1)
        assert Person(office, reference).proven() == [True, False]
