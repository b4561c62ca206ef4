"""Search boxes: what they offer as a number is typed, before and after its suggestions are erased."""

from __future__ import annotations

import itertools
import time
from contextlib import closing

import pytest
import redis
import sqlalchemy as sa
from sqlalchemy import event

from dsar.connectors import Act, Probe, Sought, load_all
from dsar.errors import CannotErase, StoreRefused, StoreUnreachable
from tests.connectors import filled, maps
from tests.connectors.filled import run


def erase(store, value):
    with store.connect() as connector:
        found = list(connector.find(store.collection, [Probe(0, 0, "phone", value)]))
        assert all(each.gone for each in connector.erase(store.collection, [Act(one, True) for one in found]))
        return found


def test_the_box_completes_his_number_until_its_suggestions_are_erased(box):
    asked = [
        Sought(4, "phone", maps.HIS),
        Sought(5, "phone", maps.TWIN),
        Sought(6, "phone", "+8613100009999"),
    ]
    with box.connect() as connector:
        assert connector.has_search_box
        before = list(connector.offers(asked))
        assert sorted({one.subject for one in before}) == [4, 5]
        assert len({(one.subject, one.key) for one in before}) == len(before)
        assert {one.table for one in before} == {box.collection.table}
    erase(box, maps.HIS)
    with box.connect() as connector:
        assert {one.subject for one in connector.offers(asked)} == {5}
        assert list(connector.sweep(asked[:1])) == []


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("redis_suggest", {"key": "suggest", "order": "lexicographic"}),
        ("http_suggest", maps.box({"suggest": {"path": "/s?q={prefix}", "answer": "terms[*]"}})),
    ],
)
def test_a_box_of_which_the_map_only_says_that_it_holds_nobody_offers_nothing(kind, settings):
    with maps.connect(maps.store(kind, settings=settings), "") as connector:
        assert list(connector.offers(maps.sought(maps.HIS))) == []


def test_each_character_typed_is_one_step(box):
    with box.connect() as connector:
        steps = [
            offer for offer in connector.typed([Sought(0, "phone", maps.HIS)]) if offer.entry == "13100008688"
        ]
    assert {offer.form for offer in steps} == {"national"}
    assert [offer.length for offer in steps] == list(range(1, 12))


def test_an_entry_is_found_wherever_the_number_stands_in_it(box):
    found = erase(box, maps.HIS)
    assert {one.row["entry"] for one in found} == {"13100008688", "罗明 13100008688"}


def test_a_suggestion_that_names_several_people_goes_whole(sql_url):
    store = filled.sql_suggest(sql_url)
    run(sql_url, "INSERT INTO suggestion VALUES (99, '13100008688 / 13000000038')")
    erase(store, maps.HIS)
    assert 99 not in store.held()


def test_a_crowd_of_suggestions_costs_one_statement_for_each_length(sql_url):
    store = filled.sql_suggest(sql_url)
    values = ", ".join(f"({n}, '131{n:08d}')" for n in range(10, 900))
    run(sql_url, f"INSERT INTO suggestion VALUES {values}")
    counts, offered = [], []
    for people in (1, 500):
        statements = itertools.count()
        listen = lambda *_, counted=statements: next(counted)  # noqa: E731
        event.listen(sa.Engine, "before_cursor_execute", listen)
        try:
            with store.connect() as connector:
                asked = [Sought(n, "phone", f"+86131{n:08d}") for n in range(20, 20 + people)]
                offered.append(len(list(connector.offers(asked))))
        finally:
            event.remove(sa.Engine, "before_cursor_execute", listen)
        counts.append(next(statements))
    assert offered == [1, 500]
    assert counts[0] == counts[1]


def test_a_suggestion_table_without_a_key_uses_the_one_of_the_map(sql_url):
    run(sql_url, "CREATE TABLE suggestion (code INTEGER, entry VARCHAR(40))")
    run(sql_url, "INSERT INTO suggestion VALUES (7, '13100008688'), (8, '13100008687')")
    held = maps.collection("suggestion", ("phone", "entry", "any"))
    for settings, key in [({"key": "code"}, (7,)), ({}, None)]:
        place = maps.store(
            "sql_suggest", held, settings={"table": "suggestion", "column": "entry", **settings}
        )
        with maps.connect(place, sql_url) as connector:
            (found,) = connector.find(held, maps.phones(maps.HIS))
            assert key in (None, found.key)
            (offer,) = connector.offers(maps.sought(maps.HIS))
            assert offer.key == found.key
            assert [one.key for one in connector.sweep(maps.sought(maps.HIS))] == [found.key]
    with maps.connect(place, sql_url) as connector:
        assert [each.gone for each in connector.erase(held, [Act(found, True)])] == [True]
    assert [row[0] for row in run(sql_url, "SELECT code FROM suggestion")] == [8]


def test_a_suggestion_table_that_is_not_there_is_refused(sql_url):
    held = maps.collection("suggestion", ("phone", "entry", "any"))
    place = maps.store("sql_suggest", held, settings={"table": "suggestion", "column": "entry"})
    with maps.connect(place, sql_url) as connector:
        for verb in (connector.check, lambda: list(connector.offers(maps.sought(maps.HIS)))):
            with pytest.raises(StoreRefused, match="no table suggestion"):
                verb()


def redis_place(key="suggest", order="lexicographic"):
    held = maps.collection("suggestion", ("phone", "entry", "any"))
    return maps.store("redis_suggest", held, settings={"key": key, "order": order}), held


def test_whatever_else_lies_in_the_same_redis_database_is_looked_at(redis_url):
    place, _ = redis_place()
    with closing(redis.Redis.from_url(redis_url)) as client:
        client.zadd("suggest", {"13100008687": 0})
        with maps.connect(place, redis_url) as connector:
            assert list(connector.describe().tables) == ["suggestion"]
        client.set("session:13100008688", "x")
        client.set("long", "x " * 600_000 + "13100008688")
        client.rpush("list", "a", "tel +86 131 0000 8688")
        client.sadd("set", "13100008688", "b")
        client.hset("hash", mapping={"phone": "13100008688", "13100008688": "c"})
        client.zadd("other", {"13100008688": 1})
        client.xadd("stream", {"to": "13100008688"})
        client.set("twin:13100008687", "131000086880")
        client.set(b"\xff", b"\xff 13100008688")
    with maps.connect(place, redis_url) as connector:
        assert list(connector.describe().tables) == ["suggestion", "other keys"]
        seen = sorted((one.column, *one.key) for one in connector.sweep(maps.sought(maps.HIS)))
    assert seen == [
        ("name", "session:13100008688"), ("value", "/w==", "base64"), ("value", "hash"), ("value", "list"),
        ("value", "long"), ("value", "other"), ("value", "set"), ("value", "stream"),
    ]  # fmt: skip


def test_a_key_that_is_called_like_a_suggestion_set_and_is_none_is_looked_at(redis_url):
    place, held = redis_place(key="s:{prefix}")
    with closing(redis.Redis.from_url(redis_url)) as client, maps.connect(place, redis_url) as connector:
        client.zadd("s:131", {"13100008687": 0})
        assert list(connector.describe().tables) == ["suggestion"]
        client.set("s:note", "call 13100008688")
        client.hset("s:13100008688", mapping={"a": "b"})
        assert list(connector.describe().tables) == ["suggestion", "other keys"]
        seen = sorted((one.column, *one.key) for one in connector.sweep(maps.sought(maps.HIS, maps.TWIN)))
        assert seen == [("entry", "13100008687"), ("name", "s:13100008688"), ("value", "s:note")]
        assert list(connector.find(held, maps.phones(maps.HIS))) == []


def test_an_entry_that_is_no_readable_text_is_found_and_erased_by_its_bytes(redis_url):
    place, held = redis_place()
    with closing(redis.Redis.from_url(redis_url)) as client, maps.connect(place, redis_url) as connector:
        client.zadd("suggest", {b"\xff 13100008688": 0, "13100008688": 0})
        found = list(connector.find(held, maps.phones(maps.HIS)))
        assert [one.problem for one in found] == ["an entry is not readable text", None] or [
            one.problem for one in found
        ] == [None, "an entry is not readable text"]
        assert [each.gone for each in connector.erase(held, [Act(one, True) for one in found])] == [
            True,
            True,
        ]
        assert client.exists("suggest") == 0


def test_a_suggestion_cannot_be_emptied_in_part(redis_url):
    place, held = redis_place()
    with closing(redis.Redis.from_url(redis_url)) as client, maps.connect(place, redis_url) as connector:
        client.zadd("suggest", {"13100008688": 0})
        (found,) = connector.find(held, maps.phones(maps.HIS))
        with pytest.raises(CannotErase):
            list(connector.erase(held, [Act(found, False, ("entry",))]))


def test_a_key_of_another_type_and_a_missing_right_are_refused(redis_url):
    place, held = redis_place()
    with closing(redis.Redis.from_url(redis_url)) as client:
        client.set("suggest", "x")
        with (
            maps.connect(place, redis_url) as connector,
            pytest.raises(StoreRefused, match="store place refused"),
        ):
            connector.check()
        client.delete("suggest")
        client.acl_setuser(
            "clerk", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@read", "+@connection"]
        )
        try:
            clerk = redis_url.replace("redis://", "redis://clerk:pw@")
            with maps.connect(place, clerk) as connector:
                assert list(connector.find(held, maps.phones(maps.HIS))) == []
                with pytest.raises(StoreRefused, match="store place refused"):
                    connector.check()
            wrong = redis_url.replace("redis://", "redis://clerk:wrong@")
            with maps.connect(place, wrong) as connector, pytest.raises(StoreRefused) as refusal:
                connector.check()
            assert "wrong" not in str(refusal.value)
        finally:
            client.acl_deluser("clerk")


def test_a_redis_that_hangs_is_unreachable_in_time(private_redis):
    url, process = private_redis
    place, held = redis_place()
    with maps.connect(place, f"{url}/3", timeout=1) as connector:
        connector.check()
        process.pause()
        try:
            began = time.monotonic()
            with pytest.raises(StoreUnreachable, match="store place gave no answer"):
                list(connector.find(held, maps.phones(maps.HIS)))
            assert time.monotonic() - began < 15
        finally:
            process.resume()
        connector.check()


def test_every_file_of_the_package_that_is_a_kind_is_found_by_its_name():
    load_all()
    with pytest.raises(Exception, match="folder, http_suggest, redis_cache, redis_suggest, sql, sql_suggest"):
        maps.connect(maps.store("elsewhere"), "")
