"""What comes into a store between the search and the erasure is found, named, and on the review list."""

from __future__ import annotations

import pytest

from dsar import db
from dsar.services import gaps, work
from tests.connectors.filled import run
from tests.lies.conftest import PHONE, places

WAITING = {"hours": 24}  # between the plan and the erasure
A_DAY_LATER, ANOTHER_DAY_LATER = "2021-11-25T03:00:00Z", "2021-11-26T04:00:00Z"


@pytest.fixture
def file_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/store.sqlite"


def watching() -> None:
    """What every worker does when it starts."""
    with db.begin() as session:
        work.ensure(session, "watch_stores", key="watch")


def on_the_list() -> list[tuple]:
    with db.read() as session:
        return [(gaps.name(row), str(row.kind), row.personal) for row in gaps.listed(session, limit=9)]


def searched(lying, url: str, monkeypatch):
    """A store of which everything is mapped, searched and compared; its erasure waits for its day."""
    store = lying(url, undo=WAITING)
    watching()
    shown = store.erase()
    assert (shown["stage"], on_the_list()) == ("frozen", [])
    monkeypatch.setenv("DSAR_NOW", A_DAY_LATER)
    return store


def test_a_column_that_was_added_after_the_search(lying, sql_url, monkeypatch):
    store = searched(lying, sql_url, monkeypatch)
    run(sql_url, "ALTER TABLE member ADD COLUMN referrer_phone VARCHAR(40)")
    run(sql_url, "UPDATE member SET referrer_phone = '131-0000-8688' WHERE id = 3")
    shown = store.again()
    assert places(shown, "RESIDUE") == {"crm.member": ["member.referrer_phone"]}
    assert on_the_list() == [("crm.member.referrer_phone", "new_column", True)]
    assert store.rows(columns="id, referrer_phone") == [(2, None), (3, "131-0000-8688")]
    run(sql_url, "UPDATE member SET referrer_phone = NULL")
    monkeypatch.setenv("DSAR_NOW", ANOTHER_DAY_LATER)
    assert store.again()["verdict"] == "ERASED"


def test_a_table_that_was_added_after_the_search(lying, file_url, monkeypatch):
    store = searched(lying, file_url, monkeypatch)
    run(
        file_url,
        "CREATE TABLE export_1124 (a VARCHAR(40), b VARCHAR(40))",
        f"INSERT INTO export_1124 VALUES ('{PHONE}', 'luo@x.cn'), ('13100008687', 'twin@x.cn')",
    )
    assert places(store.again(), "RESIDUE") == {"crm.export_1124": ["export_1124.a", "export_1124.b"]}
    assert on_the_list() == [("crm.export_1124", "new_table", True)]


def test_rows_that_were_born_after_the_search_are_erased_with_the_others(lying, file_url, monkeypatch):
    store = searched(lying, file_url, monkeypatch)
    run(file_url, f"INSERT INTO member VALUES (9, '{PHONE}', 'new@x.cn', '罗明')")
    shown = store.again()
    assert shown["verdict"] == "ERASED"
    (item,) = shown["stores"][0]["collections"]
    assert (item["planned"], item["found"], item["erased"]) == (1, 2, 2)
    assert [row[0] for row in store.rows()] == [2, 3]
