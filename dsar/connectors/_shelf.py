"""Where files lie that rows name: a folder, and no way out of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import ENAMETOOLONG
from pathlib import Path, PurePosixPath

from dsar.connectors._contents import pieces
from dsar.errors import BadInput

PIECE = 256 * 1024  # bytes read at once


@dataclass(frozen=True, repr=False)
class Item:
    """One file of a shelf."""

    name: str  # relative to the root, with /
    bytes: int
    modified: datetime  # UTC


class Shelf(ABC):
    """Files by name, below one root.  Each verb raises BadInput for a name that leads out of it."""

    @abstractmethod
    def open(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, in pieces.  Raises BadInput when there is none."""

    @abstractmethod
    def contents(self, name: str) -> Iterator[str]:
        """The text of a file, in pieces; nothing for a file that is not read but for its name.

        Raises Unreadable where the file is torn, or is not what its name says.
        """

    @abstractmethod
    def item(self, name: str) -> Item | None:
        """What is known of a file; None when there is none."""

    @abstractmethod
    def delete(self, name: str) -> bool:
        """Remove a file; whether there was one."""

    @abstractmethod
    def items(self, below: str = "") -> Iterator[Item]:
        """Every file below a folder of the shelf, in the order of their names."""

    @abstractmethod
    def folders(self) -> list[str]:
        """The folders right below the root."""


class FolderShelf(Shelf):
    """A folder, of this machine or mounted.  Links are not followed: what they name is not ours."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, name: str) -> Iterator[bytes]:
        path = self._inside(name)
        if path is None:
            raise BadInput("a record names a file that is not there")
        return _pieces(path)

    def contents(self, name: str) -> Iterator[str]:
        path = self._inside(name)
        return (pieces(path) if path else None) or iter(())

    def item(self, name: str) -> Item | None:
        path = self._inside(name)
        return _item(path, PurePosixPath(name).as_posix()) if path else None

    def delete(self, name: str) -> bool:
        path = self._inside(name)
        if path:
            path.unlink(missing_ok=True)
        return path is not None

    def items(self, below: str = "") -> Iterator[Item]:
        start = self._root / _safe(below) if below else self._root
        for path in sorted(start.rglob("*")):
            if path.is_file() and not self._through_a_link(path):
                yield _item(path, path.relative_to(self._root).as_posix())

    def folders(self) -> list[str]:
        return sorted(path.name for path in self._root.iterdir() if path.is_dir() and not path.is_symlink())

    def _inside(self, name: str) -> Path | None:
        path = self._root / _safe(name)
        try:
            if self._through_a_link(path):
                raise BadInput("a record names a file through a link, which may lead out of its folder")
            return path if path.is_file() else None
        except OSError as error:
            if error.errno == ENAMETOOLONG:
                return None  # whatever the record holds there, it is no name of a file
            raise

    def _through_a_link(self, path: Path) -> bool:
        steps = [path, *path.parents]
        return any(step.is_symlink() for step in steps[: steps.index(self._root)])


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name or "\\" in name:
        raise BadInput("a record names a file by a name that leads out of its folder")
    return path


def _item(path: Path, name: str) -> Item:
    status = path.stat()
    return Item(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
