"""Write tombstones for erasures that were begun before there were any, or before the map had a form that it has now."""

from datetime import datetime

from dsar import clock
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.services import tombstones
from dsar.services.work import Claim

TOGETHER = 50  # requests in one transaction


@job
def write_tombstones(office: Office, claim: Claim) -> datetime | None:
    """Go through all of them; those whose identifiers were destroyed have what they have."""
    after = ""
    while True:
        with held(claim) as session:
            references = tombstones.readable(session, after=after, limit=TOGETHER)
            tombstones.write_again(session, office.vault, references, at=clock.now())
        if not references:
            return None
        after = references[-1]
