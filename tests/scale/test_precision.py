"""Searched by value, nobody else is ever reported or touched, and whatever is a person's is found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

import pytest
import sqlalchemy as sa

from dsar.connectors import Act, Probe, Sought
from tests.connectors import maps
from tests.connectors.conftest import sql_url  # noqa: F401
from tests.connectors.filled import run
from tests.scale import near

PEOPLE = 1_000
ALWAYS, WHOLE = (12_000, 3_000), (1_000_000, 10_000)  # rows, and of them a person's


@pytest.fixture(scope="module")
def sizes(proof) -> tuple[int, int]:
    return WHOLE if proof else ALWAYS


def put(url: str, rows: Iterator[tuple[int, str]]) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    with engine.begin() as connection:
        while some := list(islice(rows, 10_000)):
            connection.exec_driver_sql(f"INSERT INTO q VALUES ({mark}, {mark})", some)


def everybody() -> list[Sought]:
    return [
        Sought(n, kind, value)
        for n in range(PEOPLE)
        for kind, value in (("phone", f"+86{near.national(n)}"), ("email", near.email(n)))
    ]


def test_all_that_is_theirs_is_seen_and_nothing_else(sql_url, sizes):  # noqa: F811
    rows, theirs = sizes
    chosen = random.Random(7)
    texts = list(near.planted(PEOPLE, theirs, chosen))
    every = rows // theirs
    strangers = near.strange(PEOPLE, rows - theirs, chosen)
    run(sql_url, "CREATE TABLE q (id INTEGER PRIMARY KEY, a VARCHAR(200))")
    put(sql_url, ((n, texts[n // every][1] if n % every == 0 else next(strangers)) for n in range(rows)))
    held = maps.collection("q", ("phone", "a", "any"))
    with maps.connect(maps.store("sql", held), sql_url, 120) as connector:
        seen = {(hit.subject, hit.key[0]) for hit in connector.sweep(everybody())}
    meant = {(person, place * every) for place, (person, _) in enumerate(texts)}
    ways = {texts[row // every][1] for _, row in meant - seen}
    assert (sorted(ways)[:9], sorted(seen - meant)[:9]) == ([], [])


def test_nobody_elses_row_is_erased(sql_url, sizes):  # noqa: F811
    rows, _ = sizes
    chosen = random.Random(8)
    own = [way(near.national(n)) for n in range(100) for way in near.PHONES[:16]]
    strangers = list(near.strange(PEOPLE, rows - len(own), chosen))
    run(sql_url, "CREATE TABLE q (id INTEGER PRIMARY KEY, a VARCHAR(200))")
    put(sql_url, iter(list(enumerate([*own, *strangers]))))
    held = maps.collection("q", ("phone", "a", "any"))
    with maps.connect(maps.store("sql", held), sql_url, 120) as connector:
        probes = [Probe(n, 0, "phone", f"+86{near.national(n)}") for n in range(100)]
        found = list(connector.find(held, probes))
        assert sorted(one.key[0] for one in found) == list(range(len(own)))
        assert all(one.gone for one in connector.erase(held, [Act(one, delete=True) for one in found]))
    left = [(row[0], row[1]) for row in run(sql_url, "SELECT id, a FROM q ORDER BY id")]
    assert left == list(enumerate([*own, *strangers]))[len(own) :]
