"""Everything that a place holds, row by row, read with the place's own tools and nothing of the product.

A place is a URL (sqlite:///FILE, postgresql…, mysql…, redis://…) or the path of a
folder.  SQLite is read table by table, PostgreSQL by pg_dump, MariaDB by
mariadb-dump, Redis by a SCAN of all keys, a folder by its files.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import redis

MARIADB_TOKEN = re.compile(r"(?:_\w+ )?'(?:[^'\\]|\\.|'')*'|[^,']+", re.DOTALL)
INSERT = re.compile(r"INSERT INTO `(?P<table>.*?)` \((?P<columns>.*?)\) VALUES ?\((?P<row>.*)\);?\s*$")
ESCAPED = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(frozen=True)
class Row:
    """One row: a table's, a key's member, a file.  What is no row (a comment, a default) has table ''."""

    table: str
    columns: tuple[str, ...]
    values: tuple[str, ...]  # as text; NULL is \\N


def rows(place: str | Path) -> Iterator[Row]:
    """Every row of a place.

    Raises subprocess.CalledProcessError when a dump fails, ValueError for an unknown kind of place.
    """
    if isinstance(place, Path):
        return _folder(place)
    kind = urlsplit(place).scheme.partition("+")[0]
    if kind not in READERS:
        raise ValueError(f"no dump is known for {kind}")
    return READERS[kind](place)


def _sqlite(url: str) -> Iterator[Row]:
    # read as .dump reads it; Python's iterdump of 3.11 stumbles over a table called "it's"
    file = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        database.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
        for kind, table, sql in database.execute("select type, name, sql from sqlite_master").fetchall():
            yield Row("", ("",), (sql or "",))
            if kind == "table":
                quoted = table.replace('"', '""')
                held = database.execute(f'select * from "{quoted}"')
                columns = tuple(name for name, *_ in held.description)
                yield from (Row(table, columns, tuple(map(_sqlite_value, row))) for row in held)


def _sqlite_value(value: str | bytes | float | None) -> str:
    if isinstance(value, bytes):
        return _text(value)
    return "\\N" if value is None else str(value)


def _postgres(url: str) -> Iterator[Row]:
    server = urlsplit(url)
    plain = server._replace(scheme="postgresql").geturl()
    table, columns = "", ("",)
    for line in _output(["pg_dump", "--no-owner", "--encoding=UTF8", plain]).split("\n"):
        if table and line == "\\.":
            table, columns = "", ("",)
        elif table:
            yield Row(table, columns, tuple(_postgres_value(cell) for cell in line.split("\t")))
        elif line.startswith("COPY ") and line.endswith(" FROM stdin;"):
            name, _, listed = line[5:-12].partition(" (")
            table = name.partition(".")[2].strip('"')
            columns = tuple(column.strip('"') for column in listed.rstrip(")").split(", "))
        elif line and not line.startswith(("-- Dumped", "\\restrict", "\\unrestrict")):
            yield Row("", ("",), (line,))


def _postgres_value(cell: str) -> str:
    if cell == "\\N":
        return cell
    text = re.sub(r"\\(.)", lambda match: ESCAPED.get(match[1], match[1]), cell)
    return _text(bytes.fromhex(text[2:])) if re.fullmatch(r"\\x(?:[0-9a-f]{2})+", text) else text


def _mariadb(url: str) -> Iterator[Row]:
    server = urlsplit(url)
    command = ["mariadb-dump", "--no-defaults", f"--host={server.hostname}", f"--port={server.port or 3306}"]
    command += [f"--user={unquote(server.username or 'root')}", "--default-character-set=utf8mb4"]
    command += ["--skip-extended-insert", "--complete-insert", "--hex-blob", "--compact", server.path[1:]]
    for line in _output(command, MYSQL_PWD=unquote(server.password or "")).split("\n"):
        match = INSERT.match(line)
        if match is None:
            yield Row("", ("",), (line,))
            continue
        columns = tuple(column.strip("` ") for column in match["columns"].split(","))
        yield Row(
            match["table"].replace("``", "`"),
            columns,
            tuple(map(_mariadb_value, MARIADB_TOKEN.findall(match["row"]))),
        )


def _mariadb_value(token: str) -> str:
    quote = token.find("'")
    if quote >= 0:
        inside = token[quote + 1 : -1].replace("''", "'")
        return re.sub(r"\\(.)", lambda match: ESCAPED.get(match[1], match[1]), inside, flags=re.DOTALL)
    if re.fullmatch(r"0x(?:[0-9A-Fa-f]{2})+", token):
        return _text(bytes.fromhex(token[2:]))
    return "\\N" if token == "NULL" else token


def _output(command: list[str], **environment: str) -> str:
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command[0], stderr=done.stderr)
    return done.stdout.decode("utf-8", "backslashreplace")


def _redis(url: str) -> Iterator[Row]:
    with closing(redis.Redis.from_url(url)) as client:
        for key in sorted(client.scan_iter(count=1_000)):
            kind = client.type(key).decode()
            for member in REDIS_MEMBERS[kind](client, key):
                yield Row(_text(key), ("key", "member"), (_text(key), member))


def _hash_members(client: redis.Redis, key: bytes) -> Iterator[str]:
    return (f"{_text(name)} {_text(value)}" for name, value in client.hscan_iter(key))


def _sorted_members(client: redis.Redis, key: bytes) -> Iterator[str]:
    return (f"{_text(member)} {score!r}" for member, score in client.zscan_iter(key))


def _stream_members(client: redis.Redis, key: bytes) -> Iterator[str]:
    for number, entry in client.xrange(key):
        yield " ".join([_text(number), *(_text(part) for pair in entry.items() for part in pair)])


REDIS_MEMBERS: dict[str, Callable[[redis.Redis, bytes], Iterator[str]]] = {
    "string": lambda client, key: iter([_text(client.get(key))]),
    "list": lambda client, key: map(_text, client.lrange(key, 0, -1)),
    "set": lambda client, key: map(_text, client.sscan_iter(key)),
    "hash": _hash_members,
    "zset": _sorted_members,
    "stream": _stream_members,
}


def _folder(folder: Path) -> Iterator[Row]:
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            yield Row(
                str(path.relative_to(folder).parent), ("name", "content"), (name, _text(path.read_bytes()))
            )


def _text(data: bytes) -> str:
    # latin-1 loses no byte, so that a fingerprint sees every change
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


READERS: dict[str, Callable[[str], Iterator[Row]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgres,
    "mysql": _mariadb,
    "redis": _redis,
}
