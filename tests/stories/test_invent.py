"""The generator itself: its maps are right, its counts are true, and no two companies are alike."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dsar.datamap.loader import load
from tests.oracle import oracle
from tests.stories.invent import Invented, invent

RULES = {"CN-ECL31-RETENTION-3Y"}
SEEDS = range(4)  # one of each pair of kinds
NOBODY = oracle.person(oracle.exact("nobody"))


@pytest.fixture(params=SEEDS)
def invented(request, tmp_path):
    return invent(request.param, tmp_path)


def tables(made: Invented) -> dict[tuple[str, str], set[str]]:
    """Columns by store and table, as the files have them."""
    found = {}
    for place in made.places:
        if isinstance(place, Path):
            continue
        with closing(sqlite3.connect(place.removeprefix("sqlite:///"))) as database:
            for (table,) in database.execute(
                "select name from sqlite_master where type = 'table'"
            ).fetchall():
                columns = database.execute("select name from pragma_table_info(?)", (table,))
                found[Path(place).stem, table] = {name for (name,) in columns}
    return found


def mapped(file: Path) -> dict[tuple[str, str], set[str]]:
    stores = load(file, known_rules=RULES).map.stores.values()
    return {
        (store.name, each.table): set(each.fields)
        for store in stores
        if store.connector != "folder"
        for each in store.collections.values()
    }


def test_the_maps_name_every_column_and_the_first_does_not_know_the_forgotten_table(invented):
    there = tables(invented)
    assert mapped(invented.after_map) == there
    del there[invented.forgotten[:2]]
    assert mapped(invented.before_map) == there


def test_every_name_of_the_maps_is_given(invented):
    assert set(re.findall(r"\$\{(\w+)\}", invented.after_map.read_text())) == set(invented.environment)


def test_he_stands_in_every_table_and_after_an_erasure_by_hand_in_two(invented):
    found = oracle.where(invented.places, invented.who)
    assert {(store, table) for store, of in found.items() for table in of if store != "media"} == set(
        tables(invented)
    )
    before = [oracle.fingerprint(place, invented.who, invented.own) for place in invented.places]
    invented.delete_by_hand()
    left = oracle.where(invented.places, invented.who)
    store, table, _ = invented.forgotten
    assert left.pop(store) == {table}
    assert list(left) == invented.boxes
    assert [oracle.fingerprint(place, invented.who, invented.own) for place in invented.places] == before


def test_his_records_are_counted(invented):
    after = load(invented.after_map, known_rules=RULES).map
    assert set(invented.records) == {f"{store.name}.{each.name}" for store, each in after.collections()}
    hits = [hit for place in invented.places for hit in oracle.hits(place, invented.who)]
    found = {(hit.place, hit.table, hit.row) for hit in hits}
    pictures = len(invented.files) // 2  # no records of their own
    assert sum(invented.records.values()) == len(found) - pictures


def test_the_same_seed_makes_the_same_company(tmp_path):
    first, second = (invent(5, tmp_path / name) for name in ("a", "b"))
    assert first.after_map.read_text() == second.after_map.read_text()
    assert [oracle.fingerprint(place, NOBODY) for place in first.places] == [
        oracle.fingerprint(place, NOBODY) for place in second.places
    ]


def test_no_two_companies_call_things_the_same(tmp_path):
    names = [set(tables(invent(seed, tmp_path / str(seed)))) for seed in SEEDS]
    assert not set.intersection(*names)
    kinds = {
        tuple(sorted({kind for kind, _ in invent(seed, tmp_path / str(seed)).identifiers})) for seed in SEEDS
    }
    assert len(kinds) == len(SEEDS)
