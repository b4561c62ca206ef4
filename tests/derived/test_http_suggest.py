"""What is asked of a search engine over HTTP, how often, and what is deleted there; on a real engine."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from dsar.connectors import Act, Place, _http
from dsar.errors import CannotErase, RowsRefused, StoreRefused
from tests.connectors import maps
from tests.derived import school
from tests.derived.engine import SETTINGS, Engine, Server, numbered, serving
from tests.derived.school import HIS
from tests.derived.test_http_trouble import Saying, answer

DOCUMENTS = {str(number): f"{name} {phone} {city}" for number, phone, name, city in school.STUDENTS}
OTHERS = {name: entry for name, entry in DOCUMENTS.items() if HIS not in entry}


def place(plain, *found_by):
    held = maps.collection("entry", *(found_by or [("phone", "entry", "any")]))
    return maps.store("http_suggest", held, settings=maps.box(plain)), held


def without(*names):
    return {name: value for name, value in SETTINGS.items() if name not in names}


@pytest.fixture
def open_server():
    with serving(Server(Engine(DOCUMENTS))) as running:
        yield running


def erase(store, held, url):
    with maps.connect(store, url) as connector:
        found = list(connector.find(held, maps.phones(maps.HIS)))
        return [one.gone for one in connector.erase(held, [Act(one, True) for one in found])]


def test_a_box_that_lets_nobody_delete_is_built_anew_and_one_without_either_says_so(open_server):
    engine = open_server.engine
    engine.delete("7")
    store, held = place(without("delete", "get", "remedy"))
    with pytest.raises(CannotErase, match="lets nobody delete"):
        erase(store, held, open_server.url)
    store, held = place(without("delete", "get", "search"))  # its suggestions are all that is known of it
    assert erase(store, held, open_server.url) == [True]
    assert HIS not in engine.terms("131")


def test_a_document_that_stays_where_nobody_may_delete_is_not_called_gone(open_server):
    store, held = place(without("delete"))
    assert erase(store, held, open_server.url) == [False]


def test_a_document_that_became_another_persons_is_left_alone(open_server):
    store, held = place(SETTINGS)
    with maps.connect(store, open_server.url) as connector:
        (found,) = connector.find(held, maps.phones(maps.HIS))
        open_server.engine._build({**OTHERS, "7": "somebody else"})
        assert [one.gone for one in connector.erase(held, [Act(found, True)])] == [False]
    assert open_server.engine.documents()["7"] == "somebody else"
    assert ("POST", "/rebuild") not in open_server.asked


@pytest.mark.parametrize("name", ["..", ".", "...", " "])
def test_a_key_that_would_make_the_address_that_of_the_whole_index_is_refused(name):
    with serving(Server(Engine({name: HIS}))) as server:
        store, held = place(SETTINGS)
        with pytest.raises(RowsRefused, match="no address can name it alone"):
            erase(store, held, server.url)
        assert not [path for method, path in server.asked if method == "DELETE"]


@pytest.mark.parametrize("name", ["a/b", "../x", "a?b=c", "a#b", "100%", "学员 7", "{key}"])
def test_a_key_of_odd_letters_stays_one_step_of_the_address(name):
    with serving(Server(Engine({name: HIS, "other": "王伟"}))) as server:
        store, held = place(SETTINGS)
        assert erase(store, held, server.url) == [True]
        assert server.engine.documents() == {"other": "王伟"}


def test_half_a_character_in_an_entry_is_written_down_as_a_question_mark():
    reply = answer(json.dumps({"terms": [f"{HIS} \ud800"]}).encode())
    store, held = place({"suggest": {"path": "/s?q={prefix}", "answer": "terms[*]"}})
    with serving(Saying(reply)) as server, maps.connect(store, server.url) as connector:
        (found,) = connector.find(held, maps.phones(maps.HIS))
        assert (found.key, found.row) == ((f"{HIS} ?", "offered"), {"entry": f"{HIS} ?"})


def test_whoever_erases_may_be_another_than_who_reads(open_server, monkeypatch):
    monkeypatch.setenv("READER", "r")
    monkeypatch.setenv("ERASER", "e")
    seen = []
    ask = _http.Http.ask

    def noting(self, call):
        seen.append((call.method, call.path, dict(call.headers)))
        return ask(self, call)

    monkeypatch.setattr(_http.Http, "ask", noting)
    erase_auth = {"user": "u", "password": "${ERASER}"}
    store, held = place({**SETTINGS, "auth": {"headers": {"X-Key": "${READER}"}}, "erase_auth": erase_auth})
    assert erase(store, held, open_server.url) == [True]
    shown = {(method, path.split("?")[0].split("/")[1]): headers for method, path, headers in seen}
    assert shown["DELETE", "documents"] == shown["POST", "rebuild"] == {"Authorization": "Basic dTpl"}
    assert shown["GET", "suggest"] == shown["POST", "search"] == {"X-Key": "r"}


def test_a_secret_that_is_not_set_is_named(open_server):
    store, _ = place({**SETTINGS, "auth": {"bearer": "${NOT_SET_ANYWHERE}"}})
    with (
        maps.connect(store, open_server.url) as connector,
        pytest.raises(StoreRefused, match="NOT_SET_ANYWHERE"),
    ):
        connector.check()


def test_every_prefix_from_the_shortest_to_the_whole_is_typed(open_server):
    store, _ = place({**SETTINGS, "shortest": 4})
    with maps.connect(store, open_server.url) as connector:
        list(connector.offers(maps.sought(maps.HIS)))
    typed = {path.partition("q=")[2] for method, path in open_server.asked if method == "GET"}
    national = {HIS[:length] for length in range(4, 12)}
    e164 = {f"%2B86{HIS}"[:length] for length in range(6, 17)}
    assert typed == national | e164


def test_an_identifier_shorter_than_the_shortest_prefix_is_typed_whole():
    with serving(Server(Engine({"1": "AB-12"}))) as server:
        store, _ = place({**SETTINGS, "shortest": 9}, ("card", "entry", "exact"))
        with maps.connect(store, server.url) as connector:
            list(connector.offers(maps.sought("AB-12", kind="card")))
        assert [path for _, path in server.asked] == ["/suggest?q=AB-12"]


def test_a_sweep_without_that_asks_the_search_and_the_box_in_every_plain_form():
    entries = [
        "tel +86 131 0000 8688",
        "131-0000-8688",
        f"id {HIS}",
        "008613100008688",
        "13100008687",
        "1310000868",
    ]
    with serving(Server(Engine(numbered(entries)))) as server:
        store, held = place(without("all"))
        with maps.connect(store, server.url) as connector:
            swept = {one.key for one in connector.sweep(maps.sought(maps.HIS))}
            assert {("0",), ("1",), ("2",), ("3",)} <= swept
            assert {key for key in swept if len(key) == 2} == {(HIS, "offered")}
            assert list(connector.sweep(maps.sought(maps.HIS), [Place("entry", ("other",))])) == []
            assert len(list(connector.find(held, maps.phones(maps.HIS)))) == 4


def test_a_sweep_reads_all_documents_where_the_engine_hands_them_over():
    entries = [
        *(f"entry {n}" for n in range(250)),
        hashlib.sha256(HIS.encode()).hexdigest().upper(),
        "13100008687",
    ]
    with serving(Server(Engine(numbered(entries)))) as server:
        for plain, keys in (
            (SETTINGS, [("250",)]),
            (without("all"), []),
        ):  # no search finds a digest by its number
            store, _ = place(plain)
            with maps.connect(store, server.url) as connector:
                assert [one.key for one in connector.sweep(maps.sought(maps.HIS))] == keys


def test_a_search_of_many_pages_is_read_to_its_end():
    with serving(Server(Engine(numbered(f"{HIS} {n}" for n in range(250))))) as server:
        store, held = place(SETTINGS)
        with maps.connect(store, server.url) as connector:
            assert len(list(connector.find(held, maps.phones(maps.HIS)))) == 250


def test_a_crowd_is_asked_over_a_few_kept_connections(open_server):
    people = 1000 if os.environ.get("DSAR_PROOF") == "1" else 20
    store, held = place({**SETTINGS, "parallel": 3})
    numbers = [f"+86131{n:08d}" for n in range(people)]
    with maps.connect(store, open_server.url) as connector:
        assert list(connector.offers(maps.sought(*numbers))) == []
        assert list(connector.find(held, maps.phones(*numbers))) == []
        assert open_server.connections <= 3
    assert len(open_server.asked) <= people * 40


def test_no_more_calls_a_second_than_the_map_allows(open_server, monkeypatch):
    slept = []
    monkeypatch.setattr(_http.time, "sleep", slept.append)
    monkeypatch.setattr(_http.time, "monotonic", lambda: 100.0)
    store, _ = place({**SETTINGS, "parallel": 1, "per_second": 10})
    with maps.connect(store, open_server.url) as connector:
        list(connector.offers(maps.sought(maps.HIS)))
    assert slept == pytest.approx([place / 10 for place in range(len(open_server.asked))])
