"""Write the copy and the certificate."""

from pathlib import Path
from typing import Any

import click

from dsar import clock, db, places
from dsar.cli.speaking import answer, as_json, by_staff, office
from dsar.errors import BadInput
from dsar.jobs import asking, handover
from dsar.jobs import copy as copying
from dsar.jobs.sealing import Written
from dsar.models import Copy
from dsar.services import answering, intake, staff, verdicts
from dsar.terms import COPIED, CopyState


@click.group()
def copy() -> None:
    """The copy: PDF, JSON, CSV and files."""


@copy.command("write")
@click.argument("ref")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
def write_copy(ref: str, folder: Path, as_json: bool) -> None:
    """Write a copy: the whole one, which counts as fetched, or what there is, named as incomplete."""
    with office() as here:
        with db.read() as session:
            row = intake.get(session, ref)
            made = session.get(Copy, row.reference)
        if row.right not in COPIED:
            raise BadInput(f"request {row.reference} asks for {row.right}; it has no copy")
        if made and made.state == CopyState.EXPIRED:
            raise BadInput(f"the copy of {row.reference} was destroyed when its time was over")
        if complete := bool(made and made.state != CopyState.MAKING):
            written = handover.write(here, row.reference, "copy", folder)
            handover.fetched(here, row.reference, at=clock.now(), actor="operator")
        else:
            written = copying.write_incomplete(here, row, folder)
    shown = {"reference": row.reference, "complete": complete, "files": _files(written)}
    words = "the whole copy" if complete else "what there is so far, not complete,"
    answer(shown, as_json, f"{row.reference}: wrote {words} to {folder}")


@copy.command()
def schema() -> None:
    """Print the JSON Schema of copy.json."""
    click.echo((places.PACKAGE / "render" / "copy.schema.json").read_text(encoding="utf-8"), nl=False)


@click.group()
def certificate() -> None:
    """The certificate of an erasure."""


@certificate.command("write")
@click.argument("ref")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
def write_certificate(ref: str, folder: Path, as_json: bool) -> None:
    """Write the certificate as PDF and JSON."""
    with office() as here:
        with db.read() as session:
            row = intake.get(session, ref)
        written = handover.write(here, row.reference, "certificate", folder)
        with db.begin() as session:
            row = intake.get(session, ref)
            answering.handed_over(session, row, at=clock.now())
            verdict = verdicts.of_request(session, row)
    shown = {"reference": row.reference, "verdict": verdict, "files": _files(written)}
    answer(shown, as_json, f"{row.reference}: {verdict}; wrote the certificate to {folder}")


@certificate.command("letters")
@click.argument("ref")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@by_staff
@as_json
def write_letters(ref: str, folder: Path, by: str, as_json: bool) -> None:
    """Write the letters that ask recipients outside the map to erase; they hold the person's identifiers."""
    with office() as here:
        with db.read() as session:
            staff.acting(session, by)
        written = asking.write_letters(here, ref, folder, actor=by)
    shown = {"reference": intake.reference(ref), "files": _files(written)}
    answer(shown, as_json, f"wrote {len(written)} letters to {folder}")


def _files(written: list[Written]) -> list[dict[str, Any]]:
    return [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in written]


COMMANDS = [copy, certificate]
