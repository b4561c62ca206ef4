"""The emergency stop: nothing more is deleted anywhere, everything else goes on, and all is taken up later."""

import pytest

from dsar import clock, db
from dsar.demo import case, stores
from dsar.errors import Forbidden
from dsar.jobs import erase
from dsar.models import Alert
from dsar.services import alerting, ledger, reasons, stopping
from dsar.terms import Right
from tests.oracle import oracle
from tests.oracle.test_oracle import luo, places
from tests.stories.driving import HANDLER, OFFICER, desk, verdicts


def stop(by=HANDLER):
    with db.begin() as session:
        stopping.stop(session, by=by, at=clock.now())


def resume(by=OFFICER):
    with db.begin() as session:
        stopping.resume(session, by=by, at=clock.now())


@pytest.fixture
def folder(tmp_path):
    stores.build(tmp_path / "stores", people=50, case=case.read())
    return tmp_path / "stores"


@pytest.fixture
def here(folder):
    with desk(folder.parent / "home", stores.environment(folder)) as opened:
        opened.apply(stores.AFTER_MAP)
        yield opened


def test_nothing_goes_until_an_officer_lets_it_and_then_all_does(folder, here):
    before = oracle.where(places(folder), luo())
    stop()
    (reference,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    assert oracle.where(places(folder), luo()) == before
    shown = here.show(reference)
    assert (shown["status"], shown["erasure"]["stage"]) == ("working", "erasing")
    waits = [one for one in shown["waits_for"] if one["reason"] == reasons.ALL_STOPPED]
    assert [(one["who"], one["since"]) for one in waits] == [("staff", "2021-11-24T02:00:00Z")]
    assert set(waits[0]["reason_text"]) == {"zh", "en"}
    with pytest.raises(Forbidden):
        resume(HANDLER)
    resume()
    here.work()
    assert here.show(reference)["status"] == "closed"
    assert oracle.where(places(folder), luo()) == {"orders": {"course_order"}}


def test_stopped_between_two_records_the_rest_stays_and_is_counted_right_in_the_end(
    folder, here, monkeypatch
):
    monkeypatch.setattr(erase, "CHUNK", 1)
    asked = []

    def may_go_on():
        asked.append(len(asked))
        if len(asked) == 3:
            stop()
        go_on()

    go_on = erase.may_go_on
    monkeypatch.setattr(erase, "may_go_on", may_go_on)
    (reference,) = here.file([Right.ERASURE], case.read().identifiers)
    here.work()
    assert len(asked) >= 3
    assert oracle.where(places(folder), luo())
    assert here.show(reference)["status"] == "working"
    resume()
    here.work(retry_now=True)
    shown = here.erasure(reference)
    assert here.show(reference)["status"] == "closed"
    assert set(verdicts(shown).values()) <= {"ERASED", "KEPT", "NOTHING_HELD"}
    for store in shown["stores"]:
        for one in store["collections"]:
            assert one["found"] == one["erased"] + one["kept"]
            assert one["planned"] in (None, one["found"])
    assert here.ledger_is_whole()


def test_a_copy_is_made_meanwhile(here):
    stop()
    (reference,) = here.file([Right.COPY], case.read().identifiers)
    here.work()
    assert here.show(reference)["copy"]["state"] == "ready"


def test_stopping_and_resuming_twice_changes_nothing_and_the_ledger_names_who(here):
    for by in (HANDLER, OFFICER):
        stop(by)
    with db.read() as session:
        stands = stopping.current(session)
        assert (stands.stopped_by, [one.kind for one in alerting.unsettled(session, limit=9)]) == (
            HANDLER, [stopping.STOPPED],
        )  # fmt: skip
    for _ in range(2):
        resume()
    with db.read() as session:
        assert stopping.current(session) is None
        assert alerting.unsettled(session, limit=9) == []
        assert len(session.query(Alert).all()) == 1
        acts = [
            (line["act"], line["actor"])
            for line in ledger.export(session)
            if line.get("reference") == "staff"
        ]
    assert acts[-2:] == [("erasures.stopped", HANDLER), ("erasures.resumed", OFFICER)]
