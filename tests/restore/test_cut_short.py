"""A replay that is cut short is taken up: nobody is counted twice, and a map that came between is gone by."""

from pathlib import Path

import pytest
from sqlalchemy import select

from dsar import db
from dsar.jobs import replay
from dsar.models import Tombstone
from dsar.services import ledger
from dsar.services.stopping import Stopped
from tests.restore.company import MAP, Company


def cut_short(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that counts, and ends before anything goes."""

    def stopped() -> None:
        raise Stopped("all erasures are stopped")

    with monkeypatch.context() as stop:
        stop.setattr(replay, "may_go_on", stopped)
        assert "all erasures are stopped" in company.replay("--yes").error


def test_what_was_found_of_a_person_stands_once_in_his_chain(
    restored: Company, monkeypatch: pytest.MonkeyPatch
):
    cut_short(restored, monkeypatch)
    assert restored.replay("--yes").code == 0
    with restored.shop.office(), db.read() as session:
        people = session.scalars(select(Tombstone.reference).distinct()).all()
        of_each = [ledger.facts_of(session, reference, "restore.found") for reference in people]
    assert [sum(one["records"] for one in facts) for facts in of_each] == [7, 7, 7]


def test_a_run_after_another_map_goes_through_the_collections_of_that(
    restored: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    whole = MAP.read_text(encoding="utf-8")
    chat = whole[whole.index("      chat:\n") : whole.index("  box:\n")]
    apply(restored, tmp_path / "less.yaml", whole.replace(chat, ""))
    cut_short(restored, monkeypatch)
    apply(restored, tmp_path / "whole.yaml", whole)
    done = restored.replay("--yes")
    assert (done.code, done.json["ended"]) == (0, True), done.err
    (shop,) = [store for store in done.json["stores"] if store["name"] == "shop"]
    assert "chat" in {one["name"] for one in shop["collections"]}


def apply(company: Company, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    said = company.shop.run("map", "apply", file)
    assert said.code == 0, said.err
