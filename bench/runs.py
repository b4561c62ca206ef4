"""The runs: each files requests as a door does, waits until the last is closed, and says what it cost."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bench.house import HANDLER, House
from bench.made_up_stores import email, phone
from dsar import clock, db
from dsar.jobs.office import Office
from dsar.models import Copy, ErasureItem, Request, Work
from dsar.services import intake, proving
from dsar.services.intake import Given, Intake
from dsar.terms import Right, Status

END_WITHIN = 3600  # seconds
LOOK_EVERY = 0.05  # seconds
WARM = 6  # requests that are done first: each slot of a fresh worker loads its modules and fonts
SEEN = "Codes sent to both were read back."


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    requests: int
    seconds: float  # from the first filed to the last closed
    cpu: float  # seconds of workers, database server and broker
    looked: float = 0.0  # seconds from the first filed until every store was erased and looked at

    @property
    def a_minute(self) -> float:
        """Requests closed a minute."""
        return self.requests * 60 / self.seconds

    @property
    def looked_a_minute(self) -> float:
        """Requests erased and looked at a minute, the certificate not yet made."""
        return self.requests * 60 / self.looked

    @property
    def cpu_each(self) -> float:
        """CPU-seconds a request."""
        return self.cpu / self.requests


def warm(house: House, worker: int, right: Right, first: int) -> int:
    """Do a few requests so that what is measured is not the start; the number of the next customer."""
    closed(house, worker, right, range(first, first + WARM))
    return first + WARM


def closed(house: House, worker: int, right: Right, customers: Sequence[int]) -> Cost:
    """File one request for each customer and wait until every one is closed."""
    before, began = house.cpu(worker), time.monotonic()
    references = [_file(house.office, right, customer) for customer in customers]
    looked = 0.0
    if right == Right.ERASURE:
        _wait(lambda: _unseen(references), "looked at")
        looked = time.monotonic() - began
    _wait(lambda: _open(references), "closed")
    return Cost(len(references), time.monotonic() - began, house.cpu(worker) - before, looked)


def residue() -> int:
    """Records that any look found left."""
    with db.read() as session:
        return session.scalar(select(func.sum(ErasureItem.residue))) or 0


def erased() -> int:
    """Records that were erased."""
    with db.read() as session:
        return session.scalar(select(func.sum(ErasureItem.erased))) or 0


def most_records() -> int:
    """The records of the largest copy."""
    with db.read() as session:
        return session.scalar(select(func.max(Copy.records))) or 0


def _file(office: Office, right: Right, customer: int) -> str:
    """File one request, its identifiers proven, as at the counter; its reference."""
    at = clock.now()
    with db.begin() as session:
        given = [Given("phone", phone(customer)), Given("email", email(customer))]
        asked = Intake([right], given, "zh-CN", at)
        (request,) = intake.open_submission(session, office.vault, asked, actor="subject", at=at)
        proving.confirm(session, office.vault, request, by=HANDLER, evidence=SEEN, given=[], at=at)
        return request.reference


def _wait(left: Callable[[], int], what: str) -> None:
    began = time.monotonic()
    while n := left():
        if time.monotonic() - began > END_WITHIN:
            raise RuntimeError(f"{n} requests are not {what} after {END_WITHIN} s")
        _complain()
        time.sleep(LOOK_EVERY)


def _complain() -> None:
    """A figure of work that fails now and then is no figure."""
    with db.read() as session:
        for job, reason in session.execute(select(Work.job, Work.reason).where(Work.tries > 1)):
            raise RuntimeError(f"{job} failed twice: {reason}")


def _open(references: Sequence[str]) -> int:
    with db.read() as session:
        wanted = Request.reference.in_(references), Request.status != Status.CLOSED
        return session.scalar(select(func.count()).select_from(Request).where(*wanted)) or 0


def _unseen(references: Sequence[str]) -> int:
    """Requests that are not planned yet, or have a collection that was not looked at."""
    item = ErasureItem
    with db.read() as session:
        mine = item.reference.in_(references)
        planned = session.scalar(select(func.count(item.reference.distinct())).where(mine)) or 0
        unseen = select(func.count(item.reference.distinct())).where(mine, item.looked_at.is_(None))
        return len(references) - planned + (session.scalar(unseen) or 0)
