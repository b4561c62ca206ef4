"""A small shop for any number of people: accounts, their notes in another store, and a search box.

Person n has the e-mail address person-n@shop.example, an account, two notes and one suggestion.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import redis
import yaml
from sqlalchemy import Engine, create_engine

ACCOUNTS = "create table account (id integer primary key, email varchar(120) not null, name varchar(120))"
BANS = (  # nobody is banned; a store must be asked whether anybody is before an account goes
    "create table ban (id integer primary key, account_id integer not null, "
    "foreign key (account_id) references account (id))"
)
NOTES = "create table note (id integer primary key, account_id integer not null, words varchar(200))"
BOX = "create table suggestion (id integer primary key, entry varchar(200) not null)"
INDEXES = ("create index by_email on account (email)", "create index by_account on note (account_id)")
EACH = 2  # notes of one person


def email(person: int) -> str:
    """What person n is found by; no address is a part of another."""
    return f"person-{person:06d}@shop.example"


def fill_accounts(url: str, people: int) -> str:
    """The accounts of people 1 to `people`, put into an empty database; its URL again."""
    rows = [(person, email(person), f"Person {person}") for person in range(1, people + 1)]
    return _fill(url, [ACCOUNTS, INDEXES[0], BANS], "account", rows)


def fill_notes(url: str, people: int) -> str:
    """Their notes."""
    rows = [(EACH * person + n, person, f"note {n}") for person in range(1, people + 1) for n in range(EACH)]
    return _fill(url, [NOTES, INDEXES[1]], "note", rows)


def fill_box(url: str, people: int) -> str:
    """Their suggestions, one a person."""
    rows = [(person, f"{email(person)} Person {person}") for person in range(1, people + 1)]
    return _fill(url, [BOX], "suggestion", rows)


def fill_redis(url: str, people: int) -> str:
    """Their suggestions as a sorted set."""
    with closing(redis.Redis.from_url(url)) as client:
        client.zadd("suggest", {f"{email(person)} Person {person}": 0 for person in range(1, people + 1)})
    return url


def write_map(file: Path, *stores: str, **more: object) -> Path:
    """A map of the named stores: accounts, notes, box, redis_box; each at ${NAME_URL}; more sections of it."""
    kinds: dict[str, object] = {"email": {"proof": "code"}}
    if "accounts" in stores:
        kinds["account_id"] = {"internal": True, "title": _text("account number")}
    plain = {
        "controller": {"name": _text("shop"), "contact": "privacy@shop.example"},
        "promise": {"days": 15},
        "identifier_kinds": kinds,
        "purposes": {
            "work": {"title": _text("work"), "legal_basis": _text("contract"), "retention": _text("a year")}
        },
        "stores": {name: _common(name) | STORES[name] for name in stores},
        **more,
    }
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def _fill(url: str, made: Sequence[str], table: str, rows: Sequence[tuple]) -> str:
    engine: Engine = create_engine(url)
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    with engine.begin() as connection:
        for statement in made:
            connection.exec_driver_sql(statement)
        marks = ", ".join([mark] * len(rows[0]))
        connection.exec_driver_sql(f"insert into {table} values ({marks})", list(rows))
    engine.dispose()
    return url


def _text(words: str) -> dict[str, str]:
    return {"zh": f"（{words}）", "en": words}


def _common(name: str) -> dict[str, object]:
    return {"title": _text(name), "connector": "sql", "url": f"${{{name.upper()}_URL}}"}


def _collection(found_by: dict[str, str], fields: Sequence[str], **more: object) -> dict[str, object]:
    return {
        "title": _text("records"),
        "found_by": {kind: {"column": column} for kind, column in found_by.items()},
        "purpose": "work",
        "source": _text("from the person"),
        "fields": {field: {"title": _text(field)} for field in fields},
        "on_erasure": "delete",
        **more,
    }


STORES: dict[str, dict[str, object]] = {
    "accounts": {
        "collections": {
            "account": _collection({"email": "email"}, ["id", "email", "name"], gives={"account_id": "id"})
            | {"found_by": {"email": {"column": "email", "form": "exact"}}}
        }
    },
    "notes": {
        "collections": {"note": _collection({"account_id": "account_id"}, ["id", "account_id", "words"])}
    },
    "box": {
        "connector": "sql_suggest",
        "table": "suggestion",
        "column": "entry",
        "collections": {"suggestion": _collection({"email": "entry"}, ["id", "entry"])},
    },
    "redis_box": {
        "connector": "redis_suggest",
        "key": "suggest",
        "collections": {"suggestion": _collection({"email": "entry"}, ["entry", "score"])},
    },
}
