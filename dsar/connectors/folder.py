"""A folder of files that rows name: each subfolder is a table, each file a record."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path, PurePosixPath

from dsar.connectors import (
    Act,
    Column,
    Connector,
    Erased,
    Found,
    Place,
    Probe,
    Raw,
    Residue,
    Schema,
    Sought,
    Table,
    Tells,
)
from dsar.connectors._contents import Unreadable
from dsar.connectors._owners import Owners
from dsar.connectors._shelf import FolderShelf, Item, Shelf
from dsar.connectors._texts import Texts, of_subjects
from dsar.datamap.grounds import FILE_WHOLE
from dsar.datamap.identifiers import written
from dsar.datamap.secrets import resolve
from dsar.datamap.tokens import narrowed
from dsar.datamap.types import Collection, FoundBy
from dsar.errors import BadInput, CannotErase, StoreRefused, StoreUnreachable

ROOT = "."  # the table of the files that lie in no subfolder
OTHERS = "other folders"  # the table of all subfolders whose names may not be told, but for those of the map
_UNTOLD = re.compile(  # an address, a number, a digest, what is no text
    r"@|\d(?:[ ()+.-]{0,2}\d){8,}|[0-9A-Fa-f]{32}|[\x00-\x1f\x7f\ud800-\udfff]"
)
_COLUMNS = {
    "name": Column("name", "text", False, True),
    "sha256": Column("sha256", "text", False, False),
    "bytes": Column("bytes", "integer", False, False),
    "modified": Column("modified", "timestamp", False, False),
}


class Folder(Connector):
    """Settings: root.  A collection's table is a subfolder of it (`.`: the root's own files).

    A record is `name` (below that subfolder), `bytes`, `sha256` and `modified` (UTC).  It is found where an
    identifier, in the form the map declares, is the whole name.
    """

    kind = "folder"
    whole = True

    def close(self) -> None:
        """Nothing is held open."""

    def check(self, *, erasing: bool = True) -> None:
        with self._shelf() as shelf:
            folders = shelf.folders()
            for collection in self.store.collections.values():
                self._known(collection, folders)
        root = self._root()
        if erasing and self.store.erasing and not os.access(root, os.R_OK | os.W_OK | os.X_OK):
            raise StoreRefused(
                f"store {self.store.name}: this account may not write in its folder; grant it the right"
            )

    def describe(self) -> Schema:
        with self._shelf() as shelf:
            tables = {*self._tables(shelf)}
            if any("/" not in item.name for item in shelf.items()):
                tables.add(ROOT)
        return Schema({name: Table(name, _COLUMNS, ("name",)) for name in sorted(tables)})

    def sample(self, table: str, columns: Sequence[str], limit: int) -> Iterator[tuple[str | None, ...]]:
        """As everywhere; of a file its name alone is read, of those in other folders that of the folder."""
        with self._shelf() as shelf:
            tables, part = self._tables(shelf), 0 if table == OTHERS else -1
            inside = shelf.items("" if table in (ROOT, OTHERS) else table)
            mine = (i for i in inside if table not in (ROOT, OTHERS) or _table_of(i.name, tables) == table)
            for item in islice(mine, limit):
                name = PurePosixPath(item.name).parts[part]
                yield tuple(name if each == "name" else None for each in columns)

    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:
        kinds = self.map.identifier_kinds
        owners = Owners(kinds, collection.found_by, probes)
        with self._shelf() as shelf:
            for probe in sorted(probes, key=lambda probe: (probe.subject, probe.number)):
                names = {} if probe.done else self._names(collection, probe)
                for name, place in sorted(names.items()):
                    item = _item(shelf, collection, name)
                    if item and owners.first(
                        probe.subject, {by.column: name for by in collection.found_by}
                    ) == (probe, place):
                        yield Found(
                            probe.subject, probe.number, (name,), _row(name, item, shelf.open(item.name))
                        )

    def scan(self, collection: Collection, whose: Tells) -> Iterator[Found]:
        columns = {by.column for by in collection.found_by}
        below = "" if collection.table == ROOT else collection.table
        with self._shelf() as shelf:
            for item in shelf.items(below):
                name = item.name.removeprefix(f"{below}/")
                for subject in whose(dict.fromkeys(columns, name)):
                    yield Found(subject, 0, (name,), _row(name, item, shelf.open(item.name)))

    def _names(self, collection: Collection, probe: Probe) -> dict[str, int]:
        kind = self.map.identifier_kinds[probe.kind]
        by_kind: list[tuple[int, FoundBy]] = [
            (n, by) for n, by in enumerate(collection.found_by) if by.kind == probe.kind
        ]
        return {
            name: place
            for place, by in reversed(by_kind)
            for form in by.forms
            if form != "any"  # a name is looked up, not read
            for name in written(kind, probe.value, form)
        }

    def size(self, collection: Collection, most: int) -> int:
        below = "" if collection.table == ROOT else collection.table
        with self._shelf() as shelf:
            return sum(1 for _ in islice(shelf.items(below), most))

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:
        if any(not act.delete for act in acts):
            raise CannotErase(FILE_WHOLE)
        with self._shelf() as shelf:
            erased = [Erased(act, shelf.delete(_path(collection, str(act.found.key[0])))) for act in acts]
        yield from erased

    def sweep(
        self, sought: Sequence[Sought], places: Iterable[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        texts = of_subjects(self.map.identifier_kinds, sought)
        with self._shelf() as shelf:
            wanted = None if places is None else {p.table: {"content", *p.columns} for p in places}
            tables = self._tables(shelf, wanted or ())
            owners = {table: self._owners_in(table, own) for table in tables}
            for item in shelf.items():
                table = _table_of(item.name, tables)
                if wanted is None or table in wanted:
                    for hit in _held(shelf, item, table, texts):
                        if wanted is None or hit.column in wanted[table]:  # no column is the content
                            yield replace(hit, own=_leads(owners.get(table, []), hit))

    def read_file(self, collection: Collection, row: Mapping[str, Raw], field: str) -> Iterator[bytes]:  # noqa: ARG002
        """As everywhere; the field is not asked for: a record here is one file."""
        with self._shelf() as shelf:
            return shelf.open(_path(collection, str(row.get("name"))))

    def _tables(self, shelf: Shelf, asked: Iterable[str] = ()) -> list[str]:
        """The subfolders that are tables: one called after a person is none, for a table's name gets everywhere.

        asked: names that are known already, as whatever the map says.
        """
        mapped = {collection.table for collection in self.store.collections.values()}
        known, folders = mapped | {one.table for one in self.store.dismissed} | {*asked}, shelf.folders()
        others = {name for name in folders if name not in known and _UNTOLD.search(narrowed(name))}
        return sorted(mapped | {*folders} - others | ({OTHERS} if others else set()))

    def _owners_in(self, table: str, own: Sequence[Probe]) -> list[Owners]:
        """Whose names lead to the files of a folder, one a collection; a name is looked up and not read."""
        return [
            Owners(self.map.identifier_kinds, [_looked_up(by) for by in each.found_by], own)
            for each in self.store.collections.values()
            if own and each.table == table
        ]

    def _known(self, collection: Collection, folders: Sequence[str]) -> None:
        if collection.table != ROOT and PurePosixPath(collection.table).parts[0] not in folders:
            raise StoreRefused(
                f"store {self.store.name} has no folder {collection.table}; add it or change the map"
            )
        for column in [
            *collection.fields,
            *(by.column for by in collection.found_by),
            *collection.gives.values(),
        ]:
            if column not in _COLUMNS:
                known = ", ".join(_COLUMNS)
                raise StoreRefused(f"store {self.store.name}: a file has no column {column}; it has {known}")

    def _root(self) -> Path:
        return Path(resolve(str(self.store.settings["root"]), os.environ))

    @contextmanager
    def _shelf(self) -> Iterator[Shelf]:
        root = self._root()
        if not root.is_dir():
            raise StoreUnreachable(
                f"store {self.store.name}: its folder is not there; see that it is mounted"
            )
        try:
            yield FolderShelf(root)
        except Unreadable as error:
            words = f"{error}; mend it, remove it or give it another ending"
            raise StoreRefused(f"store {self.store.name}: {words}") from None
        except PermissionError:
            words = "this account may not do that in its folder; grant it the right"
            raise StoreRefused(f"store {self.store.name}: {words}") from None
        except OSError as error:
            words = f"its folder cannot be used ({error.strerror})"
            raise StoreUnreachable(f"store {self.store.name}: {words}") from None


def _path(collection: Collection, name: str) -> str:
    return name if collection.table == ROOT else f"{collection.table}/{name}"


def _looked_up(by: FoundBy) -> FoundBy:
    return replace(by, forms=tuple(form for form in by.forms if form != "any"))


def _leads(owners: Sequence[Owners], hit: Residue) -> bool:
    """Whether the subject's own names lead to the file of a hit."""
    return any(
        each.first(hit.subject, dict.fromkeys(each.columns, hit.key[0]))[0] is not None for each in owners
    )


def _item(shelf: Shelf, collection: Collection, name: str) -> Item | None:
    try:
        return shelf.item(_path(collection, name))
    except BadInput:
        return None  # no file can have that name


def _row(name: str, item: Item, pieces: Iterator[bytes]) -> dict[str, Raw]:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    modified = item.modified.isoformat()
    return {"name": name, "bytes": item.bytes, "sha256": digest.hexdigest(), "modified": modified}


def _table_of(name: str, tables: Sequence[str]) -> str:
    """The innermost folder that is a table."""
    inside = [table for table in tables if name.startswith(f"{table}/")]
    return max(inside, key=len, default=OTHERS if "/" in name else ROOT)


def _held(shelf: Shelf, item: Item, table: str, texts: Texts[int]) -> Iterator[Residue]:
    name = item.name if table in (ROOT, OTHERS) else item.name[len(table) + 1 :]
    for subject in texts.within(item.name):
        yield Residue(subject, table, "name", (name,))
    told = dict[int, None]()
    for piece in shelf.contents(item.name):
        if texts.any_in([piece]):
            told.update(dict.fromkeys(texts.within(piece)))
    for subject in told:
        yield Residue(subject, table, "content", (name,))
