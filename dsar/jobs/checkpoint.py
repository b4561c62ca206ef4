"""Seal all heads of the ledger every few minutes."""

from datetime import datetime, timedelta

from dsar import clock
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.services import checkpoints
from dsar.services.work import Claim

EVERY = timedelta(minutes=5)


@job
def make_checkpoint(office: Office, claim: Claim) -> datetime:
    """Make a checkpoint where something was recorded since the last, and come again."""
    with held(claim) as session:
        checkpoints.make(session, office.vault, at=clock.now())
    return clock.real() + EVERY
