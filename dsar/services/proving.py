"""Prove who asks: codes sent to an identifier, or evidence seen by a member of staff."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.identifiers import normal
from dsar.errors import BadInput, NotAllowed
from dsar.models import Code, Copy, Evidence, Request, RequestIdentifier
from dsar.services import intake, keys, ledger, mailing, maps, planning, searching, staff
from dsar.services.intake import Given
from dsar.terms import OPEN, CopyState, KeyClass, Status
from dsar.vault import Vault

GOOD_FOR = timedelta(minutes=15)
TRIES = 5
RESEND_AFTER = timedelta(seconds=60)
MOST_A_DAY = 20  # codes to one identifier: a hundred guesses at a million


@dataclass(frozen=True)
class Confirmed:
    """How many of a request's identifiers are proven, and how many are not."""

    confirmed: int
    unconfirmed: int


def own(session: Session, reference: str) -> list[RequestIdentifier]:
    """The identifiers that the person gave, in their order."""
    row = RequestIdentifier
    return list(
        session.scalars(
            select(row).where(row.reference == reference, row.internal.is_(False)).order_by(row.number)
        )
    )


def confirm(
    session: Session,
    vault: Vault,
    request: Request,
    *,
    by: str,
    evidence: str,
    given: Sequence[Given],
    at: datetime,
) -> Confirmed:
    """Take identifiers for proven on evidence that a member of staff has seen; all of them when none is named.

    The evidence is sealed; the ledger holds its digest.  Confirming twice changes nothing.
    Raises BadInput for an identifier that this request does not have, NotFound for an unknown user.
    """
    staff.acting(session, by)
    rows = own(session, request.reference)
    chosen = _chosen(session, vault, request, rows, given) if given else rows
    fresh = [row for row in chosen if row.confirmed_at is None]
    if fresh:
        if request.status not in OPEN:
            raise NotAllowed(
                f"request {request.reference} is {request.status}; nothing can be confirmed any more"
            )
        digest = keep_evidence(session, vault, request, by=by, evidence=evidence, at=at)
        ledger.record(
            session, "identity.confirmed", actor=by, reference=request.reference, at=at,
            identifiers=[row.number for row in fresh], evidence=digest,
        )  # fmt: skip
        _proven(session, request, fresh, at=at)
        _prove_siblings(session, request, fresh, actor=by, at=at)
    return count(rows)


def vouched(session: Session, request: Request, *, by: str, digest: str, at: datetime) -> None:
    """Take every identifier for proven on the word of another controller, who has proven the person.

    So the self-test vouches for its own.  digest: of what was said, for the ledger.  Source: PIPL 21, 23.
    """
    rows = own(session, request.reference)
    ledger.record(
        session, "identity.confirmed", actor=by, reference=request.reference, at=at,
        identifiers=[row.number for row in rows], evidence=digest,
    )  # fmt: skip
    _proven(session, request, rows, at=at)


def send_code(
    session: Session, vault: Vault, request: Request, row: RequestIdentifier, *, at: datetime
) -> bool:
    """Send a fresh six-digit code to one identifier; any earlier one ends.

    A proven identifier gets one too: by it the person comes back to the request.
    False, and nothing sent: within a minute of the one before, after twenty in a day to the same
    identifier (in whichever requests), and to an unproven one of a request that is no longer open.
    Raises NotAllowed for one that is proven by showing it to staff.
    """
    if not _may_be_sent(session, request, row):
        return False
    last = session.scalar(select(Code).where(Code.identifier_id == row.id).order_by(Code.id.desc()).limit(1))
    just_now = last and last.used_at is None and last.expires_at - GOOD_FOR > at - RESEND_AFTER
    if last and just_now and last.sent_at > clock.real() - RESEND_AFTER:
        return False
    if sent_within(session, row, timedelta(days=1), at=at) >= MOST_A_DAY:
        return False
    code = f"{secrets.randbelow(10**6):06d}"
    session.execute(
        update(Code).where(Code.identifier_id == row.id, Code.used_at.is_(None)).values(expires_at=at)
    )
    session.add(
        Code(
            identifier_id=row.id,
            digest=_digest(vault, row, code),
            sent_at=clock.real(),
            expires_at=at + GOOD_FOR,
            tries=0,
        )
    )
    ledger.record(
        session, "code.sent", actor="system", reference=request.reference, at=at, identifier=row.number
    )
    mailing.raise_code(session, vault, request, row, code, at=at)
    return True


def _may_be_sent(session: Session, request: Request, row: RequestIdentifier) -> bool:
    """Whether a code may go to it at all: to a proven one always, to another while the request is open."""
    kind = maps.get(session, request.map_version).identifier_kinds.get(row.kind)
    if kind is None or kind.proof != "code":
        raise NotAllowed(f"a {row.kind} is shown to staff; no code can be sent to it")
    return row.confirmed_at is not None or request.status in OPEN


def sent_within(
    session: Session, row: RequestIdentifier, time: timedelta, *, at: datetime, here: bool = False
) -> int:
    """Codes sent to this identifier within that time, by civil time and by real time.

    In any request: guesses at one number add up, however often it is asked for; here: in this one alone.
    """
    known = RequestIdentifier
    sent = select(func.count(Code.id)).join(known, known.id == Code.identifier_id)
    whose = known.id == row.id if here else known.blind == row.blind
    lately = (
        Code.expires_at > at - time,
        Code.sent_at > clock.real() - time,
    )  # by its end: it counts a little longer
    return session.scalar(sent.where(whose, *lately)) or 0


def verify_code(
    session: Session, vault: Vault, request: Request, row: RequestIdentifier, code: str, *, at: datetime
) -> bool:
    """Whether the code is the one sent to this identifier, and still good; then the identifier is proven.

    A code is good for 15 minutes and 5 tries; the count is kept in the same statement
    that reads it, so that tries at the same time cannot get past it.
    Source: GB/T 35273-2020, 8.7 a) (verify before answering).
    """
    if row.confirmed_at is None and request.status not in OPEN:
        return False
    good = (Code.identifier_id == row.id, Code.used_at.is_(None), Code.expires_at > at, Code.tries < TRIES)
    tried = session.execute(
        update(Code).where(*good).values(tries=Code.tries + 1).returning(Code.id, Code.digest)
    ).all()
    given = _digest(vault, row, "".join(code.split()))
    right = [id for id, digest in tried if hmac.compare_digest(digest, given)]
    if not right:
        return False
    session.execute(update(Code).where(Code.id.in_(right)).values(used_at=at))
    _read_back(session, request, row, at=at)
    return True


def _read_back(session: Session, request: Request, row: RequestIdentifier, *, at: datetime) -> None:
    """The person read a code: he comes back to a request, or proves the identifier, for every right he asked."""
    back = row.confirmed_at is not None
    facts = {"identifier": row.number} if back else {"identifiers": [row.number]}
    act = "subject.returned" if back else "identity.confirmed"
    ledger.record(session, act, actor="subject", reference=request.reference, at=at, **facts)
    if not back:
        _proven(session, request, [row], at=at)
        _prove_siblings(session, request, [row], actor="subject", at=at)


def count(rows: Sequence[RequestIdentifier]) -> Confirmed:
    """How many are proven and how many not."""
    proven = sum(row.confirmed_at is not None for row in rows)
    return Confirmed(proven, len(rows) - proven)


def _proven(session: Session, request: Request, rows: Sequence[RequestIdentifier], *, at: datetime) -> None:
    """Mark identifiers proven, and look for them."""
    for row in rows:
        row.confirmed_at = row.confirmed_at or at
    if request.status in (Status.RECEIVED, Status.VERIFYING):
        request.verified_at = at
        request.move_to(Status.WORKING)
    copy = session.get(Copy, request.reference)
    if copy and copy.state in (CopyState.READY, CopyState.DELIVERED):
        copy.state = CopyState.MAKING  # it is made anew, with what this leads to
    planning.suspend(session, request, at=at)
    searching.look_for(session, request, maps.get(session, request.map_version), rows, at=at)


def _prove_siblings(
    session: Session, request: Request, rows: Sequence[RequestIdentifier], *, actor: str, at: datetime
) -> None:
    """What proves an identifier for one right of a submission proves it for the others."""
    blinds = {(row.kind, row.blind) for row in rows}
    for sibling in intake.submitted(session, request.submission):
        fresh = [
            r
            for r in own(session, sibling.reference)
            if (r.kind, r.blind) in blinds and r.confirmed_at is None
        ]
        if sibling.reference != request.reference and fresh and _takes_more(session, sibling):
            ledger.record(
                session, "identity.confirmed", actor=actor, reference=sibling.reference, at=at,
                identifiers=[row.number for row in fresh], by=request.reference,
            )  # fmt: skip
            _reopen(session, sibling, actor=actor, by=request.reference, at=at)
            _proven(session, sibling, fresh, at=at)


def _takes_more(session: Session, row: Request) -> bool:
    """Whether a request is open, or was answered by a copy that can be made anew."""
    copy = session.get(Copy, row.reference)
    answered = row.status in (Status.ANSWERED, Status.CLOSED)
    return row.status in OPEN or (answered and copy is not None and copy.state != CopyState.EXPIRED)


def _reopen(session: Session, row: Request, *, actor: str, by: str, at: datetime) -> None:
    """A copy that was given lacks what another identifier leads to: it follows, before any of that is erased."""
    if row.status in (Status.ANSWERED, Status.CLOSED):
        ledger.record(session, "request.reopened", actor=actor, reference=row.reference, at=at, by=by)
        row.move_to(Status.WORKING)
        row.closed_at = None


def _chosen(
    session: Session,
    vault: Vault,
    request: Request,
    rows: Sequence[RequestIdentifier],
    given: Sequence[Given],
) -> list[RequestIdentifier]:
    kinds = maps.get(session, request.map_version).identifier_kinds
    by_blind = {(row.kind, row.blind): row for row in rows}
    chosen = []
    for one in given:
        if one.kind not in kinds:
            raise BadInput(f"identifier kind {one.kind!r} is not one of {', '.join(sorted(kinds))}")
        blind = vault.blind(one.kind, normal(kinds[one.kind], one.value))
        if (one.kind, blind) not in by_blind:
            raise BadInput(f"request {request.reference} has no such {one.kind}; the person did not give it")
        chosen.append(by_blind[one.kind, blind])
    return chosen


def said(words: str) -> tuple[bytes, str]:
    """What a member of staff says, as it is sealed, and its digest for the ledger.

    Raises BadInput when it says nothing, or is no text.
    """
    plain = words.strip().encode(errors="ignore")
    if not plain or plain.decode() != words.strip():
        raise BadInput("the evidence or reason is empty or no text; say in words what was seen, or why")
    return plain, hashlib.sha256(plain).hexdigest()


def keep_evidence(
    session: Session, vault: Vault, request: Request, *, by: str, evidence: str, at: datetime
) -> str:
    """Seal what a member of staff says of a request; its digest, for the ledger.

    Raises BadInput when it says nothing, or is no text.
    """
    plain, digest = said(evidence)
    key = keys.of(session, vault, request.reference, KeyClass.CASE)
    sealed = vault.seal(key, plain, f"{request.reference}/evidence")
    session.add(Evidence(reference=request.reference, at=at, by=by, sealed=sealed, sha256=digest))
    return digest


def _digest(vault: Vault, row: RequestIdentifier, code: str) -> str:
    return vault.blind(f"code/{row.id}", code)
