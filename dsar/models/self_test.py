"""The daily self-test: a synthetic person is seeded, copied and erased, and every miss is told."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id


class Step(StrEnum):
    """What a run does next."""

    LOOK = "look"  # that nobody is known by its identifiers
    SEED = "seed"
    COPY = "copy"
    ERASE = "erase"
    CLEAR = "clear"  # away what was seeded and is left, the near twin above all
    ENDED = "ended"


class SelfTest(Base):
    """One run.  Its people are synthetic: nothing here is personal."""

    __tablename__ = "self_test"

    number: Mapped[int] = mapped_column(Id, primary_key=True)
    map_version: Mapped[int] = mapped_column(ForeignKey("map_version.version"))
    step: Mapped[Step] = mapped_column(String(16), default=Step.LOOK)
    begun_at: Mapped[datetime]
    submission: Mapped[str | None] = mapped_column(String(12))  # of its two requests
    planted: Mapped[dict[str, Any]] = mapped_column(JSON)  # known, records, twin: see jobs/seeding.py
    misses: Mapped[dict[str, list[str]]] = mapped_column(JSON)  # what was missed -> places
    ended_at: Mapped[datetime | None]
