"""Checkpoints: all heads under one root, each following the last, signed by us."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dsar import db
from dsar.services import checkpoints, ledger
from tests.shop import Shop

AT = datetime(2021, 11, 24, 2, tzinfo=UTC)


def made(shop: Shop, times: int) -> list[tuple]:
    """Make checkpoints, something being recorded before each but the first."""
    rows = []
    with shop.office() as office:
        for n in range(times):
            with db.begin() as session:
                if n:
                    ledger.record(session, "test.done", actor="test", reference=ledger.STAFF, at=AT, n=n)
            with db.begin() as session:
                one = checkpoints.make(session, office.vault, at=AT + timedelta(minutes=5 * n))
                rows.append((one.number, one.chains, one.root, one.previous, one.seal))
    return rows


def broken(shop: Shop, *statements: str) -> int | None:
    with shop.office() as office:
        with db.begin() as session:
            for name in session.scalars(text("select name from sqlite_master where type = 'trigger'")).all():
                session.execute(text(f"drop trigger {name}"))
            for statement in statements:
                session.execute(text(statement))
        with db.read() as session:
            return checkpoints.first_broken(session, office.vault)


def test_each_follows_the_last(shop: Shop):
    rows = made(shop, 3)
    assert [row[0] for row in rows] == [1, 2, 3]
    assert rows[0][3] == checkpoints.GENESIS
    assert [row[3] for row in rows[1:]] == [row[4] for row in rows[:-1]]
    assert len({row[2] for row in rows}) == 3
    assert broken(shop) is None


def test_where_nothing_was_recorded_none_is_made(shop: Shop):
    made(shop, 1)
    with shop.office() as office, db.begin() as session:
        assert checkpoints.make(session, office.vault, at=AT + timedelta(days=1)) is None


CHANGES = {
    "its root": "update checkpoint set root = 'x' where number = 2",
    "its count": "update checkpoint set entries = entries + 1 where number = 2",
    "its time": "update checkpoint set at = '2021-11-24 03:00:00.000000' where number = 2",
    "its signature": "update checkpoint set signature = x'00' where number = 2",
    "its seal": "update checkpoint set seal = 'x' where number = 2",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_one_is_named(shop: Shop, change: str):
    made(shop, 3)
    assert broken(shop, CHANGES[change]) == 2


def test_one_that_is_gone_breaks_the_next(shop: Shop):
    made(shop, 3)
    assert broken(shop, "delete from checkpoint where number = 2") == 3


def test_one_made_with_another_key_is_not_ours(shop: Shop):
    """Whoever rewrites the database cannot sign."""
    made(shop, 1)
    with shop.office() as office, db.read() as session:
        row = session.execute(text("select at, chains, entries, root, previous from checkpoint")).one()
        assert checkpoints.first_broken(session, office.vault) is None
    forged = hashlib.sha256(
        f"1\n2021-11-24T02:00:00Z\n{row.chains}\n{row.entries}\nx\n{row.previous}".encode()
    ).hexdigest()
    assert broken(shop, f"update checkpoint set root = 'x', seal = '{forged}'") == 1


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8, 9])
def test_the_root_depends_on_every_leaf_and_their_order(count: int):
    leaves = [f"leaf {n}" for n in range(count)]
    root = checkpoints.merkle(leaves)
    assert len(root) == 64
    for n in range(count):
        assert checkpoints.merkle([*leaves[:n], "other", *leaves[n + 1 :]]) != root
        assert checkpoints.merkle(leaves[:n] + leaves[n + 1 :]) != root
    assert count < 2 or checkpoints.merkle(leaves[::-1]) != root


def test_a_node_is_no_leaf():
    """RFC 6962: otherwise a tree of two could be passed off as a leaf."""
    pair = hashlib.sha256(b"\0a").digest() + hashlib.sha256(b"\0b").digest()
    assert checkpoints.merkle(["a", "b"]) != hashlib.sha256(b"\0" + pair).hexdigest()
