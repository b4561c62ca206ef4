"""Who received records from the controller and is asked to erase them: how far that is, and each step of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.models.ledger import Recorded
from dsar.terms import Outcome


class RecipientAsk(Recorded, Base):
    """A recipient that is no store of the map, asked to erase what it received of one person."""

    __tablename__ = "recipient_ask"

    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), default="paper")  # paper | mail | http, as the map says
    called_at: Mapped[datetime]  # the erasure began, and with it the recipient is to be asked
    identifiers: Mapped[int] = mapped_column(default=0)  # proven ones it is asked by; 0: not known any more
    round: Mapped[int] = mapped_column(default=1)  # times it is asked: once more when more was proven
    asked_at: Mapped[datetime | None]  # the first ask of this round has left
    due_on: Mapped[date]  # the last day for its answer, in the controller's zone
    step: Mapped[int] = mapped_column(default=0)  # reminders that were due so far, see services/reminding.py
    request_id: Mapped[str | None] = mapped_column(String(36), unique=True)  # by which it knows the ask
    received_at: Mapped[datetime | None]  # its receipt
    receipt: Mapped[str | None] = mapped_column(String(64))  # its own reference
    silent_at: Mapped[datetime | None]  # the last day went by
    outcome: Mapped[Outcome | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(64))  # link | message | a member of staff
    accepted_by: Mapped[str | None] = mapped_column(String(64))  # who of the staff took a refusal for final
    token: Mapped[str | None] = mapped_column(String(64), unique=True)  # SHA-256 of that of its link


class RecipientStep(Recorded, Base):
    """One step with one recipient: asked, reminded, received, confirmed, refused, silent."""

    __tablename__ = "recipient_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))  # worker | recipient | a member of staff
    digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of its receipt, message or the evidence


class SenderAsk(Recorded, Base):
    """An erasure that another controller asked of us by a signed message, for a person that it has proven."""

    __tablename__ = "sender_ask"
    __table_args__ = (UniqueConstraint("sender", "request_id"),)

    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), primary_key=True)
    sender: Mapped[str] = mapped_column(String(80))
    request_id: Mapped[str] = mapped_column(String(36))  # the sender's
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the message
    received_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # what came of it has reached the sender


class Nonce(Base):
    """A signed message that was taken; it is not taken again."""

    __tablename__ = "nonce"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)  # real time
