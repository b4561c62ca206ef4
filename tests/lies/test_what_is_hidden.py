"""What one account does not see, what is not committed, what comes late: a look is not deceived by it."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from tests.connectors.filled import run
from tests.lies.conftest import MEMBERS, PHONE, TABLE, places
from tests.lies.test_what_stays import OTHERS
from tests.servers import database_on

HIS = (1, PHONE, "luo@x.cn", "罗明")
POLICY = (
    "ALTER TABLE member ADD COLUMN tenant INTEGER NOT NULL DEFAULT 1",
    "UPDATE member SET tenant = 2 WHERE id = 1",
    "ALTER TABLE member ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON member USING (tenant = 1)",
)
DISMISSED = {"member": {"columns": ["tenant"], "reason": "number of a branch", "by": "dba"}}


@pytest.fixture
def account(postgres_database):
    """An account that reads and deletes, under the policies of the tables; its URL, and how it is given rights."""
    name = f"dsar_test_{sa.make_url(postgres_database).database[-8:]}"
    run(postgres_database, f"CREATE ROLE {name} LOGIN")
    url = sa.make_url(postgres_database).set(username=name).render_as_string(hide_password=False)
    yield (
        url,
        lambda: run(
            postgres_database, f"GRANT SELECT, DELETE, UPDATE ON ALL TABLES IN SCHEMA public TO {name}"
        ),
    )
    run(postgres_database, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_rows_that_are_hidden_from_the_account_that_erases(lying, postgres_database, account):
    url, grant = account
    store = lying(
        postgres_database, *POLICY, erase_url="${ERASE_URL}", settings={"ERASE_URL": url}, dismissed=DISMISSED
    )
    grant()
    shown = store.erase()
    assert places(shown, "RESIDUE") == {"crm.member": ["member.email", "member.phone"]}
    assert len(store.rows()) == 3


def test_an_account_from_which_rows_are_hidden_does_not_look(lying, postgres_database, account):
    url, grant = account
    store = lying(postgres_database, *POLICY, settings={"CRM_URL": url}, dismissed=DISMISSED)
    grant()
    shown = store.erase()
    (waits,) = store.desk.show(store.references[0])["stores"]
    assert (shown["verdict"], waits["state"]) == ("UNREACHABLE", "unreachable")
    assert "row-level security" in waits["reason"]
    assert "member" in waits["reason"]
    run(postgres_database, f"ALTER ROLE {sa.make_url(url).username} BYPASSRLS")
    assert places(store.again(), "ERASED") == {"crm.member": []}


def test_an_erasure_that_was_not_committed(lying, postgres_database):
    store = lying(postgres_database)
    with psycopg.connect(postgres_database.replace("+psycopg", "")) as by_hand:
        by_hand.execute("DELETE FROM member WHERE id = 1")
        shown = store.erase(looks_only=True)
        assert places(shown, "RESIDUE") == {"crm.member": ["member.email", "member.phone"]}
        by_hand.rollback()
    assert store.rows() == [HIS, *OTHERS]


def copied(source: str, target: str) -> None:
    """What a replica does when it catches up."""
    with (
        psycopg.connect(source.replace("+psycopg", "")) as primary,
        psycopg.connect(target.replace("+psycopg", "")) as replica,
    ):
        replica.execute("TRUNCATE member")
        for row in primary.execute("SELECT * FROM member"):
            replica.execute("INSERT INTO member VALUES (%s, %s, %s, %s)", row)


def test_a_replica_that_lags(lying, postgres_database, private_postgres, monkeypatch):
    """Read from the replica, erase in the primary: nothing is called erased before it is gone where people look."""
    server, _ = private_postgres
    with database_on(server) as primary:
        store = lying(postgres_database, erase_url="${PRIMARY_URL}", settings={"PRIMARY_URL": primary})
        run(primary, TABLE, MEMBERS)
        shown = store.erase()
        assert places(shown, "RESIDUE") == {"crm.member": ["member.email", "member.phone"]}
        assert len(run(primary, "SELECT * FROM member")) == 2
        copied(primary, postgres_database)
        monkeypatch.setenv("DSAR_NOW", "2021-11-25T03:00:00Z")
        shown = store.again()
        assert (shown["verdict"], shown["stage"]) == ("ERASED", "done")
        item = shown["stores"][0]["collections"][0]
        assert [item[count] for count in ("found", "erased", "kept", "residue")] == [1, 1, 0, 0]
        assert store.rows() == OTHERS


def test_rows_born_between_search_and_erasure(lying, sql_url, monkeypatch):
    store = lying(sql_url, undo={"hours": 24})
    store.erase()
    assert len(store.rows()) == 3
    run(sql_url, "INSERT INTO member VALUES (7, '13100008688', NULL, 'L'), (8, '13100008687', NULL, 'T')")
    monkeypatch.setenv("DSAR_NOW", "2021-11-25T03:00:00Z")
    shown = store.again()
    item = shown["stores"][0]["collections"][0]
    assert [item[c] for c in ("planned", "found", "erased", "kept", "residue")] == [1, 2, 2, 0, 0]
    assert [row[0] for row in store.rows()] == [2, 3, 8]
