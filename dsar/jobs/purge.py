"""Destroy what has served its time: keys first, then the files they sealed."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dsar import clock, faults
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.models import Copy, Erasure, PaperFile
from dsar.services import intake, keys, ledger, recognising, relooking, verdicts
from dsar.services.work import Claim
from dsar.terms import CopyState, KeyClass, Stage

AGAIN = timedelta(hours=1)  # until it is seen again whether the identifiers are still needed


@job
def expire_copy(office: Office, claim: Claim, *, reference: str) -> None:
    """A copy lives days: then the package and what it was made from are destroyed."""
    with faults.effect("purge.write"), held(claim) as session:
        copy = session.get_one(Copy, intake.get(session, reference).reference)
        if copy.state in (CopyState.READY, CopyState.DELIVERED):  # one that is made anew has a later day
            ledger.record(session, "copy.expired", actor="worker", reference=reference, at=clock.now())
            copy.state = CopyState.EXPIRED
            _forget_files(session, reference, "copy")
            keys.destroy(session, reference, (KeyClass.FOUND, KeyClass.COPY), at=clock.now())
    with faults.effect("purge.destroy"):
        for folder in ("found", "copy"):
            office.vault.destroy(f"{reference}/{folder}")


@job
def destroy_proof(office: Office, claim: Claim, *, reference: str) -> datetime | None:
    """The proof of a request is kept for its period; then every key it has left is destroyed.

    While a record that a law kept is still to be erased, or a store to be looked at again, its identifiers are
    needed: then later.
    """
    with faults.effect("purge.write"), held(claim) as session:
        intake.get(session, reference)
        if _still_needed(session, reference):
            return clock.real() + AGAIN
        if keys.destroy(session, reference, KeyClass, at=clock.now()):
            _forget_files(session, reference, "copy", "certificate")
            recognising.forget(session, [reference])
            ledger.record(session, "proof.destroyed", actor="worker", reference=reference, at=clock.now())
    with faults.effect("purge.destroy"):
        office.vault.destroy(reference)
    return None


def _still_needed(session: Session, reference: str) -> bool:
    erasure = session.get(Erasure, reference)
    return erasure is not None and (
        bool(relooking.waiting(session, [reference]))
        or erasure.stage != Stage.DONE
        or verdicts.is_open(session, intake.get(session, reference))
    )


def _forget_files(session: Session, reference: str, *papers: str) -> None:
    """A file's name may be personal data too."""
    session.execute(delete(PaperFile).where(PaperFile.reference == reference, PaperFile.paper.in_(papers)))
