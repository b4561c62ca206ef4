"""A school's students in any SQL database, for looking at what the database derives from them.

Student n has the phone 13100000000 + n, in its national form, and the address student-n@school.example.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
import yaml

from dsar.connectors import Connector, Residue, Sought, open_store
from dsar.datamap.loader import load

STUDENTS = 60
GONE, TWIN = 30, 31  # who is erased, and whose number differs in its last digit
TABLE = (
    "create table student (id integer primary key, phone varchar(40), email varchar(80), note varchar(200))"
)


def phone(number: int) -> str:
    return f"131{number:08d}"


def e164(number: int) -> str:
    return f"+86{phone(number)}"


def email(number: int) -> str:
    return f"student-{number}@school.example"


def rows() -> list[tuple]:
    return [
        (n, phone(n), email(n), f"likes {('tea', 'rice', 'song')[n % 3]}") for n in range(1, STUDENTS + 1)
    ]


class Database:
    """The application's own connection: it deletes as applications do, and commits each statement."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        self._connection = self.engine.connect()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: TracebackType | object) -> None:
        self._connection.close()

    def run(self, *statements: str) -> None:
        for statement in statements:
            self._connection.exec_driver_sql(statement.replace("%", "%%") if self._formats else statement)

    def rows(self, statement: str) -> list[tuple]:
        return [tuple(row) for row in self._connection.exec_driver_sql(statement)]

    def fill(self) -> None:
        mark = "?" if self.engine.dialect.name == "sqlite" else "%s"
        self.run(TABLE)
        marks = ", ".join([mark] * 4)
        self._connection.exec_driver_sql(f"insert into student values ({marks})", rows())

    @property
    def _formats(self) -> bool:
        return self.engine.dialect.name != "sqlite"


def digest(values: Sequence[object]) -> str:
    """A checksum of rows, to say that they are the same as before."""
    return hashlib.sha256(repr(sorted(map(repr, values))).encode()).hexdigest()


def write_map(file: Path, *, kept: bool = False, **more: dict[str, Any]) -> Path:
    """A map of the school: the table student at ${SCHOOL_URL}, and what it is found by and holds of more tables."""
    student = {
        "title": _text("students"),
        "found_by": {
            "phone": {"column": "phone", "form": "national"},
            "email": {"column": "email", "form": "exact"},
        },
        "gives": {"student_id": "id"},
        "purpose": "teaching",
        "source": _text("from the student"),
        "fields": {name: {"title": _text(name)} for name in ("id", "phone", "email", "note")},
        "on_erasure": {"nothing": "kept"} if kept else "delete",
    }
    plain = {
        "controller": {"name": _text("school"), "contact": "privacy@school.example"},
        "promise": {"days": 15},
        "identifier_kinds": {
            "phone": {"proof": "code", "normal": "e164", "region": "CN"},
            "email": {"proof": "code"},
            "student_id": {"internal": True, "title": _text("student number")},
        },
        "purposes": {
            "teaching": {
                "title": _text("teaching"),
                "legal_basis": _text("contract"),
                "retention": _text("a year"),
            }
        },
        "stores": {
            "school": {
                "title": _text("school"),
                "connector": "sql",
                "url": "${SCHOOL_URL}",
                "collections": {"student": student}
                | {
                    name: student | {"gives": {}, "on_erasure": "delete"} | each
                    for name, each in more.items()
                },
            }
        },
    }
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def opened(file: Path, url: str, *, timeout: float = 20) -> Connector:
    """The connector of the school's store."""
    datamap = load(file, known_rules=()).map
    return open_store(datamap.stores["school"], datamap, url=url, timeout=timeout)


def sought(*numbers: int) -> list[Sought]:
    """The phone and the address of each student; its subject is his number."""
    return [each for n in numbers for each in (Sought(n, "phone", e164(n)), Sought(n, "email", email(n)))]


def where(hits: Iterator[Residue]) -> dict[int, set[str]]:
    """The places in which each student stands."""
    found: dict[int, set[str]] = {}
    for hit in hits:
        found.setdefault(hit.subject, set()).add(hit.table)
    return found


def _text(words: str) -> dict[str, str]:
    return {"zh": f"（{words}）", "en": words}
