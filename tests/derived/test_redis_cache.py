"""A cache that goes on answering once its source is empty: seen, cleared, and clean; nobody else's keys change."""

from __future__ import annotations

import hashlib
import pickle
import tracemalloc
from contextlib import closing

import pytest
import redis

from dsar.connectors import Act, Place, Probe
from dsar.errors import CannotErase, StoreRefused
from dsar.terms import Right
from tests.connectors import maps
from tests.connectors.filled import checksums
from tests.derived import school
from tests.derived.school import HIS, TWINS
from tests.stories.driving import desk, verdicts

STORE = """
  cache:
    title: {zh: 缓存, en: Cache}
    connector: redis_cache
    url: ${SCHOOL_CACHE}
    rebuilt_from: crm.student
    collections:
      session:
        title: {zh: 登录状态, en: Sign-in}
        table: "session:{phone}"
        found_by: {phone: {column: key, form: national}}
        purpose: account
        fields:
          key: {title: {zh: 键, en: Key}, category: technical}
          value: {title: {zh: 内容, en: Content}, category: online}
          type: {withhold: technical}
          ttl: {title: {zh: 剩余秒数, en: Seconds left}, category: technical}
        on_erasure: delete
      profile:
        title: {zh: 学员资料, en: Profile}
        table: "profile:{student_id}:*"
        found_by: {student_id: {column: key}, phone: {column: value}}
        purpose: account
        fields: {value: {title: {zh: 内容, en: Content}}, type: {withhold: technical}, ttl: {withhold: technical}}
        on_erasure: delete
      seen:
        title: {zh: 最近访问, en: Last seen}
        table: "seen:{phone}"
        found_by: {phone: {column: key, form: "md5:national"}}
        purpose: account
        fields: {value: {title: {zh: 时间, en: Time}}, type: {withhold: technical}, ttl: {withhold: technical}}
        on_erasure: delete
"""


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def fill(url: str) -> set[str]:
    """Fill the cache as the application does; the keys that are his."""
    with closing(redis.Redis.from_url(url)) as cache:
        for number, phone, name, city in school.STUDENTS:
            cache.set(f"session:{phone}", f'{{"name": "{name}", "city": "{city}"}}', ex=3600)
            cache.hset(f"profile:{number}:card", mapping={"name": name, "tel": phone})
            cache.rpush(f"profile:{number}:recent", "course-1", "course-2")
            cache.set(f"seen:{md5(phone)}", "2021-11-23")
        cache.set(f"session:{HIS}0", "somebody else's, with one digit more")
    return {f"session:{HIS}", "profile:7:card", "profile:7:recent", f"seen:{md5(HIS)}"}


@pytest.fixture
def here(tmp_path, redis_url):
    settings = {"SCHOOL_CRM": school.fill_crm(tmp_path), "SCHOOL_CACHE": redis_url}
    with desk(tmp_path / "home", settings) as opened:
        school.apply(opened, tmp_path, STORE)
        yield opened


def look(here) -> dict[str, str]:
    (reference,) = here.file([Right.ERASURE], [("phone", HIS)], looks_only=True)
    here.work()
    return verdicts(here.erasure(reference))


def test_the_cache_answers_after_his_row_is_gone_and_no_more_after_the_erasure(here, tmp_path, redis_url):
    his = fill(redis_url)
    before = checksums(redis_url)
    school.forget_student(tmp_path)
    with closing(redis.Redis.from_url(redis_url)) as cache:
        assert b"\xe7\xbd\x97\xe6\x98\x8e" in cache.get(f"session:{HIS}")  # his name
    assert look(here) == {
        "crm.student": "NOTHING_HELD", "cache.session": "RESIDUE", "cache.profile": "RESIDUE", "cache.seen": "RESIDUE",
    }  # fmt: skip
    with closing(redis.Redis.from_url(redis_url)) as cache:
        cache.delete("profile:7:recent")  # nothing leads there any more: it names him by his number alone
    (reference,) = here.file([Right.ERASURE], [("phone", HIS)])
    here.work()
    shown = here.erasure(reference)
    assert here.show(reference)["status"] == "closed"
    assert verdicts(shown)["cache.session"] == "ERASED"
    assert set(look(here).values()) == {"NOTHING_HELD"}
    assert checksums(redis_url) == {key: sum_ for key, sum_ in before.items() if key not in his}
    assert here.ledger_is_whole()


def test_an_erasure_takes_the_cache_along_and_the_copy_tells_how_long_it_would_have_lasted(here, redis_url):
    his = fill(redis_url)
    before = checksums(redis_url)
    copy, erasure = here.file([Right.COPY, Right.ERASURE], [("phone", HIS)])
    here.work()
    held = {c["name"]: c["records"] for s in here.show(copy)["stores"] for c in s["collections"]}
    assert held == {"student": 1, "session": 1, "profile": 2, "seen": 1}
    here.fetch(copy, here.office.config.home / "copy")
    here.work()
    shown = here.erasure(erasure)
    assert set(verdicts(shown).values()) == {"ERASED"}
    assert checksums(redis_url) == {key: sum_ for key, sum_ in before.items() if key not in his}


def place(pattern: str, *found_by):
    held = maps.collection("c", *found_by, table=pattern)
    return maps.store("redis_cache", held), held


def test_what_stands_in_the_place_of_the_identifier_is_compared_whole(redis_url):
    store, held = place("user:{phone}:*", ("phone", "key", "national"))
    his = ["user:13100008688:a", "user:13100008688:b:c"]
    keys = [*his, "user:131000086880:a", "user:1:13100008688:a", "xuser:13100008688:a"]
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.mset(dict.fromkeys(keys, "x"))
        found = list(connector.find(held, maps.phones(maps.HIS)))
        assert [one.key for one in found] == [(key,) for key in his]
        assert [one.gone for one in connector.erase(held, [Act(one, True) for one in found])] == [True, True]
        assert set(cache.keys()) == {key.encode() for key in keys[2:]}


@pytest.mark.parametrize("number", ["*", "?", "[0-9]", "a*b", "\\"])
def test_an_identifier_that_looks_like_a_pattern_is_only_itself(redis_url, number):
    kind = ("card", "key", "exact")
    with closing(redis.Redis.from_url(redis_url)) as cache:
        cache.mset({"s:other": "x", f"s:{number}": "x", "s:other:1": "x", f"s:{number}:1": "x"})
    for pattern, ours in (("s:{card}", f"s:{number}"), ("s:{card}:*", f"s:{number}:1")):
        store, held = place(pattern, kind)
        with maps.connect(store, redis_url) as connector:
            assert [one.key for one in connector.find(held, [Probe(0, 0, "card", number)])] == [(ours,)]


def test_every_type_is_shown_with_the_time_it_has_left(redis_url):
    store, held = place("p:{card}:*", ("card", "key", "exact"))
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.set("p:AB12:text", "你好", ex=600)
        cache.set("p:AB12:bytes", b"\xff\x00")
        cache.hset("p:AB12:hash", mapping={"a": "1"})
        cache.rpush("p:AB12:list", "y", "x", "y")
        cache.sadd("p:AB12:set", "b", "a")
        cache.zadd("p:AB12:zset", {"m": 2})
        cache.set("p:AB12:huge", "x" * ((1 << 22) + 1))
        found = {str(one.key[0])[7:]: one for one in connector.find(held, [Probe(0, 0, "card", "AB12")])}
    assert {name: one.row.get("value") for name, one in found.items()} == {
        "text": "你好", "bytes": "/wA=", "hash": '{"a": "1"}', "list": '["y", "x", "y"]', "set": '["a", "b"]',
        "zset": '["m"]', "huge": None,
    }  # fmt: skip
    assert 590 < found["text"].row["ttl"] <= 600
    assert found["list"].row["ttl"] is None
    assert [name for name, one in found.items() if one.problem] == ["huge"]


def test_a_pickled_value_and_a_cached_page_are_searched_by_value(redis_url):
    store, held = place("page:*", ("phone", "value", "any"))
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.set("page:1", pickle.dumps({"phone": HIS, "name": "罗明"}))
        cache.set("page:2", f"<p>+86 131 0000 8688</p>{'x' * 20_000}")
        cache.set("page:3", f"{'x ' * 20_000}{HIS}")
        cache.set("page:4", pickle.dumps({"phone": TWINS}))
        cache.set("page:5", md5(HIS).upper())
        found = list(connector.find(held, maps.phones(maps.HIS)))
        swept = {one.key[0] for one in connector.sweep(maps.sought(maps.HIS)) if one.column == "value"}
        assert {one.key[0] for one in found} == swept == {"page:1", "page:2", "page:3", "page:5"}
        cache.append("page:3", " changed")
        acts = [Act(one, True) for one in found]
        assert [one.act.found.key[0] for one in connector.erase(held, acts) if not one.gone] == ["page:3"]
        assert set(cache.keys()) == {b"page:3", b"page:4"}


def test_a_value_that_is_no_text_hides_nothing_that_stands_in_it_or_beside_it(redis_url):
    store, held = place("page:*", ("phone", "value", "any"), ("card", "value", "exact"))
    probes = [Probe(0, 0, "phone", maps.HIS), Probe(1, 0, "card", "王小明明")]
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.set("page:1", b"\x80\xff " + f"{HIS} １２３".encode())
        cache.set("page:2", b"\x80\xff " + "王小明明".encode() + b" \xff")
        for some in (probes[:1], probes):
            found = [(one.subject, *one.key) for one in connector.find(held, some)]
            assert found == [(0, "page:1"), (1, "page:2")][: len(some)]


def test_what_was_written_again_in_another_order_is_still_what_was_found(redis_url):
    store, held = place("page:*", ("phone", "value", "any"))
    words = [HIS, *(f"word {number}" for number in range(300))]
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:

        def write(words):
            cache.delete("page:1", "page:2", "page:3")
            cache.hset("page:1", mapping=dict.fromkeys(words, "1"))
            cache.sadd("page:2", *words)
            cache.zadd("page:3", dict.fromkeys(words, 1))

        write(words)
        found = list(connector.find(held, maps.phones(maps.HIS)))
        write(words[::-1])
        assert [one.gone for one in connector.erase(held, [Act(one, True) for one in found])] == [True] * 3


def test_values_are_handed_over_one_by_one_and_never_held_together(redis_url):
    store, held = place("page:*", ("phone", "value", "any"))
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        for number in range(40):
            cache.set(f"page:{number}", f"{HIS} {'x' * 1_000_000}")
        list(connector.find(held, maps.phones(maps.TWIN)))  # whatever is made once
        tracemalloc.start()
        try:
            assert (
                sum(len(str(one.row["value"])) for one in connector.find(held, maps.phones(maps.HIS))) > 40e6
            )
            assert tracemalloc.get_traced_memory()[1] < 30e6
        finally:
            tracemalloc.stop()


def test_a_key_that_became_somebody_elses_meanwhile_is_not_handed_over(redis_url):
    store, held = place("page:*", ("phone", "value", "any"))
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.mset({"page:1": HIS, "page:2": HIS, "page:3": HIS})
        found = connector.find(held, maps.phones(maps.HIS))
        assert next(found).key == ("page:1",)
        cache.set("page:2", TWINS)
        cache.delete("page:3")
        assert list(found) == []


def test_whatever_else_lies_in_the_database_is_looked_at_but_never_erased(redis_url):
    store, held = place("session:{phone}", ("phone", "key", "national"))
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.mset({f"session:{HIS}": "x", "cart": f"for {HIS}", f"sent:{HIS}": "y"})
        assert list(connector.describe().tables) == ["session:{phone}", "other keys"]
        hits = {(one.table, one.column, one.key[0]) for one in connector.sweep(maps.sought(maps.HIS))}
        assert hits == {
            ("session:{phone}", "key", f"session:{HIS}"), ("other keys", "value", "cart"),
            ("other keys", "name", f"sent:{HIS}"),
        }  # fmt: skip
        assert [
            one.key[0] for one in connector.sweep(maps.sought(maps.HIS), [Place("other keys", ("name",))])
        ] == [f"sent:{HIS}"]
        list(connector.erase(held, [Act(one, True) for one in connector.find(held, maps.phones(maps.HIS))]))
        assert set(cache.keys()) == {b"cart", f"sent:{HIS}".encode()}


def test_a_thousand_people_with_keys_that_are_known_cost_no_scan(redis_url):
    store, held = place("session:{phone}", ("phone", "key", "national"))
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.mset({f"session:131{n:08d}": "x" for n in range(3000)})
        before = cache.info("commandstats")
        found = list(connector.find(held, maps.phones(*(f"+86131{n:08d}" for n in range(1000)))))
        after = cache.info("commandstats")
    assert len(found) == 1000
    assert "cmdstat_scan" not in after or after["cmdstat_scan"] == before.get("cmdstat_scan")


def test_a_key_of_a_cache_cannot_be_emptied_in_part_and_a_missing_right_is_refused(redis_url):
    store, held = place("session:{phone}", ("phone", "key", "national"))
    with closing(redis.Redis.from_url(redis_url)) as cache, maps.connect(store, redis_url) as connector:
        cache.set(f"session:{HIS}", "x")
        (found,) = connector.find(held, maps.phones(maps.HIS))
        with pytest.raises(CannotErase):
            list(connector.erase(held, [Act(found, False, ("value",))]))
        cache.acl_setuser(
            "reader", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@read", "+@connection"]
        )
        try:
            with maps.connect(store, redis_url.replace("redis://", "redis://reader:pw@")) as reader:
                reader.check(erasing=False)
                with pytest.raises(StoreRefused, match="store place refused"):
                    reader.check()
        finally:
            cache.acl_deluser("reader")
