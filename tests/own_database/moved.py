"""An invented company moved to servers: its tables to PostgreSQL or MariaDB, its search box to Redis."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import redis
import yaml
from sqlalchemy import create_engine, make_url

from tests.servers import Mariadb, Postgres, database_on
from tests.stories.invent import Invented

Table = tuple[str, str, list[str], list[tuple]]  # name, the statement that makes it, columns, rows


def server_of(url: str) -> Postgres | Mariadb:
    """The server that a database's URL names."""
    named = make_url(url)
    return Postgres(named.port) if named.drivername.startswith("postgresql") else Mariadb(named.port)


def to_servers(
    company: Invented, stack: ExitStack, server: Postgres | Mariadb, redis_url: str, order: str
) -> Invented:
    """The same company; each SQL store a database of its own, the box a sorted set of this order."""
    (box,) = company.boxes
    records = dict(company.records)
    plain = yaml.safe_load(company.after_map.read_text(encoding="utf-8"))
    moved: dict[str, str] = {}
    for name, store in plain["stores"].items():
        if "url" in store:
            variable = store["url"].strip("${}")
            file = Path(company.environment[variable].removeprefix("sqlite:///"))
            if name == box:
                entries = _to_redis(file, store["column"], redis_url, order)
                moved[variable] = redis_url
                records[f"{box}.{next(iter(store['collections']))}"] = sum(
                    map(company.who.stands_in, entries)
                )
            else:
                moved[variable] = _to_database(file, stack.enter_context(database_on(server)))
    for map_file in (company.before_map, company.after_map):
        _rewrite(map_file, box, order)
    media = [place for place in company.places if isinstance(place, Path)]
    environment = {**company.environment, **moved}
    return replace(company, environment=environment, places=[*moved.values(), *media], records=records)


def _to_database(file: Path, url: str) -> str:
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name != "postgresql":
            connection.exec_driver_sql("set session sql_mode = 'ANSI_QUOTES'")
        for name, made, columns, rows in _tables(file):
            connection.exec_driver_sql(re.sub(r"\binteger\b", "bigint", made))
            listed = ", ".join(_quoted(column) for column in columns)
            marks = ", ".join(["%s"] * len(columns))
            if rows:
                connection.exec_driver_sql(f"insert into {_quoted(name)} ({listed}) values ({marks})", rows)
    engine.dispose()
    return url


def _to_redis(file: Path, column: str, url: str, order: str) -> Collection[str]:
    """Put the entries into a sorted set, where each stands once; the entries."""
    ((_, _, columns, rows),) = _tables(file)
    entries = [row[columns.index(column)] for row in rows]
    scores = {entry: number if order == "scored" else 0 for number, entry in enumerate(entries)}
    with closing(redis.Redis.from_url(url)) as client:
        client.zadd("suggest", scores)
    return scores


def _tables(file: Path) -> Iterator[Table]:
    with closing(sqlite3.connect(file)) as source:
        made = source.execute("select name, sql from sqlite_master where type = 'table'").fetchall()
        for name, statement in made:
            held = source.execute(f"select * from {_quoted(name)}")
            yield name, statement, [column for column, *_ in held.description], held.fetchall()


def _rewrite(file: Path, box: str, order: str) -> None:
    """The search box as a store of Redis."""
    plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    store = plain["stores"][box]
    column = store.pop("column")
    del store["table"]
    store |= {"connector": "redis_suggest", "key": "suggest", "order": order}
    for collection in store["collections"].values():
        titled = collection["fields"][column]
        collection["fields"] = {"entry": titled, "score": titled}
        for found_by in collection["found_by"].values():
            found_by["column"] = "entry"
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
