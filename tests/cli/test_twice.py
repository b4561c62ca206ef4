"""Whatever acts may be typed twice: the second time changes nothing, says the same, and exits 0."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests import shop as shops
from tests.shop import HANDLER, OFFICER, PHONE, Said, Shop


def state(shop: Shop) -> list[tuple]:
    """Everything that our database holds, row by row."""
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        listed = "select name from sqlite_master where type = 'table' order by name"
        tables = [name for (name,) in database.execute(listed)]
        return [
            (table, row)
            for table in tables
            for row in sorted(database.execute(f'select * from "{table}"').fetchall(), key=repr)
        ]


def prepared(shop: Shop, folder: Path, until: str) -> list[str]:
    """A copy and an erasure, brought to a point of their life: words that may be replaced by references."""
    references = shop.opened("copy", "erasure")
    if until == "opened":
        return references
    shop.run("request", "confirm", references[0], "--by", HANDLER, "--evidence", "seen")
    shop.work()
    if until == "frozen":
        return references
    shop.run("copy", "write", references[0], folder / "first")
    shop.work()
    return references


ACTS: dict[str, tuple[str, Callable[[str, str, Path], tuple]]] = {
    "confirm": (
        "opened",
        lambda copy, _, __: ("request", "confirm", copy, "--by", HANDLER, "--evidence", "seen"),
    ),
    "hold": (
        "frozen",
        lambda _, erasure, __: ("erasure", "hold", erasure, "--by", OFFICER, "--reason", "a dispute"),
    ),
    "go": ("frozen", lambda _, erasure, __: ("erasure", "go", erasure, "--by", OFFICER)),
    "go once done": ("done", lambda _, erasure, __: ("erasure", "go", erasure, "--by", OFFICER)),
    "apply": ("opened", lambda *_: ("map", "apply", shops.MAP)),
    "add": ("opened", lambda *_: ("user", "add", OFFICER, "--role", "officer")),
    "work": ("done", lambda *_: ("work", "--until-idle")),
    "certificate": ("done", lambda _, erasure, folder: ("certificate", "write", erasure, folder / "paper")),
    "open once": (
        "opened",
        lambda *_: ("request", "open", "--right", "copy", "--identifier", f"phone:{PHONE}", "--once", "k"),
    ),
    "upgrade": ("opened", lambda *_: ("db", "upgrade")),
}


@pytest.mark.parametrize("until", ["opened", "frozen", "done"])
def test_the_second_time_changes_nothing(shop: Shop, tmp_path: Path, until: str):
    copy, erasure = prepared(shop, tmp_path, until)
    for act, (when, words) in ACTS.items():
        if when == until:
            _twice(shop, act, words(copy, erasure, tmp_path))


def _twice(shop: Shop, act: str, words: tuple) -> None:
    said: list[Said] = []
    seen: list[list[tuple]] = []
    for _ in range(2):
        said.append(shop.run(*words, "--json"))
        shop.run("work", "--until-idle")
        seen.append(
            [row for row in state(shop) if act != "add" or row[0] != "user"]
        )  # a fresh link each time
    assert [one.code for one in said] == [0, 0], (act, said)
    assert seen[0] == seen[1], act
    if act not in ("add", "work", "confirm"):
        assert said[0].out == said[1].out, act


def test_a_copy_written_twice_is_the_same_and_each_fetch_is_recorded(
    served: tuple[Shop, str], tmp_path: Path
):
    shop, reference = served
    first, second = (shop.run("copy", "write", reference, tmp_path / name, "--json") for name in ("a", "b"))
    assert first.out == second.out
    assert (tmp_path / "a" / "copy.pdf").read_bytes() == (tmp_path / "b" / "copy.pdf").read_bytes()
    assert shop.acts(reference).count("copy.fetched") == 2
    assert shop.acts(reference).count("request.told") == 1
