"""The sealed records of one collection as a copy tells them: masked, redacted or withheld, as the map says."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from dsar.datamap.identifiers import masked, matches, normal
from dsar.datamap.types import Collection, DataMap, IdentifierKind
from dsar.errors import BadInput
from dsar.jobs.parts import FileKept, Line
from dsar.render.package import FileShown, Raw, Row, SharedShown
from dsar.services import sharing
from dsar.services.finding import Asked
from dsar.services.sharing import Standing


@dataclass(frozen=True)
class Overview:
    """What one pass over the records tells of them all."""

    files: tuple[FileShown, ...] = ()
    kept: tuple[FileKept, ...] = ()  # the sealed file of each
    without_consent: int = 0  # records told
    shared: SharedShown | None = None


@dataclass(frozen=True, repr=False)
class Telling:
    """One collection of one copy; `lines` reads its sealed records anew at each call."""

    datamap: DataMap
    collection: Collection
    asked: Sequence[Asked]
    lines: Callable[[], Iterator[Line]]

    def rows(self) -> Iterator[Row]:
        """The records that are given, streamed; another person's identifier is masked."""
        given, naming = sharing.given_columns(self.collection), sharing.kinds_of(self.collection)
        for line, whose in self._told():
            yield {
                name: self._shown(name, raw, whose) if name in naming else raw
                for name, raw in line.row.items()
                if name in given
            }

    def overview(self, store: str) -> Overview:
        """The files that given records name, how many have no proof of consent, how many belong to others too."""
        collection = self.collection
        holds_files = any(field.file for field in collection.fields.values())
        if not holds_files and collection.consent is None and collection.shared is None:
            return Overview()
        files: list[FileShown] = []
        sealed: list[FileKept] = []
        without = 0
        for number, (line, whose) in enumerate(self._told()):
            without += collection.consent is not None and line.row.get(collection.consent) in (None, "")
            for field, kept in line.files.items() if not self._redacts(whose) else ():
                name = f"files/{store}/{collection.name}/{len(files) + 1}-{_safe(kept.name)}"
                declared = collection.fields[field].file
                kind = declared.type if declared else "document"
                files.append(FileShown(number, field, name, kind, kept.bytes, kept.sha256))
                sealed.append(kept)
        return Overview(tuple(files), tuple(sealed), without, self._of_several())

    def _told(self) -> Iterator[tuple[Line, Standing | None]]:
        for line in self.lines():
            whose = self._whose(line)
            if whose is None or self.collection.shared != "keep":
                yield line, whose

    def _whose(self, line: Line) -> Standing | None:
        return sharing.standing(self.datamap, self.collection, line.row, self.asked)

    def _of_several(self) -> SharedShown | None:
        if self.collection.shared is None:
            return None
        count = sum(self._whose(line) is not None for line in self.lines())
        return SharedShown(self.collection.shared, count) if count else None

    def _redacts(self, whose: Standing | None) -> bool:
        return whose is not None and self.collection.shared == "redact"

    def _shown(self, column: str, value: Raw, whose: Standing | None) -> Raw:
        if whose and self._redacts(whose) and column in whose.others:
            kind = sharing.kinds_of(self.collection)[column]
            return _hidden(self.datamap.identifier_kinds[kind], str(value))
        field = self.collection.fields.get(column)
        return (
            self._own(self.datamap.identifier_kinds[field.identifier], value)
            if field and field.identifier
            else value
        )

    def _own(self, kind: IdentifierKind, value: Raw) -> Raw:
        """The value when it is the person's own proven identifier; else masked, as a question: is this yours?"""
        if value is None or value == "":
            return value
        own = (asked for asked in self.asked if asked.kind == kind.name)
        ways = sharing.anyhow(kind)
        return (
            value
            if any(matches(kind, asked.value, ways, value) for asked in own)
            else _hidden(kind, str(value))
        )


def _hidden(kind: IdentifierKind, value: str) -> str:
    """Another person's identifier, masked; what cannot be read as one is hidden whole, and so are our own numbers."""
    if kind.internal:
        return "*" * 8
    try:
        return masked(kind, normal(kind, value))
    except BadInput:
        return "*" * 8


def _safe(name: str) -> str:
    """The last part of a file's name, with nothing in it that a file system or a shell might act on."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in last).lstrip(".")[:120] or "file"
