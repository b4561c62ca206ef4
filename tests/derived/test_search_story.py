"""A search engine that offers a number after its document is deleted: seen, made to forget it, and clean."""

from __future__ import annotations

import os

import pytest

from dsar.terms import Right
from tests.derived import school
from tests.derived.engine import Engine, Server, serving
from tests.derived.school import HIS
from tests.stories.driving import desk, verdicts

STORE = """
  site_search:
    title: {zh: 站内搜索, en: Search of the site}
    connector: http_suggest
    url: ${SCHOOL_SEARCH}
    rebuilt_from: crm.student
    auth: {bearer: "${SCHOOL_SEARCH_KEY}"}
    suggest: {path: "/suggest?q={prefix}", answer: "terms[*]", text: term}
    search:
      path: /search
      body: {q: "{value}", from: "{offset}"}
      answer: hits[*]
      key: id
      text: entry
    get: {path: "/documents/{key}", text: entry}
    delete: {path: "/documents/{key}"}
    remedy: {method: POST, path: /rebuild}
    collections:
      entry:
        title: {zh: 搜索条目, en: Entry of the search}
        found_by: {phone: {column: entry}}
        purpose: account
        on_erasure: delete
"""
REMEDY = "    remedy: {method: POST, path: /rebuild}\n"
DOCUMENTS = {str(number): f"{name} {phone} {city}" for number, phone, name, city in school.STUDENTS}
OTHERS = {name: entry for name, entry in DOCUMENTS.items() if HIS not in entry}


@pytest.fixture
def server():
    with serving(Server(Engine(DOCUMENTS), token="k3y")) as running:
        yield running


@pytest.fixture
def here(tmp_path, server):
    settings = {
        "SCHOOL_CRM": school.fill_crm(tmp_path),
        "SCHOOL_SEARCH": server.url,
        "SCHOOL_SEARCH_KEY": "k3y",
    }
    with desk(tmp_path / "home", settings) as opened:
        school.apply(opened, tmp_path, STORE)
        yield opened


def look(here) -> str:
    (reference,) = here.file([Right.ERASURE], [("phone", HIS)], looks_only=True)
    here.work()
    return verdicts(here.erasure(reference))["site_search.entry"]


def counts(here, reference) -> tuple:
    shown = here.erasure(reference)
    (entry,) = (c for s in shown["stores"] for c in s["collections"] if c["name"] == "entry")
    return entry["verdict"], entry["found"], entry["erased"], entry["residue"]


def test_what_the_engine_offers_after_a_naive_delete_is_residue_until_it_is_made_to_forget_it(
    here, server, tmp_path
):
    engine = server.engine
    terms = set(engine.terms("", 1000))
    school.forget_student(tmp_path)
    engine.delete("7")
    assert engine.search(HIS) == []
    assert HIS in engine.terms("1310")  # a search finds nothing, and the box goes on completing his number
    assert look(here) == "RESIDUE"
    (reference,) = here.file([Right.ERASURE], [("phone", HIS)])
    here.work()
    assert here.show(reference)["status"] == "closed"
    assert counts(here, reference) == ("ERASED", 1, 1, 0)
    assert look(here) == "NOTHING_HELD"
    assert engine.documents() == OTHERS
    assert set(engine.terms("", 1000)) == terms - {HIS}  # the name and the city are others' too
    assert {"罗明", "上海"} <= set(engine.terms("", 1000))


def test_an_erasure_deletes_the_document_and_makes_the_engine_forget_its_terms(here, server):
    terms = set(server.engine.terms("", 1000))
    copy, erasure = here.file([Right.COPY, Right.ERASURE], [("phone", HIS)])
    here.work()
    held = {c["name"]: c["records"] for s in here.show(copy)["stores"] for c in s["collections"]}
    assert held == {"student": 1, "entry": 1}
    here.fetch(copy, here.office.config.home / "copy")
    here.work()
    assert counts(here, erasure) == ("ERASED", 1, 1, 0)
    assert server.engine.documents() == OTHERS
    assert set(server.engine.terms("", 1000)) == terms - {HIS}
    assert here.ledger_is_whole()


def test_cut_short_between_deleting_and_the_remedy_it_is_finished_and_counted_once(here, server):
    server.down.add("/rebuild")
    (reference,) = here.file([Right.ERASURE], [("phone", HIS)])
    here.work()
    assert here.show(reference)["status"] == "working"
    assert server.engine.documents() == OTHERS
    assert HIS in server.engine.terms("131")
    server.down.clear()
    here.work(retry_now=True)
    assert here.show(reference)["status"] == "closed"
    assert counts(here, reference) == ("ERASED", 1, 1, 0)
    assert HIS not in server.engine.terms("131")


def test_without_a_remedy_it_stays_residue_until_the_engine_lets_go_by_itself(here, server, tmp_path):
    school.apply(here, tmp_path, STORE.replace(REMEDY, ""))
    (reference,) = here.file([Right.ERASURE], [("phone", HIS)])
    here.work()
    assert here.show(reference)["status"] == "working"
    assert counts(here, reference)[0] == "RESIDUE"
    server.engine.rebuild()  # what a night's merge does
    os.environ["DSAR_NOW"] = "2021-11-24T09:00:00Z"
    here.work()
    assert here.show(reference)["status"] == "closed"
