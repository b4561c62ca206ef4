"""What a file says, as text in pieces, whatever it is kept in: plain text, packed text, office papers, Parquet."""

import codecs
import gzip
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EINVAL
from lzma import LZMAError
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Protocol
from zlib import error as TornStream

import duckdb

PIECE = 256 * 1024  # bytes
LONGEST = 4 * PIECE  # characters of a text that nothing ends
OVERLAP = 512  # of such a text, characters that are read twice: no identifier is longer
MOST_UNPACKED = 4 << 30  # bytes; a paper that unpacks to more is a trap
DEEPEST = 4  # archives in one another
ROWS = 2_000  # of Parquet at once

TEXTS = (
    ".txt",
    ".csv",
    ".tsv",
    ".json",
    ".jsonl",
    ".ndjson",
    ".log",
    ".xml",
    ".html",
    ".md",
    ".eml",
    ".vcf",
    ".sql",
)
PACKED = (".zip", ".xlsx", ".docx", ".pptx", ".odt", ".ods")  # archives of texts
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be", codecs.BOM_UTF8: "utf-8"}
_TEXTS_GZ = tuple(f"{ending}.gz" for ending in TEXTS)
_TORN = (
    duckdb.Error, zipfile.BadZipFile, EOFError, TornStream, LZMAError, NotImplementedError, RuntimeError, OSError
)  # fmt: skip
_ENDS = '\n<>{}[]"|\t'
_BYTES = "BLOB"
_ENGINE: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "512MB"}


class Readable(Protocol):
    """A file that is read from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, or fewer at the end."""


class _Trap(Exception):
    """An archive unpacks to more than is read."""


@dataclass
class _Room:
    """How many bytes may still be unpacked of an archive and of all archives in it."""

    left: int

    def take(self, size: int) -> None:
        """Raise _Trap where there is no more."""
        self.left -= size
        if self.left < 0:
            raise _Trap


class Unreadable(Exception):
    """A file is not what its name says; the message holds its ending alone."""


def pieces(path: Path) -> Iterator[str] | None:
    """The text of a file, some lines at a time; None for a file that is not read but for its name.

    Raises Unreadable where the file is torn, or is not what its name says.
    """
    way = _way(path.name.lower())
    return None if way is None else _told(path, way)


def _way(name: str) -> Callable[[Path], Iterator[str]] | None:
    if name.endswith(".parquet"):
        return _parquet
    if name.endswith(PACKED):
        return _archive
    if name.endswith(".gz"):
        return _gzip if name.removesuffix(".gz").endswith(TEXTS) else None
    return _plain if name.endswith(TEXTS) else None


def _told(path: Path, way: Callable[[Path], Iterator[str]]) -> Iterator[str]:
    try:
        yield from way(path)
    except _TORN as error:
        if isinstance(error, OSError) and error.errno not in (None, EINVAL):
            raise  # of the disk, and not of what a file says
        words = f"a file that ends in {path.suffix.lower()} cannot be read as one"
        raise Unreadable(words) from None
    except _Trap:
        raise Unreadable(f"a file that ends in {path.suffix.lower()} unpacks to more than is read") from None


def _plain(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from _lines(file)


def _gzip(path: Path) -> Iterator[str]:
    with gzip.open(path, "rb") as file:
        yield from _lines(file)


def _archive(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from _members(file, _Room(MOST_UNPACKED), 1)


def _members(file: IO[bytes], room: _Room, depth: int) -> Iterator[str]:
    """What lies in an archive; one that lies in it is unpacked into a file without a name, which no kill leaves."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            yield member.filename
            name = member.filename.lower()
            if name.endswith((*TEXTS, ".rels", *PACKED, *_TEXTS_GZ)):
                room.take(member.file_size)
                with archive.open(member) as held:
                    yield from _member(held, name, room, depth)


def _member(held: IO[bytes], name: str, room: _Room, depth: int) -> Iterator[str]:
    if name.endswith(".gz"):
        with gzip.open(held) as file:
            for piece in _lines(file):
                room.take(len(piece))
                yield piece
    elif not name.endswith(PACKED):
        yield from _lines(held)
    elif depth == DEEPEST:
        raise _Trap
    else:
        with TemporaryFile() as inner:
            copyfileobj(held, inner)
            yield from _members(inner, room, depth + 1)


def _lines(file: Readable) -> Iterator[str]:
    """Pieces that end where no identifier goes on: at the end of a line, else of a cell or an element."""
    start = file.read(PIECE)
    mark = next((mark for mark in _MARKS if start.startswith(mark)), b"")
    decoder = codecs.getincrementaldecoder(_MARKS.get(mark, "utf-8"))(errors="replace")
    held, read = "", start[len(mark) :]
    while read:
        held += decoder.decode(read)
        end = max(map(held.rfind, _ENDS)) + 1
        if end or len(held) > LONGEST:
            yield held[: end or None]
            held = held[end:] if end else held[-OVERLAP:]
        read = file.read(PIECE)
    yield held + decoder.decode(b"", final=True)


def _parquet(path: Path) -> Iterator[str]:
    with _plainly_named(path) as name, duckdb.connect(":memory:", config=_ENGINE) as engine:
        engine.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        engine.execute("SET allowed_paths = ?", [[name]])
        engine.execute("SET enable_external_access = false")
        columns = engine.execute("DESCRIBE SELECT * FROM read_parquet(?)", [name]).fetchall()
        said = ", ".join(_said(name, kind) for name, kind, *_ in columns)
        rows = engine.execute(f"SELECT {said} FROM read_parquet(?)", [name])
        while some := rows.fetchmany(ROWS):
            yield "\n".join(cell for row in some for cell in row if cell is not None)


@contextmanager
def _plainly_named(path: Path) -> Iterator[str]:
    """The file under a name in which the engine sees no pattern of names."""
    with TemporaryDirectory(prefix="dsar-") as folder:
        link = Path(folder, "file.parquet")
        link.symlink_to(path.absolute())
        yield str(link)


def _said(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind == _BYTES:  # a digest is looked for in hex
        return f"concat(lower(hex({quoted})), chr(10), {quoted}::VARCHAR)"
    if kind in ("DOUBLE", "FLOAT"):
        return f"concat(try_cast({quoted} AS HUGEINT), ' ', {quoted})"
    return f"{quoted}::VARCHAR"
