"""An inspection: one identifier, asked of every store at one moment, for whoever must see it with his own eyes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.models.ledger import Recorded
from dsar.terms import Role

BOOK = "inspections"  # the chain of the ledger that every inspection is in


class Inspection(Recorded, Base):
    """One inspection.  What was typed, why, and every answer are sealed under a key of its own."""

    __tablename__ = "inspection"

    number: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), default=BOOK)
    by: Mapped[str] = mapped_column(String(64), index=True)
    role: Mapped[Role]  # as it was then
    lang: Mapped[str] = mapped_column(String(8))  # of the record
    opened_at: Mapped[datetime]
    map_version: Mapped[int] = mapped_column(ForeignKey("map_version.version"))
    wrapped: Mapped[bytes | None]  # its key; None: destroyed
    sealed: Mapped[bytes | None]  # what was typed, why, for which case
    made_at: Mapped[datetime | None]  # when the record of it was signed
    files: Mapped[dict[str, Any]]  # name -> bytes, sha256, file of the vault
    destroyed_at: Mapped[datetime | None]


class InspectedStore(Base):
    """What one store answered in one inspection."""

    __tablename__ = "inspected_store"
    __table_args__ = (UniqueConstraint("inspection", "store"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    inspection: Mapped[int] = mapped_column(ForeignKey("inspection.number"))
    store: Mapped[str] = mapped_column(String(80))
    answered: Mapped[bool]  # False: it gave no answer, or refused
    sealed: Mapped[bytes | None]  # None: destroyed
