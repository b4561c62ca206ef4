"""An erasure: its stage, what became of each collection, and each look afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, UniqueConstraint, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.models.ledger import Recorded
from dsar.terms import Seen, Stage


class Erasure(Recorded, Base):
    """One erasure of one request."""

    __tablename__ = "erasure"

    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(default=Stage.PLANNED)
    looks_only: Mapped[bool] = mapped_column(default=False)
    sealed_at: Mapped[datetime | None]  # the identifier set is final
    not_before: Mapped[datetime | None]  # undo window, copy first
    gone_by: Mapped[str | None] = mapped_column(String(64))  # who let a large plan go
    held_before: Mapped[Stage | None]  # the stage it was held in
    held_until: Mapped[str | None] = mapped_column(
        String(10)
    )  # its last day; None: until somebody releases it
    held_quietly: Mapped[bool] = mapped_column(default=False)  # the person may not be told
    done_at: Mapped[datetime | None]
    certificate: Mapped[int] = mapped_column(default=0)  # number of the last certificate


class ErasureItem(Recorded, Base):
    """What became of one collection, of one unmapped place (looked at, never erased), or of a derived one."""

    __tablename__ = "erasure_item"
    __table_args__ = (UniqueConstraint("reference", "store", "collection"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    store: Mapped[str] = mapped_column(String(80), index=True)
    collection: Mapped[str] = mapped_column(String(120))
    mapped: Mapped[bool] = mapped_column(default=True)
    planned: Mapped[int | None]  # records at the search
    found: Mapped[int | None]  # records at the moment before the first was erased
    keepable: Mapped[int] = mapped_column(default=0)  # of those, what is to be kept
    rounds: Mapped[int] = mapped_column(default=0)  # times erased
    unreached: Mapped[int] = mapped_column(
        default=0
    )  # of the last round, records that the store did not let go of
    erased: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    residue: Mapped[int | None]  # None until looked at
    reason: Mapped[str | None] = mapped_column(String(300))
    cannot: Mapped[bool] = mapped_column(default=False)
    rule: Mapped[str | None] = mapped_column(String(40))
    until: Mapped[str | None] = mapped_column(String(10))  # the last day of the last that a law keeps,
    first_until: Mapped[str | None] = mapped_column(String(10))  # and of the first; None before there was one
    locked: Mapped[bool | None]
    erased_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]  # when a record went last,
    first_gone_at: Mapped[datetime | None]  # and first
    looked_at: Mapped[datetime | None]
    offered_before: Mapped[dict[str, int] | None] = mapped_column(JSON)  # see `offered`
    offered: Mapped[dict[str, int] | None] = mapped_column(JSON)  # identifier -> characters typed
    where: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    remedy: Mapped[str | None] = mapped_column(
        String(200)
    )  # of a place that the store derives from tables: what brings it up to date

    @hybrid_property
    def next_until(self) -> str | None:
        """The last day of the first record that a law keeps; of releases before, of all."""
        return self.first_until or self.until

    @next_until.inplace.expression
    @classmethod
    def _next_until(cls) -> ColumnElement[str | None]:
        return func.coalesce(cls.first_until, cls.until)


class Look(Base):
    """One look at one collection."""

    __tablename__ = "look"
    __table_args__ = (UniqueConstraint("reference", "store", "collection", "number", "how"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    store: Mapped[str] = mapped_column(String(80))
    collection: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    at: Mapped[datetime]
    how: Mapped[Seen]
    left: Mapped[int]


class Relook(Recorded, Base):
    """One store to be looked at again, days after it was erased: what a sync or a backup brings back is seen then."""

    __tablename__ = "relook"
    __table_args__ = (UniqueConstraint("reference", "store", "due_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    store: Mapped[str] = mapped_column(String(80), index=True)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    left: Mapped[int | None]  # records that had come back; None: not looked at, or could not be


class Stop(Base):
    """One time that all erasures were stopped at once."""

    __tablename__ = "stop"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    stopped_at: Mapped[datetime]
    stopped_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_by: Mapped[str | None] = mapped_column(String(64))
