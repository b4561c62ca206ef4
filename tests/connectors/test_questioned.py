"""An inspection asks every kind of store, on its real engine: it finds his records in every way, and only reads."""

from __future__ import annotations

import json

from dsar.jobs import questioning
from dsar.services.inspected import Typed
from dsar.services.inspecting import Task
from tests.connectors import filled


def asked(store, value, *, url=""):
    task = Task(store.connect().map, Typed(store.kind, value, "why", ""), ())
    return questioning.ask(lambda erasing=False: store.connect(url), store.store, task)  # noqa: ARG005


def test_every_kind_of_store_says_what_it_holds_of_him_and_stays_as_it_was(store):
    before = store.held()
    answer = asked(store, store.his)
    assert (answer["state"], answer["reason"]) == ("answered", None)
    (by_key,) = answer["collections"]
    assert by_key["records"] == len(store.ours)
    assert answer["records"] >= len(store.ours)
    if store.by_value:
        assert max((place["records"] for place in answer["places"]), default=0) >= len(store.ours)
    assert store.held() == before
    told = json.dumps(answer, ensure_ascii=False)
    digits = store.his.removeprefix("+86")
    assert [value for value in (digits, digits[:-1], "罗明", "ánn@x.cn") if value in told] == []


def test_the_twin_whose_number_differs_in_one_digit_is_told_apart(store):
    assert asked(store, store.twin)["collections"][0]["records"] == 1


def test_every_search_box_is_typed_into_from_the_first_character_on(box):
    offered = asked(box, box.his)["box"]["offered"]
    assert len(offered) == len("13100008688")
    assert offered == sorted(offered), "what is offered stays offered while more is typed"
    assert offered[-1] >= 1
    never = asked(box, "+8613900001111")["box"]["offered"]
    assert never == [0] * len("13900001111")


def test_what_a_database_still_tells_in_its_statistics_is_said_although_no_row_is_left(postgres_database):
    store = filled.sql(postgres_database)
    filled.run(store.url, "ANALYZE student", "DELETE FROM student WHERE phone LIKE '13100008688%'")
    answer = asked(store, store.his)
    assert answer["records"] == 0
    assert [(place["place"], place["column"]) for place in answer["derived"]] == [
        ("student (statistics)", "phone")
    ]
    filled.run(store.url, "ANALYZE student")
    assert asked(store, store.his)["derived"] == []
