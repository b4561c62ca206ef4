"""A claim is a lease with a number: whoever lost it changes nothing."""

import threading

import pytest
from sqlalchemy import delete, select

from dsar import db
from dsar.errors import LeaseLost
from dsar.models import Once, Work
from dsar.services import work
from tests.services.at_work import (  # noqa: F401
    CIVIL,
    LEASE,
    NOW,
    SECOND,
    claim,
    claimed,
    database,
    due,
    empty_postgres,
    put,
    rows,
)

pytestmark = pytest.mark.usefixtures("database")


def write_as(claim: work.Claim, key: str) -> None:
    """What a worker writes: it holds its claim, and something changes."""
    with db.begin() as session:
        work.hold(session, claim)
        session.add(Once(key=key, submission="S"))


def written() -> set[str]:
    with db.read() as session:
        return set(session.scalars(select(Once.key)))


def test_one_of_two_who_claim_the_same_work_at_once_gets_it():
    put()
    (id,) = due()
    got: list[work.Claim | None] = []
    ready = threading.Barrier(4)

    def reach() -> None:
        ready.wait()
        got.append(claim(id))

    threads = [threading.Thread(target=reach) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one is None for one in got) == [False, True, True, True]


def test_leased_work_is_not_due_until_the_lease_runs_out():
    put()
    first = claimed()
    assert due(NOW + (LEASE - 1) * SECOND) == []
    second = claimed(NOW + (LEASE + 1) * SECOND)
    assert second.lease != first.lease


def test_who_lost_his_lease_changes_nothing():
    put()
    first = claimed()
    second = claimed(NOW + (LEASE + 1) * SECOND)
    with pytest.raises(LeaseLost):
        write_as(first, "first")
    write_as(second, "second")
    assert written() == {"second"}


def test_who_loses_his_lease_while_he_writes_changes_nothing():
    """On SQLite nobody else can write meanwhile; so the loser is made to lose within his own transaction."""
    put()
    first = claimed()

    def write_and_lose() -> None:
        with db.begin() as session:
            work.hold(session, first)
            session.add(Once(key="first", submission="S"))
            assert work.claim(session, first.id, now=NOW + 2 * LEASE * SECOND, civil=CIVIL, seconds=LEASE)

    with pytest.raises(LeaseLost):
        write_and_lose()
    assert written() == set()


def test_putting_away_and_giving_back_are_fenced_too():
    put()
    first = claimed()
    second = claimed(NOW + (LEASE + 1) * SECOND)
    with db.begin() as session:
        work.done(session, first)
    with db.begin() as session:
        work.later(session, first, due_at=NOW, reason="the first did not get there")
    with pytest.raises(LeaseLost), db.begin() as session:
        work.renew(session, first, now=NOW, seconds=LEASE)
    assert rows() == 1
    write_as(second, "second")


def test_a_lease_of_work_that_is_gone_does_not_open_the_work_that_got_its_place():
    """SQLite gives a deleted row's id to the next one."""
    put()
    old = claimed()
    with db.begin() as session:
        session.execute(delete(Work))
    put("copy:other")
    claimed()
    with pytest.raises(LeaseLost):
        write_as(old, "old")


def test_a_renewed_lease_lasts_longer():
    put()
    mine = claimed()
    with db.begin() as session:
        work.renew(session, mine, now=NOW + 50 * SECOND, seconds=LEASE)
    assert due(NOW + (LEASE + 1) * SECOND) == []
    assert due(NOW + 111 * SECOND) == [mine.id]


def test_who_works_is_seen_and_until_when():
    put()
    with db.read() as session:
        assert work.leased(session, now=NOW) is None
    claimed()
    with db.read() as session:
        assert work.leased(session, now=NOW) == NOW + LEASE * SECOND
        assert work.leased(session, now=NOW + (LEASE + 1) * SECOND) is None
