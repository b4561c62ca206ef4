"""Where the files of a package go: sealed into the vault, or written out for the one who asked."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from dsar.errors import BadInput
from dsar.jobs.assemble import Assembled
from dsar.jobs.office import Office
from dsar.render.copy_csv import write_csv
from dsar.render.copy_json import write_copy_json
from dsar.render.pdf import copy_pdf
from dsar.render.release import check_pdf
from dsar.terms import StoreState
from dsar.vault import Vault


@dataclass(frozen=True)
class Written:
    """One file of a package as it was written."""

    name: str
    bytes: int
    sha256: str  # of the plaintext
    sealed: str = ""  # file of the vault; "" when it was written out


class Sink(Protocol):
    """Takes the files of a package, one after the other."""

    written: list[Written]

    def file(self, name: str, fill: Callable[[Callable[[bytes], object]], object]) -> None:
        """Make one file; `fill` is given the function that writes to it."""


@dataclass
class Sealed:
    """Seals each file into the vault under one key."""

    vault: Vault
    key: bytes
    folder: str  # of the vault
    written: list[Written] = field(default_factory=list)

    def file(self, name: str, fill: Callable[[Callable[[bytes], object]], object]) -> None:
        """Seal one file."""
        sealed = f"{self.folder}/{len(self.written)}"
        with self.vault.writer(self.key, sealed) as writer:
            fill(writer.write)
            writer.finish()
        self.written.append(Written(name, writer.bytes, writer.sha256, sealed))


@dataclass
class Folder:
    """Writes each file below a folder; a file that is there is replaced."""

    root: Path
    written: list[Written] = field(default_factory=list)

    def file(self, name: str, fill: Callable[[Callable[[bytes], object]], object]) -> None:
        """Write one file, complete or not at all."""
        digest, size = hashlib.sha256(), 0
        with self._opened(name) as file:

            def write(piece: bytes) -> None:
                nonlocal size
                digest.update(piece)
                size += len(piece)
                file(piece)

            fill(write)
        self.written.append(Written(name, size, digest.hexdigest()))

    @contextmanager
    def _opened(self, name: str) -> Iterator[Callable[[bytes], object]]:
        path = self.root / name
        fresh = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                yield file.write
            fresh.replace(path)
        except OSError as error:
            raise BadInput(f"{self.root} cannot be written: {error.strerror}; name another folder") from error
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)


def make_files(office: Office, assembled: Assembled, sink: Sink) -> None:
    """Make every file of a package: PDF (checked), JSON, a CSV a collection, and the files that rows name.

    Raises ReleaseRefused when the PDF does not say what was found.
    """
    pdf = copy_pdf(assembled.package, rows=office.config.pdf_rows)
    check_pdf(pdf, assembled.package)
    sink.file("copy.pdf", lambda write: write(pdf))
    make_data(office, assembled, sink)


def make_data(office: Office, assembled: Assembled, sink: Sink) -> None:
    """Make every file of a package but the PDF, streamed."""
    package = assembled.package
    sink.file("copy.json", lambda write: write_copy_json(package, write))
    for store in package.stores:
        for collection in store.collections:
            if (
                collection.records or store.state == StoreState.SEARCHED
            ):  # else an empty file would say: nothing
                fill = partial(write_csv, collection, package.lang, package.controller.zone)
                sink.file(f"csv/{store.name}.{collection.name}.csv", fill)
    for name, kept in assembled.files.items():
        sink.file(name, partial(pour, office.vault.read(assembled.key, kept.sealed)))


def pour(pieces: Iterable[bytes], write: Callable[[bytes], object]) -> None:
    """Write every piece."""
    for piece in pieces:
        write(piece)
