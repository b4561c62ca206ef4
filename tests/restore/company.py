"""A shop on a real database, of which a backup is taken before people are erased, and put back afterwards."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from dsar import clock
from dsar import db as ours
from dsar.services import keys
from dsar.terms import KeyClass
from tests.oracle import dumps, oracle
from tests.shop import HANDLER, NOW, OFFICER, ROOT, Said, Shop

MAP = Path(__file__).with_name("map.yaml")
PEOPLE = 60
GONE = (3, 4)  # who is erased, of those from 1 on
TABLES = (
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, phone VARCHAR(40), email VARCHAR(80), name VARCHAR(40))",
    "CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer_id INTEGER,"
    " order_no VARCHAR(20), price NUMERIC(10,2), done_at VARCHAR(30), receiver VARCHAR(60), locked INTEGER NOT NULL)",
    "CREATE TABLE item (id INTEGER PRIMARY KEY, purchase_id INTEGER, what VARCHAR(40))",
    "CREATE TABLE audience (digest VARCHAR(64) PRIMARY KEY, city VARCHAR(40))",
    "CREATE TABLE chat (id INTEGER PRIMARY KEY, caller VARCHAR(40), called VARCHAR(40), said VARCHAR(80))",
)
BOX = "CREATE TABLE suggestion (id INTEGER PRIMARY KEY, entry VARCHAR(80))"


def national(n: int) -> str:
    return f"131{n:08}"


def email(n: int) -> str:
    return f"user{n}@mail.example"


def rows_of(n: int) -> dict[str, list[dict[str, Any]]]:
    """What the shop holds of customer n, and the entries that a twin would be taken for."""
    phone = national(n)
    md5 = hashlib.md5(phone.encode(), usedforsecurity=False).hexdigest()
    digest = md5 if n % 2 else hashlib.sha256(f"+86{phone}".encode()).hexdigest()
    paid = {"customer_id": n, "price": 88, "done_at": "2021-03-20 10:00:00", "receiver": phone, "locked": 0}
    free = paid | {"price": 0, "receiver": None}
    return {
        "customer": [{"id": n, "phone": phone, "email": email(n).upper(), "name": f"甲{n}"}],
        "purchase": [{"id": n * 10, "order_no": f"P-{n}"} | paid, {"id": n * 10 + 1, "order_no": f"F-{n}"} | free],
        "item": [{"id": each, "purchase_id": each, "what": "书"} for each in (n * 10, n * 10 + 1)],
        "audience": [{"digest": digest, "city": "北京"}],
        "chat": [{"id": n, "caller": f"+86{phone}", "called": f"+86{national(n + 1)}", "said": "你好"}],
        "suggestion": [{"id": n * 2, "entry": f"甲{n} {phone}"}, {"id": n * 2 + 1, "entry": "北京"}],
    }  # fmt: skip


@dataclass
class Company:
    """The shop, on one database, and an installation of the product beside it."""

    shop: Shop
    url: str
    backup: Path

    def fill(self, people: Sequence[int]) -> None:
        """Put customers into the tables."""
        for table in rows_of(1):
            rows = [row for n in people for row in rows_of(n)[table]]
            names = ", ".join(f":{name}" for name in rows[0])
            statement = sa.text(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({names})")
            url = self.box if table == "suggestion" else self.url
            with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
                connection.execute(statement, rows)

    def do(self, *statements: str, **values: object) -> list[tuple]:
        """Carry out statements; the rows of the last."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            results = [connection.execute(sa.text(statement), values) for statement in statements]
            return [tuple(row) for row in results[-1].all()] if results[-1].returns_rows else []

    def held(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every row of every table, read by the database's own dump."""
        rows = [row for place in self.places for row in dumps.rows(place) if row.table]
        return sorted((row.table, row.values) for row in rows)

    def hits(self, n: int) -> list[oracle.Hit]:
        """Where a customer stands, as the oracle sees it."""
        who = oracle.person(oracle.phone("86", national(n), [national(n)[:3], national(n)[3:7], national(n)[7:]]),
                            oracle.email(email(n)))  # fmt: skip
        return [hit for place in self.places for hit in oracle.hits(place, who)]

    def erase(self, *people: int, destroy: bool = False) -> list[str]:
        """Erase customers through the product, by phone and e-mail; destroy: their identifiers go as well."""
        references = []
        for n in people:
            (one,) = self.shop.opened("erasure", identifiers=[f"phone:{national(n)}", f"email:{email(n)}"])
            said = self.shop.run("request", "confirm", one, "--by", HANDLER, "--evidence", "seen")
            assert said.code == 0, said.err
            references.append(one)
        self.shop.work()
        if destroy:
            with self.shop.office(), ours.begin() as session:
                for reference in references:
                    keys.destroy(session, reference, KeyClass, at=clock.now())
        return references

    def dump(self) -> None:
        """Take a backup with the database's own tool."""
        shutil.copy(file_of(self.box), self.backup.with_suffix(".box"))
        if self.url.startswith("sqlite"):
            shutil.copy(file_of(self.url), self.backup)
        elif "postgresql" in self.url:
            _run(["pg_dump", "-Fc", f"--file={self.backup}", self.plain])
        else:
            command = ["mariadb-dump", *self._mariadb, "--hex-blob"]
            self.backup.write_bytes(_run([*command, urlsplit(self.url).path[1:]]))

    def restore(self) -> None:
        """Put it back, over whatever is there."""
        shutil.copy(self.backup.with_suffix(".box"), file_of(self.box))
        if self.url.startswith("sqlite"):
            shutil.copy(self.backup, file_of(self.url))
        elif "postgresql" in self.url:
            _run(
                [
                    "pg_restore",
                    "--clean",
                    "--if-exists",
                    "--no-owner",
                    f"--dbname={self.plain}",
                    str(self.backup),
                ]
            )
        else:
            _run(["mariadb", *self._mariadb, urlsplit(self.url).path[1:]], given=self.backup.read_bytes())

    def replay(self, *words: object, by: str = OFFICER) -> Said:
        return self.shop.run("restore-replay", "--by", by, *words, "--json")

    @property
    def plain(self) -> str:
        return self.url.replace("+psycopg", "")

    @property
    def box(self) -> str:
        """The search box, in a file of its own."""
        return f"sqlite:///{self.shop.folder}/box.sqlite"

    @property
    def places(self) -> list[str]:
        return [self.plain, self.box]

    @property
    def _mariadb(self) -> list[str]:
        server = urlsplit(self.url)
        return ["--no-defaults", f"--host={server.hostname}", f"--port={server.port}", "--user=root"]


def found(company: Company, *, people: int = PEOPLE) -> Company:
    """Open the shop."""
    company.do(*TABLES)
    with sa.create_engine(company.box, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text(BOX))
    company.fill(range(1, people + 1))
    company.do("UPDATE purchase SET receiver = '131-0000-0003' WHERE id = 110")  # of 11, and goes to 3
    for name, role in ((HANDLER, "handler"), (OFFICER, "officer")):
        assert company.shop.run("user", "add", name, "--role", role).code == 0
    said = company.shop.run("map", "apply", MAP)
    assert said.code == 0, said.err
    return company


def settings(folder: Path, url: str) -> Mapping[str, str]:
    """Where everything lies."""
    own = {"DSAR_ENV": "test", "DSAR_HOME": str(folder / "home"), "DSAR_NOW": NOW, "DSAR_LEASE": "1"}
    return own | {"SHOP_URL": url, "BOX_URL": f"sqlite:///{folder}/box.sqlite"}


def file_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def _run(command: list[str], given: bytes | None = None) -> bytes:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=given, capture_output=True, check=False, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
