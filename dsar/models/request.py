"""A request: one right, asked by one data subject; with its identifiers and its keys."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.errors import WrongMove
from dsar.models.ledger import Chained, Recorded
from dsar.terms import KeyClass, Right, Status

MOVES = {
    Status.RECEIVED: {Status.VERIFYING, Status.WORKING, Status.REFUSED, Status.WITHDRAWN},
    Status.VERIFYING: {Status.WORKING, Status.REFUSED, Status.WITHDRAWN},
    Status.WORKING: {Status.ANSWERED, Status.REFUSED, Status.WITHDRAWN},
    Status.ANSWERED: {Status.CLOSED, Status.WORKING},
    Status.CLOSED: {Status.WORKING},
    Status.REFUSED: set(),
    Status.WITHDRAWN: set(),
}


class Request(Chained, Recorded, Base):
    """One right, asked once."""

    __tablename__ = "request"
    __table_args__ = (  # for the desk's list, soonest deadline first
        Index("ix_request_status_due_on", "status", "due_on"),
        Index("ix_request_status_right_due_on", "status", "right", "due_on"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    submission: Mapped[str] = mapped_column(String(12), index=True)
    right: Mapped[Right]
    lang: Mapped[str] = mapped_column(String(8))
    status: Mapped[Status] = mapped_column(default=Status.RECEIVED)
    received_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    due_on: Mapped[date]  # safe date, in the rule's zone
    legal_latest: Mapped[str] = mapped_column(String(32))  # a day, or UNKNOWN_CALENDAR
    rule: Mapped[str] = mapped_column(String(40))
    promise_n: Mapped[int]  # the promise as it stood at receipt
    promise_unit: Mapped[str] = mapped_column(String(16))
    map_version: Mapped[int] = mapped_column(ForeignKey("map_version.version"))
    looks_only: Mapped[bool] = mapped_column(default=False)
    test: Mapped[bool] = mapped_column(default=False)  # of the self-test: its person is synthetic

    def days_left(self, today: date) -> int:
        """Days from today to the deadline; negative when it has passed."""
        return (self.due_on - today).days

    def move_to(self, status: Status) -> None:
        """Change the status.

        Raises WrongMove when MOVES does not allow it.
        """
        if status not in MOVES[self.status]:
            raise WrongMove(self.reference, self.status, status)
        self.status = status


class RequestIdentifier(Base):
    """One thing the person of a request is known by; sealed, with a blind index."""

    __tablename__ = "request_identifier"
    __table_args__ = (UniqueConstraint("reference", "kind", "blind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    number: Mapped[int]  # place among the request's identifiers, from 0, in the order they came
    kind: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]
    blind: Mapped[str] = mapped_column(String(64), index=True)
    internal: Mapped[bool]
    confirmed_at: Mapped[datetime | None]


class RequestKey(Base):
    """The wrapped key of one request and class, with its day of destruction."""

    __tablename__ = "request_key"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    key_class: Mapped[KeyClass] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes | None]  # None: destroyed
    destroy_on: Mapped[date | None]
    destroyed_at: Mapped[datetime | None]


class Evidence(Base):
    """Why an identifier was taken for proven by a member of staff; sealed, its digest in the ledger."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(String(64))


class Once(Base):
    """A key under which a submission was filed, so that filing it twice is filing it once."""

    __tablename__ = "once"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of what was given
    submission: Mapped[str] = mapped_column(String(12))


class Code(Base):
    """A six-digit code sent to prove one identifier."""

    __tablename__ = "code"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    identifier_id: Mapped[int] = mapped_column(ForeignKey("request_identifier.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))  # keyed
    sent_at: Mapped[datetime]  # real time: limits on sending must end where civil time is made to stand still
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
