"""What stays of people who were erased, so that they stay erased; who may ask; and what restored backups lost again."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id
from dsar.models.ledger import Recorded


class Tombstone(Recorded, Base):
    """A keyed digest of one written form of one identifier of somebody who was erased.

    It outlives every key of the request: a value that is met again can be told, and no value can be read.
    """

    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("digest", "reference"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"), index=True)
    kind: Mapped[str] = mapped_column(String(64))  # of identifier, in the map
    form: Mapped[str] = mapped_column(String(24))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]  # the person came back by his own wish


class Asker(Base):
    """A system that may ask over HTTP who is to stay erased; of its token only a digest is kept."""

    __tablename__ = "asker"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the token
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Replay(Base):
    """One time that past erasures were applied to stores that were restored from a backup."""

    __tablename__ = "replay"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    by: Mapped[str] = mapped_column(String(64))
    stores: Mapped[list[str]] = mapped_column(JSON)
    since: Mapped[datetime | None]  # only erasures that were not done before; None: all
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ReplayPart(Base):
    """What a replay came to in one collection; found = erased + kept + left."""

    __tablename__ = "replay_part"

    replay: Mapped[int] = mapped_column(Id, ForeignKey("replay.id"), primary_key=True)
    store: Mapped[str] = mapped_column(String(80), primary_key=True)
    collection: Mapped[str] = mapped_column(String(120), primary_key=True)
    found: Mapped[int | None]  # before the first record went
    kept: Mapped[int | None]
    left: Mapped[int | None]  # None: not looked at
    emptied: Mapped[int] = mapped_column(
        default=0
    )  # fields of other people's records that mentioned somebody
    in_doubt: Mapped[int] = mapped_column(default=0)  # of what is left: may be another's by now
    reason: Mapped[str | None] = mapped_column(String(300))
    done_at: Mapped[datetime | None]
