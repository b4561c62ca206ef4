"""The invented story with its stores on PostgreSQL or MariaDB, its search box in Redis, and our database anywhere."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from dsar.terms import Right
from tests.oracle import oracle
from tests.own_database.moved import server_of, to_servers
from tests.stories.driving import records, verdicts
from tests.stories.invent import Invented, invent

PLACES = [  # where the stores are, the order of the search box, where our own database is, the company's seed
    ("postgres", "lexicographic", "postgresql", "3"),
    ("mariadb", "scored", "sqlite", "0"),
    ("mariadb", "lexicographic", "postgresql", "2"),
    ("postgres", "scored", "sqlite", "1"),
]


SHORT = PLACES if os.environ.get("DSAR_PROOF") == "1" else PLACES[:2]


@pytest.fixture(params=SHORT, ids=" ".join)
def moved(request, tmp_path, redis_url):
    stores, order, own, seed = request.param
    url = request.getfixturevalue(f"{stores}_database")
    settings = {"database_url": request.getfixturevalue("postgres_database")} if own == "postgresql" else {}
    with ExitStack() as stack:
        company = invent(int(seed), tmp_path / "company")
        yield to_servers(company, stack, server_of(url), redis_url, order), settings


def test_the_whole_story_on_servers(moved, open_desk, tmp_path):
    company, settings = moved
    before = {str(place): oracle.fingerprint(place, company.who, company.own) for place in company.places}
    desk = open_desk(company.before_map, company.environment, **settings)
    copy, erasure = desk.file([Right.COPY, Right.ERASURE], company.identifiers)
    desk.work()
    store, table, mapped = company.forgotten
    shown = desk.show(copy)
    assert [(p["store"], p["table"], p["records"]) for p in shown["unmapped"] if p["records"]] == [
        (store, table, company.records[mapped])
    ]
    assert (shown["complete"], shown["copy"]) == (False, None)
    desk.apply(company.after_map)
    desk.work()
    shown = desk.show(copy)
    assert shown["complete"]
    assert {place: n for place, n in records(shown).items() if n} == company.records
    desk.fetch(copy, tmp_path / "out")
    desk.work()
    held = {place: "KEPT" if place == company.kept else "ERASED" for place in company.records}
    shown = desk.erasure(erasure)
    assert {place: verdict for place, verdict in verdicts(shown).items() if verdict != "NOTHING_HELD"} == held
    assert (shown["verdict"], desk.show(erasure)["status"]) == ("KEPT", "closed")
    assert desk.ledger_is_whole()
    hits = [hit for place in company.places for hit in oracle.hits(place, company.who)]
    assert [hit for hit in hits if not kept_by(company, hit.row)] == []
    assert len(hits) == 1  # of the kept order, only our own number of his account stays
    assert {str(p): oracle.fingerprint(p, company.who, company.own) for p in company.places} == before


def kept_by(company: Invented, row: tuple[str, ...]) -> bool:
    """Whether it is the one order that a law keeps: it stays findable by his account's number."""
    kept = {number for columns in company.own.values() for numbers in columns.values() for number in numbers}
    return not kept.isdisjoint(row)
