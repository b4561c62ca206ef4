"""Seal all heads of the ledger into one Merkle root, chained and signed."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.models import Book, Checkpoint, Request
from dsar.vault import Vault

GENESIS = hashlib.sha256(b"dsar-checkpoint-1").hexdigest()


def make(session: Session, vault: Vault, *, at: datetime) -> Checkpoint | None:
    """Seal the heads as they are; None when nothing was recorded since the last checkpoint."""
    heads: list[tuple[str, int, str]] = []
    for table in (Request, Book):
        ends = session.execute(select(table.reference, table.entries, table.head))
        heads += [(reference, entries, head) for reference, entries, head in ends]
    last = session.scalar(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1))
    root = merkle([f"{reference} {entries} {head}" for reference, entries, head in sorted(heads)])
    if not heads or (last and last.root == root):
        return None
    number, previous = (last.number + 1, last.seal) if last else (1, GENESIS)
    entries = sum(n for _, n, _ in heads)
    seal = _seal(number, clock.text(at), len(heads), entries, root, previous)
    made = Checkpoint(
        number=number, at=at.replace(microsecond=0), chains=len(heads), entries=entries, root=root, previous=previous,
        seal=seal, signature=vault.sign(seal.encode()),
    )  # fmt: skip
    session.add(made)
    return made


def first_broken(session: Session, vault: Vault) -> int | None:
    """The number of the first checkpoint that does not hold; None when all do."""
    previous = GENESIS
    for row in session.scalars(select(Checkpoint).order_by(Checkpoint.number)):
        seal = _seal(row.number, clock.text(row.at), row.chains, row.entries, row.root, previous)
        if row.previous != previous or row.seal != seal or not vault.signed(seal.encode(), row.signature):
            return row.number
        previous = row.seal
    return None


def merkle(leaves: Sequence[str]) -> str:
    """The Merkle root, in hex; leaves and nodes are hashed under different first bytes (RFC 6962)."""
    level = [hashlib.sha256(b"\0" + leaf.encode()).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [
            hashlib.sha256(b"\1" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs
        ]
    return level[0].hex() if level else hashlib.sha256(b"").hexdigest()


def _seal(number: int, at: str, chains: int, entries: int, root: str, previous: str) -> str:
    return hashlib.sha256(f"{number}\n{at}\n{chains}\n{entries}\n{root}\n{previous}".encode()).hexdigest()
