"""Real stores filled with the same three people, one for each kind of connector and each database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import redis
import sqlalchemy as sa

from dsar.connectors import Connector
from dsar.datamap.types import Collection, Store
from tests.connectors import maps
from tests.derived.engine import SETTINGS, Server

ENTRIES = [
    "13100008688",
    "罗明 13100008688",
    "13100008687",
    "13000000038",
    "王伟 13100001234",
    "1310000868",
    "x",
    "ABC-1234",
    "abc-1234",
    "会员 Abc-1234",
]


@dataclass
class Filled:
    """A store that holds two records of subject 0, and records of his twin and of others."""

    store: Store
    url: str
    collection: Collection
    his: str  # identifier of subject 0
    twin: str
    kind: str  # of the identifiers
    held: Callable[[], dict]  # every record: what names it, all it holds
    ours: set  # names of his records in `held`
    by_value: bool  # whether a sweep sees them
    cased: tuple[str, str, str] = ("card", "ABC-1234", "abc-1234")  # kind, and two that capitals tell apart

    def connect(self, url: str = "") -> Connector:
        return maps.connect(self.store, url or self.url)


def insert(url: str, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Put rows into a table, in one transaction."""
    names = [f"v{place}" for place in range(len(rows[0]))]
    statement = sa.text(f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in names)})")
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def run(url: str, *statements: str, **values) -> list:
    """Carry out statements in one transaction; the rows of the last one."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        results = [connection.execute(sa.text(statement), values) for statement in statements]
        return results[-1].all() if results[-1].returns_rows else []


def sql(url: str) -> Filled:
    """A table of students, with an e-mail that collations confuse."""
    run(
        url,
        "CREATE TABLE student (id INTEGER PRIMARY KEY, phone VARCHAR(40), email VARCHAR(80), note VARCHAR(80))",
        "CREATE INDEX student_phone ON student (phone)",
        "INSERT INTO student VALUES (1, '13100008688', 'luo@x.cn', 'a'), (2, '13100008687', 'ann@x.cn', 'b'), "
        "(3, '13100008688', 'ánn@x.cn', NULL), (4, '13000000038', 'ann@x.cn ', 'd'), (5, NULL, NULL, NULL), "
        "(6, '131000086880', 'x', ''), (7, '13100008688 ', '', ''), (8, '', '', 'ABC-1234'), "
        "(9, '', '', 'abc-1234'), (10, '', '', 'Abc-1234')",
    )
    students = maps.collection(
        "student", ("phone", "phone", "national"), ("email", "email", "exact"), ("card", "note", "exact")
    )
    return Filled(
        maps.store("sql", students), url, students, maps.HIS, maps.TWIN, "phone",
        lambda: {row[0]: tuple(row) for row in run(url, "SELECT * FROM student")}, {1, 3}, by_value=True,
    )  # fmt: skip


def sql_suggest(url: str) -> Filled:
    """A table of suggestions."""
    rows = ", ".join(f"({place}, '{entry}')" for place, entry in enumerate(ENTRIES))
    run(
        url,
        "CREATE TABLE suggestion (id INTEGER PRIMARY KEY, entry VARCHAR(80))",
        f"INSERT INTO suggestion VALUES {rows}",
    )
    suggestions = maps.collection("suggestion", ("phone", "entry", "any"), ("card", "entry", "exact"))
    place = maps.store("sql_suggest", suggestions, settings={"table": "suggestion", "column": "entry"})
    return Filled(
        place, url, suggestions, maps.HIS, maps.TWIN, "phone",
        lambda: {row[0]: tuple(row) for row in run(url, "SELECT * FROM suggestion")}, {0, 1}, by_value=True,
    )  # fmt: skip


def redis_suggest(url: str, key: str, order: str) -> Filled:
    """Sorted sets of suggestions: one, or one for each prefix."""
    with closing(redis.Redis.from_url(url)) as client:
        for place, entry in enumerate(ENTRIES):
            for length in range(1, len(entry) + 1) if "{prefix}" in key else [0]:
                client.zadd(
                    key.replace("{prefix}", entry[:length]), {entry: place if order == "scored" else 0}
                )

    def held() -> dict:
        """Each entry with the names of the sets that it stands in."""
        entries: dict[str, list[str]] = {}
        with closing(redis.Redis.from_url(url, decode_responses=True)) as client:
            for name in sorted(client.scan_iter()):
                for entry in client.zrange(name, 0, -1):
                    entries.setdefault(entry, []).append(name)
        return entries

    suggestions = maps.collection("suggestion", ("phone", "entry", "any"), ("card", "entry", "exact"))
    place = maps.store("redis_suggest", suggestions, settings={"key": key, "order": order})
    return Filled(
        place, url, suggestions, maps.HIS, maps.TWIN, "phone", held, set(ENTRIES[:2]), by_value=True
    )


def http_suggest(server: Server) -> Filled:
    """A real search engine behind HTTP, with the same entries as documents named 0, 1, 2, …"""
    suggestions = maps.collection("suggestion", ("phone", "entry", "any"), ("card", "entry", "exact"))
    place = maps.store("http_suggest", suggestions, settings=maps.box(SETTINGS))
    return Filled(
        place,
        server.url,
        suggestions,
        maps.HIS,
        maps.TWIN,
        "phone",
        server.engine.documents,
        {"0", "1"},
        by_value=True,
    )


def checksums(url: str) -> dict[str, str]:
    """Every key of a Redis database with the digest of all that it holds."""
    with closing(redis.Redis.from_url(url)) as client:
        return {
            key.decode(errors="replace"): hashlib.sha256(client.dump(key)).hexdigest()
            for key in client.scan_iter()
        }


def redis_cache(url: str, pattern: str) -> Filled:
    """Sessions and profiles, their keys made from a phone number; notes that hold a card's number."""
    key = pattern.replace("{phone}", "{}").replace("*", "{}").format
    with closing(redis.Redis.from_url(url)) as client:
        for number in ("13100008688", "13100008687", "131000086880", "1310000868", "13000000038"):
            client.hset(key(number, "a"), mapping={"name": "罗明", "city": "上海"})
        client.set(key("13100008688", "b"), '{"level": 3}', ex=1000)
        for place, card in enumerate(["ABC-1234", "abc-1234", "x Abc-1234"]):
            client.rpush(key(f"note{place}", "c"), "a", card)
    collection = maps.collection(
        "session", ("phone", "key", "national"), ("card", "value", "exact"), table=pattern
    )
    ours = {key("13100008688", end) for end in "ab"}
    return Filled(
        maps.store("redis_cache", collection), url, collection, maps.HIS, maps.TWIN, "phone",
        lambda: checksums(url), ours, by_value=True,
    )  # fmt: skip


def folder(root: Path) -> Filled:
    """Recordings and papers, named by rows elsewhere."""
    for name in (
        "lessons/luo.ogg",
        "lessons/lu.ogg",
        "lessons/deep/luo.ogg",
        "papers/luo.ogg",
        "luo.ogg",
        "lessons/LU.ogg",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode() * 1000)
    lessons = maps.collection("lessons", ("file", "name", "exact"))
    return Filled(
        maps.store("folder", lessons, settings={"root": str(root)}), "", lessons, "luo.ogg", "lu.ogg", "file",
        lambda: {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()},
        {"lessons/luo.ogg"}, by_value=False, cased=("file", "LU.ogg", "lu.ogg"),
    )  # fmt: skip
