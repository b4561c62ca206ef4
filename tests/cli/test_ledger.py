"""Whoever changes the ledger behind our back is seen: the first broken entry is named, here and from an export."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dsar import db
from dsar.services import work
from tests import shop as shops
from tests.shop import OFFICER, PHONE, VALUES, Shop


def force(shop: Shop, *statements: str) -> None:
    """Change the database as somebody with its file could: the triggers are taken away first."""
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database, database:
        triggers = database.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f"drop trigger {name}")
        for statement in statements:
            database.execute(statement)


def proved(shop: Shop) -> dict:
    said = shop.run("ledger", "verify", "--json")
    assert said.code == (0 if said.json["whole"] else 1)
    return said.json


OTHER = "case substr({0}, 1, 1) when 'f' then 'e' else 'f' end || substr({0}, 2)"
CHANGES = {
    "another time": (
        "update ledger_entry set at = '2021-11-25 02:00:00.000000' where reference = '{ref}' and number = 2",
        2,
    ),
    "another actor": ("update ledger_entry set actor = 'lim' where reference = '{ref}' and number = 2", 2),
    "another act": (
        "update ledger_entry set act = 'identity.confirmeD' where reference = '{ref}' and number = 2",
        2,
    ),
    "another fact": (
        "update ledger_entry set facts = replace(facts, '\"records\": 3', '\"records\": 2') where reference = '{ref}'",
        None,
    ),
    "another seal": (
        f"update ledger_entry set seal = {OTHER.format('seal')} where reference = '{{ref}}' and number = 3",
        3,
    ),
    "a fact that is no fact": (
        "update ledger_entry set facts = 'x' || facts where reference = '{ref}' and number = 3",
        3,
    ),
    "a time that is none": (
        "update ledger_entry set at = 'soon' where reference = '{ref}' and number = 3",
        3,
    ),
    "a part of a second": (
        "update ledger_entry set at = replace(at, '.000000', '.000001') where reference = '{ref}'",
        1,
    ),
    "a byte that is no text": (
        "update ledger_entry set actor = cast(x'ff' as text) where reference = '{ref}' and number = 3",
        3,
    ),
    "a number that is none": (
        "update ledger_entry set number = 'x' where reference = '{ref}' and number = 3",
        3,
    ),
    "the first entry gone": ("delete from ledger_entry where reference = '{ref}' and number = 1", 1),
    "an entry gone": ("delete from ledger_entry where reference = '{ref}' and number = 4", 4),
    "the last entry gone": (
        "delete from ledger_entry where reference = '{ref}' and number = (select entries from request)",
        "last",
    ),
    "the whole tail gone": ("delete from ledger_entry where reference = '{ref}' and number > 3", 4),
    "every entry gone": ("delete from ledger_entry where reference = '{ref}'", 1),
    "another head": (f"update request set head = {OTHER.format('head')}", "last"),
    "a head that counts more": ("update request set entries = entries + 1", "next"),
    "the request gone": ("update request set reference = 'ZZZZZZZZ'", 1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_and_named(served: tuple[Shop, str], tmp_path: Path, change: str):
    shop, reference = served
    statement, number = CHANGES[change]
    entries = shop.show(reference)["ledger"]["entries"]
    before = (shop.home / "dsar.sqlite").read_bytes()
    force(shop, "pragma foreign_keys = off", statement.format(ref=reference))
    assert (shop.home / "dsar.sqlite").read_bytes() != before
    expected = {"last": entries, "next": entries + 1}.get(number, number)
    broken = {one["reference"]: one["number"] for one in proved(shop)["broken"]}
    assert reference in broken
    if expected:
        assert broken[reference] == expected
    shop.run("ledger", "export", tmp_path / "ledger")
    offline = shops.run({}, "ledger", "verify", "--from", tmp_path / "ledger", "--json")
    assert {one["reference"]: one["number"] for one in offline.json["broken"]} == broken
    assert offline.code == 1
    words = shop.run("ledger", "verify")
    assert f"{reference} {broken[reference]}:" in words.out
    assert "NOT whole" in words.out


def test_two_entries_swapped_are_seen(served: tuple[Shop, str]):
    shop, reference = served
    where = f"reference = '{reference}' and number"
    force(
        shop,
        f"update ledger_entry set number = -4 where {where} = 4",
        f"update ledger_entry set number = 4 where {where} = 5",
        f"update ledger_entry set number = 5 where {where} = -4",
    )
    assert [(one["reference"], one["number"]) for one in proved(shop)["broken"]] == [(reference, 4)]


def test_an_entry_of_another_chain_is_not_taken(shop: Shop):
    first, second = shop.opened("copy")[0], shop.opened("copy")[0]
    force(
        shop,
        f"update ledger_entry set facts = (select facts from ledger_entry where reference = '{first}' and number = 1), "
        f"seal = (select seal from ledger_entry where reference = '{first}' and number = 1) "
        f"where reference = '{second}' and number = 1",
    )
    assert [one["reference"] for one in proved(shop)["broken"]] == [second]


def test_a_checkpoint_that_is_not_ours_is_seen(served: tuple[Shop, str]):
    shop, _ = served
    with shop.office(), db.begin() as session:
        work.ensure(session, "make_checkpoint", key="checkpoint")
    shop.work()
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        (made,) = database.execute("select count(*) from checkpoint").fetchone()
    assert made > 0
    assert proved(shop)["whole"] is True
    force(shop, "update checkpoint set root = " + OTHER.format("root"))
    broken = proved(shop)["broken"]
    assert [(one["reference"], one["number"]) for one in broken] == [("checkpoint", 1)]


def edited(change: Callable[[list[dict]], object]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        lines = [json.loads(line) for line in text.splitlines()]
        change(lines)
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    return edit


EXPORTS = {
    "a byte": edited(lambda lines: lines[0].update(actor=lines[0]["actor"] + "x")),
    "the last line of a chain": edited(
        lambda lines: lines.remove([one for one in lines if "act" in one][-1])
    ),
    "an entry twice": edited(lambda lines: lines.insert(1, lines[0])),
    "a head left out": edited(lambda lines: lines.remove(next(one for one in lines if "head" in one))),
    "two lines swapped": edited(lambda lines: lines.insert(0, lines.pop(1))),
    "a number that is a word": edited(lambda lines: lines[0].update(number="1")),
}


@pytest.mark.parametrize("change", EXPORTS)
def test_an_export_that_was_changed_is_seen(served: tuple[Shop, str], tmp_path: Path, change: str):
    shop, _ = served
    file = tmp_path / "ledger"
    shop.run("ledger", "export", file)
    file.write_text(EXPORTS[change](file.read_text()))
    said = shops.run({}, "ledger", "verify", "--from", file, "--json")
    assert (said.code, said.json["whole"]) == (1, False)
    assert said.json["broken"][0]["number"] >= 1


NO_EXPORTS = {
    "no JSON": "hello\n",
    "not an object": "[1]\n",
    "another object": '{"a": 1}\n',
    "an entry without its chain": '{"number": 1}\n',
    "an entry without its seal": '{"reference": "A", "number": 1, "at": "", "actor": "", "act": "", "facts": {}}\n',
    "a head without its count": '{"head": "A"}\n',
    "bytes": b"\xff\xfe\n",
    "deep": "[" * 100_000 + "\n",
}


@pytest.mark.parametrize("case", NO_EXPORTS)
def test_what_is_no_export_is_refused(tmp_path: Path, case: str):
    content = NO_EXPORTS[case]
    file = tmp_path / "ledger"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert "ledger" in shops.run({}, "ledger", "verify", "--from", file).error


def test_an_empty_export_is_whole_and_says_that_it_is_empty(tmp_path: Path):
    (tmp_path / "ledger").write_text("")
    shown = shops.run({}, "ledger", "verify", "--from", tmp_path / "ledger", "--json").json
    assert (shown["entries"], shown["chains"]) == (0, 0)


def test_the_ledger_holds_nothing_of_the_person(shop: Shop, tmp_path: Path):
    """What is proved for ever must not hold what must be erased."""
    copy, erasure = shop.confirmed("copy", "erasure", identifiers=[f"phone:{PHONE}", f"email:{VALUES[2]}"])
    shop.work()
    shop.run("erasure", "hold", erasure, "--by", OFFICER, "--reason", f"{VALUES[4]} called")
    shop.run("erasure", "go", erasure, "--by", OFFICER)
    shop.run("copy", "write", copy, tmp_path / "copy")
    shop.work()
    shop.run("ledger", "export", tmp_path / "ledger")
    text = (tmp_path / "ledger").read_text()
    assert "erasure.held" in text
    assert [value for value in (*VALUES, "ann-face", "hash-1", "A-1") if value in text] == []
