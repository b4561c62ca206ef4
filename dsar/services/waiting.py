"""What a request waits for: who must do something, since when (civil time), and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.clock import moment
from dsar.models import Copy, Erasure, ErasureItem, Gap, Look, RecipientAsk, Request, SenderAsk
from dsar.services import (
    barring,
    confirming,
    erasing,
    gaps,
    ledger,
    mailing,
    maps,
    reasons,
    stopping,
    verdicts,
    weighing,
    work,
)
from dsar.terms import OPEN, CopyState, GapKind, Stage, Status, StoreState

Shown = dict[str, Any]
STUCK = (StoreState.UNREACHABLE, StoreState.FAILED, StoreState.PAUSED)


def waits_for(
    session: Session, row: Request, stores: list[Shown], unmapped: list[Shown], listed: Sequence[Gap]
) -> list[Shown]:
    """Everything that an open request waits for; stores and unmapped places as they are shown.

    listed: the places on the review list that its copy waits for.
    """
    if row.status not in OPEN:
        return []
    waits = []
    if row.status in (Status.RECEIVED, Status.VERIFYING):
        waits.append(_wait("person", "identity", moment(row.received_at), reasons.UNPROVEN))
    waits += [_wait("store", s["name"], s["since"], s["reason"]) for s in stores if s["state"] in STUCK]
    waits += _for_copy(session, row)
    waits += _for_places(stores, unmapped)
    waits += _for_review(listed)
    named = {one["name"] for one in waits}
    waits += [one for one in _for_what_is_left(session, row.reference) if one["name"] not in named]
    waits += _for_staff(session, row)
    return waits + [_for_recipient(ask) for ask in confirming.unconfirmed(session, row)]


def _for_recipient(ask: RecipientAsk) -> Shown:
    """A recipient that was not asked yet, has not answered, or refused: that is for staff to see to."""
    if ask.outcome is not None:
        return _wait("recipient", ask.name, moment(ask.answered_at), reasons.RECIPIENT_REFUSED)
    if ask.asked_at is None:
        return _wait("recipient", ask.name, moment(ask.called_at), reasons.TO_ASK)
    return _wait(
        "recipient", ask.name, moment(ask.asked_at), reasons.SILENT if ask.silent_at else reasons.ASKED
    )


def _for_copy(session: Session, row: Request) -> list[Shown]:
    """A frozen erasure waits until the person has the copy that was asked for with it, or for its day."""
    begins, copy_first = erasing.begins(session, row)
    if begins is None or not copy_first:
        return []
    frozen = moment(
        ledger.since(session, row.reference, "erasure.planned", "erasure.gone", "erasure.released")
    )
    day = clock.day(begins, maps.get(session, row.map_version).controller.zone)
    return [_wait("person", "copy", frozen, reasons.copy_first(day))]


def _for_what_is_left(session: Session, reference: str) -> list[Shown]:
    """Places in which the newest look after an erasure still saw something."""
    item = ErasureItem
    left = select(item).where(item.reference == reference, item.residue > 0, item.looked_at.is_not(None))
    return [
        _wait(
            "staff", f"{one.store}.{one.collection}", moment(_left_since(session, one)), one.reason or reasons.LEFT
        )
        for one in session.scalars(left.order_by(item.id))
    ]  # fmt: skip


def _left_since(session: Session, item: ErasureItem) -> datetime | None:
    """The first look in a row that saw something left in a place."""
    since, at = item.looked_at, (Look.reference == item.reference, Look.store == item.store)
    looks = select(Look.at, func.sum(Look.left)).where(*at, Look.collection == item.collection)
    for looked_at, left in session.execute(looks.group_by(Look.number, Look.at).order_by(Look.number.desc())):
        if not left:
            break
        since = looked_at
    return since


def _for_places(stores: list[Shown], unmapped: list[Shown]) -> list[Shown]:
    """Places that hold the person and that the map does not account for, since they were looked at."""
    looked = {store["name"]: store["since"] for store in stores}
    return [
        _wait(
            "staff",
            f"{place['store']}.{place['table']}",
            looked.get(place["store"]),
            reasons.UNLED if place["undeclared"] else reasons.UNNAMED,
        )
        for place in unmapped
        if place["records"]
    ]


def _for_review(listed: Sequence[Gap]) -> list[Shown]:
    """Places that look personal, and fields of forms that are tied to nothing, since they were listed."""
    return [
        _wait(
            "staff",
            gaps.name(gap),
            moment(gap.seen_at),
            reasons.UNTIED if gap.kind == GapKind.UNTIED else reasons.LOOKS_PERSONAL,
        )
        for gap in listed
    ]


def _for_staff(session: Session, row: Request) -> list[Shown]:
    """Work that failed, and what only staff can do; since the act that called for it."""

    def since(*acts: str) -> str | None:
        return moment(ledger.since(session, row.reference, *acts))

    waits = []
    erasure = session.get(Erasure, row.reference)
    if erasure and erasure.stage == Stage.HELD:
        waits.append(_wait("staff", "erasure", since("erasure.held"), reasons.ON_HOLD))
    if erasure and erasure.stage == Stage.ERASING and (stop := stopping.current(session)):
        waits.append(_wait("staff", "erasure", moment(stop.stopped_at), reasons.ALL_STOPPED))
    if erasure and erasure.stage == Stage.PLANNED and weighing.needs_go(session, row):
        waits.append(_wait("staff", "erasure", since("erasure.planned"), reasons.NEEDS_GO))
    waits += [
        _wait("staff", f"{item.store}.{item.collection}", moment(item.looked_at), item.reason)
        for item in (barring.barred(session, row) if erasure else ())
        if not item.residue  # where something is left, that is said already
    ]
    named = [f"{job}:{row.reference}" for job in ("copy", "plan", "certificate")]
    waits += [_wait("staff", one.job, since(), one.reason) for one in work.failing(session, named)]
    if sender := session.get(SenderAsk, row.reference):
        untold = _wait("recipient", sender.sender, since("certificate.made"), reasons.UNTOLD)
        return [*waits, untold] if _lies_ready(session, row, erasure) else waits
    if _lies_ready(session, row, erasure) and mailing.reachable(session, row) is None:
        waits.append(_wait("staff", "answer", since("copy.made", "certificate.made"), reasons.NO_LETTER))
    return waits


def _lies_ready(session: Session, row: Request, erasure: Erasure | None) -> bool:
    if erasure is not None:
        return erasure.stage == Stage.DONE and not verdicts.is_open(session, row)
    copy = session.get(Copy, row.reference)
    return copy is not None and copy.state == CopyState.READY


def _wait(who: str, name: str, since: str | None, reason: str | None) -> Shown:
    return {"who": who, "name": name, "since": since, "reason": reason, "reason_text": reasons.text(reason)}
