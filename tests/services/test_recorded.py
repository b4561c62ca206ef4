"""No change to a recorded table without an entry of its ledger beside it, however it is made."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from dsar import db
from dsar.errors import UnrecordedChange
from dsar.models import Copy, ErasureItem, LedgerEntry, Request
from dsar.services import ledger
from tests.shop import Shop

AT = datetime(2021, 11, 24, 2, tzinfo=UTC)


def record(session, reference: str) -> None:
    ledger.record(session, "copy.counted", actor="test", reference=reference, at=AT)


def test_a_change_without_an_entry_is_refused_at_commit(served: tuple[Shop, str]):
    shop, reference = served
    with shop.office():
        with pytest.raises(UnrecordedChange, match=reference), db.begin() as session:
            session.get_one(Copy, reference).records = 0
        with pytest.raises(UnrecordedChange), db.begin() as session:
            session.delete(session.get_one(Copy, reference))
        with pytest.raises(IntegrityError, match="only with an entry"), db.begin() as session:
            session.scalars(select(Request)).one().lang = "zh-CN"
        with db.begin() as session:
            session.get_one(Copy, reference).records = 5
            record(session, reference)
        with db.read() as session:
            assert session.get_one(Copy, reference).records == 5
            assert ledger.whole(session).broken == ()


def test_a_change_that_is_flushed_early_is_refused_all_the_same(served: tuple[Shop, str]):
    shop, reference = served

    def change() -> None:
        with db.begin() as session:
            session.get_one(Copy, reference).records = 0
            session.scalars(select(Copy)).all()  # which flushes
            session.expire_all()

    with shop.office(), pytest.raises(UnrecordedChange, match=reference):
        change()


def test_a_bulk_change_must_say_whose_rows_it_changes(served: tuple[Shop, str]):
    shop, reference = served
    named = {"references": [reference]}
    with shop.office():
        with pytest.raises(UnrecordedChange, match="names no references"), db.begin() as session:
            session.execute(update(ErasureItem).values(kept=0))
        with pytest.raises(UnrecordedChange, match=reference), db.begin() as session:
            session.execute(update(Copy).values(records=0), execution_options=named)
        with db.begin() as session:
            record(session, reference)
            session.execute(update(Copy).values(records=0), execution_options=named)


def test_what_one_transaction_recorded_does_not_excuse_the_next(served: tuple[Shop, str]):
    shop, reference = served
    with shop.office():
        with db.begin() as session:
            record(session, reference)
        with pytest.raises(UnrecordedChange), db.begin() as session:
            session.get_one(Copy, reference).records = 0


def test_an_entry_that_was_taken_back_advances_no_head(served: tuple[Shop, str]):
    shop, reference = served

    def fail() -> None:
        with db.begin() as session:
            record(session, reference)
            session.flush()
            raise LookupError("something else went wrong")

    with shop.office():
        with pytest.raises(LookupError):
            fail()
        with db.begin() as session:
            record(session, reference)
        with db.read() as session:
            assert ledger.whole(session).broken == ()
            counted = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.act == "copy.counted")
            assert session.scalar(counted) == 1
