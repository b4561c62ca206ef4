"""Hold an erasure, for a dispute or because a law wants it, with a reason and an end; and let it go on."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dsar import clock
from dsar.errors import BadInput, NotAllowed
from dsar.models import Erasure, Request
from dsar.services import erasing, keeping, ledger, mailing, maps, proving, staff, work
from dsar.terms import Stage
from dsar.vault import Vault

LONGEST = timedelta(days=3660)


def hold(
    session: Session, vault: Vault, row: Request, *, by: str, reason: str, until: date | None = None,
    quietly: bool = False, at: datetime,
) -> Erasure:  # fmt: skip
    """Stop an erasure where it stands; holding it twice changes nothing but its end, where another is given.

    until: its last day, in the controller's zone; then it goes on by itself.
    quietly: the person is not told, because a law forbids it or its purpose would be defeated (PIPL 18 and 35).
    The reason is sealed; the ledger holds its digest.

    Raises NotAllowed before there is a plan, and once it is done and no law keeps any of it; BadInput for a
    reason that says nothing, and for a day that is over or in no near time.
    """
    staff.acting(session, by)
    erasure = erasing.of(session, row)
    if erasure.stage == Stage.DONE and keeping.ends(session, row) is None:
        raise NotAllowed(f"the erasure of request {row.reference} is done and cannot be held")
    _check(session, row, until, at=at)
    last = until.isoformat() if until else None
    if erasure.stage == Stage.HELD and last in (None, erasure.held_until):
        return erasure
    digest = proving.keep_evidence(session, vault, row, by=by, evidence=reason, at=at)
    ledger.record(
        session, "erasure.held", actor=by, reference=row.reference, at=at,
        reason=digest, until=last, quietly=quietly,
    )  # fmt: skip
    if erasure.stage != Stage.HELD:
        erasure.held_before, erasure.stage = erasure.stage, Stage.HELD
    erasure.held_until, erasure.held_quietly = last, quietly
    if until:
        _call_end(session, row, until)
    if not quietly:
        _tell(session, vault, row, last, at=at)
    return erasure


def release(session: Session, row: Request, *, by: str, at: datetime) -> Erasure:
    """Let a held erasure go on; one that is not held stays as it is.

    A plan over a limit still waits for a second person.
    """
    staff.acting(session, by)
    erasure = erasing.of(session, row)
    if erasure.stage == Stage.HELD:
        erasing.release(session, row, erasure, by=by, at=at)
    return erasure


def end(session: Session, row: Request, *, at: datetime) -> None:
    """Let an erasure go on whose last day of being held has passed; one that is held longer by now is."""
    erasure = erasing.of(session, row)
    today = clock.day(at, maps.get(session, row.map_version).controller.zone).isoformat()
    if erasure.stage == Stage.HELD and erasure.held_until is not None and erasure.held_until < today:
        erasing.release(session, row, erasure, by="system", at=at)


def _tell(session: Session, vault: Vault, row: Request, last: str | None, *, at: datetime) -> None:
    """Write to the person that his erasure is held (GDPR 12(4): whoever does not act says so)."""
    session.flush()
    number = len(ledger.facts_of(session, row.reference, "erasure.held"))
    mailing.raise_told(session, vault, row, "held", number=number, at=at, until=last or "")


def _check(session: Session, row: Request, until: date | None, *, at: datetime) -> None:
    today = clock.day(at, maps.get(session, row.map_version).controller.zone)
    if until is not None and not today <= until <= today + LONGEST:
        raise BadInput(
            f"an erasure is held until a day from {today} on, and for ten years at most; give such a day"
        )


def _call_end(session: Session, row: Request, until: date) -> None:
    """Have it go on at the first moment after its last day, in the controller's zone."""
    zone = ZoneInfo(maps.get(session, row.map_version).controller.zone)
    over = datetime.combine(until + timedelta(days=1), time(0), zone)
    key = f"unhold:{row.reference}:{until.isoformat()}"
    work.put(session, "end_hold", key=key, not_before=over, reference=row.reference)
