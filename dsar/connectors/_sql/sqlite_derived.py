"""What a SQLite file keeps besides its rows: indexes of words, samples of ANALYZE, free pages, its log."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from dsar.connectors import Derived, Residue
from dsar.connectors._sql.derived import Deriving, Said, Seeking, found, named
from dsar.connectors._sql.shapes import Shape
from dsar.connectors._sql.sqlite_bytes import Bytes, texts_of
from dsar.connectors._sql.sqlite_pages import all_of, free_space, journal_of, log_of, logged, page_size
from dsar.connectors._sql.sqlite_terms import terms
from dsar.connectors._sql.words import Kept, Words, forms
from dsar.errors import StoreRefused, StoreUnreachable

PATIENCE = 2000  # milliseconds for a lock
SAMPLES = "sqlite_stat4"
FREE, LOG = named("file", "free pages"), named("file", "log")
VACUUM, CHECKPOINT = "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE 'create virtual table%'"
_FTS5 = re.compile(r"\busing\s+fts5\b", re.IGNORECASE)
_CONTENT = re.compile(r"[(,]\s*content\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|`([^`]*)`|([^\s,)]*))", re.IGNORECASE)
_LEAVES = "SELECT block FROM {0} WHERE id > 10 AND (id >> 36) & 1 = 0 AND (id >> 31) & 31 = 0"
_NUMBERED_ANEW = """
    SELECT count(*) FROM pragma_table_list l
    WHERE l.schema = 'main' AND l.type IN ('table', 'shadow') AND NOT l.wr AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND NOT (SELECT count(*) = 1 AND max(upper(c.type)) = 'INTEGER' FROM pragma_table_info(l.name) c WHERE c.pk)"""


@dataclass(frozen=True)
class Index(Derived):
    """An FTS5 table; remedy: one of its own commands."""

    index: str = ""
    command: str = ""


class SqliteDeriving(Deriving):
    """All of it is read from the file, by whoever may read that."""

    def places(self, connection: Connection, shapes: Mapping[str, Shape]) -> list[Derived]:
        declared = connection.exec_driver_sql(_INDEXES).all()
        indexes = [_index(name, sql) for name, sql in declared if _FTS5.search(str(sql))]
        sampled = [
            Derived(named(table, "statistics"), (table,), f"ANALYZE {quoted(table)}")
            for table in sorted({str(table) for table, _ in _samples(connection)} & shapes.keys())
        ]
        sources = tuple(name for name in shapes if name not in {each.table for each in indexes})
        file = [Derived(FREE, (), VACUUM, leftover=True)]
        if _keeps_log(connection):
            file.append(Derived(LOG, sources, CHECKPOINT))
        return [*indexes, *sampled, *file]

    def is_read(self, derived: Derived) -> bool:  # noqa: ARG002
        return False

    def remains(
        self, connection: Connection, places: Sequence[Derived], seeking: Seeking
    ) -> Iterator[Residue]:
        by_name = {each.name: each for each in places}
        words = Words(seeking.sought, seeking.kinds, Kept())
        for each in places:
            if isinstance(each, Index):
                yield from _in_index(connection, each, seeking, words)
        for table, sample in _samples(connection):
            if derived := by_name.get(named(str(table), "statistics")):
                said = "\n".join(texts_of(sample))
                yield from seeking.within(Said(derived, "sample", ("sample",), said))
        yield from _in_file(connection, by_name, seeking)

    def clean(self, engine: Engine, derived: Derived) -> None:
        with engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            try:
                driver.renew()
                driver.execute(f"PRAGMA busy_timeout = {PATIENCE}")
                self._clean(driver, derived)
            except sqlite3.Error as error:
                raise DBAPIError(None, None, error) from None

    def _clean(self, driver: sqlite3.Connection, derived: Derived) -> None:
        if isinstance(derived, Index) and not derived.command:
            raise StoreRefused("an index without content of its own can only be filled anew by who fills it")
        if derived.remedy == VACUUM and driver.execute(_NUMBERED_ANEW).fetchone()[0]:
            raise StoreRefused("tables without an INTEGER PRIMARY KEY may have their rows numbered anew")
        if derived.remedy != CHECKPOINT:
            driver.execute(derived.remedy)
        if derived.remedy in (VACUUM, CHECKPOINT):
            _write_out(driver)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _index(name: str, sql: str) -> Index:
    """An FTS5 table: over rows of its own, over those of another table, or with no rows at all."""
    said = _CONTENT.search(sql)
    source = next((part for part in said.groups() if part is not None), "") if said else name
    command = "optimize" if source == name else "rebuild" if source else ""
    remedy = f"INSERT INTO {quoted(name)}({quoted(name)}) VALUES('{command or 'delete-all'}')"
    tables = (source,) if source else ()
    table = name if source and source != name else ""
    return Index(named(name, "full-text index"), tables, remedy, table, index=name, command=command)


def _in_index(connection: Connection, index: Index, seeking: Seeking, words: Words) -> Iterator[Residue]:
    """Who is answered for by the index, and whose words are in its segments and answered for no more."""
    name = quoted(index.index)
    asked = [
        [one.subject, quoted(form)]
        for one in seeking.sought
        for form in dict.fromkeys(forms(seeking.kinds[one.kind], one.value))
    ]
    match = (
        f"SELECT p.value ->> 0, f.rowid FROM json_each(?) p JOIN {name} f ON f.{name} MATCH (p.value ->> 1)"
    )
    try:
        answers = connection.exec_driver_sql(match, (json.dumps(asked),)).all()
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            raise
        answers = []  # an index that keeps no places of words answers no phrases; its segments are read all the same
    for subject, row in answers:
        yield found(index, subject, "words", (str(row),))
    held = set[str]()
    for (leaf,) in connection.exec_driver_sql(_LEAVES.format(quoted(f"{index.index}_data"))):
        held.update(terms(bytes(leaf)))
    for subject in words.among(held, held - _answered(connection, index.index)):
        yield found(index, subject, "segments", ("segments",))


def _answered(connection: Connection, index: str) -> set[str]:
    """The terms that the index answers for."""
    vocabulary = f"CREATE VIRTUAL TABLE temp.dsar_terms USING fts5vocab(main, {quoted(index)}, 'row')"
    connection.exec_driver_sql(vocabulary)
    try:
        return set(connection.exec_driver_sql("SELECT term FROM temp.dsar_terms").scalars())
    finally:
        connection.exec_driver_sql("DROP TABLE temp.dsar_terms")


def _samples(connection: Connection) -> list[tuple[str, bytes]]:
    """What ANALYZE of another build of SQLite sampled of each table."""
    there = "SELECT 1 FROM sqlite_master WHERE name = :name"
    if connection.execute(text(there), {"name": SAMPLES}).first() is None:
        return []
    rows = connection.exec_driver_sql(f"SELECT tbl, sample FROM {SAMPLES} WHERE typeof(sample) = 'blob'")
    return [(table, sample) for table, sample in rows]


def _file(connection: Connection) -> Path:
    return Path(
        connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'").scalar_one()
    )


def _keeps_log(connection: Connection) -> bool:
    file = _file(connection)
    return any(each.is_file() and each.stat().st_size for each in (log_of(file), journal_of(file)))


def _in_file(connection: Connection, places: Mapping[str, Derived], seeking: Seeking) -> Iterator[Residue]:
    """Who stands in the bytes of the file that no row holds."""
    file = _file(connection)
    encoding = connection.exec_driver_sql("PRAGMA encoding").scalar_one()
    sought = Bytes(seeking.sought, seeking.kinds, encoding.lower())
    for subject in sought.within(free_space(file)):
        yield found(places[FREE], subject, "free pages", ("free pages",))
    if derived := places.get(LOG):
        size = page_size(file)
        parts = {"log": logged(file, size), "journal": all_of(journal_of(file), size)}
        if log_of(file).is_file() and log_of(file).stat().st_size:
            parts["before the log"] = all_of(file, size)  # rows may be gone that the file itself holds yet
        for part, pages in parts.items():
            for subject in sought.within(pages):
                yield found(derived, subject, part, (part,))


def _write_out(driver: sqlite3.Connection) -> None:
    """Bring the log into the file and empty it; a journal that was left lying goes with the next write."""
    (mode,) = driver.execute("PRAGMA journal_mode").fetchone()
    if mode == "wal":
        (busy, *_) = driver.execute(CHECKPOINT).fetchone()
        if busy:
            raise StoreUnreachable("somebody reads the file; its log can be emptied when nobody does")
        return
    driver.execute("BEGIN IMMEDIATE")
    (version,) = driver.execute("PRAGMA user_version").fetchone()
    driver.execute(f"PRAGMA user_version = {int(version)}")
    driver.execute("COMMIT")
