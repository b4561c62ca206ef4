"""A store that lies, or changes under our hands; one member is erased from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from dsar.terms import Right
from tests.connectors.conftest import sql_url  # noqa: F401
from tests.connectors.filled import run
from tests.stories.driving import Desk, desk

PHONE, TWIN = "13100008688", "13100008687"
TABLE = "CREATE TABLE member (id INTEGER PRIMARY KEY, phone VARCHAR(20), email VARCHAR(60), name VARCHAR(20))"
MEMBERS = (
    "INSERT INTO member VALUES (1, '13100008688', 'luo@x.cn', '罗明'), (2, '13100008687', 'twin@x.cn', '罗明'), "
    "(3, '13000000038', 'lu@x.cn', '李雷')"
)
COLLECTION = {
    "title": {"zh": "会员", "en": "Members"},
    "found_by": {
        "phone": {"column": "phone", "form": "national"},
        "email": {"column": "email", "form": "exact"},
    },
    "purpose": "work",
    "source": {"zh": "本人", "en": "from the person"},
    "fields": {
        name: {"title": {"zh": f"（{name}）", "en": name}} for name in ("id", "phone", "email", "name")
    },
    "on_erasure": "delete",
}


@dataclass
class Lying:
    """A desk whose one store is the database at `url`; what its owner sees there."""

    url: str
    desk: Desk
    references: list[str] = field(default_factory=list)

    def erase(self, *, looks_only: bool = False) -> dict:
        """Ask for his erasure, and have it done as far as it goes."""
        identifiers = [("phone", f"+86{PHONE}"), ("email", "luo@x.cn")]
        self.references = self.desk.file([Right.ERASURE], identifiers, looks_only=looks_only)
        return self.again()

    def again(self) -> dict:
        """Whatever is due by now; the erasure."""
        self.desk.work(retry_now=True)
        return self.desk.erasure(self.references[0])

    def rows(self, table: str = "member", columns: str = "*") -> list[tuple]:
        """What stands there."""
        return [tuple(row) for row in run(self.url, f"SELECT {columns} FROM {table} ORDER BY 1")]


def places(shown: dict, verdict: str) -> dict[str, list[str]]:
    """Where an erasure has a verdict: its collections and places, each with the columns named."""
    return {
        f"{store['name']}.{one['name']}": sorted(f"{at['table']}.{at['column']}" for at in one["where"])
        for store in shown["stores"]
        for one in store["collections"]
        if one["verdict"] == verdict
    }


@pytest.fixture
def lying(tmp_path) -> Iterator[Callable[..., Lying]]:
    """Open a desk over a database that statements have filled; more: of the store in the map."""
    opened = []

    def at(url: str, *statements: str, settings: dict | None = None, **more: object) -> Lying:
        run(url, TABLE, MEMBERS, *statements)
        file = write_map(tmp_path / "map.yaml", **more)
        context = desk(tmp_path / "home", {"CRM_URL": url, **(settings or {})})
        one = Lying(url, context.__enter__())
        opened.append(context)
        one.desk.apply(file)
        return one

    yield at
    for context in opened:
        context.__exit__(None, None, None)


def write_map(file: Path, **more: object) -> Path:
    """A map of one store with one collection; more: of the store, and what stands at the top."""
    top = {key: more.pop(key) for key in ("erasure", "undo", "relooks") if key in more}
    plain = {
        "controller": {"name": {"zh": "某公司", "en": "Some company"}, "contact": "privacy@x.example"},
        "promise": {"days": 15},
        "identifier_kinds": {
            "phone": {"proof": "code", "normal": "e164", "region": "CN"},
            "email": {"proof": "code"},
        },
        "purposes": {
            "work": {
                "title": {"zh": "服务", "en": "Service"},
                "legal_basis": {"zh": "合同", "en": "Contract"},
                "retention": {"zh": "一年", "en": "A year"},
            }
        },
        "stores": {
            "crm": {
                "title": {"zh": "客户系统", "en": "CRM"},
                "connector": "sql",
                "url": "${CRM_URL}",
                "collections": {"member": COLLECTION},
                **more,
            }
        },
        **top,
    }
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file
