"""What is handed over: the copy and the certificate, and the sealed files they are made of."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.models.ledger import Recorded
from dsar.terms import CopyState


class Copy(Recorded, Base):
    """The copy of one request."""

    __tablename__ = "copy"

    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), primary_key=True)
    state: Mapped[CopyState] = mapped_column(default=CopyState.MAKING)
    records: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class PaperFile(Base):
    """One file of a package or certificate, sealed in the vault."""

    __tablename__ = "paper_file"
    __table_args__ = (UniqueConstraint("reference", "paper", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    paper: Mapped[str] = mapped_column(String(16))  # copy | certificate
    name: Mapped[str] = mapped_column(String(300))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))  # of the plaintext
    sealed: Mapped[str] = mapped_column(String(300))  # file of the vault
