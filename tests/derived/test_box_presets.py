"""Each preset against a server that answers in the format of its engine's manual; not against the engine itself."""

from __future__ import annotations

import hashlib

import pytest

from dsar.connectors import Act, _calling
from dsar.datamap import calls
from tests.connectors import maps
from tests.derived.engine import serving
from tests.derived.manuals import Index, Manual
from tests.derived.school import HIS, TWINS

LAGS = (
    "terms_enum",
    "phrase",
    "term",
    "suggester",
)  # what offers deleted documents until a merge or a rebuild

LAGGING = [name for name in sorted(calls.presets()) if name.partition("_")[2] in LAGS]


@pytest.fixture(params=sorted(calls.presets()))
def box(request, monkeypatch):
    """A store of this preset, its server and its collection."""
    monkeypatch.setattr(_calling, "POLL", 0.01)
    names = {"index": "i", "field": "f", "id_field": "id"}
    needs = calls.presets()[request.param]["needs"]
    settings = maps.box({"preset": request.param, "parallel": 2, **{name: names[name] for name in needs}})
    held = maps.collection("entry", ("phone", "entry", "any"))
    index = Index({"a": HIS, "b": TWINS, "c/d": f"{HIS} 罗明"}, lags=request.param in LAGGING)
    with serving(Manual(request.param.partition("_")[0], index)) as server:
        yield maps.store("http_suggest", held, settings=settings), held, server


def test_the_box_offers_him_until_he_is_erased_and_the_engine_forgot_him(box):
    store, held, server = box
    with maps.connect(store, server.url) as connector:
        connector.check()
        asked = maps.sought(maps.HIS, maps.TWIN)
        assert {one.subject for one in connector.offers(asked)} == {0, 1}
        found = list(connector.find(held, maps.phones(maps.HIS)))
        assert [one.key for one in found] == [("a",), ("c/d",)]
        assert [one.gone for one in connector.erase(held, [Act(one, True) for one in found])] == [True, True]
        assert {one.subject for one in connector.offers(asked)} == {1}
        assert [one.subject for one in connector.sweep(asked)] in ([1], [1, 1])
    assert server.index.documents == {"b": TWINS}
    assert server.index.terms >= {TWINS}


@pytest.mark.parametrize("box", LAGGING, indirect=True)
def test_what_is_offered_after_a_naive_delete_is_found_and_made_to_go(box):
    store, held, server = box
    server.index.documents = {"b": TWINS}
    with maps.connect(store, server.url) as connector:
        found = list(connector.find(held, maps.phones(maps.HIS)))
        assert {one.key for one in found} == {(HIS, "offered"), (f"{HIS} 罗明", "offered")}
        assert [one.gone for one in connector.erase(held, [Act(one, True) for one in found])] == [True, True]
        assert list(connector.find(held, maps.phones(maps.HIS))) == []
    assert server.index.terms == {TWINS}


def test_no_preset_writes_what_is_typed_into_an_address_but_where_the_engine_takes_no_body(box):
    store, _, server = box
    with maps.connect(store, server.url) as connector:
        list(connector.offers(maps.sought(maps.HIS)))
        list(connector.sweep(maps.sought(maps.HIS)))
    with_number = {path.partition("?")[0] for _, path in server.asked if HIS[:7] in path}
    assert with_number in (set(), {"/solr/i/suggest"})


@pytest.mark.parametrize("box", ["meilisearch", "solr_suggester"], indirect=True)
def test_all_documents_are_read_where_the_engine_can_hand_them_over(box):
    store, _, server = box
    server.index.documents |= {
        "x": f"id{HIS}",
        "y": hashlib.md5(HIS.encode(), usedforsecurity=False).hexdigest(),
    }
    with maps.connect(store, server.url) as connector:
        assert {one.key for one in connector.sweep(maps.sought(maps.HIS))} >= {("a",), ("c/d",), ("y",)}


@pytest.mark.parametrize("box", ["meilisearch"], indirect=True)
def test_work_that_an_engine_failed_at_is_an_error(box):
    store, held, server = box
    with maps.connect(store, server.url) as connector:
        found = list(connector.find(held, maps.phones(maps.HIS)))
        server.routes = [
            (method, path, answer if "tasks" not in path else lambda *_: {"status": "failed"})
            for method, path, answer in server.routes
        ]
        with pytest.raises(Exception, match="what was asked of it failed"):
            list(connector.erase(held, [Act(one, True) for one in found]))
