"""The search: its probes, where each store stands, and what unmapped places hold."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.terms import StoreState

UNMAPPED = ""  # the collection of the probe that looks at a store's unmapped places by value
NOBODY = 0  # the identifier of that probe: it looks for all of them at once


class Probe(Base):
    """One identifier of one request, to be looked for in one collection.

    Done, it holds what was found: the rows as JSON lines, sealed, in the database
    or (when large) in a file of the vault.
    """

    __tablename__ = "probe"
    __table_args__ = (
        UniqueConstraint("reference", "store", "collection", "identifier_id"),
        Index("ix_probe_store_open", "store", "open"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    store: Mapped[str] = mapped_column(String(80))
    collection: Mapped[str] = mapped_column(String(120))
    identifier_id: Mapped[int] = mapped_column(Id)
    open: Mapped[bool] = mapped_column(default=True)
    records: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the plaintext lines
    sealed: Mapped[bytes | None]
    file: Mapped[str | None] = mapped_column(String(200))


class StoreWork(Base):
    """Where one store stands in one request."""

    __tablename__ = "store_work"

    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), primary_key=True)
    store: Mapped[str] = mapped_column(String(80), primary_key=True)
    state: Mapped[StoreState] = mapped_column(default=StoreState.WAITING)
    reason: Mapped[str | None] = mapped_column(String(300))
    since: Mapped[datetime]
    searched_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]


class UnmappedPlace(Base):
    """Columns of a table that the map does not name, and the records there that hold the person."""

    __tablename__ = "unmapped_place"
    __table_args__ = (UniqueConstraint("reference", "store", "table"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    store: Mapped[str] = mapped_column(String(80))
    table: Mapped[str] = mapped_column(String(120))
    columns: Mapped[list[str]]
    records: Mapped[int | None]  # by value; None: not looked at


class Weight(Base):
    """What a search counted of a collection, for an erasure to be weighed by before anything goes."""

    __tablename__ = "weight"
    __table_args__ = (UniqueConstraint("reference", "store", "collection"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    store: Mapped[str] = mapped_column(String(80))
    collection: Mapped[str] = mapped_column(String(120))
    size: Mapped[int | None]  # records of anybody, counted as far as it matters; None: not known
    others: Mapped[int] = mapped_column(default=0)  # records to be deleted that name somebody else too


class Mention(Base):
    """Records of a collection in which an identifier of the person stands in a field that may be about others."""

    __tablename__ = "mention"

    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), primary_key=True)
    store: Mapped[str] = mapped_column(String(80), primary_key=True)
    collection: Mapped[str] = mapped_column(String(120), primary_key=True)
    records: Mapped[int] = mapped_column(default=0)  # by value, the person's own among them
    own: Mapped[int] = mapped_column(default=0)  # the person's own records

    @property
    def others(self) -> int:
        """Other people's records that mention the person."""
        return max(self.records - self.own, 0)
