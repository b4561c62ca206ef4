"""Look again at one store, days after everybody in a batch was erased there."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dsar import clock, faults
from dsar.errors import StoreProblem
from dsar.jobs import job
from dsar.jobs.look import look_at
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.services import answering, intake, maps, recognising, relooking, sweeping, targets
from dsar.services.targets import Batch
from dsar.services.work import Claim
from dsar.terms import Status

LATER = timedelta(hours=1)  # until an erasure that was taken up for another reason is looked for again


@job
def relook_store(office: Office, claim: Claim, *, store: str) -> datetime | None:
    """What has come back since is erased again, and somebody is told."""
    with held(claim) as session:
        batch = targets.to_relook(session, office.vault, store, at=clock.now(), limit=office.config.batch)
        if batch is None:
            over = relooking.is_over(session, store, at=clock.now())
            return None if over else clock.real() + LATER
    try:
        with faults.effect("relook.read"):
            looking = look_at(office, claim, batch, batch.datamap.stores[store])
    except StoreProblem as error:
        if claim.tried_enough and _given_up(claim, batch, store, error):
            return clock.real()
        raise
    with faults.effect("relook.write"), held(claim) as session:
        seen = {target.reference for target in batch.targets}
        relooking.looked(session, batch.datamap, store, seen, looking.saw, looking.prints, at=clock.now())
        sweeping.over(session, claim.key)
        _let_go(session, seen - relooking.waiting(session, seen))
    return clock.real()


def _given_up(claim: Claim, batch: Batch, store: str, error: StoreProblem) -> bool:
    """Whether nobody will mend a store: it is in the map no more.  Otherwise somebody is told to."""
    references = [target.reference for target in batch.targets]
    with held(claim) as session:
        if store in maps.current(session)[1].stores:
            relooking.unseen(session, store, references, str(error), at=clock.now())
            return False
        relooking.lost(session, store, references, at=clock.now())
        _let_go(session, set(references) - relooking.waiting(session, references))
        return True


def _let_go(session: Session, references: set[str]) -> None:
    """The proof of a request is kept for its looks: after the last of them it goes on its day."""
    for reference in sorted(references):
        row = intake.get(session, reference)
        if row.status == Status.CLOSED:
            answering.destroy_later(session, row)
            recognising.forget(session, [reference])
