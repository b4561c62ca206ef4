"""A store that is down, hangs, lacks a column or refuses is named; the others finish, and it follows by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from dsar.terms import Right
from tests.oracle import oracle
from tests.own_database.opened import store_of
from tests.scale import shop
from tests.servers import database_on
from tests.stories.driving import records

PERSON = 3
HER = oracle.person(oracle.email(shop.email(PERSON)))
HER_ACCOUNT = {"note": {"account_id": {str(PERSON)}}}
PEOPLE = 8
NEXT_DAY = "2021-11-25T02:00:00Z"
TROUBLES = ("down", "hangs", "lacks a column", "may not be read", "may not be erased from")
SAYS = {
    "down": "gave no answer",
    "hangs": "gave no answer",
    "lacks a column": "has no column words",
    "may not be read": "SELECT",
    "may not be erased from": "DELETE",
}


@dataclass
class Troubled:
    """A shop whose notes are in trouble until `mend` is called."""

    map_file: Path
    environment: dict[str, str]
    notes: str  # URL of the notes, by which the oracle looks
    says: str
    mend: Callable[[], None]


@pytest.fixture
def troubled(request, tmp_path) -> Iterator[Troubled]:
    accounts = shop.fill_accounts(f"sqlite:///{tmp_path}/accounts.sqlite", PEOPLE)
    with ExitStack() as stack:
        notes, used, begin, mend = _notes(request, stack, tmp_path)
        begin()
        stack.callback(mend)  # a private server is there for other tests too
        yield Troubled(
            shop.write_map(tmp_path / "map.yaml", "accounts", "notes"),
            {"ACCOUNTS_URL": accounts, "NOTES_URL": used},
            notes,
            SAYS[request.param],
            mend,
        )


def _notes(request, stack: ExitStack, folder) -> tuple[str, str, Callable[[], None], Callable[[], None]]:
    """The notes: the owner's URL, the URL that the product uses, how trouble begins and how it ends."""
    trouble = request.param
    if trouble == "lacks a column":
        url = shop.fill_notes(f"sqlite:///{folder}/notes.sqlite", PEOPLE)
        renamed = "alter table note rename column {} to {}"
        return (
            url, url,
            lambda: run(url, renamed.format("words", "wrds")), lambda: _once(url, renamed.format("wrds", "words")),
        )  # fmt: skip
    kind = "mariadb" if trouble == "down" else "postgres"
    server, process = request.getfixturevalue(f"private_{kind}")
    url = shop.fill_notes(stack.enter_context(database_on(server)), PEOPLE)
    if trouble == "down":
        return url, url, process.stop, lambda: process.process or process.start()
    if trouble == "hangs":
        return url, url, process.pause, process.resume
    role = f"reader_{os.getpid()}_{trouble[-4:]}"
    run(url, f"create role {role} login")
    stack.callback(server.run, f"drop role {role}")
    stack.callback(run, url, f"drop owned by {role}")
    may = "" if trouble == "may not be read" else f"grant select on note to {role}"
    used = make_url(url).set(username=role).render_as_string()
    return url, used, lambda: may and run(url, may), lambda: run(url, f"grant all on note to {role}")


@pytest.mark.parametrize("troubled", TROUBLES[:-1], indirect=True)  # whoever only searches need not erase
def test_it_is_named_the_others_finish_and_it_completes_by_itself(troubled, open_desk):
    environment = {**troubled.environment, "DSAR_STORE_TIMEOUT": "1"}
    desk = open_desk(troubled.map_file, environment)
    (reference,) = desk.file([Right.COPY], [("email", shop.email(PERSON))])
    desk.work()
    shown = desk.show(reference)
    assert store_of(shown, "accounts")["collections"][0]["records"] == 1
    notes = store_of(shown, "notes")
    assert (notes["state"], notes["tries"] > 0) == ("unreachable", True)
    assert troubled.says in notes["reason"]
    assert [(wait["who"], wait["name"]) for wait in shown["waits_for"]] == [("store", "notes")]
    assert (shown["complete"], shown["status"], shown["copy"]) == (False, "working", None)
    troubled.mend()
    desk.work(retry_now=True)
    shown = desk.show(reference)
    assert (shown["complete"], shown["status"], shown["waits_for"]) == (True, "closed", [])
    assert records(shown) == {"accounts.account": 1, "notes.note": shop.EACH}


@pytest.mark.parametrize("troubled", TROUBLES, indirect=True)
def test_its_rows_go_though_the_account_that_led_there_went_a_day_before(troubled, open_desk, monkeypatch):
    environment = {**troubled.environment, "DSAR_STORE_TIMEOUT": "1"}
    desk = open_desk(troubled.map_file, environment)
    (reference,) = desk.file([Right.ERASURE], [("email", shop.email(PERSON))])
    desk.work()
    shown = desk.erasure(reference)
    assert (store_of(shown, "accounts")["verdict"], store_of(shown, "notes")["verdict"]) == (
        "ERASED",
        "UNREACHABLE",
    )
    assert (shown["verdict"], shown["certificate"], shown["stage"]) == ("UNREACHABLE", None, "erasing")
    assert desk.show(reference)["status"] == "working"
    assert oracle.hits(troubled.environment["ACCOUNTS_URL"], HER) == []
    monkeypatch.setenv("DSAR_NOW", NEXT_DAY)
    troubled.mend()
    before = oracle.fingerprint(troubled.notes, HER, HER_ACCOUNT)
    assert before["note"][0] == shop.EACH * (PEOPLE - 1)
    desk.work(retry_now=True)
    shown = desk.erasure(reference)
    assert (shown["verdict"], store_of(shown, "notes")["verdict"]) == ("ERASED", "ERASED")
    (note,) = store_of(shown, "notes")["collections"]
    assert (note["found"], note["erased"], note["residue"]) == (shop.EACH, shop.EACH, 0)
    assert desk.show(reference)["status"] == "closed"
    assert oracle.fingerprint(troubled.notes, oracle.person(oracle.exact("nobody at all"))) == before
    assert desk.ledger_is_whole()


def test_it_may_go_down_between_the_search_and_the_erasure(tmp_path, open_desk, private_mariadb, monkeypatch):
    server, process = private_mariadb
    accounts = shop.fill_accounts(f"sqlite:///{tmp_path}/accounts.sqlite", PEOPLE)
    map_file = shop.write_map(tmp_path / "map.yaml", "accounts", "notes", undo={"hours": 1})
    with database_on(server) as empty:
        notes = shop.fill_notes(empty, PEOPLE)
        desk = open_desk(map_file, {"ACCOUNTS_URL": accounts, "NOTES_URL": notes})
        (reference,) = desk.file([Right.ERASURE], [("email", shop.email(PERSON))])
        desk.work()
        assert (desk.erasure(reference)["stage"], desk.show(reference)["complete"]) == ("frozen", True)
        process.stop()
        try:
            monkeypatch.setenv("DSAR_NOW", NEXT_DAY)
            desk.work()
            shown = desk.erasure(reference)
            assert [store["verdict"] for store in shown["stores"]] == ["ERASED", "UNREACHABLE"]
            assert "gave no answer" in store_of(shown, "notes")["collections"][0]["reason"]
            waits = desk.show(reference)["waits_for"]
            assert [(wait["who"], wait["name"]) for wait in waits] == [("store", "notes")]
        finally:
            process.start()
        desk.work(retry_now=True)
        assert (desk.erasure(reference)["verdict"], desk.show(reference)["status"]) == ("ERASED", "closed")
        assert oracle.fingerprint(notes, HER, HER_ACCOUNT)["note"][0] == shop.EACH * (PEOPLE - 1)
        assert _notes_of(notes, PERSON) == []


def _notes_of(url: str, person: int) -> list[tuple]:
    engine = create_engine(url)
    with engine.begin() as connection:
        held = connection.exec_driver_sql(f"select * from note where account_id = {person}").all()
    engine.dispose()
    return list(held)


def run(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _once(url: str, statement: str) -> None:
    """Mend it unless it is mended."""
    engine = create_engine(url)
    with engine.begin() as connection:
        columns = {row[1] for row in connection.exec_driver_sql("pragma table_info(note)")}
        if "words" not in columns:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_search_box_in_redis_that_hangs_follows_too(tmp_path, open_desk, private_redis):
    server, process = private_redis
    urls = {"ACCOUNTS_URL": shop.fill_accounts(f"sqlite:///{tmp_path}/accounts.sqlite", PEOPLE)}
    urls["REDIS_BOX_URL"] = shop.fill_redis(f"{server}/7", PEOPLE)
    desk = open_desk(shop.write_map(tmp_path / "map.yaml", "accounts", "redis_box"), urls, store_timeout=1)
    (reference,) = desk.file([Right.ERASURE], [("email", shop.email(PERSON))])
    process.pause()
    try:
        desk.work()
        shown = desk.erasure(reference)
        assert [store["verdict"] for store in shown["stores"]] == ["ERASED", "UNREACHABLE"]
        assert "gave no answer" in store_of(desk.show(reference), "redis_box")["reason"]
    finally:
        process.resume()
    before = oracle.fingerprint(urls["REDIS_BOX_URL"], HER)
    desk.work(retry_now=True)
    assert (desk.erasure(reference)["verdict"], desk.show(reference)["status"]) == ("ERASED", "closed")
    assert oracle.hits(urls["REDIS_BOX_URL"], HER) == []
    assert oracle.fingerprint(urls["REDIS_BOX_URL"], HER) == before
