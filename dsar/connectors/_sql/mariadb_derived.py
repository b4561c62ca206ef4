"""What MariaDB derives from tables: InnoDB's full-text indexes, until optimised, and statistics, until ANALYZE."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from dsar.connectors import Derived, Residue
from dsar.connectors._sql.derived import Deriving, Said, Seeking, found, named
from dsar.connectors._sql.shapes import Shape, for_driver
from dsar.connectors._sql.words import Kept, Words
from dsar.errors import StoreRefused, StoreUnreachable

PATIENCE = 2  # seconds for a lock
ROUNDS = 200  # of optimising, each of innodb_ft_num_word_optimize words
FULL_TEXT = "full-text index"
_REFUSED = (1044, 1142, 1143, 1146, 1193, 1227, 1231)  # no right to it, or no such thing here
_INDEXED = """
    SELECT DISTINCT s.table_name FROM information_schema.statistics s
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE s.table_schema = DATABASE() AND s.index_type = 'FULLTEXT' AND t.engine = 'InnoDB'"""
_COLUMNS = """
    SELECT table_name, column_name, min_value, max_value, histogram
    FROM mysql.column_stats WHERE db_name = DATABASE()"""
_FILE = """
    SELECT CONCAT(CAST(CONVERT(DATABASE() USING filename) AS BINARY), '/',
                  CAST(CONVERT(:table USING filename) AS BINARY))"""  # as the server calls its files: `-` is `@002d`
_LOCK, _UNLOCK = "SELECT GET_LOCK('dsar full-text', :seconds)", "DO RELEASE_LOCK('dsar full-text')"
_DELETED = """(SELECT doc_id FROM information_schema.innodb_ft_deleted
    UNION SELECT doc_id FROM information_schema.innodb_ft_being_deleted)"""
_WORDS = f"""
    SELECT doc_id, word FROM information_schema.innodb_ft_index_table WHERE doc_id IN {_DELETED}
    UNION SELECT doc_id, word FROM information_schema.innodb_ft_index_cache WHERE doc_id IN {_DELETED}"""


class MariadbDeriving(Deriving):
    """Only who may set global variables, and has PROCESS, sees what a full-text index holds."""

    def places(self, connection: Connection, shapes: Mapping[str, Shape]) -> list[Derived]:
        indexed = connection.exec_driver_sql(_INDEXED).scalars().all()
        kept = dict.fromkeys(table for table, *_ in _asked(connection, _COLUMNS))
        return [
            *(_full_text(shapes[table]) for table in indexed if table in shapes),
            *(_statistics(shapes[table]) for table in kept if table in shapes),
        ]

    def remains(
        self, connection: Connection, places: Sequence[Derived], seeking: Seeking
    ) -> Iterator[Residue]:
        statistics = {each.tables[0]: each for each in places if not each.leftover}
        for table, column, *values in _asked(connection, _COLUMNS) if statistics else ():
            for part, held in zip(("min_value", "max_value", "histogram"), values, strict=True):
                if held and table in statistics:
                    said = held.decode(errors="replace") if isinstance(held, bytes) else str(held)
                    yield from seeking.within(Said(statistics[table], column, (column, part), said))
        indexes = [each for each in places if each.leftover]
        words = Words(seeking.sought, seeking.kinds, _kept_by(connection)) if indexes else None
        for place in indexes if words else ():
            with _looking_into(connection, place) as seen:
                for doc, held in _deleted(connection) if seen else ():
                    for subject in words.among(held) if words else ():
                        yield found(place, subject, FULL_TEXT, (str(doc),))

    def clean(self, engine: Engine, derived: Derived) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {PATIENCE}")
            if derived.leftover:
                with _looking_into(connection, derived) as seen:
                    if seen:
                        _optimise_words(connection, derived)
                        return
            _run(connection, derived)

    def is_unseen(self, engine: Engine, derived: Derived) -> bool:
        if not derived.leftover:
            return False
        with engine.connect() as connection, _looking_into(connection, derived) as seen:
            return not seen


def _full_text(shape: Shape) -> Derived:
    remedy = f"OPTIMIZE TABLE {for_driver(shape.sql)}"
    return Derived(named(shape.name, FULL_TEXT), (shape.name,), remedy, leftover=True)


def _statistics(shape: Shape) -> Derived:
    remedy = f"ANALYZE TABLE {for_driver(shape.sql)} PERSISTENT FOR ALL"
    return Derived(named(shape.name, "statistics"), (shape.name,), remedy)


@contextmanager
def _looking_into(connection: Connection, derived: Derived) -> Iterator[bool]:
    """Have the server show the words of one table's index; False where it does not let this account.

    One of us at a time: what is set for it, and for a remedy, is set for the whole server.
    """
    if not connection.execute(text(_LOCK), {"seconds": PATIENCE}).scalar_one():
        raise StoreUnreachable(
            f"table {derived.tables[0]}: another full-text index is being looked into; it will be tried again"
        )
    try:
        with _shown(connection, derived) as seen:
            yield seen
    finally:
        connection.exec_driver_sql(_UNLOCK)


@contextmanager
def _shown(connection: Connection, derived: Derived) -> Iterator[bool]:
    wanted = connection.execute(text(_FILE), {"table": derived.tables[0]}).scalar_one().decode()
    before = connection.exec_driver_sql("SELECT @@global.innodb_ft_aux_table").scalar()
    try:
        connection.execute(text("SET GLOBAL innodb_ft_aux_table = :name"), {"name": wanted})
        connection.exec_driver_sql("SELECT doc_id FROM information_schema.innodb_ft_deleted LIMIT 1").all()
    except DBAPIError as error:
        if not _is_refused(error):
            raise
        yield False
        return
    try:
        yield True
        if connection.exec_driver_sql("SELECT @@global.innodb_ft_aux_table").scalar() != wanted:
            raise StoreUnreachable(
                f"table {derived.tables[0]}: somebody else looked into another full-text index; it will be tried again"
            )
    finally:
        try:
            connection.execute(text("SET GLOBAL innodb_ft_aux_table = :name"), {"name": before})
        except DBAPIError:  # it may be there no more, or never was
            connection.exec_driver_sql("SET GLOBAL innodb_ft_aux_table = DEFAULT")


def _kept_by(connection: Connection) -> Kept:
    """Which words an index keeps."""
    shortest = connection.exec_driver_sql("SELECT @@innodb_ft_min_token_size").scalar_one()
    common = connection.exec_driver_sql("SELECT value FROM information_schema.innodb_ft_default_stopword")
    return Kept(shortest, frozenset(word.lower() for word in common.scalars()))


def _deleted(connection: Connection) -> Iterator[tuple[int, set[str]]]:
    """The words of each row that was deleted and is in the index yet."""
    held: dict[int, set[str]] = defaultdict(set)
    if not connection.exec_driver_sql(f"SELECT EXISTS {_DELETED}").scalar_one():
        return  # or the server would list the whole index
    for doc, word in connection.exec_driver_sql(_WORDS):
        held[doc].add(word.lower())
    yield from held.items()


def _optimise_words(connection: Connection, derived: Derived) -> None:
    """Round by round, since each takes some words: without the table being made anew, and nobody waits."""
    before = connection.exec_driver_sql("SELECT @@global.innodb_optimize_fulltext_only").scalar_one()
    connection.exec_driver_sql("SET GLOBAL innodb_optimize_fulltext_only = ON")
    try:
        for _ in range(ROUNDS):
            _run(connection, derived)
            if next(_deleted(connection), None) is None:
                return
    finally:
        connection.exec_driver_sql(f"SET GLOBAL innodb_optimize_fulltext_only = {int(before)}")
    raise StoreUnreachable(f"{derived.name} took longer than it is allowed")


def _run(connection: Connection, derived: Derived) -> None:
    for *_, kind, _ in connection.exec_driver_sql(derived.remedy.replace("%", "%%")).all():
        if str(kind).lower() == "error":
            raise StoreRefused(f"the store refused {derived.remedy}")


def _asked(connection: Connection, statement: str) -> Sequence[Sequence[Any]]:
    """The rows of a statement; none where the account may not read them, or the server has no such table."""
    try:
        return connection.exec_driver_sql(statement).all()
    except DBAPIError as error:
        if not _is_refused(error):
            raise
        return []


def _is_refused(error: DBAPIError) -> bool:
    return error.orig is not None and error.orig.args[:1] != () and error.orig.args[0] in _REFUSED
