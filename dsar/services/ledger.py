"""Write the ledger, export it, and prove it whole."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Select, bindparam, cast, event, func, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from dsar import clock
from dsar.models import Book, LedgerEntry, Request
from dsar.models.ledger import genesis, seal_of

MAP, STAFF = "map", "staff"  # books: chains that belong to no request; inspections have one too
WHOLE_SECOND = ".000000"  # how SQLite ends the times that we write
Head = tuple[int, str]  # entries, seal of the last


@dataclass(frozen=True)
class Entry:
    """What is to be recorded of one chain.  Facts are references, counts, digests, articles."""

    reference: str
    act: str
    facts: dict[str, Any]


def record(session: Session, act: str, *, actor: str, reference: str, at: datetime, **facts: Any) -> None:
    """Append one entry to the chain of a request or of a book."""
    record_many(session, [Entry(reference, act, facts)], actor=actor, at=at)


def record_many(session: Session, entries: Sequence[Entry], *, actor: str, at: datetime) -> None:
    """Append many entries, in order, with one statement; their heads are read with one and written at commit."""
    if not entries:
        return
    heads = _heads(session, {entry.reference for entry in entries})
    rows = []
    for entry in entries:
        number, previous = heads[entry.reference]
        row: dict[str, Any] = {
            "reference": entry.reference, "number": number + 1, "at": clock.text(at),
            "actor": actor, "act": entry.act, "facts": entry.facts,
        }  # fmt: skip
        seal = seal_of(row, previous)
        heads[entry.reference] = (number + 1, seal)
        rows.append(row | {"at": at.replace(microsecond=0), "seal": seal})
    with session.no_autoflush:
        session.execute(insert(LedgerEntry), rows)
    session.info.setdefault("recorded", set()).update(entry.reference for entry in entries)


def open_chain(session: Session, chained: Request | Book) -> None:
    """Begin the chain of a new row, before its first entry."""
    chained.entries, chained.head = 0, genesis(chained.reference)
    session.info.setdefault("heads", {})[chained.reference] = (0, chained.head)


def open_book(session: Session, name: str) -> None:
    """Make a book where it is not there yet."""
    if session.get(Book, name) is None:
        book = Book(reference=name)
        open_chain(session, book)
        session.add(book)
        session.flush()


def head(session: Session, reference: str) -> Head:
    """How many entries a chain has, and the seal of the last, this transaction's own included."""
    return _heads(session, {reference})[reference]


def _heads(session: Session, references: set[str]) -> dict[str, Head]:
    heads: dict[str, Head] = session.info.setdefault("heads", {})
    unread = sorted(references - heads.keys())
    if unread:
        with session.no_autoflush:
            for reference, entries, seal in session.execute(_ends(unread)):
                heads[reference] = (entries, seal)
    return heads


def _ends(references: list[str]) -> Select[str, int, str]:
    table = Book if references[0].islower() else Request
    ends = select(table.reference, table.entries, table.head).where(table.reference.in_(references))
    return ends.order_by(table.reference).with_for_update(key_share=True)


@event.listens_for(Session, "before_commit")
def write_heads(session: Session) -> None:
    """Advance each chain's row, in the same transaction as its entries."""
    heads = session.info.pop("heads", {})
    recorded = session.info.get("recorded", set())
    for table in (Request, Book):
        rows = [
            {"of": reference, "n": n, "seal": seal}
            for reference, (n, seal) in sorted(heads.items())
            if reference in recorded and reference.islower() == (table is Book)
        ]
        if rows:
            advance = update(table).where(table.reference == bindparam("of"))
            session.connection().execute(advance.values(entries=bindparam("n"), head=bindparam("seal")), rows)


@event.listens_for(Session, "after_rollback")
def forget_heads(session: Session) -> None:
    """A transaction that came to nothing advanced nothing."""
    session.info.pop("heads", None)


@dataclass(frozen=True)
class Broken:
    """The first place where a chain does not hold."""

    reference: str
    number: int
    reason: str


@dataclass(frozen=True)
class Proof:
    """What a check of the ledger came to."""

    entries: int
    chains: int
    broken: tuple[Broken, ...]


def export(session: Session) -> Iterator[dict[str, Any]]:
    """Every entry, chain by chain, then every head, as plain values for one line each."""
    for row in session.execute(_as_kept(session).execution_options(yield_per=1000)):
        yield {name: _read(value) for name, value in row._mapping.items()} | {
            "at": _moment(row.at),
            "facts": _facts(row.facts),
        }
    for reference, (entries, seal) in sorted(_all_heads(session).items()):
        yield {"head": reference, "entries": entries, "seal": seal}


def _as_kept(session: Session) -> Select[Any]:
    """The entries as they lie in the database: one that somebody spoilt is named, not stumbled over."""
    entry = LedgerEntry
    texts: list[Any] = [entry.reference, entry.at, entry.actor, entry.act, entry.facts, entry.seal]
    if session.get_bind().dialect.name == "sqlite":  # which keeps anything anywhere
        texts = [type_coerce(cast(column, LargeBinary), LargeBinary).label(column.key) for column in texts]
    return select(entry.number, *texts).order_by(entry.reference, entry.number)


def _read(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _moment(value: Any) -> str:
    """A time as it was sealed; one that was not written by us stays as it is, and no seal follows from it."""
    if isinstance(value, datetime):
        return value.isoformat() if value.microsecond else clock.text(value)
    text = str(value.decode(errors="replace"))
    day, blank, time = text.removesuffix(WHOLE_SECOND).partition(" ")
    return f"{day}T{time}Z" if blank and text.endswith(WHOLE_SECOND) else text


def _facts(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value.decode(errors="replace")


def prove(lines: Iterable[dict[str, Any]]) -> Proof:
    """Follow every chain of an export from its beginning to its head; needs no database."""
    ends: dict[str, Head] = {}
    broken: dict[str, Broken] = {}
    heads: dict[str, Head] = {}
    entries = 0
    for line in lines:
        if "head" in line:
            heads[line["head"]] = (line["entries"], line["seal"])
            continue
        entries += 1
        reference = line["reference"]
        number, previous = ends.get(reference, (0, genesis(reference)))
        reason = _wrong(line, number, previous)
        if reason and reference not in broken:
            broken[reference] = Broken(reference, number + 1, reason)
        ends[reference] = (number + 1, line["seal"])
    for reference in heads.keys() | ends.keys():
        if reference not in broken and (cut := _cut(reference, heads.get(reference), ends.get(reference))):
            broken[reference] = cut
    return Proof(entries, len(heads.keys() | ends.keys()), tuple(broken[key] for key in sorted(broken)))


def whole(session: Session) -> Proof:
    """Prove the ledger of this database."""
    return prove(export(session))


def facts_of(session: Session, reference: str, act: str) -> list[dict[str, Any]]:
    """The facts of every entry of one act in a chain, oldest first."""
    entry = LedgerEntry
    wanted = select(entry.facts).where(entry.reference == reference, entry.act == act)
    return list(session.scalars(wanted.order_by(entry.number)))


def moments(session: Session, reference: str, act: str) -> list[datetime]:
    """When an act was done in a chain, oldest first."""
    entry = LedgerEntry
    wanted = select(entry.at).where(entry.reference == reference, entry.act == act)
    return list(session.scalars(wanted.order_by(entry.number)))


def newest(session: Session, reference: str, *acts: str) -> int:
    """The number of the newest entry of any of these acts in a chain; 0 when there is none."""
    wanted = select(func.max(LedgerEntry.number)).where(LedgerEntry.reference == reference)
    return session.scalar(wanted.where(LedgerEntry.act.in_(acts))) or 0


def since(session: Session, reference: str, *acts: str) -> datetime | None:
    """The civil time of the newest entry of any of these acts in a chain, of any act when none is named."""
    entry = LedgerEntry
    wanted = select(entry.at).where(entry.reference == reference).order_by(entry.number.desc()).limit(1)
    return session.scalar(wanted.where(entry.act.in_(acts)) if acts else wanted)


def _wrong(line: dict[str, Any], number: int, previous: str) -> str | None:
    if line["number"] != number + 1:
        return f"entry {number + 1} is missing"
    if line["seal"] != seal_of(line, previous):
        return "the seal does not follow from this entry and the one before it"
    return None


def _cut(reference: str, said: Head | None, there: Head | None) -> Broken | None:
    if said is None:
        return Broken(reference, 1, "there is no head for this chain")
    there = there or (0, genesis(reference))
    if said == there:
        return None
    reason = f"the chain ends at entry {there[0]}, its head says {said[0]}"
    return Broken(
        reference, min(said[0], there[0] + 1), reason if said[0] != there[0] else "the head has another seal"
    )


def _all_heads(session: Session) -> dict[str, Head]:
    heads: dict[str, Head] = defaultdict(lambda: (0, ""))
    for table in (Request, Book):
        for reference, entries, seal in session.execute(select(table.reference, table.entries, table.head)):
            heads[reference] = (entries, seal)
    return heads
