"""Of an erasure that is held, or has to be let go anew, a restored backup is not gone through."""

import pytest
from sqlalchemy import select

from dsar import clock, db
from dsar.jobs import replay
from dsar.models import Erasure
from dsar.services import ledger
from dsar.terms import Stage
from tests.restore.company import Company


def test_of_an_erasure_that_is_held_nothing_goes(restored: Company):
    with restored.shop.office(), db.begin() as session:
        reference = session.scalars(select(Erasure.reference).order_by(Erasure.done_at).limit(1)).one()
        erasure = session.get_one(Erasure, reference)
        ledger.record(session, "erasure.held", actor="test", reference=reference, at=clock.now())
        erasure.held_before, erasure.stage = (
            erasure.stage,
            Stage.HELD,
        )  # as of a court that wants all of it kept
    done = restored.replay("--yes")
    assert (done.code, done.json["on_hold"]) == (0, 1)
    assert restored.do("SELECT id FROM customer WHERE id IN (3, 4)") == [(3,)]


@pytest.mark.parametrize("stage", [Stage.PLANNED, Stage.FROZEN])
def test_of_an_erasure_whose_plan_has_grown_nothing_goes_until_it_is_let_go_anew(
    restored: Company, stage: Stage
):
    with restored.shop.office(), db.begin() as session:
        reference = session.scalars(select(Erasure.reference).order_by(Erasure.done_at).limit(1)).one()
        erasure = session.get_one(Erasure, reference)
        ledger.record(session, "erasure.planned", actor="test", reference=reference, at=clock.now())
        erasure.stage, erasure.done_at = stage, None  # an identifier more was proven: it is over a limit
    done = restored.replay("--yes")
    assert (done.code, done.json["on_hold"]) == (0, 1)
    assert restored.do("SELECT id FROM customer WHERE id IN (3, 4)") == [(3,)]


def test_an_erasure_that_is_held_in_its_midst_ends_the_run_and_the_next_passes_it_over(
    restored: Company, monkeypatch: pytest.MonkeyPatch
):
    asked = []

    def held_meanwhile() -> None:
        asked.append(1)
        if len(asked) == 1:
            with db.begin() as session:
                reference = session.scalars(
                    select(Erasure.reference).order_by(Erasure.done_at).limit(1)
                ).one()
                erasure = session.get_one(Erasure, reference)
                ledger.record(session, "erasure.held", actor="test", reference=reference, at=clock.now())
                erasure.held_before, erasure.stage = erasure.stage, Stage.HELD

    monkeypatch.setattr(replay, "may_go_on", held_meanwhile)
    before = restored.held()
    assert "run the same again" in restored.replay("--yes").error
    assert restored.held() == before
    done = restored.replay("--yes")
    assert (done.code, done.json["on_hold"]) == (0, 1)
    assert restored.do("SELECT id FROM customer WHERE id IN (3, 4)") == [(3,)]
