"""How quickly a store is searched by value, beside its own driver fetching the same rows and dropping them.

One table of six columns in each kind of database, filled by the server itself.  Beside both stands the engine's own
reading: what would be the limit if nothing left it.
"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from bench.house import MAP
from bench.made_up_stores import email, phone
from dsar.connectors import Sought, open_store
from dsar.connectors._sql.dialects import dialect_of
from dsar.datamap.loader import load
from dsar.datamap.types import Store
from dsar.law import load_rules
from tests.processes import ServerProcess
from tests.servers import Mariadb, Postgres, database_on, start_mariadb, start_postgres

NOBODY = 700_000_000  # customers from here on are in no store: as after an erasure, nothing is found
PEOPLE, TURNS = 1_000, 3
COLUMNS = "id, phone, name, email, address, note"
ENGINE = {
    "postgresql": f"COPY (SELECT {COLUMNS} FROM person) TO '/dev/null'",
    "mariadb": "SELECT sum(length(phone)+length(name)+length(email)+length(address)+length(note)) FROM person",
    "sqlite": "SELECT sum(length(phone)+length(name)+length(email)+length(address)+length(note)) FROM person",
}
_TABLE = (
    "CREATE TABLE person (id bigint PRIMARY KEY, phone varchar(20), name varchar(40), email varchar(80),"
    " address varchar(120), note varchar(200))"
)
_NUMBERS = {
    "postgresql": "generate_series(1, {n}) AS s(i)",
    "mariadb": "(SELECT seq AS i FROM seq_1_to_{n}) s",
    "sqlite": "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {n}) SELECT i FROM s)",
}
_ROW = """
    SELECT i, '+8613' || {padded}, '王小明', 'user' || i || '@example.com',
           'Shanghai Road ' || mod(i, 9000) || ', Building ' || mod(i, 300) || ', Room ' || mod(i, 40),
           'Your order NO000' || {padded} || ' has shipped. Reply T to unsubscribe.'
    FROM {numbers}"""
_PADDED = {"postgresql": "lpad(i::text, 9, '0')", "mariadb": "lpad(i, 9, '0')", "sqlite": "printf('%09d', i)"}


@dataclass(frozen=True)
class Speed:
    """What one kind of database gave, in rows a second; memory in megabytes."""

    kind: str
    rows: int
    driver: float
    one: float
    many: float
    engine: float
    grown: float  # how much our own process grew while it searched


def speeds(rows: int) -> Iterator[Speed]:
    """Each kind of database, one after the other."""
    databases = {
        "postgresql": _served(partial(start_postgres, "shared_buffers=512MB")),
        "mariadb": _served(partial(start_mariadb, "--innodb-buffer-pool-size=512M")),
        "sqlite": _file(),
    }
    for kind, database in databases.items():
        with database as url:
            _fill(kind, url, rows)
            yield _measured(kind, url, rows)


def _measured(kind: str, url: str, rows: int) -> Speed:
    """Each several times in turn, and the best of each: whatever else the machine does weighs on all alike."""
    works = [
        partial(_driver, url),
        partial(_swept, url, 1),
        partial(_swept, url, PEOPLE),
        partial(_read_by_itself, kind, url),
    ]
    _driver(url)  # so that all find the rows in the cache
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    turns = [[_seconds(work) for work in works] for _ in range(TURNS)]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    driver, one, many, engine = (rows / min(times) for times in zip(*turns, strict=True))
    return Speed(kind, rows, driver, one, many, engine, grown)


def _seconds(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _driver(url: str) -> None:
    """Our driver fetches every row and drops it."""
    engine = dialect_of(make_url(url)).engine(make_url(url), 600, writing=False)
    with engine.connect() as connection:
        streaming = connection.execution_options(stream_results=True, yield_per=500)
        with streaming.exec_driver_sql(f"SELECT {COLUMNS} FROM person") as result:
            while result.fetchmany(500):
                pass
    engine.dispose()


def _read_by_itself(kind: str, url: str) -> None:
    engine = dialect_of(make_url(url)).engine(make_url(url), 600, writing=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(ENGINE[kind])
    engine.dispose()


def _swept(url: str, people: int) -> None:
    numbers = range(NOBODY, NOBODY + people)
    sought = [Sought(place, "phone", phone(number)) for place, number in enumerate(numbers)]
    sought += [Sought(place, "email", email(number)) for place, number in enumerate(numbers)]
    with open_store(
        _store(url), load(MAP, known_rules=load_rules().keys()).map, url=url, timeout=600
    ) as connector:
        if any(True for _ in connector.sweep(sought)):
            raise RuntimeError("somebody was found who is in no store")


def _store(url: str) -> Store:
    return Store("swept", {}, "sql", url, None, {}, {}, ())


def _fill(kind: str, url: str, rows: int) -> None:
    engine = dialect_of(make_url(url)).engine(make_url(url), 600, writing=True)
    with engine.begin() as connection:
        if kind == "mariadb":
            connection.exec_driver_sql("SET SESSION sql_mode = 'PIPES_AS_CONCAT'")
        connection.exec_driver_sql(_TABLE)
        row = _ROW.format(padded=_PADDED[kind], numbers=_NUMBERS[kind].format(n=rows))
        connection.exec_driver_sql(f"INSERT INTO person {row}")
    engine.dispose()


@contextmanager
def _served(start: Callable[[], tuple[Postgres | Mariadb, ServerProcess]]) -> Iterator[str]:
    server, process = start()
    try:
        with database_on(server) as url:
            yield url
    finally:
        process.stop()


@contextmanager
def _file() -> Iterator[str]:
    with TemporaryDirectory(prefix="dsar-bench-") as folder:
        path = Path(folder) / "store.db"
        path.touch()
        yield f"sqlite:///{path}"
