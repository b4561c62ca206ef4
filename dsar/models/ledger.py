"""The ledger: what was done, by whom, when; each request has its own chain of entries.

It holds no personal data, so that erasing a data subject never breaks a chain.  A
change to a recorded table with no entry beside it is refused at commit.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column

from dsar import clock
from dsar.db import Base, Id
from dsar.errors import UnrecordedChange


def genesis(reference: str) -> str:
    """The hash, in hex, that a chain of this reference begins from."""
    return hashlib.sha256(b"dsar-ledger-1" + reference.encode()).hexdigest()


def seal_of(entry: dict[str, Any], previous: str) -> str:
    """SHA-256, in hex, over an entry's canonical JSON and the seal before it."""
    body = [entry[key] for key in ("reference", "number", "at", "actor", "act", "facts")]
    text = json.dumps([*body, previous], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Chained:
    """A row that carries the end of a chain, so that a cut tail is seen."""

    reference: Mapped[str]
    entries: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64))


class Recorded:
    """A table whose every change has a ledger entry in the same transaction."""

    reference: Mapped[str]


class LedgerEntry(Base):
    """One entry of one chain."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("reference", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    seal: Mapped[str] = mapped_column(String(64))

    def plain(self) -> dict[str, Any]:
        """As it is exported and sealed."""
        return {
            "reference": self.reference, "number": self.number, "at": clock.text(self.at),
            "actor": self.actor, "act": self.act, "facts": self.facts,
        }  # fmt: skip


class Book(Chained, Base):
    """A chain of its own for what belongs to no request: the map, the staff."""

    __tablename__ = "book"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)


class Checkpoint(Base):
    """All heads at one moment, as a Merkle root, itself chained and signed."""

    __tablename__ = "checkpoint"

    number: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    chains: Mapped[int]
    entries: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    seal: Mapped[str] = mapped_column(String(64))
    signature: Mapped[bytes] = mapped_column(LargeBinary)


@event.listens_for(Session, "before_flush")
def note_changes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Remember whose rows change, however early a flush comes."""
    changed = session.info.setdefault("changed", set())
    for row in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(row, Recorded) and (row in session.deleted or session.is_modified(row)):
            changed.add(row.reference)


@event.listens_for(Session, "do_orm_execute")
def refuse_unnamed_bulk(state: ORMExecuteState) -> None:
    """A bulk statement on a recorded table must say whose rows it changes."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, Recorded):
        return
    references = state.execution_options.get("references")
    if references is None:
        raise UnrecordedChange(f"a bulk statement on {mapper.local_table} that names no references")
    state.session.info.setdefault("changed", set()).update(references)


@event.listens_for(Session, "before_commit")
def refuse_unrecorded_change(session: Session) -> None:
    """No change without an entry."""
    session.flush()
    unrecorded = session.info.get("changed", set()) - session.info.get("recorded", set())
    if unrecorded:
        raise UnrecordedChange(f"changed with no ledger entry: {', '.join(sorted(unrecorded))}")


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def forget_changes(session: Session) -> None:
    """The next transaction begins with nothing noted."""
    session.info.pop("changed", None)
    session.info.pop("recorded", None)
