"""Make the copy once, from the sealed parts, and seal its files."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dsar import clock, db, faults
from dsar.errors import NotAllowed
from dsar.jobs import job
from dsar.jobs.assemble import Assembled, assemble
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.jobs.release import check_parts, digests
from dsar.jobs.sealing import Folder, Sealed, Written, make_files
from dsar.models import Copy, PaperFile, Request
from dsar.services import intake, keys, ledger, mailing, self_testing, showing, work
from dsar.services.work import Claim
from dsar.terms import CopyState, KeyClass, Status


@job
def make_copy(office: Office, claim: Claim, *, reference: str) -> None:
    """Make, seal and record the package of a request whose search is complete, and tell the person.

    While an unmapped place holds the person, or a store is missing, nothing is made.
    """
    with db.read() as session:
        request = intake.get(session, reference)
        if not _is_due(session, request) or not showing.is_complete(session, request):
            return
        check_parts(session, office, request)
        assembled = assemble(session, office, request, complete=True, at=clock.now())
        key = keys.of(session, office.vault, reference, KeyClass.COPY)
    sink = Sealed(office.vault, key, f"{reference}/copy/{claim.lease}")
    with faults.effect("copy.make"):
        make_files(office, assembled, sink)
    with faults.effect("copy.write"), held(claim) as session:
        _record(session, office, reference, assembled, sink.written)


def write_incomplete(office: Office, request: Request, folder: Path) -> list[Written]:
    """Write what there is: named as incomplete, and never an answer.

    Raises NotAllowed before any store has answered.
    """
    with db.read() as session:
        shown = showing.request(session, office.vault, request, at=clock.now())
        if not any(store["state"] == "searched" for store in shown["stores"]):
            raise NotAllowed(
                f"request {request.reference}: no store has answered yet; there is nothing to write"
            )
        assembled = assemble(session, office, request, complete=False, at=clock.now())
    sink = Folder(folder)
    make_files(office, assembled, sink)
    return sink.written


def _is_due(session: Session, request: Request) -> bool:
    """Whether a copy is wanted that was not made already, from all that was found."""
    made = ledger.newest(session, request.reference, "copy.made")
    found = ledger.newest(session, request.reference, "store.found", "request.map_moved")
    return request.status == Status.WORKING and made < found


def _record(
    session: Session, office: Office, reference: str, assembled: Assembled, written: list[Written]
) -> None:
    request, at = intake.get(session, reference), assembled.package.made_at
    if not _is_due(session, request):
        return
    ledger.record(
        session, "copy.made", actor="worker", reference=reference, at=at,
        records=assembled.package.records, files=digests(written),
    )  # fmt: skip
    copy = session.get(Copy, reference) or Copy(reference=reference, state=CopyState.MAKING, records=0)
    session.add(copy)
    copy.state, copy.records, copy.made_at = CopyState.READY, assembled.package.records, at
    copy.expires_at = at + timedelta(days=office.config.copy_days)
    session.execute(delete(PaperFile).where(PaperFile.reference == reference, PaperFile.paper == "copy"))
    for file in written:
        session.add(
            PaperFile(
                reference=reference,
                paper="copy",
                name=file.name,
                bytes=file.bytes,
                sha256=file.sha256,
                sealed=file.sealed,
            )
        )
    session.flush()
    number = len(ledger.facts_of(session, reference, "copy.made"))
    mailing.raise_told(session, office.vault, request, "ready", number=number, at=at)
    self_testing.wake(session, request)
    work.put(
        session, "expire_copy", key=f"expire:{reference}", not_before=copy.expires_at, reference=reference
    )
