"""The runs: each files requests as a door does, waits until the last is closed, and says what it cost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bench.house import HANDLER, House
from bench.made_up_stores import email, phone
from dsar import clock, db
from dsar.jobs.office import Office
from dsar.models import ErasureItem, Request
from dsar.services import intake, proving
from dsar.services.intake import Given, Intake
from dsar.terms import Right, Status

END_WITHIN = 1800  # seconds
LOOK_EVERY = 0.05  # seconds
SEEN = "Codes sent to both were read back."


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    requests: int
    seconds: float  # from the first filed to the last closed
    cpu: float  # seconds of worker, database server and broker

    @property
    def a_minute(self) -> float:
        return self.requests * 60 / self.seconds

    @property
    def cpu_each(self) -> float:
        return self.cpu / self.requests


def run(house: House, application: str, right: Right, customers: Sequence[int]) -> Cost:
    """File one request for each customer and wait until every one is closed."""
    with house.workers(application) as worker:
        _closed(house, worker, right, customers[:1])  # the first of a process loads its modules and fonts
        return _closed(house, worker, right, customers[1:])


def file(office: Office, right: Right, customer: int) -> str:
    """File one request, its identifiers proven: as the counter does; the reference."""
    at = clock.now()
    with db.begin() as session:
        asked = Intake(
            [right], [Given("phone", phone(customer)), Given("email", email(customer))], "zh-CN", at
        )
        (request,) = intake.open_submission(session, office.vault, asked, actor="subject", at=at)
        proving.confirm(session, office.vault, request, by=HANDLER, evidence=SEEN, given=[], at=at)
        return request.reference


def residue() -> int:
    """Records that any look found left."""
    with db.read() as session:
        return session.scalar(select(func.sum(func.coalesce(ErasureItem.residue, 1)))) or 0


def _closed(house: House, worker: int, right: Right, customers: Sequence[int]) -> Cost:
    before, began = house.cpu(worker), time.monotonic()
    references = [file(house.office, right, customer) for customer in customers]
    while left := _open(references):
        if time.monotonic() - began > END_WITHIN:
            raise RuntimeError(f"{left} of {len(references)} requests are not closed after {END_WITHIN} s")
        time.sleep(LOOK_EVERY)
    return Cost(len(references), time.monotonic() - began, house.cpu(worker) - before)


def _open(references: Sequence[str]) -> int:
    with db.read() as session:
        wanted = select(func.count()).where(
            Request.reference.in_(references), Request.status != Status.CLOSED
        )
        return session.scalar(wanted) or 0
