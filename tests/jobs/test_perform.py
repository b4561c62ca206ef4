"""Work is claimed, kept while it lasts, and put away or given back; who lost it changes nothing."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from dsar import clock, db
from dsar.config import Config
from dsar.errors import DsarError, StoreUnreachable
from dsar.jobs import JOBS, perform
from dsar.jobs.office import Office
from dsar.models import Once, Work
from dsar.services import work
from dsar.services.work import Claim

LEASE = 0.4  # seconds
SECRET = "13100001111"


@pytest.fixture
def office(tmp_path, monkeypatch) -> Iterator[Office]:
    monkeypatch.setenv("DSAR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DSAR_ENV", "test")
    monkeypatch.setenv("DSAR_LEASE", str(LEASE))
    yield Office.open(Config.from_env())
    db.disconnect()


@pytest.fixture
def job(monkeypatch):
    """Let a function of the test be a kind of work, and call for it once."""

    def called_for(run) -> int:
        monkeypatch.setitem(JOBS, "make_copy", run)
        with db.begin() as session:
            work.put(session, "make_copy", key="the work", reference="R")
        return only().id

    return called_for


def only() -> Work:
    """The one row of work."""
    with db.read() as session:
        return session.scalars(select(Work)).one()


def left() -> int:
    with db.read() as session:
        return len(session.scalars(select(Work.id)).all())


def written() -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Once.key)))


def write(claim: Claim, key: str) -> None:
    with perform.held(claim) as session:
        session.add(Once(key=key, submission="S"))


def take_over(id: int) -> Claim:
    """What another worker does, once the lease ran out."""
    later = clock.real() + timedelta(hours=1)
    with db.begin() as session:
        taken = work.claim(session, id, now=later, civil=clock.now(), seconds=3600)
    assert taken is not None
    return taken


def one_write(office: Office, claim: Claim, *, reference: str) -> None:
    """The simplest job: one write."""
    write(claim, f"{reference} {claim.lease}")


def test_work_that_is_done_is_put_away(office, job):
    id = job(one_write)
    assert perform.perform(office, id) is True
    assert (len(written()), left()) == (1, 0)


def test_work_that_is_done_already_or_that_another_has_is_left_alone(office, job):
    id = job(one_write)
    take_over(id)
    assert perform.perform(office, id) is None
    assert perform.perform(office, id + 1) is None
    assert written() == []


def test_work_with_more_to_do_comes_again_at_its_time(office, job):
    at = clock.real() + timedelta(minutes=5)

    def more(office: Office, claim: Claim, *, reference: str) -> datetime:
        return at

    id = job(more)
    assert perform.perform(office, id) is True
    assert (only().due_at, only().leased_until, only().tries) == (at, None, 0)


def test_long_work_keeps_its_lease(office, job):
    seen: list[list[int]] = []

    def long(office: Office, claim: Claim, *, reference: str) -> None:
        for _ in range(6):
            time.sleep(LEASE / 2)
            seen.append(perform.due())
        write(claim, "long")

    assert perform.perform(office, job(long)) is True
    assert seen == [[]] * 6
    assert written() == ["long"]


def test_who_lost_his_work_changes_nothing_and_leaves_it_to_the_other(office, job):
    others: list[Claim] = []

    def slow(office: Office, claim: Claim, *, reference: str) -> None:
        others.append(take_over(claim.id))
        write(claim, "slow")

    assert perform.perform(office, job(slow)) is None
    assert written() == []
    assert only().lease == others[0].lease
    write(others[0], "the other")
    assert written() == ["the other"]


def test_who_lost_his_work_and_ends_without_writing_does_not_put_it_away(office, job):
    def slow(office: Office, claim: Claim, *, reference: str) -> None:
        take_over(claim.id)

    perform.perform(office, job(slow))
    assert only().leased_until > clock.real()


def test_what_went_wrong_is_said_in_our_own_words_alone(office, job, caplog):
    def fails(error: Exception):
        def run(office: Office, claim: Claim, *, reference: str) -> None:
            raise error

        return run

    id = job(fails(StoreUnreachable("store crm does not answer")))
    assert perform.perform(office, id) is False
    assert (only().tries, only().reason) == (1, "store crm does not answer")
    job(fails(ValueError(f"a store said {SECRET}")))
    assert perform.until_idle(office, retry_now=True) == (0, 1)
    assert (only().tries, only().reason) == (2, "ValueError")
    assert "ValueError" in caplog.text
    assert SECRET not in "".join(
        record.getMessage() for record in caplog.records if record.levelname != "DEBUG"
    )


def test_failed_work_is_not_tried_before_its_pause_is_over(office, job):
    tries: list[datetime] = []

    def fails(office: Office, claim: Claim, *, reference: str) -> None:
        tries.append(clock.real())
        raise DsarError("no")

    job(fails)
    assert perform.until_idle(office) == (0, 1)
    assert perform.until_idle(office) == (0, 0)
    assert perform.until_idle(office, retry_now=True) == (0, 1)
    assert len(tries) == 2


def test_idle_is_only_when_nobody_works_and_a_dead_ones_lease_is_taken_over(office, job):
    id = job(one_write)
    with db.begin() as session:
        dead = work.claim(session, id, now=clock.real(), civil=clock.now(), seconds=LEASE)
    began = time.monotonic()
    assert perform.until_idle(office) == (1, 0)
    assert time.monotonic() - began >= LEASE - 0.1
    assert dead is not None
    assert written() == [f"R {dead.lease + 1}"]


def test_two_who_work_until_idle_at_once_do_each_piece_once(office, monkeypatch):
    done: list[str] = []

    def one(office: Office, claim: Claim, *, reference: str) -> None:
        time.sleep(0.01)
        done.append(reference)

    monkeypatch.setitem(JOBS, "make_copy", one)
    with db.begin() as session:
        work.put_many(session, "make_copy", [(f"copy:{n}", {"reference": f"R{n}"}) for n in range(30)])
    counts: list[tuple[int, int]] = []
    threads = [threading.Thread(target=lambda: counts.append(perform.until_idle(office))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == sorted(f"R{n}" for n in range(30))
    assert sum(well for well, _ in counts) == 30
