"""What stays in a store although its rows were deleted is found, and named."""

from __future__ import annotations

import hashlib

import pytest

from tests.connectors.filled import run
from tests.lies.conftest import PHONE, places

OTHERS = [(2, "13100008687", "twin@x.cn", "罗明"), (3, "13000000038", "lu@x.cn", "李雷")]
AGAIN = {
    "s": ["CREATE TRIGGER again AFTER DELETE ON member BEGIN "
          "INSERT INTO member VALUES (old.id + 100, old.phone, old.email, old.name); END"],
    "p": ["CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS "
          "$$ BEGIN INSERT INTO member VALUES (old.id + 100, old.phone, old.email, old.name); RETURN NULL; END $$",
          "CREATE TRIGGER again AFTER DELETE ON member FOR EACH ROW EXECUTE FUNCTION again()"],
    "m": ["CREATE TABLE archive LIKE member",
          "CREATE TRIGGER again AFTER DELETE ON member FOR EACH ROW "
          "INSERT INTO archive VALUES (old.id + 100, old.phone, old.email, old.name)"],
}  # fmt: skip
SOFT = {
    "s": ["ALTER TABLE member ADD COLUMN gone INTEGER NOT NULL DEFAULT 0",
          "CREATE VIEW members_today AS SELECT id, phone, email, name FROM member WHERE gone = 0",
          "CREATE TRIGGER soft BEFORE DELETE ON member BEGIN "
          "UPDATE member SET gone = 1 WHERE id = old.id; SELECT RAISE(IGNORE); END"],
    "p": ["ALTER TABLE member ADD COLUMN gone INTEGER NOT NULL DEFAULT 0",
          "CREATE VIEW members_today AS SELECT id, phone, email, name FROM member WHERE gone = 0",
          "CREATE FUNCTION soft() RETURNS trigger LANGUAGE plpgsql AS "
          "$$ BEGIN UPDATE member SET gone = 1 WHERE id = old.id; RETURN NULL; END $$",
          "CREATE TRIGGER soft BEFORE DELETE ON member FOR EACH ROW EXECUTE FUNCTION soft()"],
}  # fmt: skip


def test_a_number_inside_free_text_of_a_table_that_nobody_mapped(lying, sql_url, monkeypatch):
    store = lying(
        sql_url, "CREATE TABLE calls (id INTEGER PRIMARY KEY, memo VARCHAR(200))",
        "INSERT INTO calls VALUES (1, '家长来电(131 0000 8688)，请回复'), (2, '致电13100008687')",
    )  # fmt: skip
    assert places(store.erase(), "RESIDUE") == {"crm.calls": ["calls.memo"]}
    assert (len(store.rows("calls")), store.rows()) == (2, OTHERS)
    run(sql_url, "DELETE FROM calls WHERE id = 1")
    monkeypatch.setenv("DSAR_NOW", "2021-11-25T03:00:00Z")  # what was left is looked at once a day
    assert store.again()["verdict"] == "ERASED"


@pytest.mark.parametrize("written", ["+8613100008688", PHONE, f"86{PHONE}"])
def test_a_table_of_digests_alone(lying, sql_url, written):
    digest = hashlib.sha256(written.encode()).hexdigest().upper()
    other = hashlib.sha256(b"13100008687").hexdigest()
    store = lying(sql_url, "CREATE TABLE audience (id INTEGER PRIMARY KEY, h CHAR(64))",
                  f"INSERT INTO audience VALUES (1, '{digest}'), (2, '{other}')")  # fmt: skip
    assert places(store.erase(), "RESIDUE") == {"crm.audience": ["audience.h"]}


def test_a_trigger_that_puts_back_what_is_deleted(lying, sql_url):
    store = lying(sql_url, *AGAIN[sql_url[0]])
    shown = store.erase()
    where = (
        {"crm.member": ["member.email", "member.phone"]}
        if sql_url[0] != "m"
        else {"crm.archive": ["archive.email", "archive.phone"]}
    )
    assert places(shown, "RESIDUE") == where
    (item,) = (one for one in shown["stores"][0]["collections"] if one["verdict"] == "RESIDUE")
    assert item["found"] == item["erased"] + item["kept"] + item["residue"] or not item["mapped"]
    run(sql_url, f"DROP TRIGGER again{' ON member' if sql_url[0] == 'p' else ''}")


@pytest.mark.parametrize("kind", ["s", "p"])
def test_a_soft_delete_behind_a_view(lying, request, tmp_path, kind):
    url = (
        request.getfixturevalue("postgres_database") if kind == "p" else f"sqlite:///{tmp_path}/store.sqlite"
    )
    store = lying(
        url, *SOFT[kind], dismissed={"member": {"columns": ["gone"], "reason": "mark", "by": "dba"}}
    )
    shown = store.erase()
    assert places(shown, "RESIDUE") == {"crm.member": ["member.email", "member.phone"]}
    item = shown["stores"][0]["collections"][0]
    assert [item[count] for count in ("found", "erased", "kept", "residue")] == [1, 0, 0, 1]


def test_a_case_folding_index(lying, sql_url):
    store = lying(sql_url, "CREATE TABLE search_terms (id INTEGER PRIMARY KEY, term VARCHAR(60))",
                  "INSERT INTO search_terms VALUES (1, 'LUO@X.CN'), (2, 'xluo@x.cn'), (3, '罗明')")  # fmt: skip
    assert places(store.erase(), "RESIDUE") == {"crm.search_terms": ["search_terms.term"]}
    assert store.rows() == OTHERS


def test_partitions_of_a_table_are_erased_and_one_that_was_detached_is_named(lying, postgres_database):
    store = lying(
        postgres_database, "DROP TABLE member",
        "CREATE TABLE member (id INTEGER, phone VARCHAR(20), email VARCHAR(60), name VARCHAR(20), PRIMARY KEY (id)) "
        "PARTITION BY RANGE (id)",
        *(f"CREATE TABLE member_{n} PARTITION OF member FOR VALUES FROM ({n}) TO ({n + 100})" for n in (0, 100, 200)),
        "INSERT INTO member SELECT n, CASE WHEN n % 100 = 1 THEN '13100008688' ELSE '13000000038' END, 'x', 'y' "
        "FROM generate_series(0, 299) n",
        "ALTER TABLE member DETACH PARTITION member_200",
    )  # fmt: skip
    shown = store.erase()
    assert places(shown, "RESIDUE") == {"crm.member_200": ["member_200.phone"]}
    assert places(shown, "ERASED") == {"crm.member": []}
    assert (len(store.rows()), len(store.rows("member_200"))) == (198, 100)
