"""Do one piece of work: claim it, keep the lease alive, do it, put it away."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from dsar import clock, db
from dsar.errors import DsarError, LeaseLost
from dsar.jobs import JOBS, load_all
from dsar.jobs.office import Office
from dsar.services import searching, work
from dsar.services.work import Claim

log = logging.getLogger("dsar.work")


@contextmanager
def held(claim: Claim) -> Iterator[Session]:
    """A transaction that commits only if the lease is still ours.  Raises LeaseLost."""
    with db.begin() as session:
        work.hold(session, claim)
        yield session


def perform(office: Office, id: int) -> bool | None:
    """Do one piece of work: True when it was done or has a next time, False when it failed.

    None: another has it, be it that he took it over from a process too slow to hold it.
    """
    load_all()
    with db.begin() as session:
        claim = work.claim(session, id, now=clock.real(), civil=clock.now(), seconds=office.config.lease)
    if claim is None:
        return None
    try:
        with _renewed(office, claim):
            more_at = JOBS[claim.job](office, claim, **claim.args)
    except LeaseLost:
        log.warning("work %s %s was taken over", claim.job, claim.id)
        return None
    except Exception as error:  # whatever it is, the work stays due
        _put_back(claim, error)
        return False
    _put_away(claim, more_at)
    return True


def due(limit: int = 100) -> list[int]:
    """Ids of the work that can be done now."""
    with db.read() as session:
        return work.due(session, now=clock.real(), civil=clock.now(), limit=limit)


def until_idle(office: Office, *, retry_now: bool = False) -> tuple[int, int]:
    """Do all work that is due, waiting for leases left by others; how many were done, and how many failed."""
    if retry_now:
        with db.begin() as session:
            searching.retry_now(session)
            work.retry_now(session, now=clock.real())
    outcomes: Counter[bool | None] = Counter()
    while True:
        until, ids = _glance()
        if ids:
            outcomes.update([perform(office, id) for id in ids])
        elif until:
            time.sleep(min(1.0, max(0.05, (until - clock.real()).total_seconds())))
        else:
            return outcomes[True], outcomes[False]


def _glance() -> tuple[datetime | None, list[int]]:
    """When the first live lease runs out, and what can be done: of one moment, so that nothing falls between."""
    now = clock.real()
    with db.read() as session:
        until = work.leased(session, now=now)  # first: who ends meanwhile may call for more
        return until, work.due(session, now=now, civil=clock.now())


def _put_away(claim: Claim, more_at: datetime | None) -> None:
    with db.begin() as session:
        if more_at is None:
            work.done(session, claim)
        else:
            work.later(session, claim, due_at=more_at)


def _put_back(claim: Claim, error: Exception) -> None:
    """Only our own errors are told in words: another's may hold what a store holds."""
    reason = str(error) if isinstance(error, DsarError) else type(error).__name__
    log.error("work %s %s failed: %s", claim.job, claim.id, reason)
    log.debug(
        "work %s %s failed", claim.job, claim.id, exc_info=error
    )  # may hold what a store holds: never in production
    with db.begin() as session:
        pause = work.pause(claim.tries)
        work.later(session, claim, due_at=clock.real() + pause, reason=reason)


@contextmanager
def _renewed(office: Office, claim: Claim) -> Iterator[None]:
    """Renew the lease at a quarter of its time, for as long as the job runs."""
    over = threading.Event()
    seconds = office.config.lease

    def renew() -> None:
        while not over.wait(seconds / 4):
            try:
                with db.begin() as session:
                    work.renew(session, claim, now=clock.real(), seconds=seconds)
            except LeaseLost:
                return
            except DsarError as error:
                log.warning("a lease could not be renewed: %s", error)

    thread = threading.Thread(target=renew, name=f"lease-{claim.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
