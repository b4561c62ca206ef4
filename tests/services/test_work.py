"""Work is a row of the transaction that calls for it, and is sent until it is done."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dsar import db
from dsar.models import Work
from dsar.services import work
from tests.services.at_work import (  # noqa: F401
    CIVIL,
    NOW,
    SECOND,
    beside,
    claim,
    claimed,
    database,
    due,
    empty_postgres,
    put,
    rows,
)

pytestmark = pytest.mark.usefixtures("database")


def test_work_called_for_twice_is_one_row():
    put()
    put()
    put("copy:S")
    assert rows() == 2


def test_work_of_a_transaction_that_fails_is_not_called_for():
    def call_and_fail() -> None:
        with db.begin() as session:
            work.put(session, "make_copy", key="copy:R", reference="R")
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        call_and_fail()
    assert rows() == 0


def test_done_work_is_no_row():
    put()
    mine = claimed()
    with db.begin() as session:
        work.done(session, mine)
    assert rows() == 0


def test_work_called_for_while_it_is_done_is_done_once_more():
    put()
    mine = claimed()
    put()
    put()
    with db.begin() as session:
        work.done(session, mine)
    second = claimed()
    with db.begin() as session:
        work.done(session, second)
    assert rows() == 0


def test_work_called_for_before_it_is_claimed_is_done_once():
    put()
    put()
    mine = claimed()
    with db.begin() as session:
        work.done(session, mine)
    assert rows() == 0


def test_work_may_call_for_itself_within_its_own_transaction():
    put()
    mine = claimed()
    with db.begin() as session:
        work.hold(session, mine)
        work.put_many(session, "make_copy", [(key, {"reference": "R"}) for key in ("a", "copy:R", "z")])
    with db.begin() as session:
        work.done(session, mine)
    assert len(due()) == 3


def test_failed_work_waits_twice_as_long_each_time_and_never_longer_than_a_quarter_hour():
    pauses = [work.pause(tries).total_seconds() for tries in range(12)]
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 900


def test_a_call_does_not_shorten_the_pause_of_failing_work():
    put()
    mine = claimed()
    with db.begin() as session:
        work.later(session, mine, due_at=NOW + 30 * SECOND, reason="the store is down")
    put()
    assert due(NOW + 29 * SECOND) == []
    again = claimed(NOW + 31 * SECOND)
    assert again.tries == 1


def test_a_try_that_went_well_forgets_the_failed_ones():
    put()
    mine = claimed()
    with db.begin() as session:
        work.later(session, mine, due_at=NOW, reason="the store is down")
    with db.begin() as session:
        work.later(session, claimed(), due_at=NOW)
    assert claimed().tries == 0


def test_retrying_now_forgets_every_pause():
    put()
    with db.begin() as session:
        work.later(session, claimed(), due_at=NOW + 900 * SECOND, reason="the store is down")
    with db.begin() as session:
        work.retry_now(session, now=NOW)
    assert len(due()) == 1


def test_work_waits_for_its_civil_time_whatever_the_real_one():
    put(not_before=CIVIL + timedelta(days=30))
    assert due(NOW + timedelta(days=400)) == []
    assert len(due(NOW, CIVIL + timedelta(days=30))) == 1


def test_work_that_was_lost_by_the_broker_is_sent_again():
    put()

    def sent(at: datetime) -> int:
        with db.begin() as session:
            return len(work.to_send(session, now=at, civil=CIVIL))

    assert [sent(NOW), sent(NOW + SECOND), sent(NOW + (work.RESEND + 1) * SECOND)] == [1, 0, 1]


def test_two_clocks_at_once_send_each_piece_of_work_once():
    for number in range(40):
        put(f"copy:{number}")
    sent: list[int] = []
    ready = threading.Barrier(2)

    def beat() -> None:
        ready.wait()
        with db.begin() as session:
            sent.extend(work.to_send(session, now=NOW, civil=CIVIL))

    with beside(beat):
        beat()
    assert sorted(sent) == sorted(due())


def test_calls_that_cross_do_not_wait_for_each_other():
    """Each holds its own work and calls for the other's: on PostgreSQL, row locks in two orders would be a deadlock."""
    put("search:a")
    put("search:b")
    claims = {one.key: one for id in due() if (one := claim(id))}
    ready = threading.Barrier(2)
    errors: list[Exception] = []

    def call(own: str, other: str) -> None:
        try:
            for _ in range(25):
                ready.wait()
                with db.begin() as session:
                    work.hold(session, claims[own])
                    work.put(session, "search_store", key=other, store=other)
                    work.put(session, "search_store", key=own, store=own)
        except Exception as error:
            errors.append(error)
            ready.abort()

    with beside(lambda: call("search:a", "search:b")):
        call("search:b", "search:a")
    assert errors == []


def test_a_row_made_by_hand_is_refused_when_its_key_is_there():
    """What uniqueness rests on is the database, not this module."""
    put()

    def by_hand(session: Session) -> None:
        session.execute(insert(Work).values(key="copy:R", job="make_copy", args={}, due_at=NOW, lease=0))

    with pytest.raises(Exception, match=r"(?i)unique"), db.begin() as session:
        by_hand(session)
