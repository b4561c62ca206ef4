"""What belongs to no request: versions of the data map, and the staff."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
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


class User(Base):
    """A member of staff."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role]
    password: Mapped[str | None] = mapped_column(String(200))  # scrypt, salted
    set_up: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the one-time token
    set_up_until: Mapped[datetime | None]
