"""Let held erasures go on after their last day; late, where nobody worked on it, rather than never."""

from dsar import clock
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.services import holding, intake
from dsar.services.work import Claim


@job
def end_hold(_office: Office, claim: Claim, *, reference: str) -> None:
    """What stood still goes on by itself."""
    with held(claim) as session:
        holding.end(session, intake.get(session, reference), at=clock.now())
