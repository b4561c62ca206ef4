"""However many records one person has, memory stays the same; the PDF lists the first, the CSV all of them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from dsar.config import Config
from dsar.terms import Right
from tests.own_database.opened import handed_over
from tests.scale import shop
from tests.servers import database_on

ROOT = Path(__file__).parents[2]
FILLER = "一二三四五六七八九十" * 8  # so that rows held would be seen: 240 bytes each
SPARE = 6  # MB that a run may differ by for other reasons


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def empty(request, tmp_path):
    """A maker of empty databases: empty() is the URL of a fresh one."""
    if request.param == "sqlite":
        yield lambda name: f"sqlite:///{tmp_path}/{name}.sqlite"
        return
    server, _ = request.getfixturevalue(f"private_{request.param}")
    with database_on(server) as first, database_on(server) as second:
        yield dict(zip(("few", "many"), (first, second), strict=True)).__getitem__


def test_memory_does_not_depend_on_the_records_found(empty, tmp_path, proof):
    few, many = (20_000, 1_000_000) if proof else (10_000, 60_000)
    held = {}
    for name, rows in (("few", few), ("many", many)):
        accounts = shop.fill_accounts(f"sqlite:///{tmp_path}/accounts-{name}.sqlite", 2)
        notes = fill(empty(name), rows)
        held[name] = run(tmp_path, name, {"ACCOUNTS_URL": accounts, "NOTES_URL": notes})
        assert held[name]["records"] == rows + 1
        assert held[name]["bytes"] > 3 * rows * len(FILLER.encode())  # as JSON twice, and as CSV
    assert held["many"]["searched"] - held["few"]["searched"] < SPARE, held
    assert held["many"]["made"] - held["few"]["made"] < SPARE, held


def test_the_pdf_lists_the_first_records_and_names_the_csv_for_the_rest(tmp_path, open_desk, proof):
    assert Config(tmp_path).pdf_rows == 2_000
    most, rows = (2_000, 2_100) if proof else (40, 90)
    urls = {"ACCOUNTS_URL": shop.fill_accounts(f"sqlite:///{tmp_path}/accounts.sqlite", 2)}
    urls["NOTES_URL"] = fill(f"sqlite:///{tmp_path}/notes.sqlite", rows)
    map_file = shop.write_map(tmp_path / "map.yaml", "accounts", "notes")
    desk = open_desk(map_file, urls, pdf_rows=most)
    (reference,) = desk.file([Right.COPY], [("email", shop.email(1))], lang="en")
    desk.work()
    copy = handed_over(desk, reference, tmp_path / "out")
    text = " ".join(pdf_text(tmp_path / "out/copy.pdf").split())
    assert f"first {most:,} of {rows:,} records" in text
    assert "csv/notes.note.csv" in text
    listed = {n for n in range(rows) if f"note {n}." in text}
    assert listed == set(range(most))
    (notes,) = (store["collections"][0] for store in copy["stores"] if store["name"] == "notes")
    assert (notes["records"], len(notes["rows"])) == (rows, rows)
    lines = (tmp_path / "out/csv/notes.note.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(list(csv.reader(lines))) == rows + 1


def fill(url: str, rows: int) -> str:
    """Notes of person 1, and one of somebody else, put into an empty database; its URL again."""
    engine = create_engine(url)
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    with engine.begin() as connection:
        for statement in (shop.NOTES, shop.INDEXES[1]):
            connection.exec_driver_sql(statement)
        for start in range(0, rows, 10_000):
            numbers = range(start, min(rows, start + 10_000))
            some = [(number, 1, f"note {number}. {FILLER}") for number in numbers]
            connection.exec_driver_sql(f"insert into note values ({mark}, {mark}, {mark})", some)
        connection.exec_driver_sql(f"insert into note values ({rows}, 2, 'of another')")
    engine.dispose()
    return url


def run(folder: Path, name: str, environment: dict[str, str]) -> dict[str, int]:
    """What tests/scale/peak.py says, in a home of its own."""
    map_file = shop.write_map(folder / f"{name}.yaml", "accounts", "notes")
    settings = {"DSAR_HOME": str(folder / name), "DSAR_ENV": "test", "DSAR_NOW": "2021-11-24T02:00:00Z"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.scale.peak", map_file, shop.email(1)],
        cwd=ROOT, env={**os.environ, **settings, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def pdf_text(file: Path) -> str:
    return subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
