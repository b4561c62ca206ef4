"""Destroy what has served its time: keys first, then the files they sealed."""

from dsar import clock, faults
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.models import Copy
from dsar.services import intake, keys, ledger
from dsar.services.work import Claim
from dsar.terms import CopyState, KeyClass


@job
def expire_copy(office: Office, claim: Claim, *, reference: str) -> None:
    """A copy lives days: then the package and what it was made from are destroyed."""
    with faults.effect("purge.write"), held(claim) as session:
        copy = session.get_one(Copy, intake.get(session, reference).reference)
        if copy.state != CopyState.EXPIRED:
            ledger.record(session, "copy.expired", actor="worker", reference=reference, at=clock.now())
            copy.state = CopyState.EXPIRED
            keys.destroy(session, reference, (KeyClass.FOUND, KeyClass.COPY), at=clock.now())
    with faults.effect("purge.destroy"):
        for folder in ("found", "copy"):
            office.vault.destroy(f"{reference}/{folder}")


@job
def destroy_proof(office: Office, claim: Claim, *, reference: str) -> None:
    """The proof of a request is kept for its period; then every key it has left is destroyed."""
    with faults.effect("purge.write"), held(claim) as session:
        intake.get(session, reference)
        if keys.destroy(session, reference, KeyClass, at=clock.now()):
            ledger.record(session, "proof.destroyed", actor="worker", reference=reference, at=clock.now())
    with faults.effect("purge.destroy"):
        office.vault.destroy(reference)
