"""However many people are in a batch, a store is asked no more: counted by the store itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from dsar import clock, db
from dsar.connectors import Sought, open_store
from dsar.datamap.loader import load
from dsar.jobs import erase, perform
from dsar.models import Work
from dsar.services import intake, proving, searching
from dsar.services import work as queue
from dsar.services.intake import Given, Intake
from dsar.terms import Right
from tests.oracle import oracle
from tests.own_database.opened import store_of
from tests.scale import counting, shop
from tests.servers import database_on
from tests.stories.driving import HANDLER, Desk, records

PLACES = ("accounts", "notes", "box")
Asked = dict[str, dict[str, list[str]]]  # job -> store -> statements


@dataclass
class Shop:
    """A shop in one kind of server, whose statements are counted."""

    map_file: Path
    environment: dict[str, str]
    counter: counting.Counter
    database: dict[str, str]  # store -> what the counter calls it


@pytest.fixture
def people(proof: bool) -> int:
    """How many are in a batch; one more stands alone."""
    return 1_000 if proof else 60


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def store(request, tmp_path, people) -> Iterator[Shop]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            counter = counting.SqliteCounter(tmp_path)
            urls = {name: f"sqlite:///{tmp_path}/{name}.sqlite" for name in PLACES}
        else:
            server, _ = request.getfixturevalue(f"private_{request.param}")
            made = counting.PostgresCounter if request.param == "postgres" else counting.MariadbCounter
            counter = made(server)
            urls = {name: stack.enter_context(database_on(server)) for name in PLACES}
        for name, url in urls.items():
            getattr(shop, f"fill_{name}")(url, people + 2)  # one stays: an empty table is a case of its own
        yield Shop(
            shop.write_map(tmp_path / "map.yaml", *PLACES, undo={"hours": 1}),
            {f"{name.upper()}_URL": url for name, url in urls.items()},
            counter,
            {
                name: make_url(url).database.rpartition("/")[2].removesuffix(".sqlite")
                for name, url in urls.items()
            },
        )


def test_a_store_is_asked_no_more_for_many_than_for_one(store, people, open_desk, monkeypatch, proof):
    if not proof:
        monkeypatch.setattr(erase, "CHUNK", 50)
    desk = open_desk(store.map_file, store.environment)
    alone, many = [people + 1], list(range(1, people + 1))
    one, all_of_them = (pass_over(desk, store, persons, monkeypatch) for persons in (alone, many))
    for name in PLACES:
        asked = {job: (len(one[job][name]), len(all_of_them[job][name])) for job in one}
        for job in ("search_store", "look_store"):
            assert asked[job][0] == asked[job][1] > 0, (job, name, asked)
        chunks = -(-people * (shop.EACH if name == "notes" else 1) // erase.CHUNK)
        rows = [len(counting.of_rows(each["erase_store"][name])) for each in (one, all_of_them)]
        assert rows[1] - rows[0] == chunks - 1, (name, rows)  # one more a chunk
    for url in store.environment.values():
        assert (
            oracle.hits(url, oracle.person(*(oracle.email(shop.email(n)) for n in (1, people, people + 1))))
            == []
        )


def test_a_search_box_in_redis_is_asked_once_a_prefix_length(tmp_path, people, redis_url):
    datamap = load(shop.write_map(tmp_path / "map.yaml", "redis_box"), known_rules=()).map
    shop.fill_redis(redis_url, people)
    asked = {}
    with open_store(datamap.stores["redis_box"], datamap, url=redis_url, timeout=30) as box:
        box.check()
        for count in (1, people):
            typed = [Sought(n, "email", shop.email(n)) for n in range(1, count + 1)]
            with counting.redis_trips() as trips:
                assert {hit.subject for hit in box.offers(typed)} == set(range(1, count + 1))
            asked[count] = len(trips)
    assert asked == {1: len(shop.email(1)), people: len(shop.email(1))}


def test_a_row_that_cannot_be_read_fails_its_person_alone(tmp_path, people, open_desk):
    urls = {name: f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("accounts", "notes")}
    for name, url in urls.items():
        getattr(shop, f"fill_{name}")(url, people)
    spoilt = people // 2
    execute(urls["accounts"], f"update account set name = cast(x'ff' as text) where id = {spoilt}")
    environment = {f"{name.upper()}_URL": url for name, url in urls.items()}
    desk = open_desk(shop.write_map(tmp_path / "map.yaml", *urls, undo={"hours": 1}), environment)
    references = file(desk, list(range(1, people + 1)))
    with counting.SqliteCounter(tmp_path).counted() as asked:
        do(desk, "search_store")
    passes = [
        each
        for each in asked["accounts"]
        if "account" in each and "UNION" not in each and "json_each" in each
    ]
    assert len(passes) == 1  # one statement found them all
    states = {reference: desk.show(reference) for reference in references}
    failed = [reference for reference, shown in states.items() if not shown["complete"]]
    assert failed == [references[spoilt - 1]]
    accounts = store_of(states[failed[0]], "accounts")
    assert accounts["state"] == "failed"
    assert "account" in accounts["reason"]
    assert shop.email(spoilt) not in accounts["reason"]
    assert {count for each, shown in states.items() if each not in failed for count in records(shown).items()} == {
        ("accounts.account", 1), ("notes.note", shop.EACH),
    }  # fmt: skip
    execute(urls["accounts"], f"update account set name = 'mended' where id = {spoilt}")
    with db.begin() as session:
        searching.retry_now(session)
        queue.retry_now(session, now=clock.real())
    do(desk, "search_store")
    assert records(desk.show(failed[0])) == {"accounts.account": 1, "notes.note": shop.EACH}
    assert desk.show(failed[0])["complete"]


def execute(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, database:
        database.execute(statement)


def pass_over(desk: Desk, store: Shop, persons: list[int], monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Search, erase and look for a batch, with nothing else in between; what each store was asked by each."""
    asked: Asked = {}
    references = file(desk, persons)
    asked["search_store"] = counted(desk, store, "search_store")
    do(desk, "plan_erasure")
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setenv("DSAR_NOW", clock.text(later))
    do(desk, "start_erasure")
    asked["erase_store"] = counted(desk, store, "erase_store")
    asked["look_store"] = counted(desk, store, "look_store")
    for reference in references:
        shown = desk.erasure(reference)
        found = {
            each["name"]: (each["found"], each["erased"])
            for s in shown["stores"]
            for each in s["collections"]
            if each["mapped"]  # statistics that an analysis kept of some of them are no records
        }
        assert found == {"account": (1, 1), "note": (shop.EACH, shop.EACH), "suggestion": (1, 1)}
        assert shown["verdict"] == "ERASED"
    return asked


def file(desk: Desk, persons: list[int], right: Right = Right.ERASURE) -> list[str]:
    """A request for each person, in one transaction; their references."""
    at, references = clock.now(), []
    with db.begin() as session:
        for person in persons:
            asked = Intake([right], [Given("email", shop.email(person))], "en", at)
            (request,) = intake.open_submission(session, desk.office.vault, asked, actor="subject", at=at)
            proving.confirm(session, desk.office.vault, request, by=HANDLER, evidence="seen", given=[], at=at)
            references.append(request.reference)
    return references


def counted(desk: Desk, store: Shop, job: str) -> dict[str, list[str]]:
    with store.counter.counted() as asked:
        do(desk, job)
    return {name: asked[database] for name, database in store.database.items()}


def do(desk: Desk, job: str) -> None:
    """All work of one kind that is due, and no other."""
    while True:
        with db.read() as session:
            kinds = dict(session.execute(select(Work.id, Work.job)).all())
        mine = [id for id in perform.due(limit=10_000) if kinds.get(id) == job]
        if not mine:
            return
        for id in mine:
            assert perform.perform(desk.office, id)
