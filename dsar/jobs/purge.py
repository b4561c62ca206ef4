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
    with faults.effect("purge.destroy"), held(claim) as session:
        request = intake.get(session, reference)
        copy = session.get_one(Copy, request.reference)
        if copy.state == CopyState.EXPIRED:
            return
        ledger.record(session, "copy.expired", actor="worker", reference=reference, at=clock.now())
        copy.state = CopyState.EXPIRED
        for key_class in (KeyClass.FOUND, KeyClass.COPY):
            keys.destroy(session, reference, key_class, at=clock.now())
    for folder in ("found", "copy"):
        office.vault.destroy(f"{reference}/{folder}")


@job
def destroy_proof(office: Office, claim: Claim, *, reference: str) -> None:
    """The proof of a request is kept for its period; then every key it has left is destroyed."""
    with faults.effect("purge.destroy"), held(claim) as session:
        ledger.record(session, "proof.destroyed", actor="worker", reference=reference, at=clock.now())
        for key_class in KeyClass:
            keys.destroy(session, reference, key_class, at=clock.now())
    office.vault.destroy(reference)
