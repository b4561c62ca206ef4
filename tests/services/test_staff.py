"""Staff: a link that works once and for a day, a password of some length, one name one role."""

from datetime import UTC, datetime, timedelta

import pytest

from dsar import db
from dsar.errors import BadInput
from dsar.services import staff
from dsar.terms import Role
from tests.shop import HANDLER, Shop

AT = datetime(2021, 11, 24, 2, tzinfo=UTC)
GOOD = "a long enough one"


@pytest.fixture
def token(shop: Shop):
    """Chen, added a moment ago: the token of her link."""
    with shop.office(), db.begin() as session:
        _, made = staff.add(session, "chen", Role.LEAD, at=AT)
    with shop.office():
        yield made


def test_adding_the_same_again_says_so_and_gives_a_new_link_until_a_password_is_set(shop: Shop):
    first, again = (shop.run("user", "add", "chen", "--role", "lead") for _ in range(2))
    assert (first.code, again.code) == (0, 0)
    assert "already" not in first.out
    assert "chen is lead already, and has set no password yet" in again.out
    links = [said.out.rsplit("/", 1)[-1].strip() for said in (first, again)]
    with shop.office(), db.begin() as session:
        assert staff.to_set_up(session, links[0], at=AT) is None
        staff.set_password(session, staff.to_set_up(session, links[1], at=AT), GOOD, at=AT)
    last = shop.run("user", "add", "chen", "--role", "lead")
    assert "has set a password. Nothing was changed." in last.out
    assert "set-up" not in last.out


def test_the_link_sets_the_password_once(token: str):
    with db.begin() as session:
        staff.set_password(session, staff.to_set_up(session, token, at=AT), GOOD, at=AT)
    with db.read() as session:
        assert staff.to_set_up(session, token, at=AT) is None
        assert staff.signed_in(session, "chen", GOOD).role == Role.LEAD


@pytest.mark.parametrize(
    ("after", "works"), [(timedelta(hours=24, seconds=-1), True), (timedelta(hours=24), False)]
)
def test_the_link_works_for_a_day(token: str, after: timedelta, works: bool):
    with db.read() as session:
        assert (staff.to_set_up(session, token, at=AT + after) is not None) is works


def test_a_fresh_link_ends_the_one_before(token: str):
    with db.begin() as session:
        _, fresh = staff.add(session, "chen", Role.LEAD, at=AT)
    with db.read() as session:
        assert staff.to_set_up(session, token, at=AT) is None
        assert staff.to_set_up(session, fresh, at=AT).name == "chen"


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
def test_a_short_password_is_refused_and_the_link_stays(token: str, password: str):
    with pytest.raises(BadInput, match="at least 12"), db.begin() as session:
        staff.set_password(session, staff.to_set_up(session, token, at=AT), password, at=AT)
    with db.read() as session:
        assert staff.to_set_up(session, token, at=AT) is not None


@pytest.mark.parametrize(
    ("name", "password"), [("chen", ""), ("chen", "wrong"), ("nobody", GOOD), ("", ""), (HANDLER, "")]
)
def test_nobody_signs_in_with_anything_else(token: str, name: str, password: str):
    with db.begin() as session:
        staff.set_password(session, staff.to_set_up(session, token, at=AT), GOOD, at=AT)
    with db.read() as session:
        assert staff.signed_in(session, name, password) is None


def test_neither_token_nor_password_is_kept(token: str, shop: Shop):
    with db.begin() as session:
        staff.set_password(session, staff.to_set_up(session, token, at=AT), GOOD, at=AT)
    kept = b"".join(path.read_bytes() for path in shop.home.rglob("*") if path.is_file())
    assert token.encode() not in kept
    assert GOOD.encode() not in kept


def test_once_the_password_is_set_adding_again_changes_nothing(token: str):
    with db.begin() as session:
        staff.set_password(session, staff.to_set_up(session, token, at=AT), GOOD, at=AT)
    with db.begin() as session:
        user, fresh = staff.add(session, "chen", Role.LEAD, at=AT)
    assert fresh is None
    with db.read() as session:
        assert staff.signed_in(session, "chen", GOOD).name == user.name


def test_one_name_has_one_role(token: str):
    with pytest.raises(BadInput, match="already lead"), db.begin() as session:
        staff.add(session, "chen", Role.OFFICER, at=AT)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSPECTOR])
def test_who_only_looks_may_not_act(shop: Shop, role: Role):
    shop.run("user", "add", "eye", "--role", role)
    (reference,) = shop.opened("copy")
    said = shop.run("request", "confirm", reference, "--by", "eye", "--evidence", "seen")
    words = f"eye is {role} and may look, not act; a handler, lead or officer can"
    assert said.code == 1
    assert words in said.err
    assert shop.show(reference)["status"] == "verifying"
