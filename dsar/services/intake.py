"""Take in a submission: one or more rights, asked by one person at one time."""

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import db
from dsar.datamap import identifiers
from dsar.datamap.types import DataMap
from dsar.errors import BadInput, NotFound
from dsar.law import PROMISE, period, promise_due
from dsar.models import Once, Request, RequestIdentifier
from dsar.services import keys, ledger, maps
from dsar.terms import SERVED, KeyClass, Right, Status
from dsar.vault import Vault

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, nothing read two ways
LENGTH = 8
OLDEST = timedelta(days=366 * 20)


@dataclass(frozen=True, repr=False)
class Given:
    """An identifier as the person gave it."""

    kind: str
    value: str


@dataclass(frozen=True, repr=False)
class Intake:
    """What the person asked, and when it reached the controller."""

    rights: Sequence[Right]
    identifiers: Sequence[Given]
    lang: str
    received_at: datetime
    looks_only: bool = False
    once: str | None = None
    test: bool = False  # of the self-test


def new_reference() -> str:
    """Eight characters that nobody misreads."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def reference(text: str) -> str:
    """A reference as people write it (7kq4-m2xd), as we keep it (7KQ4M2XD).

    Raises BadInput for what cannot be one.
    """
    plain = re.sub(r"[\s‐‑–—-]", "", text).upper()
    if len(plain) != LENGTH or set(plain) - set(ALPHABET):
        raise BadInput("a reference has 8 letters and digits, like 7KQ4-M2XD; check it and try again")
    return plain


def get(session: Session, text: str) -> Request:
    """The request of a reference, however written; where it may be written, nobody else changes it meanwhile.

    Raises NotFound, BadInput.
    """
    wanted = reference(text)
    if session.info.get("writes"):
        submission = select(Request.submission).where(Request.reference == wanted).scalar_subquery()
        siblings = select(Request.reference).where(Request.submission == submission)
        lock(session, list(session.scalars(siblings)))
    request = session.scalar(select(Request).where(Request.reference == wanted))
    if request is None:
        raise NotFound(f"there is no request {wanted[:4]}-{wanted[4:]}; check the reference")
    return request


def lock(session: Session, references: Collection[str]) -> dict[str, int]:
    """Keep these requests to this transaction, waiting for whoever has them; the map's version of each.

    All are locked at once and in one order, so that no two transactions wait for each other.
    """
    asked = select(Request.reference, Request.map_version).where(Request.reference.in_(references))
    locked = asked.order_by(Request.reference).with_for_update(key_share=True)
    return dict(session.execute(locked).all())


def open_submission(
    session: Session, vault: Vault, intake: Intake, *, actor: str, at: datetime
) -> list[Request]:
    """Open a request for each right, and start its deadline at receipt.

    The promise in force now is frozen into the request (LAW: a later policy never
    lengthens).  The same `once` gives the same requests.
    Raises BadInput for an identifier that cannot be one, and says which kind.
    """
    once = intake.once and hashlib.sha256(intake.once.encode(errors="replace")).hexdigest()
    if once and (before := session.get(Once, once)):
        return submitted(session, before.submission)
    version, datamap = maps.current(session)
    values = _normal(datamap, intake, at)
    submission = new_reference()
    if once and (at_once := _filed_meanwhile(session, once, submission)):
        return submitted(session, at_once)
    return [
        _open(session, vault, intake, right, values, submission, version, datamap, actor, at)
        for right in intake.rights
    ]


def _filed_meanwhile(session: Session, once: str, submission: str) -> str | None:
    """The submission that took this key first, at the same time; None when it is ours."""
    ours = (
        db.insert(session)(Once)
        .values(key=once, submission=submission)
        .on_conflict_do_nothing()
        .returning(Once.key)
    )
    return None if session.scalar(ours) else session.get_one(Once, once).submission


def submitted(session: Session, submission: str) -> list[Request]:
    """The requests of one submission, in the order they were opened."""
    return list(session.scalars(select(Request).where(Request.submission == submission).order_by(Request.id)))


def add_identifier(
    session: Session, vault: Vault, key: bytes, request: str, number: int, kind: str, value: str,
    *, internal: bool = False, at: datetime | None = None,
) -> RequestIdentifier:  # fmt: skip
    """Seal one identifier of a request; an internal one is confirmed from the start."""
    blind = vault.blind(kind, value)
    row = RequestIdentifier(
        reference=request, number=number, kind=kind, blind=blind, internal=internal,
        confirmed_at=at if internal else None, sealed=vault.seal(key, value.encode(), f"{request}/{kind}/{blind}"),
    )  # fmt: skip
    session.add(row)
    return row


def opened_value(vault: Vault, key: bytes, row: RequestIdentifier) -> str:
    """The value of a sealed identifier."""
    return vault.open(key, row.sealed, f"{row.reference}/{row.kind}/{row.blind}").decode()


def _normal(datamap: DataMap, intake: Intake, at: datetime) -> list[Given]:
    _check(intake, at)
    kinds = {name: kind for name, kind in datamap.identifier_kinds.items() if not kind.internal}
    values: dict[tuple[str, str], Given] = {}
    for given in intake.identifiers:
        if given.kind not in kinds:
            raise BadInput(f"identifier kind {given.kind!r} is not one of {', '.join(sorted(kinds))}")
        normal = identifiers.normal(kinds[given.kind], given.value)
        values[given.kind, normal] = Given(given.kind, normal)
    return list(values.values())


def _check(intake: Intake, at: datetime) -> None:
    if not intake.rights or not intake.identifiers:
        raise BadInput("a request needs at least one right and one identifier")
    for right in intake.rights:
        if right not in SERVED:
            raise BadInput(f"right {right} is not served yet; ask one of {', '.join(sorted(SERVED))}")
    if len(set(intake.rights)) != len(intake.rights):
        raise BadInput("the same right is asked twice; ask each once")
    if not at - OLDEST <= intake.received_at <= at + timedelta(minutes=5):
        raise BadInput("the moment of receipt must lie in the past, and not more than 20 years back")


def _open(
    session: Session, vault: Vault, intake: Intake, right: Right, values: list[Given], submission: str,
    version: int, datamap: DataMap, actor: str, at: datetime,
) -> Request:  # fmt: skip
    promise = datamap.promise
    due = promise_due(intake.received_at, period(promise.n, promise.unit), datamap.controller.zone)
    request = Request(
        reference=new_reference(), submission=submission, right=right, lang=intake.lang,
        status=Status.VERIFYING, received_at=intake.received_at, due_on=due.safe,
        legal_latest=due.legal_latest_text, rule=PROMISE, promise_n=promise.n, promise_unit=promise.unit,
        map_version=version, looks_only=intake.looks_only, test=intake.test,
    )  # fmt: skip
    ledger.open_chain(session, request)
    session.info.setdefault("recorded", set()).add(
        request.reference
    )  # its first entry follows in this breath
    session.add(request)
    session.flush()
    sealing = keys.make(session, vault, request.reference)[KeyClass.IDENTITY]
    for number, given in enumerate(values):
        add_identifier(session, vault, sealing, request.reference, number, given.kind, given.value)
    ledger.record(
        session, "request.opened", actor=actor, reference=request.reference, at=at,
        right=right, submission=submission, received_at=intake.received_at.isoformat(), due_on=due.safe.isoformat(),
        rule=PROMISE, promise=[promise.n, promise.unit], map=version, identifiers=len(values),
        looks_only=intake.looks_only,
    )  # fmt: skip
    return request
