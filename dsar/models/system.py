"""What belongs to no request: versions of the data map, the staff, and what they are to see to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.terms import Role


class MapVersion(Base):
    """One immutable version of the data map, as plain values."""

    __tablename__ = "map_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    plain: Mapped[dict[str, Any]] = mapped_column(JSON)
    applied_at: Mapped[datetime]


class Alert(Base):
    """Something that somebody must see to; the same is raised once for as long as it is open."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(12), ForeignKey("request.reference"), index=True)
    store: Mapped[str | None] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # names of places and counts, never personal data
    raised_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_by: Mapped[str | None] = mapped_column(String(64))


class User(Base):
    """A member of staff."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role]
    password: Mapped[str | None] = mapped_column(String(200))  # scrypt, salted
    set_up: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the one-time token
    set_up_until: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]  # from then on nobody signs in by this name
