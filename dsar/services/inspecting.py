"""Inspections: who may ask every store for one identifier, what is asked, and what each store answered.

The ledger holds counts, and a keyed digest of what was typed that is another in each inspection.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dsar.datamap import identifiers
from dsar.datamap.types import DataMap, IdentifierKind
from dsar.errors import BadInput, Forbidden, NotAllowed, NotFound
from dsar.models import InspectedStore, Inspection, Request, RequestIdentifier, User
from dsar.models.inspection import BOOK
from dsar.services import alerting, finding, inspected, ledger, maps, proving, staff, work
from dsar.services.inspected import Shown, Typed
from dsar.services.intake import Given
from dsar.terms import Role
from dsar.vault import Vault

INSPECTING = frozenset({Role.OFFICER, Role.INSPECTOR})
MANY = "inspections.many"  # alert
A_DAY = timedelta(days=1)
LONGEST = 500  # characters of a reason or of the number of a case


class TooMany(NotAllowed):
    """This person has inspected as often as anybody may within a day."""

    status = 429


@dataclass(frozen=True, repr=False)
class Wanted:
    """What somebody wants to see, why, and on whose authority."""

    by: str
    identifier: Given
    reason: str
    case: str  # number of the case or of the order; "" where there is none
    lang: str


@dataclass(frozen=True, repr=False)
class Task:
    """What is to be asked of one store."""

    datamap: DataMap
    typed: Typed
    internal: Sequence[tuple[str, str]]  # kind and value of numbers of ours that are known to be the person's


def may_inspect(session: Session, name: str, *, at: datetime) -> User:
    """The officer or inspector of that name.  Raises NotFound, and Forbidden for anybody else."""
    user = staff.present(session, name, at=at)
    if user.role not in INSPECTING:
        raise Forbidden(f"{name} is {user.role} and cannot inspect; an officer or an inspector can")
    return user


def open_inspection(
    session: Session, vault: Vault, wanted: Wanted, *, a_day: int, kept: timedelta, at: datetime
) -> Inspection:
    """Record that somebody asks every store for an identifier, and queue the asking.

    a_day: inspections of one person within a day before an alert; twice as many are the most.
    Raises Forbidden, TooMany, and BadInput for what cannot be asked or is asked without a reason.
    """
    user = may_inspect(session, wanted.by, at=at)
    version, datamap = maps.current(session)
    typed = _typed(datamap, wanted)
    ledger.open_book(session, BOOK)
    ledger.head(session, BOOK)  # from here on others who inspect wait
    count = _lately(session, user.name, at=at) + 1
    _not_too_many(session, user.name, count, a_day, at=at)
    row = Inspection(
        reference=BOOK, by=user.name, role=Role(user.role), lang=wanted.lang, opened_at=at, map_version=version,
        files={},
    )  # fmt: skip
    session.info.setdefault("recorded", set()).add(BOOK)  # its entry, which has its number, follows at once
    session.add(row)
    session.flush()
    key, row.wrapped = vault.new_key(inspected.about(row.number))
    plain = json.dumps(vars(typed), ensure_ascii=False).encode()
    row.sealed = vault.seal(key, plain, inspected.about(row.number))
    ledger.record(
        session, "inspection.opened", actor=user.name, reference=BOOK, at=at,
        number=row.number, role=user.role, map=version, stores=len(datamap.stores),
        **_digests(vault, row.number, typed),
    )  # fmt: skip
    _call(session, row.number, datamap, answered=())
    work.put(
        session, "destroy_inspection", key=f"inspection-over:{row.number}", not_before=at + kept, number=row.number
    )  # fmt: skip
    return row


def _digests(vault: Vault, number: int, typed: Typed) -> dict[str, str | None]:
    """What the ledger says of what was typed, and why."""
    case = proving.said(typed.case)[1] if typed.case else None
    digest = inspected.digest(vault, number, typed.value)
    return {"kind": typed.kind, "identifier": digest, "reason": proving.said(typed.reason)[1], "case": case}


def _typed(datamap: DataMap, wanted: Wanted) -> Typed:
    kinds = asked_by(datamap)
    given, reason, case = wanted.identifier, wanted.reason.strip(), wanted.case.strip()
    if given.kind not in kinds:
        raise BadInput(f"identifier kind {given.kind!r} is not one of {', '.join(sorted(kinds))}")
    for words in (reason, case) if case else (reason,):
        proving.said(words)  # raises where it says nothing
    if len(reason) > LONGEST or len(case) > LONGEST:
        raise BadInput(f"a reason and the number of a case have at most {LONGEST} characters; say it shorter")
    value = identifiers.normal(kinds[given.kind], given.value)
    if not identifiers.common_forms(kinds[given.kind], value):
        raise BadInput(
            "this is too short to be looked for by value: it would be found in other people's records"
        )
    return Typed(given.kind, value, reason, case)


def asked_by(datamap: DataMap) -> Mapping[str, IdentifierKind]:
    """The kinds of identifier that can be typed: what people are known by, and no number of ours."""
    return {name: kind for name, kind in datamap.identifier_kinds.items() if not kind.internal}


def _lately(session: Session, name: str, *, at: datetime) -> int:
    lately = select(func.count()).select_from(Inspection)
    return session.scalar(lately.where(Inspection.by == name, Inspection.opened_at > at - A_DAY)) or 0


def _not_too_many(session: Session, name: str, count: int, a_day: int, *, at: datetime) -> None:
    if count > 2 * a_day:
        raise TooMany(
            f"{name} has inspected {count - 1} times within a day, and more is not allowed; try tomorrow"
        )
    if count > a_day:
        alerting.raise_alert(session, MANY, at=at, about=name, by=name, most=a_day)


def _call(session: Session, number: int, datamap: DataMap, *, answered: Iterable[str]) -> None:
    """Queue the asking of each store that no unasked one leads to; of all, where they lead in a circle."""
    waiting = [name for name in datamap.stores if name not in set(answered)]
    ready = [name for name in waiting if not (datamap.leads_to(name) - {name}) & set(waiting)] or waiting
    calls = [(f"inspect:{number}:{name}", {"number": number, "store": name}) for name in ready]
    work.put_many(session, "inspect_store", calls)
    if not waiting:
        work.put(session, "make_inspection", key=f"inspected:{number}", number=number)


def task(session: Session, vault: Vault, number: int, store: str) -> Task | None:
    """What is to be asked of a store; None when it has answered, or all was destroyed."""
    row = inspected.get(session, number)
    answers = inspected.asked(session, number)
    if row.wrapped is None or any(one.store == store for one in answers):
        return None
    asked = inspected.typed(vault, row)
    known = dict.fromkeys(_proven_internal(session, vault, asked))
    for one in answers:
        known |= dict.fromkeys((kind, value) for kind, value in inspected.opened(vault, row, one)["gave"])
    return Task(maps.get(session, row.map_version), asked, list(known))


def record(session: Session, vault: Vault, number: int, store: str, answer: Shown) -> None:
    """Keep what a store answered, once; when all have answered the record is made."""
    row = session.get_one(Inspection, number, with_for_update=True)  # two stores may answer at once
    answered = {one.store for one in inspected.asked(session, number)}
    if row.wrapped is None or store in answered:
        return
    plain = json.dumps(answer, ensure_ascii=False).encode()
    sealed = vault.seal(inspected.key_of(vault, row), plain, inspected.about(number, store))
    said = answer["state"] == "answered"
    session.add(InspectedStore(inspection=number, store=store, answered=said, sealed=sealed))
    _call(session, number, maps.get(session, row.map_version), answered=answered | {store})


def progress(session: Session, number: int) -> list[tuple[str, bool]]:
    """The stores that have been asked so far, each with whether it answered."""
    return [(one.store, one.answered) for one in inspected.asked(session, number)]


def concerned(session: Session, vault: Vault, asked: Typed) -> dict[str, bool]:
    """The requests in which this identifier was given, each with whether it was proven there, oldest first."""
    blind = vault.blind(asked.kind, asked.value)
    row = RequestIdentifier
    wanted = (
        select(row.reference, row.confirmed_at)
        .join(Request, Request.reference == row.reference)
        .where(row.blind == blind, row.kind == asked.kind)
    )
    return {ref: at is not None for ref, at in session.execute(wanted.order_by(Request.id))}


def made(
    session: Session, row: Inspection, facts: Shown, files: Mapping[str, Shown], *, at: datetime
) -> None:
    """The record was signed."""
    ledger.record(
        session, "inspection.made", actor="worker", reference=BOOK, at=at, number=row.number, **facts,
        files={name: file["sha256"] for name, file in files.items()},
    )  # fmt: skip
    row.made_at, row.files = at, dict(files)


def fetched(session: Session, row: Inspection, name: str, *, by: str, at: datetime) -> None:
    """Somebody took a file of the record."""
    ledger.record(
        session, "inspection.fetched", actor=by, reference=BOOK, at=at, number=row.number, file=name
    )


def destroy(session: Session, number: int, *, at: datetime) -> None:
    """Destroy the key of an inspection, and with it all that it found; a second time changes nothing."""
    row = inspected.get(session, number)
    if row.wrapped is None:
        return
    ledger.record(session, "inspection.destroyed", actor="worker", reference=BOOK, at=at, number=number)
    row.wrapped, row.sealed, row.files, row.destroyed_at = None, None, {}, at
    session.execute(update(InspectedStore).where(InspectedStore.inspection == number).values(sealed=None))


def listed(session: Session, name: str | None, *, limit: int, before: int | None = None) -> list[Inspection]:
    """The newest inspections, of one person where one is named; before: only those of a lower number."""
    wanted = select(Inspection).order_by(Inspection.number.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(Inspection.number < before)
    return list(session.scalars(wanted.where(Inspection.by == name) if name else wanted))


def _proven_internal(session: Session, vault: Vault, asked: Typed) -> list[tuple[str, str]]:
    """Numbers of ours that requests with this identifier, proven, led to: what is left is found by them."""
    proven = [ref for ref, confirmed in concerned(session, vault, asked).items() if confirmed]
    known = []
    for reference in proven:
        try:
            found = finding.known_of(session, vault, reference)
        except NotFound:  # destroyed
            continue
        known += [(one.kind, one.value) for one in found if one.internal]
    return known
