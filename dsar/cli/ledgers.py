"""Prove and export the ledger."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from dsar import db
from dsar.cli.speaking import answer, as_json, office
from dsar.errors import BadInput
from dsar.services import checkpoints
from dsar.services import ledger as book


@click.group()
def ledger() -> None:
    """The ledger: what was done, by whom, when."""


@ledger.command()
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    help="An export; needs no database.",
)
@as_json
def verify(file: Path | None, as_json: bool) -> int:
    """Prove the ledger whole; exit 1 and name the first broken entry of each chain if it is not."""
    if file:
        proof = book.prove(_lines(file))
        broken = list(proof.broken)
    else:
        with office() as here, db.read() as session:
            proof = book.whole(session)
            checkpoint = checkpoints.first_broken(session, here.vault)
        broken = list(proof.broken)
        if checkpoint is not None:
            broken.append(
                book.Broken(
                    "checkpoint", checkpoint, "the checkpoint does not follow, or is not signed by us"
                )
            )
    shown = {
        "whole": not broken, "entries": proof.entries, "chains": proof.chains, "broken": [vars(b) for b in broken],
    }  # fmt: skip
    lines = [f"{b.reference} {b.number}: {b.reason}" for b in broken]
    lines.append(
        f"The ledger is {'whole' if not broken else 'NOT whole'}: {proof.entries} entries, {proof.chains} chains."
    )
    answer(shown, as_json, "\n".join(lines))
    return 1 if broken else 0


@ledger.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, readable=False))
@as_json
def export(file: Path, as_json: bool) -> None:
    """Write every entry, one JSON object a line, then the head of every chain."""
    digest, entries = hashlib.sha256(), 0
    fresh = file.with_name(f".{file.name}.part")
    try:
        with office(), db.read() as session, fresh.open("wb") as out:
            for line in book.export(session):
                text = json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"
                digest.update(text)
                out.write(text)
                entries += "head" not in line
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    answer(
        {"entries": entries, "sha256": digest.hexdigest()},
        as_json,
        f"{entries} entries, SHA-256 {digest.hexdigest()}",
    )


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8") as lines:
            for number, text in enumerate(lines, 1):
                line = json.loads(text)
                if not isinstance(line, dict) or not (_is_head(line) or _is_entry(line)):
                    raise BadInput(f"{file}:{number} is no entry of a ledger")
                yield line
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file} is not an export of a ledger: it is not one JSON object a line") from error


def _is_head(line: dict[str, Any]) -> bool:
    return isinstance(line.get("head"), str) and isinstance(line.get("entries"), int) and "seal" in line


def _is_entry(line: dict[str, Any]) -> bool:
    wanted = {"reference", "number", "at", "actor", "act", "facts", "seal"}
    return isinstance(line.get("reference"), str) and wanted <= line.keys()


COMMANDS = [ledger]
