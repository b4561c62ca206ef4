"""Seal what a probe found, row by row: small parts as a blob, large ones as a file of the vault."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dsar.connectors import Raw
from dsar.models import Probe
from dsar.services.finding import Part, Person
from dsar.vault import SMALL, SealedWriter, Vault


@dataclass(frozen=True)
class FileKept:
    """A file that a row names, as it was when it was found: a sealed file of the vault."""

    name: str
    sealed: str
    bytes: int
    sha256: str


class PartWriter:
    """The records of one person in one collection, found by one identifier."""

    def __init__(self, vault: Vault, person: Person, probe: int, lease: int) -> None:
        self._vault, self._person, self.probe = vault, person, probe
        self._name = f"{person.reference}/found/{probe}-{lease}"
        self._held = bytearray()
        self._file: SealedWriter | None = None
        self._digest = hashlib.sha256()
        self._files = 0
        self.records = 0

    def add(self, row: Mapping[str, Raw], files: Mapping[str, FileKept]) -> None:
        """Add one record: its fields, and the files that fields of it name."""
        line: dict[str, Any] = {"r": row}
        if files:
            line["f"] = {field: vars(kept) for field, kept in files.items()}
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self.records += 1
        if not self._person.kept:
            return
        self._digest.update(text)
        if self._file:
            self._file.write(text)
            return
        self._held += text
        if len(self._held) > SMALL:
            self._file = self._vault.writer(self._person.sealing, self._name)
            self._file.write(bytes(self._held))
            self._held.clear()

    def keep_file(self, name: str, content: Iterator[bytes]) -> FileKept:
        """Seal the file that a record names."""
        self._files += 1
        sealed = f"{self._name}-file-{self._files}"
        with self._vault.writer(self._person.sealing, sealed) as writer:
            for piece in content:
                writer.write(piece)
            writer.finish()
        return FileKept(name, sealed, writer.bytes, writer.sha256)

    def abandon(self) -> None:
        """Let go of what was begun; nothing of it stays."""
        if self._file:
            self._file.__exit__()

    def finish(self) -> Part:
        """Make it durable."""
        kept = self.records > 0 and self._person.kept
        digest = self._digest.hexdigest() if kept else None
        if self._file:
            with self._file as file:
                file.finish()
            return Part(self.probe, self.records, digest, None, self._name)
        sealed = None
        if kept:
            sealed = self._vault.seal(
                self._person.sealing, bytes(self._held), _about(self._person.reference, self.probe)
            )
        return Part(self.probe, self.records, digest, sealed, None)


@dataclass(frozen=True, repr=False)
class Line:
    """One record as it was sealed."""

    row: Mapping[str, Raw]
    files: Mapping[str, FileKept]


def lines(vault: Vault, key: bytes, probe: Probe) -> Iterator[Line]:
    """The records of one sealed part, streamed.  Raises SealBroken."""
    for text in _split(plain(vault, key, probe)):
        line = json.loads(text)
        files = {field: FileKept(**kept) for field, kept in line.get("f", {}).items()}
        yield Line(line["r"], files)


def plain(vault: Vault, key: bytes, probe: Probe) -> Iterator[bytes]:
    """The plaintext of a part, in pieces.  Raises SealBroken."""
    if probe.file:
        yield from vault.read(key, probe.file)
    elif probe.sealed:
        yield vault.open(key, probe.sealed, _about(probe.reference, probe.id))


def _split(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole


def _about(reference: str, probe: int) -> str:
    return f"{reference}/found/{probe}"
