"""A process killed amid a transaction of a store leaves a SQLite file that whoever opens it next must roll back."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

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
