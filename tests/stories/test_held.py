"""An erasure that is held goes on by itself after its last day, late rather than never; the person is written to."""

from datetime import date

import pytest

from dsar import clock, db
from dsar.demo import case, stores
from dsar.errors import BadInput
from dsar.render.letters import written
from dsar.services import holding, intake, mailing, maps
from dsar.terms import Right
from tests.oracle import oracle
from tests.oracle.test_oracle import luo, places
from tests.stories.driving import HANDLER, Desk, desk
from tests.stories.test_come_back import at


@pytest.fixture
def folder(tmp_path):
    stores.build(tmp_path / "stores", people=50, case=case.read())
    return tmp_path / "stores"


@pytest.fixture
def here(folder):
    with desk(folder.parent / "home", stores.environment(folder)) as opened:
        opened.apply(stores.AFTER_MAP)
        yield opened


def planned(here: Desk, folder) -> str:
    """An erasure that waits for its copy: planned, counted, and nothing gone."""
    _copy, erasure = here.file([Right.COPY, Right.ERASURE], case.read().identifiers)
    here.work()
    assert here.erasure(erasure)["stage"] == "frozen"
    return erasure


def hold(here: Desk, reference: str, until: str | None = None, *, quietly: bool = False) -> None:
    with db.begin() as session:
        holding.hold(
            session, here.office.vault, intake.get(session, reference), by=HANDLER, reason="a dispute",
            until=date.fromisoformat(until) if until else None, quietly=quietly, at=clock.now(),
        )  # fmt: skip


def letters(here: Desk, kind: str) -> list[tuple[str, str]]:
    with db.read() as session:
        found = [one for one in mailing.letters(session, here.office.vault) if one.kind == kind]
        return [written(one, maps.current(session)[1], date(2021, 12, 9), "https://x") for one in found]


def test_it_goes_on_after_its_last_day_even_where_nobody_worked_on_it(folder, here):
    erasure = planned(here, folder)
    before = oracle.where(places(folder), luo())
    hold(here, erasure, "2021-12-20")
    hold(here, erasure, "2021-12-20")
    hold(here, erasure)
    assert here.acts(erasure).count("erasure.held") == 1
    at("2021-12-20T15:59:00Z")  # the last minute of it in Shanghai: its due day and its copy's wait are over
    here.work()
    assert (here.erasure(erasure)["stage"], here.erasure(erasure)["held"]["until"]) == ("held", "2021-12-20")
    assert oracle.where(places(folder), luo()) == before
    at("2021-12-27T02:00:00Z")  # nobody worked for a week
    here.work()
    assert (here.erasure(erasure)["stage"], here.erasure(erasure)["held"]) == ("done", None)
    assert here.show(erasure)["status"] == "closed"
    assert oracle.where(places(folder), luo()) == {"orders": {"course_order"}}
    (letter,) = letters(here, "held")
    assert "2021年12月20日" in letter[1]
    assert here.ledger_is_whole()


def test_another_end_takes_the_place_of_the_first(folder, here):
    erasure = planned(here, folder)
    hold(here, erasure, "2021-12-10")
    hold(here, erasure, "2021-12-20")
    at("2021-12-11T02:00:00Z")
    here.work()
    assert here.erasure(erasure)["stage"] == "held"
    at("2021-12-21T02:00:00Z")
    here.work()
    assert here.erasure(erasure)["stage"] == "done"
    assert len(letters(here, "held")) == 2


def test_quietly_held_nobody_is_written_to_and_a_day_that_is_over_is_none(folder, here):
    erasure = planned(here, folder)
    with pytest.raises(BadInput):
        hold(here, erasure, "2021-11-23")
    with pytest.raises(BadInput):
        hold(here, erasure, "2041-11-23")
    hold(here, erasure, quietly=True)
    here.work()
    assert letters(here, "held") == []
    assert here.erasure(erasure)["held"] == {"stage": "frozen", "until": None, "quietly": True}
    with db.begin() as session:
        holding.release(session, intake.get(session, erasure), by=HANDLER, at=clock.now())
    at("2021-12-20T02:00:00Z")
    here.work()
    assert here.show(erasure)["status"] == "closed"
