"""Raise mail to the person: one row, sealed, sent later under one Message-ID."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dsar.models import Code, Mail, Request, RequestIdentifier, SenderAsk
from dsar.services import intake, keys, ledger, maps, work
from dsar.terms import KeyClass
from dsar.vault import Vault


@dataclass(frozen=True, repr=False)
class Address:
    """Whom a letter goes to, and its language."""

    kind: str  # of the identifier; `recipient` where it is none
    value: str
    lang: str


@dataclass(frozen=True, repr=False)
class Letter:
    """One message, in plain values: what kind, to which identifier, and what its words need."""

    id: int
    reference: str
    kind: str  # code | ready | held | erased | ask and so on, a template of templates/mail/
    lang: str
    to_kind: str
    to: str
    facts: dict[str, str]
    sent_at: datetime | None


def raise_code(
    session: Session, vault: Vault, request: Request, row: RequestIdentifier, code: str, *, at: datetime
) -> None:
    """A mail with a code to the identifier it proves."""
    key = f"code:{request.reference}:{row.number}:{ledger.head(session, request.reference)[0]}"
    _raise_to(session, vault, request, row, "code", key, {"code": code}, at=at)


def raise_told(
    session: Session,
    vault: Vault,
    request: Request,
    kind: str,
    *,
    number: int = 1,
    at: datetime,
    **facts: str,
) -> bool:
    """Tell the person how his request stands, once for each number of a kind; True when it was raised now.

    False when it was raised before, or when no letter reaches him.
    """
    row = reachable(session, request)
    key = f"{kind}:{request.reference}:{request.map_version}:{number}"
    if row is None or session.scalar(select(Mail.id).where(Mail.key == key)):
        return False
    _raise_to(session, vault, request, row, kind, key, facts, at=at)
    return True


def raise_asked(
    session: Session, vault: Vault, request: Request, kind: str, key: str, to: Address, facts: dict[str, str],
    *, at: datetime,
) -> None:  # fmt: skip
    """A letter to a recipient; raised once for each key."""
    if session.scalar(select(Mail.id).where(Mail.key == key)) is None:
        _raise(session, vault, request, to, kind, key, facts, at=at)


def was_raised(session: Session, request: Request, kind: str) -> bool:
    """Whether a letter of this kind was raised for a request, at whatever time."""
    wanted = select(Mail.id).where(Mail.reference == request.reference, Mail.kind == kind)
    return session.scalar(wanted.limit(1)) is not None


def reachable(session: Session, request: Request) -> RequestIdentifier | None:
    """Where a letter reaches the person: where he read a code, else the first that staff took for proven.

    None when nothing proven can be written to, a card number for instance, when another controller asked, or
    when there is no such person, as in the self-test.
    """
    if request.test or session.get(SenderAsk, request.reference) is not None:  # its sender tells the person
        return None
    told = RequestIdentifier
    kinds = maps.get(session, request.map_version).identifier_kinds.values()
    written_to = told.kind.in_([kind.name for kind in kinds if kind.proof == "code"])
    by_code = select(Code.id).where(Code.identifier_id == told.id, Code.used_at.is_not(None)).exists()
    return session.scalar(
        select(told)
        .where(told.reference == request.reference, told.confirmed_at.is_not(None), written_to)
        .order_by(by_code.desc(), told.number)
        .limit(1)
    )


def letter(session: Session, vault: Vault, id: int) -> Letter:
    """One mail, opened."""
    row = session.get_one(Mail, id)
    key = keys.of(session, vault, row.reference, KeyClass.CASE)
    plain = json.loads(vault.open(key, row.sealed, f"{row.reference}/mail/{row.key}"))
    return Letter(id, row.reference, row.kind, sent_at=row.sent_at, **plain)


def letters(session: Session, vault: Vault, *, limit: int = 50) -> list[Letter]:
    """The newest mails, opened: for the local outbox page."""
    return [
        letter(session, vault, id)
        for id in session.scalars(select(Mail.id).order_by(Mail.id.desc()).limit(limit))
    ]


def sent(session: Session, id: int, *, at: datetime) -> str | None:
    """Mark a mail sent; its kind when this was the first time."""
    first = update(Mail).where(Mail.id == id, Mail.sent_at.is_(None)).values(sent_at=at).returning(Mail.kind)
    return session.scalar(first)


def _raise_to(
    session: Session, vault: Vault, request: Request, row: RequestIdentifier, kind: str, key: str,
    facts: dict[str, str], *, at: datetime,
) -> None:  # fmt: skip
    identity = keys.of(session, vault, request.reference, KeyClass.IDENTITY)
    to = Address(row.kind, intake.opened_value(vault, identity, row), request.lang)
    _raise(session, vault, request, to, kind, key, facts, at=at)


def _raise(
    session: Session, vault: Vault, request: Request, to: Address, kind: str, key: str, facts: dict[str, str],
    *, at: datetime,
) -> None:  # fmt: skip
    plain = {"lang": to.lang, "to_kind": to.kind, "to": to.value, "facts": facts}
    case = keys.of(session, vault, request.reference, KeyClass.CASE)
    sealed = vault.seal(
        case, json.dumps(plain, ensure_ascii=False).encode(), f"{request.reference}/mail/{key}"
    )
    mail = Mail(key=key, reference=request.reference, kind=kind, sealed=sealed, raised_at=at)
    session.add(mail)
    session.flush()
    work.put(session, "send_mail", key=f"mail:{mail.id}", mail=mail.id)
