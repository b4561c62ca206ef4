"""A small shop for the tests of commands, jobs and services, with an installation of the product.

What is asked for in the tests is Ann's.  The installation (database, vault, keys, staff,
map applied) is made once a session and copied for each test; time stands still at NOW.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsar import cli, db
from dsar.config import Config
from dsar.jobs.office import Office
from tests.shop import stores

NOW = "2021-11-24T02:00:00Z"
MAP = Path(__file__).with_name("map.yaml")
ROOT = Path(__file__).parents[2]
HANDLER, OFFICER = "lin", "zhou"
PHONE, EMAIL, CARD, NAME = "+8613100001111", "ann.hill@shop.example", "M-70001", "安妮"
VALUES = (PHONE, "13100001111", EMAIL, CARD, NAME, "槐树路")  # what no message may repeat


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output; fails when there is anything else."""
        lines = self.out.splitlines()
        assert len(lines) == 1, f"standard output has {len(lines)} lines; {self.err}"
        plain = json.loads(lines[0])
        assert isinstance(plain, dict)
        return plain

    @property
    def error(self) -> str:
        """The one line of a refusal, without its `error: `; fails for anything else."""
        lines = self.err.splitlines()
        assert self.code == 1, f"exit {self.code}, said {self.err!r}"
        assert self.out == "", "a refusal printed something on standard output"
        assert len(lines) == 1, f"a refusal is one line: {self.err!r}"
        assert lines[0].startswith("error: "), f"a refusal begins with error: {self.err!r}"
        assert "Traceback" not in self.err
        assert "defect" not in self.err, self.err
        return lines[0].removeprefix("error: ")


@dataclass
class Shop:
    """The stores and an installation of the product beside them."""

    folder: Path
    env: dict[str, str]

    @property
    def home(self) -> Path:
        return Path(self.env["DSAR_HOME"])

    @property
    def places(self) -> Path:
        """The folder of the stores."""
        return self.folder / "stores"

    def store(self, name: str) -> Path:
        return self.places / f"{name}.sqlite"

    def rows(self, store: str, statement: str) -> list[tuple]:
        return list(stores.rows(self.store(store), statement))

    def change(self, store: str, statements: str) -> None:
        stores.run(self.store(store), statements)

    def run(self, *arguments: object, given: bytes = b"", **settings: str) -> Said:
        """Run one command in this process."""
        return run(self.env | settings, *arguments, given=given)

    def process(
        self,
        *arguments: object,
        given: bytes = b"",
        before: Callable[[], object] | None = None,
        **settings: str,
    ) -> Said:
        """Run one command as a process of its own; `before` is called in it before it begins."""
        inherited = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        inherited["PYTHONDONTWRITEBYTECODE"] = "1"  # on a full disk a cut module would stay
        done = subprocess.run(
            [sys.executable, "-m", "dsar", *map(str, arguments)],
            env=inherited | self.env | settings, input=given, capture_output=True, check=False, preexec_fn=before,
            cwd=self.folder,
        )  # fmt: skip
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def opened(self, *rights: str, **more: object) -> list[str]:
        """File Ann's request for these rights, by her phone unless told; the references."""
        identifiers = more.pop("identifiers", [f"phone:{PHONE}"])
        words = [word for right in rights for word in ("--right", right)]
        words += [word for one in identifiers for word in ("--identifier", one)]
        words += [
            word for name, value in more.items() for word in (f"--{name.replace('_', '-')}", str(value))
        ]
        said = self.run("request", "open", *words, "--json")
        assert said.code == 0, said.err
        return [one["reference"] for one in said.json["requests"]]

    def confirmed(self, *rights: str, **more: object) -> list[str]:
        """File Ann's request, and take her identifiers for proven."""
        references = self.opened(*rights, **more)
        said = self.run("request", "confirm", references[0], "--by", HANDLER, "--evidence", "seen")
        assert said.code == 0, said.err
        return references

    def work(self, **settings: str) -> dict[str, Any]:
        return self.run("work", "--until-idle", "--retry-now", "--json", **settings).json

    def show(self, reference: str, **settings: str) -> dict[str, Any]:
        return self.run("request", "show", reference, "--json", **settings).json

    def erasure(self, reference: str, **settings: str) -> dict[str, Any]:
        return self.run("erasure", "show", reference, "--json", **settings).json

    def acts(self, reference: str) -> list[str]:
        """The acts in the ledger of one request, in their order."""
        wanted = "select act from ledger_entry where reference = ? order by number"
        with closing(sqlite3.connect(self.home / "dsar.sqlite")) as database:
            return [act for (act,) in database.execute(wanted, (reference,))]

    @contextmanager
    def office(self, **settings: str) -> Iterator[Office]:
        """The office, opened in this process."""
        with _environment(self.env | settings):
            try:
                yield Office.open(Config.from_env())
            finally:
                db.disconnect()


def run(env: Mapping[str, str], *arguments: object, given: bytes = b"") -> Said:
    """Run one command in this process with these settings and nothing else of the product's."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
    try:
        with _environment(env), redirect_stdout(out), redirect_stderr(err):
            try:
                cli.main([str(argument) for argument in arguments])
            except SystemExit as ended:
                code = ended.code
            finally:
                db.disconnect()
    finally:
        sys.stdin = stdin
    assert isinstance(code, int)
    return Said(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())


def build(folder: Path) -> Shop:
    """The stores, and an installation with its staff and the map applied."""
    stores.build(folder / "stores")
    env = {"DSAR_ENV": "test", "DSAR_HOME": str(folder / "home"), "DSAR_NOW": NOW, "DSAR_LEASE": "1"}
    shop = Shop(folder, env | stores.environment(folder / "stores"))
    for name, role in ((HANDLER, "handler"), (OFFICER, "officer")):
        assert shop.run("user", "add", name, "--role", role).code == 0
    assert shop.run("map", "apply", MAP).code == 0
    return shop


def copy_of(shop: Shop, folder: Path) -> Shop:
    """The same shop in another folder."""
    shutil.copytree(shop.folder, folder)
    moved = {name: value.replace(str(shop.folder), str(folder)) for name, value in shop.env.items()}
    return Shop(folder, moved)


@contextmanager
def _environment(env: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DSAR_")]:
        del os.environ[name]
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
