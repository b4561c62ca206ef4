"""Celery's side of the outbox.  No decision is made in this file."""

import workers
from dsar import clock, db
from dsar.jobs.perform import perform as do
from dsar.services import work
from workers import celery


@celery.task(name="dsar.send_due")
def send_due() -> None:
    """Send everything that is due; sending it twice does no harm."""
    with db.begin() as session:
        ids = work.to_send(session, now=clock.real(), civil=clock.now())
    for id in ids:
        perform.delay([id])


@celery.task(name="dsar.perform")
def perform(ids: list[int]) -> None:
    """Do each piece of work that nobody else has."""
    assert workers.office is not None  # noqa: S101  opened when the worker started
    for id in ids:
        do(workers.office, id)
    send_due()  # what this called for need not wait for the clock
