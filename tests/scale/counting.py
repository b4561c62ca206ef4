"""What a server itself says it was asked: statements of each SQL server, round trips of Redis."""

from __future__ import annotations

import re
import sqlite3
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from redis.connection import AbstractConnection
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.servers import Mariadb, Postgres

FETCH = re.compile(r"\s*(fetch|close)\b", re.IGNORECASE)  # what a cursor does once it was declared
OF_ROWS = re.compile(r"\s*(declare|select|insert|update|delete)\b(?!.*set_config)", re.IGNORECASE | re.DOTALL)


class Counter(ABC):
    """Counts what each database was asked while a block runs; a cursor's fetches apart."""

    @contextmanager
    def counted(self) -> Iterator[dict[str, list[str]]]:
        """The statements by database, filled in when the block has ended."""
        asked: dict[str, list[str]] = defaultdict(list)
        self._begin()
        try:
            yield asked
        finally:
            for database, statement in self._end():
                if not FETCH.match(statement):
                    asked[database].append(statement)

    @abstractmethod
    def _begin(self) -> None:
        """Forget what was asked before."""

    @abstractmethod
    def _end(self) -> Iterable[tuple[str, str]]:
        """What was asked since: database and statement."""


def of_rows(statements: list[str]) -> list[str]:
    """Those that read or change rows: not the settings of a connection, not BEGIN and COMMIT."""
    return [each for each in statements if OF_ROWS.match(each)]


class PostgresCounter(Counter):
    """By pg_stat_statements."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        server.run("create extension if not exists pg_stat_statements")

    def _begin(self) -> None:
        self._server.run("select pg_stat_statements_reset()")

    def _end(self) -> Iterable[tuple[str, str]]:
        with psycopg.connect(host="127.0.0.1", port=self._server.port, user="postgres") as own:
            kept = (
                "select datname, query, calls from pg_stat_statements s join pg_database d on d.oid = s.dbid"
            )
            return [(database, query) for database, query, calls in own.execute(kept) for _ in range(calls)]


class MariadbCounter(Counter):
    """By the general log, which says of each connection what database it is for."""

    def __init__(self, server: Mariadb) -> None:
        self._server = server

    def _begin(self) -> None:
        self._server.run("set global general_log = off")
        self._server.run("truncate mysql.general_log")
        self._server.run("set global log_output = 'TABLE'")
        self._server.run("set global general_log = on")

    def _end(self) -> Iterable[tuple[str, str]]:
        self._server.run("set global general_log = off")
        server = pymysql.connect(host="127.0.0.1", port=self._server.port, user="root")
        with closing(server) as own, own.cursor() as cursor:
            cursor.execute(
                "select thread_id, command_type, convert(argument using utf8mb4) from mysql.general_log"
            )
            log = cursor.fetchall()
        database = {thread: said.split()[2] for thread, kind, said in log if kind == "Connect"}
        return [
            (database[thread], said) for thread, kind, said in log if kind == "Query" and thread in database
        ]


class SqliteCounter(Counter):
    """By SQLite's own trace, on every connection of this process to a file in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._asked = folder, []

    def _begin(self) -> None:
        self._asked = []
        event.listen(Pool, "connect", self._trace)

    def _end(self) -> Iterable[tuple[str, str]]:
        event.remove(Pool, "connect", self._trace)
        return self._asked

    def _trace(self, connection: Any, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            file = Path(connection.execute("pragma database_list").fetchone()[2])
            if file.parent == self._folder:
                connection.set_trace_callback(lambda said: self._asked.append((file.stem, said)))


@contextmanager
def redis_trips() -> Iterator[list[int]]:
    """How many bytes each round trip to Redis carried: a client sends once, then waits for all its answers."""
    trips: list[int] = []
    sent = AbstractConnection.send_packed_command

    def send(connection: AbstractConnection, command: Any, check_health: bool = True) -> None:
        trips.append(sum(map(len, command)) if isinstance(command, list) else len(command))
        sent(connection, command, check_health)

    AbstractConnection.send_packed_command = send
    try:
        yield trips
    finally:
        AbstractConnection.send_packed_command = sent
