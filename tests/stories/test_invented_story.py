"""The whole story with everything invented gives the same verdicts, and an oracle that knows nothing of us agrees."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from dsar.terms import Right
from tests.oracle import oracle
from tests.stories.driving import desk, records, verdicts
from tests.stories.invent import invent

SEEDS = range(12) if os.environ.get("DSAR_PROOF") == "1" else range(2)


def text_of(pdf: Path) -> str:
    return subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, text=True, check=True).stdout


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed{seed}")
def company(request, tmp_path):
    return invent(request.param, tmp_path / "company")


def test_the_copy_waits_for_the_forgotten_table_and_then_holds_everything(company, tmp_path):
    with desk(tmp_path / "home", company.environment) as here:
        here.apply(company.before_map)
        (copy,) = here.file([Right.COPY], company.identifiers)
        here.work()
        shown = here.show(copy)
        assert (shown["complete"], shown["status"], shown["copy"]) == (False, "working", None)
        store, table, mapped = company.forgotten
        assert [(p["store"], p["table"], p["records"]) for p in shown["unmapped"] if p["records"]] == [
            (store, table, company.records[mapped])
        ]
        here.apply(company.after_map)
        here.work()
        shown = here.show(copy)
        assert (shown["complete"], shown["status"]) == (True, "closed")
        assert {place: n for place, n in records(shown).items() if n} == company.records
        names = here.fetch(copy, tmp_path / "out")
        assert here.ledger_is_whole()
    check_package(company, tmp_path / "out", names)


def check_package(company, folder: Path, names: list[str]) -> None:
    package = json.loads((folder / "copy.json").read_text())
    assert package["totals"]["records"] == sum(company.records.values())
    pages = squeezed(text_of(folder / "copy.pdf"))
    everything = (
        pages
        + (folder / "copy.json").read_text()
        + "".join(f.read_text("utf-8-sig") for f in folder.rglob("*.csv"))
    )
    assert [word for word in company.shown if squeezed(word) not in pages] == []
    assert [word for word in company.hidden if word in everything] == []
    assert all(any(name.endswith(f"-{file}") for name in names) for file in company.files)


def test_an_erasure_by_hand_leaves_residue_where_nobody_thought_of(company, tmp_path):
    company.delete_by_hand()
    with desk(tmp_path / "home", company.environment) as here:
        here.apply(company.before_map)
        (erasure,) = here.file([Right.ERASURE], company.identifiers, looks_only=True)
        here.work()
        shown = here.erasure(erasure)
        found = {place for place, verdict in verdicts(shown).items() if verdict == "RESIDUE"}
        store, table, _ = company.forgotten
        assert f"{store}.{table}" in found
        assert {place.split(".")[0] for place in found} >= set(company.boxes)
        assert here.show(erasure)["status"] == "working"
        assert shown["looks_only"]


def test_an_erasure_leaves_nothing_of_him_and_everything_of_everybody_else(company, tmp_path):
    before = {str(place): oracle.fingerprint(place, company.who, company.own) for place in company.places}
    with desk(tmp_path / "home", company.environment) as here:
        here.apply(company.after_map)
        (erasure,) = here.file([Right.ERASURE], company.identifiers)
        here.work()
        shown = here.erasure(erasure)
        assert (shown["verdict"], here.show(erasure)["status"]) == ("KEPT", "closed")
        held = {place: "KEPT" if place == company.kept else "ERASED" for place in company.records}
        assert {p: v for p, v in verdicts(shown).items() if v != "NOTHING_HELD"} == held
        for collection in (c for s in shown["stores"] for c in s["collections"]):
            assert collection["found"] == collection["erased"] + collection["kept"] + collection["residue"]
        kept = next(c for s in shown["stores"] for c in s["collections"] if c["verdict"] == "KEPT")
        assert (kept["ground"]["until"], kept["ground"]["rule"]) == (
            company.kept_until.isoformat(),
            "CN-ECL31-RETENTION-3Y",
        )
        assert here.ledger_is_whole()
    assert outside_kept(company) == []
    assert {
        str(place): oracle.fingerprint(place, company.who, company.own) for place in company.places
    } == before


def outside_kept(company) -> list[oracle.Hit]:
    """Where he still stands, but for the one order that a law keeps: it stays findable by his account's number."""
    kept = {
        (table, number)
        for table, columns in company.own.items()
        for numbers in columns.values()
        for number in numbers
    }
    hits = [hit for place in company.places for hit in oracle.hits(place, company.who)]
    return [hit for hit in hits if not any((hit.table, value) in kept for value in hit.row)]


def test_after_the_last_day_of_keeping_the_same_order_goes_too(company, tmp_path):
    with desk(tmp_path / "home", company.environment, now="2026-11-21T02:00:00Z") as here:
        here.apply(company.after_map)
        (erasure,) = here.file([Right.ERASURE], company.identifiers)
        here.work()
        assert here.erasure(erasure)["verdict"] == "ERASED"
    assert oracle.where(company.places, company.who) == {}
