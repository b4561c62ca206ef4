"""Everything that is wrong with a map, collected: each error with its place and the nearest right name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from dsar.errors import DsarError

Path = tuple[str, ...]  # ("stores", "crm", "collections", "student")
Mark = tuple[str, int]  # file and line, from 1

CLOSE = 0.6  # of difflib's 0 to 1; below it a name is no help


@dataclass(frozen=True)
class MapError:
    """One thing that is wrong, and where."""

    file: str
    line: int  # 0: the map came from no file
    path: str  # stores.crm.collections.student.found_by.phone
    message: str
    nearest: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else ""
        path = f"{self.path}: " if self.path else ""
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{place}{path}{self.message}{hint}"


class MapErrors(DsarError):
    """A map cannot be used; `errors` says everything that is wrong with it."""

    status = 422

    def __init__(self, errors: list[MapError]) -> None:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"the map cannot be used: {errors[0]}{more}")
        self.errors = errors


class Report:
    """Collects errors; knows on which line of which file each path is written."""

    def __init__(self, marks: Mapping[Path, Mark] | None = None) -> None:
        self.marks: Mapping[Path, Mark] = marks or {}
        self.errors: list[MapError] = []
        self._seen: set[MapError] = set()
        self._unread: set[Path] = set()

    def wrong(self, path: Path, message: str, near: str | None = None) -> None:
        """Note an error at a path of the map, unless what is there could not even be read."""
        error = error_at(self.marks, path, message, near)
        if path not in self._unread and error not in self._seen:
            self._seen.add(error)
            self.errors.append(error)

    def wrong_at(self, mark: Mark, path: Path, message: str) -> None:
        """Note that what is written at a line could not be read."""
        self._unread.add(path)
        self.errors.append(MapError(*mark, ".".join(path), message))

    def raise_any(self) -> None:
        """Raise MapErrors, in the order of files and lines, when something is wrong."""
        if self.errors:
            raise MapErrors(sorted(self.errors, key=lambda error: (error.file, error.line)))


def error_at(marks: Mapping[Path, Mark], path: Path, message: str, near: str | None = None) -> MapError:
    """An error at the line of the path, or of the nearest thing around it that is written down."""
    around = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in marks), None)
    file, line = ("", 0) if around is None else marks[around]
    return MapError(file, line, ".".join(path), message, near)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is written most like this one; None when none is like it."""
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=CLOSE)
    return folded[close[0]] if close else None
