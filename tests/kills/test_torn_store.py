"""A process killed amid a transaction of a store leaves a SQLite file that whoever opens it next must roll back."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.connectors import maps
from tests.kills.story import differences, outcome

TORN = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("pragma cache_size = 1")  # so that pages reach the file before the end
database.execute("begin immediate")
database.execute("delete from member")
database.execute("create table filler as with recursive n(i) as (select 1 union all select i + 1 from n where i < 999)"
                 " select i, hex(randomblob(200)) from n")
os.kill(os.getpid(), signal.SIGKILL)
"""


def tear(file: Path) -> None:
    """Kill a process that had deleted every row of a store's table, and not yet committed."""
    ended = subprocess.run([sys.executable, "-c", TORN, str(file)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert file.with_name(f"{file.name}-journal").stat().st_size


def cannot_be_read(file: Path) -> bool:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        try:
            database.execute("select count(*) from member")
        except sqlite3.OperationalError:
            return True
        return False


def test_a_store_left_amid_a_transaction_is_rolled_back_and_erased_as_ever(told, place):
    story = told.before["erase"].duplicate(place)
    file = story.folder / "stores" / "class.sqlite"
    tear(file)
    assert cannot_be_read(file)
    ended = story.work("erase").json
    assert (ended["failed"], ended["waiting"]) == (0, [])
    assert differences(outcome(story), told.outcome) == []


MEMBERS = [(number, f"131000086{number:02d}", "x" * 200) for number in range(10, 99)]
HIS = "+8613100008688"
HELD = maps.collection("member", ("phone", "phone", "national"))


@pytest.fixture
def torn(tmp_path) -> Path:
    """A store left amid a transaction, moved elsewhere together with its journal, as a backup would be."""
    file = tmp_path / "class.sqlite"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("create table member (id integer primary key, phone text, remark text)")
        database.executemany("insert into member values (?, ?, ?)", MEMBERS)
    tear(file)
    away = tmp_path / "away"
    away.mkdir()
    for each in (file, file.with_name(f"{file.name}-journal")):
        shutil.copy(each, away)
    assert cannot_be_read(away / file.name)
    return away / file.name


READS = {
    "check": lambda connector: connector.check(erasing=False),
    "describe": lambda connector: connector.describe(),
    "find": lambda connector: list(connector.find(HELD, maps.phones(HIS))),
    "sweep": lambda connector: list(connector.sweep(maps.sought(HIS))),
    "ties": lambda connector: connector.ties(),
}


@pytest.mark.parametrize("read", READS)
def test_who_only_reads_rolls_it_back_first(torn, read):
    with maps.connect(maps.store("sql", HELD), f"sqlite:///{torn}") as connector:
        READS[read](connector)
        assert [one.key for one in connector.find(HELD, maps.phones(HIS))] == [(88,)]
    assert not torn.with_name(f"{torn.name}-journal").exists()
    with closing(sqlite3.connect(f"file:{torn}?mode=ro", uri=True)) as database:
        assert database.execute("select * from member order by id").fetchall() == MEMBERS
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        assert database.execute("select count(*) from sqlite_master where name = 'filler'").fetchone() == (0,)
