"""Inspect: ask each store, make and sign the record of it, and destroy it when its time is over."""

from datetime import datetime
from functools import partial
from pathlib import Path

from dsar import clock, db, faults
from dsar.errors import LeaseLost, NotFound, VaultProblem
from dsar.jobs import job, questioning
from dsar.jobs.inspection_record import as_made, facts_of
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.jobs.sealing import Folder, Sealed, Written, pour
from dsar.models import Inspection
from dsar.render.pdf import inspection_pdf
from dsar.render.release import check_inspection
from dsar.services import checkpoints, inspected, inspecting, signing
from dsar.services.inspected import Shown
from dsar.services.work import Claim

PDF, JSON = "inspection.pdf", "inspection.json"
BROKEN = "it could not be asked: a defect of this product, noted in its log"


@job
def inspect_store(office: Office, claim: Claim, *, number: int, store: str) -> datetime | None:
    """Ask one store, once: what it answers now is what the inspection saw, and no answer is an answer."""
    with db.read() as session:
        task = inspecting.task(session, office.vault, number, store)
    if task is None:
        return None
    asked = task.datamap.stores[store]
    opened = partial(office.store, asked, task.datamap)
    try:
        with faults.effect("inspect.read"):
            answer = questioning.ask(opened, asked, task)
    except (VaultProblem, db.DatabaseProblem, LeaseLost):
        raise
    except Exception:  # whatever else it is, the other systems' answers do not wait for it for ever
        if not claim.tried_enough:
            raise
        answer = questioning.unasked(asked, BROKEN)
    with faults.effect("inspect.write"), held(claim) as session:
        inspecting.record(session, office.vault, number, store, answer)
    return None


@job
def make_inspection(office: Office, claim: Claim, *, number: int) -> None:
    """Make and sign the record, once every store was asked."""
    with held(claim) as session:
        checkpoints.make(session, office.vault, at=clock.now())
    with db.read() as session:
        row = inspected.get(session, number)
        if row.made_at or row.wrapped is None:
            return
        shown = as_made(session, office.vault, row, at=clock.now(), pretended=office.config.may_pretend)
        key = inspected.key_of(office.vault, row)
    sink = Sealed(office.vault, key, f"inspections/{number}/{claim.lease}")
    with faults.effect("inspect.make"):
        _make(office, shown, sink)
    with faults.effect("inspect.sign"), held(claim) as session:
        row = inspected.get(session, number)
        if row.wrapped is not None and row.made_at is None:
            inspecting.made(
                session, row, facts_of(shown), _files(sink.written), at=clock.parse(shown["made_at"])
            )


@job
def destroy_inspection(office: Office, claim: Claim, *, number: int) -> None:
    """The record of an inspection is kept for its days; then its key is destroyed, and its files."""
    with faults.effect("purge.write"), held(claim) as session:
        inspecting.destroy(session, number, at=clock.now())
    with faults.effect("purge.destroy"):
        office.vault.destroy(f"inspections/{number}")


def read(office: Office, row: Inspection, name: str) -> bytes:
    """One file of a record.  Raises NotFound before it is made and once it was destroyed, SealBroken."""
    key = inspected.key_of(office.vault, row)
    if name not in row.files:
        raise NotFound(f"inspection {row.number} has no {name} yet; see how far it is on the desk")
    return b"".join(office.vault.read(key, row.files[name]["sealed"]))


def write(office: Office, number: int, folder: Path, *, by: str) -> list[Written]:
    """Write the files of a record below a folder, and record that they were taken.  Raises NotFound, SealBroken."""
    with db.read() as session:
        row = inspected.get(session, number)
    sink = Folder(folder)
    for name in (PDF, JSON):
        content = read(office, row, name)
        sink.file(name, partial(pour, [content]))
    with db.begin() as session:
        for name in (PDF, JSON):
            inspecting.fetched(session, row, name, by=by, at=clock.now())
    return sink.written


def _make(office: Office, shown: Shown, sink: Sealed) -> None:
    signature = signing.of_record(office.vault, shown)
    plain = signing.signed_json(shown, signature)
    paper = inspection_pdf(shown, vars(signature))
    check_inspection(paper, shown)
    sink.file(PDF, lambda write: write(signing.sign_pdf(office.vault, paper)))
    sink.file(JSON, lambda write: write(plain))


def _files(written: list[Written]) -> dict[str, Shown]:
    return {
        file.name: {"bytes": file.bytes, "sha256": file.sha256, "sealed": file.sealed} for file in written
    }
