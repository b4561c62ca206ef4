"""Where the stores and the data map have grown apart: what staff must see to, and what was seen there last."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.terms import GapKind

PERSONAL, BROKEN, OTHER = range(3)  # how grave a gap is; the first keeps copies from being complete


class Gap(Base):
    """One place that differs from the map.  Names of places and counts, never a value of a store."""

    __tablename__ = "gap"
    __table_args__ = (
        UniqueConstraint("store", "table", "column", "kind"),
        Index("ix_gap_open_grave_id", "open", "grave", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store: Mapped[str] = mapped_column(String(80))  # '' for a form
    table: Mapped[str] = mapped_column(String(200))  # of a form: its name
    column: Mapped[str] = mapped_column(String(200))  # '' for a whole table
    kind: Mapped[GapKind]
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)  # name -> type, like, alike, of, personal
    was: Mapped[str | None] = mapped_column(String(200))  # before it changed
    open: Mapped[bool] = mapped_column(default=True)
    grave: Mapped[int]
    seen_at: Mapped[datetime]  # first, since it was last settled
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(32))  # of a dismissal; None: by a map, or by itself

    @property
    def personal(self) -> bool:
        """Whether copies wait for it."""
        return self.grave == PERSONAL


class StoreSeen(Base):
    """What the mapped columns of a store were when it was last compared with the map."""

    __tablename__ = "store_seen"

    store: Mapped[str] = mapped_column(String(80), primary_key=True)  # '' for the forms
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)  # table -> column -> type, like, alike, of
    seen_at: Mapped[datetime | None]  # None: not yet
