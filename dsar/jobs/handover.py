"""Hand over a copy or a certificate: checked first, then streamed, then recorded."""

import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from dsar import db
from dsar.errors import NotFound
from dsar.jobs.office import Office
from dsar.jobs.release import check_files, check_parts
from dsar.jobs.sealing import Folder, Written, pour
from dsar.models import Copy, PaperFile
from dsar.services import answering, intake, keys
from dsar.terms import CopyState, KeyClass

SAME_TIME = (1980, 1, 1, 0, 0, 0)  # in a zip: when a copy was made stands inside it


def released(office: Office, reference: str, paper: str) -> tuple[bytes, list[PaperFile]]:
    """The key and the files of a paper, after its release check.

    Raises NotFound when there is none (yet, or any more), ReleaseRefused when something was changed.
    """
    with db.read() as session:
        request = intake.get(session, reference)
        if paper == "copy":
            copy = session.get(Copy, request.reference)
            if copy is None or copy.state not in (CopyState.READY, CopyState.DELIVERED):
                raise NotFound(f"request {request.reference} has no copy to hand over")
            check_parts(session, office, request)
        files = check_files(session, office, request.reference, paper)
        if not files:
            raise NotFound(f"request {request.reference} has no {paper} to hand over")
        return keys.of(session, office.vault, request.reference, KeyClass.COPY), files


def write(office: Office, reference: str, paper: str, folder: Path) -> list[Written]:
    """Write a released paper's files below a folder."""
    key, files = released(office, reference, paper)
    sink = Folder(folder)
    for file in files:
        sink.file(file.name, partial(pour, office.vault.read(key, file.sealed)))
    return sink.written


def zipped(office: Office, reference: str, paper: str = "copy") -> Iterator[bytes]:
    """A released paper as one zip, streamed.  The check is done before the first byte is given."""
    key, files = released(office, reference, paper)
    return _zip(office, key, files)


def single(office: Office, reference: str, paper: str, name: str) -> Iterator[bytes]:
    """One file of a released paper, streamed.  Raises NotFound when there is no such file."""
    key, files = released(office, reference, paper)
    for file in files:
        if file.name == name:
            return office.vault.read(key, file.sealed)
    raise NotFound(f"request {reference} has no file of that name")


def fetched(_office: Office, reference: str, *, at: datetime, actor: str = "subject") -> None:
    """Record that a copy was fetched."""
    with db.begin() as session:
        answering.fetched(session, intake.get(session, reference), actor=actor, at=at)


def downloaded(_office: Office, reference: str, *, whole: bool, at: datetime) -> None:
    """Record a download by the person.

    Where an erasure waits for the copy, that he has it is for him to say: the erasure cannot be undone.
    """
    with db.begin() as session:
        row = intake.get(session, reference)
        answering.downloaded(session, row, actor="subject", at=at)
        if whole and answering.waits_for_copy(session, row) is None:
            answering.fetched(session, row, actor="subject", at=at)


class _Pieces:
    """A file that only takes; what it took is taken from it piece by piece."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._at = 0

    def write(self, piece: Any) -> int:
        self._held.append(bytes(piece))
        self._at += len(self._held[-1])
        return len(self._held[-1])

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def _zip(office: Office, key: bytes, files: list[PaperFile]) -> Iterator[bytes]:
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for file in files:
            entry = zipfile.ZipInfo(file.name, SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as inside:
                for piece in office.vault.read(key, file.sealed):
                    inside.write(piece)
                    yield out.taken()
    yield out.taken()
