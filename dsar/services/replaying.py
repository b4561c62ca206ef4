"""Past erasures applied to stores that were restored from a backup: by what, how far, and what it came to."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from dsar.errors import Forbidden, NotAllowed
from dsar.models import Erasure, Replay, ReplayPart, Tombstone
from dsar.services import alerting, intake, ledger, staff, tombstones
from dsar.services.ledger import Entry
from dsar.terms import Role, Stage

LEFT = "restore.left"  # alert
REPLAYING = frozenset({Role.LEAD, Role.OFFICER})  # who may have it done; whoever acts may have it counted
AT_ONCE = 10_000  # rows of ours fetched in one go
Place = tuple[str, str]  # store, collection


@dataclass(frozen=True)
class Stone:
    """One tombstone that a cell answers to."""

    reference: str
    lifted: bool


@dataclass
class Tally:
    """What a look through one collection saw, or what came of it."""

    found: int = 0
    kept: int = 0
    in_doubt: int = 0
    left: int = 0
    emptied: int = 0
    reason: str | None = None


def digests(session: Session, since: datetime | None) -> Iterator[bytes]:
    """The digest of every tombstone to go by, in their order."""
    wanted = _standing(select(Tombstone.digest), since).order_by(Tombstone.digest)
    return iter(session.scalars(wanted.execution_options(yield_per=AT_ONCE)))


def stones(session: Session, digest: bytes, since: datetime | None) -> tuple[Stone, ...]:
    """The tombstones of one digest."""
    wanted = _standing(select(Tombstone.reference, Tombstone.lifted_at), since)
    rows = session.execute(wanted.where(Tombstone.digest == digest).order_by(Tombstone.reference))
    return tuple(Stone(reference, lifted_at is not None) for reference, lifted_at in rows)


def has_kind(session: Session, reference: str, kind: str) -> bool:
    """Whether a person left a tombstone of a kind of identifier."""
    there = select(Tombstone.id).where(Tombstone.reference == reference, Tombstone.kind == kind)
    return session.scalar(there.limit(1)) is not None


def without(session: Session, since: datetime | None) -> int:
    """How many erasures left no tombstone: their identifiers were destroyed before there were any."""
    none = ~exists().where(Tombstone.reference == Erasure.reference)
    wanted = select(func.count()).select_from(Erasure).where(tombstones.begun(), none)
    return session.scalar(wanted.where(_not_done_before(since)) if since else wanted) or 0


def on_hold(session: Session) -> set[str]:
    """The erasures that had begun and are held, or wait to be let go anew: nothing of theirs goes, wherever it is."""
    has_any = exists().where(Tombstone.reference == Erasure.reference)
    waiting = and_(has_any, Erasure.stage.not_in(tombstones.BEGUN))
    held = and_(tombstones.begun(), Erasure.stage == Stage.HELD)
    return set(session.scalars(select(Erasure.reference).where(or_(held, waiting))))


def refuse_once_held(session: Session, before: Collection[str]) -> None:
    """Raise NotAllowed once an erasure is held that was not when a run began: asked before each chunk of records."""
    if on_hold(session).difference(before):
        raise NotAllowed(
            "an erasure was held, or must be let go anew, since this began; run the same again: it is passed over then"
        )


def may(session: Session, by: str, *, counting: bool) -> None:
    """Raise NotFound or Forbidden for who may not have it done, or counted."""
    user = staff.acting(session, by)
    if not counting and user.role not in REPLAYING:
        raise Forbidden(
            f"{by} is {user.role} and cannot have a restored store erased; a lead or an officer can"
        )


def begin(
    session: Session, places: Mapping[str, Sequence[str]], *, since: datetime | None, by: str, at: datetime
) -> Replay:
    """Begin a replay of these collections by store, or take up the last of the same, where it did not end."""
    open_one = select(Replay).where(Replay.ended_at.is_(None)).order_by(Replay.id.desc())
    stores, all_ = list(places), {(store, name) for store, names in places.items() for name in names}
    for replay in session.scalars(open_one):
        if replay.since == since and parts(session, replay.id).keys() == all_:
            return replay
    replay = Replay(by=by, stores=stores, since=since, begun_at=at)
    session.add(replay)
    session.flush()
    for store, names in places.items():
        session.add_all(
            ReplayPart(replay=replay.id, store=store, collection=name, emptied=0, in_doubt=0)
            for name in names
        )
    ledger.open_book(session, ledger.STAFF)
    ledger.record(
        session, "restore.begun", actor=by, reference=ledger.STAFF, at=at, replay=replay.id, stores=stores,
        since=since.isoformat() if since else None,
    )  # fmt: skip
    return replay


def parts(session: Session, replay: int) -> dict[Place, ReplayPart]:
    """What a replay came to so far."""
    rows = session.scalars(select(ReplayPart).where(ReplayPart.replay == replay))
    return {(row.store, row.collection): row for row in rows}


def counted(
    session: Session, replay: int, place: Place, found: int, records: Mapping[str, int], *, by: str, at: datetime
) -> None:  # fmt: skip
    """Remember what a backup brought back, before any of it goes; of whom, in his own chain.

    Only the first count of a collection stands: a run after a cut finds less.
    """
    part = session.get_one(ReplayPart, (replay, *place))
    if part.found is not None:
        return
    part.found = found
    intake.lock(session, records)
    entries = [
        Entry(ref, "restore.found", {"store": place[0], "records": n}) for ref, n in sorted(records.items())
    ]
    ledger.record_many(session, entries, actor=by, at=at)


def looked(session: Session, replay: int, place: Place, tally: Tally, *, at: datetime) -> None:
    """Write what a collection came to, once it was looked through again."""
    part = session.get_one(ReplayPart, (replay, *place))
    part.found = max(part.found or 0, tally.kept + tally.left)
    part.kept, part.left, part.in_doubt = tally.kept, tally.left, tally.in_doubt
    part.emptied += tally.emptied
    part.reason, part.done_at = tally.reason and tally.reason[:300], at


def failed(session: Session, replay: int, place: Place, reason: str, *, again: bool, at: datetime) -> None:
    """Write why a collection could not be gone through; again: the next run tries."""
    part = session.get_one(ReplayPart, (replay, *place))
    part.reason, part.left, part.done_at = reason[:300], None, None if again else at


def end(session: Session, replay: int, *, by: str, at: datetime) -> bool:
    """End a replay that has gone through everything, and tell somebody where anything is left; whether it has ended."""
    row = session.get_one(Replay, replay)
    done = list(parts(session, replay).values())
    for store in row.stores:
        _alert(session, store, [part for part in done if part.store == store], at=at)
    if any(part.done_at is None for part in done):
        return False
    if row.ended_at is None:
        row.ended_at = at
        ledger.record(
            session, "restore.replayed", actor=by, reference=ledger.STAFF, at=at, replay=replay,
            stores=row.stores, **sums(done),
        )  # fmt: skip
    return True


def add_numbers(
    session: Session, given: Mapping[str, Mapping[bytes, tuple[str, str]]], *, at: datetime
) -> None:
    """Keep the numbers of accounts that a backup brought back: what hangs on them is the person's too.

    given: by reference, each digest with its kind and form.
    """
    intake.lock(session, given)
    known = select(Tombstone.digest).where(Tombstone.reference.in_(given))
    there = set(session.scalars(known))
    for reference, made in sorted(given.items()):
        tombstones.add(session, reference, {d: of for d, of in made.items() if d not in there}, at=at)


def sums(done: Collection[ReplayPart]) -> dict[str, int]:
    """All collections that were gone through; erased: they went, or were emptied as the map says."""
    through = [part for part in done if part.left is not None]
    found, kept, left = (
        sum(getattr(part, name) or 0 for part in through) for name in ("found", "kept", "left")
    )
    return {"found": found, "erased": found - kept - left, "kept": kept, "left": left}


def _alert(session: Session, store: str, done: Sequence[ReplayPart], *, at: datetime) -> None:
    left = {f"{store}.{part.collection}": part.left for part in done if part.left != 0}
    if left:
        alerting.raise_alert(session, LEFT, store=store, places=left, at=at)
    else:
        alerting.over(session, LEFT, store=store, at=at)


def _standing(wanted: Any, since: datetime | None) -> Any:
    """Tombstones to go by: not of an erasure that somebody holds or has to let go, nor of one that was done before."""
    joined = wanted.join(Erasure, Erasure.reference == Tombstone.reference)
    joined = joined.where(Erasure.stage.in_(tombstones.BEGUN))
    return joined.where(_not_done_before(since)) if since else joined


def _not_done_before(since: datetime) -> ColumnElement[bool]:
    return or_(Erasure.done_at.is_(None), Erasure.done_at >= since)
