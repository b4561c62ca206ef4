"""Work to be done, and mail to be sent: rows written in the transaction that calls for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id


class Work(Base):
    """One open piece of work; a done row is deleted."""

    __tablename__ = "work"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    job: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)  # references and names, never personal data
    due_at: Mapped[datetime] = mapped_column(index=True)  # real time
    not_before: Mapped[datetime | None]  # civil time
    sent_at: Mapped[datetime | None]  # real time at which it was last put on the broker
    again: Mapped[bool] = mapped_column(default=False)  # called for once more while it was being done
    lease: Mapped[int] = mapped_column(default=0)  # fencing number of the last claim
    leased_until: Mapped[datetime | None]  # real time
    tries: Mapped[int] = mapped_column(default=0)  # failed ones in a row
    reason: Mapped[str | None] = mapped_column(String(300))


class Sweeping(Base):
    """How far one piece of work has searched a store by value: cut short, it goes on there."""

    __tablename__ = "sweeping"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)  # of the work
    store: Mapped[str] = mapped_column(String(80), index=True)
    batch: Mapped[str] = mapped_column(String(64))  # keyed digest of who is looked for, and where
    at: Mapped[datetime]  # real time
    tables: Mapped[list[str]]  # those that are done
    of: Mapped[int]  # how many there are
    wrapped: Mapped[bytes]
    hits: Mapped[bytes]  # sealed


class Mail(Base):
    """One message to a person: raised once, sent at least once under the same Message-ID."""

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes]  # to, subject and body, under the case key
    raised_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
