"""Queue work in the transaction that calls for it; claim it for a while; fence whoever lost it.

A claim is a lease with a number.  Whatever a worker writes afterwards goes through
`hold`, which fails when the number is no longer its own.

Rows of work are written and held when a transaction commits, after everything
else and in the order of their keys: so no two workers ever wait for each other.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, event, literal, or_, select, update
from sqlalchemy.orm import Session

from dsar import clock, db
from dsar.db import Instant
from dsar.errors import LeaseLost
from dsar.models import StoreWork, Work
from dsar.terms import StoreState

FIRST_PAUSE = 5  # seconds after the first failed try; doubled each time
LONGEST_PAUSE = 900  # seconds
RESEND = 10  # seconds; the broker may lose what it was given
FIRST_LEASES = 2**30  # a lease begins anywhere below: SQLite gives a deleted row's id to another
PATIENCE = (
    3  # tries after which a store that nobody mends is given up, and somebody is told of one that fails
)
TAKEN_OVER = "another worker has taken this work over"


@dataclass(frozen=True)
class Claim:
    """One piece of work, held until its lease runs out."""

    id: int
    key: str
    lease: int
    job: str
    args: dict[str, Any]
    tries: int  # that failed before this one
    until: datetime

    @property
    def tried_enough(self) -> bool:
        """Whether, should this try fail too, patience is over."""
        return self.tries + 1 >= PATIENCE


def put(session: Session, job: str, *, key: str, not_before: datetime | None = None, **args: Any) -> None:
    """Queue work.  The same key while open is one row, done once more when called for while being done.

    It is due at once by real time; not_before: civil time it also waits for.
    """
    put_many(session, job, [(key, args)], not_before=not_before)


def put_many(
    session: Session,
    job: str,
    calls: Iterable[tuple[str, dict[str, Any]]],
    *,
    not_before: datetime | None = None,
) -> None:
    """Queue many pieces of work of one kind; they are written, with one statement, at commit."""
    now = clock.real()  # the queue's own mechanics run on real time
    queued = session.info.setdefault("calls", {})
    for key, args in calls:
        queued[key] = {
            "key": key, "job": job, "args": args, "due_at": now, "not_before": not_before,
            "again": False, "lease": secrets.randbelow(FIRST_LEASES), "tries": 0,
        }  # fmt: skip


@event.listens_for(Session, "before_commit")
def write_calls(session: Session) -> None:
    """Write what was called for, and make sure that the lease of who calls is still his.  Raises LeaseLost."""
    calls: dict[str, dict[str, Any]] = session.info.pop("calls", {})
    held: Claim | None = session.info.pop("held", None)
    before = sorted(key for key in calls if held and key < held.key)
    _write(session, [calls.pop(key) for key in before])
    if held:
        _lock(session, held)
    _write(session, [calls[key] for key in sorted(calls)])


@event.listens_for(Session, "after_rollback")
def forget_calls(session: Session) -> None:
    """A transaction that came to nothing called for nothing."""
    session.info.pop("calls", None)
    session.info.pop("held", None)


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(_upsert(session), rows)


def _upsert(session: Session) -> Any:
    insert = db.insert(session)(Work)
    failing = Work.tries > 0  # then its pause stands
    once_more = {
        "again": True,
        "not_before": insert.excluded.not_before,
        "due_at": case((failing, Work.due_at), else_=insert.excluded.due_at),
    }
    return insert.on_conflict_do_update(index_elements=["key"], set_=once_more)


def due(session: Session, *, now: datetime, civil: datetime, limit: int = 100) -> list[int]:
    """Ids of work that can be claimed now, oldest first."""
    wanted = select(Work.id).where(_claimable(now, civil)).order_by(Work.due_at, Work.id)
    return list(session.scalars(wanted.limit(limit)))


def not_before(session: Session, key: str) -> datetime | None:
    """The civil time before which a piece of work is not done; None when it has none, or is not queued."""
    return session.scalar(select(Work.not_before).where(Work.key == key))


def ensure(session: Session, job: str, *, key: str) -> None:
    """Queue work that calls for itself again and again, where it is not queued yet."""
    if session.scalar(select(Work.id).where(Work.key == key)) is None:
        put(session, job, key=key)


def sooner(session: Session, job: str, *, key: str) -> None:
    """Have work that waits for its time done now; where it is not queued, nobody wants it done."""
    if session.scalar(select(Work.id).where(Work.key == key)) is not None:
        put(session, job, key=key)


def queued(session: Session, key: str) -> list[int]:
    """Ids of the work of a key; of every key that begins with it, where it ends in a colon."""
    wanted = Work.key.startswith(key, autoescape=True) if key.endswith(":") else Work.key == key
    return list(session.scalars(select(Work.id).where(wanted).order_by(Work.key)))


def failing(session: Session, keys: Iterable[str]) -> list[Work]:
    """Of these pieces of work, those whose last try failed."""
    rows = select(Work).where(Work.key.in_(list(keys)), Work.reason.is_not(None))
    return list(session.scalars(rows.order_by(Work.id)))


def to_send(session: Session, *, now: datetime, civil: datetime, limit: int = 500) -> list[int]:
    """Ids of work to put on the broker: due, and not put there within the last seconds."""
    unsent = or_(Work.sent_at.is_(None), Work.sent_at < now - timedelta(seconds=RESEND))
    wanted = select(Work.id).where(_claimable(now, civil), unsent).order_by(Work.due_at, Work.id).limit(limit)
    ids = list(session.scalars(wanted.with_for_update(skip_locked=True)))
    session.execute(update(Work).where(Work.id.in_(ids)).values(sent_at=now))
    return ids


def claim(session: Session, id: int, *, now: datetime, civil: datetime, seconds: float) -> Claim | None:
    """Lease one piece of work; None when another has it, it is done, or it is not due."""
    until = now + timedelta(seconds=seconds)
    taken = (
        update(Work)
        .where(Work.id == id, _claimable(now, civil))
        .values(lease=Work.lease + 1, leased_until=until, again=False, sent_at=None)
        .returning(Work.id, Work.key, Work.lease, Work.job, Work.args, Work.tries)
    )
    row = session.execute(taken).one_or_none()
    return Claim(row.id, row.key, row.lease, row.job, row.args, row.tries, until) if row else None


def hold(session: Session, claim: Claim) -> None:
    """Make sure, now and again at commit, that the lease is still ours.

    Raises LeaseLost, here or from the commit.
    """
    mine = select(Work.id).where(Work.id == claim.id, Work.lease == claim.lease)
    if session.scalar(mine) is None:
        raise LeaseLost(TAKEN_OVER)
    session.info["held"] = claim


def _lock(session: Session, claim: Claim) -> None:
    """Keep others from claiming the row until this transaction ends.  Raises LeaseLost."""
    mine = update(Work).where(Work.id == claim.id, Work.lease == claim.lease).values(lease=Work.lease)
    if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
        raise LeaseLost(TAKEN_OVER)


def renew(session: Session, claim: Claim, *, now: datetime, seconds: float) -> None:
    """Lengthen the lease.  Raises LeaseLost."""
    until = now + timedelta(seconds=seconds)
    mine = update(Work).where(Work.id == claim.id, Work.lease == claim.lease).values(leased_until=until)
    if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
        raise LeaseLost(TAKEN_OVER)


def done(session: Session, claim: Claim) -> None:
    """Remove the row, or make it due again when it was called for meanwhile."""
    gone = delete(Work).where(Work.id == claim.id, Work.lease == claim.lease, Work.again.is_(False))
    if not session.execute(gone).rowcount:  # type: ignore[attr-defined]
        later(session, claim, due_at=clock.real())


def later(session: Session, claim: Claim, *, due_at: datetime, reason: str | None = None) -> None:
    """Give the work back, to be done at that real time; a reason counts as a failed try.

    What was called for meanwhile is due at once.
    """
    mine = update(Work).where(Work.id == claim.id, Work.lease == claim.lease)
    tries = 0 if reason is None else claim.tries + 1
    due = case((Work.again, literal(clock.real(), Instant())), else_=literal(due_at, Instant()))
    session.execute(
        mine.values(
            leased_until=None,
            sent_at=None,
            due_at=due,
            tries=tries,
            reason=reason and reason[:300],
            again=False,
        )
    )


def retry_now(session: Session, *, now: datetime) -> None:
    """Forget every pause between tries."""
    paused = select(Work.id).where(Work.due_at > now).order_by(Work.key).with_for_update()
    session.execute(update(Work).where(Work.id.in_(list(session.scalars(paused)))).values(due_at=now))


def pause(tries: int, first: float = FIRST_PAUSE) -> timedelta:
    """How long to wait after that many failed tries in a row: doubled each time, at most 15 minutes."""
    return timedelta(seconds=min(first * 2**tries, LONGEST_PAUSE))


def leased(session: Session, *, now: datetime) -> datetime | None:
    """When the first live lease runs out; None when nobody works."""
    live = select(Work.leased_until).where(Work.leased_until > now).order_by(Work.leased_until).limit(1)
    return session.scalar(live)


def _claimable(now: datetime, civil: datetime) -> Any:
    free = or_(Work.leased_until.is_(None), Work.leased_until <= now)
    reached = or_(Work.not_before.is_(None), Work.not_before <= civil)
    return and_(free, reached, Work.due_at <= now)


def waiting(session: Session) -> list[dict[str, Any]]:
    """Each request that waits for a store, why, and when it is tried again."""
    row = StoreWork
    stuck = select(row).where(row.state.in_((StoreState.UNREACHABLE, StoreState.FAILED, StoreState.PAUSED)))
    return [
        {
            "reference": r.reference, "store": r.store, "reason": r.reason,
            "next_try_at": clock.moment(r.next_try_at),
        }
        for r in session.scalars(stuck.order_by(row.reference, row.store))
    ]  # fmt: skip
