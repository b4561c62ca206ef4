"""A run of the self-test: its person is copied and erased like anybody, its twin stays, and both go in the end."""

import sqlite3
from contextlib import closing

from dsar import clock, db
from dsar.jobs import perform
from dsar.models import SelfTest
from dsar.services import self_testing, work
from dsar.web.desk import listing
from tests.self_test.seeded import PLACES, apply, held, plain
from tests.shop import NOW, PHONE

TOMORROW = "2021-11-24T23:00:00Z"


def ours(shop, statement):
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        return list(database.execute(statement))


def test_a_run_seeds_copies_erases_and_leaves_the_stores_as_they_were(shop):
    apply(shop)
    before = held(shop)
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["step"], came.json["misses"]) == (0, "ended", {})
    assert came.json["records"] == PLACES
    assert held(shop) == before
    (copy, erasure) = ours(shop, "select reference, status from request order by id")
    assert (copy[1], erasure[1]) == ("closed", "closed")
    assert shop.erasure(erasure[0])["verdict"] == "ERASED"
    acts = [act for (act,) in ours(shop, "select act from ledger_entry where reference = 'self-tests'")]
    assert acts == ["self_test.begun", "self_test.ended"]
    assert shop.run("ledger", "verify").code == 0


def test_nobody_is_told_of_a_synthetic_person_and_nothing_of_him_is_kept(shop):
    apply(shop, undo={"hours": 24})  # no undo holds it up either
    assert shop.run("self-test", "run").code == 0
    for table in ("mail", "tombstone", "relook", "recipient_ask", "alert"):
        assert ours(shop, f"select count(*) from {table}") == [(0,)], table


def test_the_queue_of_the_desk_shows_people_alone(shop):
    apply(shop)
    (hers,) = shop.opened("copy")
    assert shop.run("self-test", "run", "--queue").code == 0
    with shop.office() as office:
        for _ in range(3):  # seeded and asked, not worked through
            perform.perform(office, perform.due()[0])
        with db.read() as session:
            wish = listing.wish({})
            assert self_testing.newest(session).submission is not None
            assert [
                line.request.reference for line in listing.listing(session, wish, clock.now().date()).lines
            ] == [hers]
            assert listing.count(session, wish, clock.now().date()) == 1


def test_each_run_has_people_of_its_own(shop):
    apply(shop)
    assert [shop.run("self-test", "run", "--json").json["number"] for _ in range(2)] == [1, 2]
    with shop.office(), db.read() as session:
        known = [session.get_one(SelfTest, number).planted["known"] for number in (1, 2)]
    phones = [of["phone"] for both in known for of in both]
    assert phones == ["+8619900000002", "+8619900000003", "+8619900000004", "+8619900000005"]


def test_a_run_under_way_goes_on_and_no_second_one_begins(shop):
    apply(shop)
    assert shop.run("self-test", "run", "--queue", "--json").json["step"] == "look"
    assert shop.run("self-test", "run", "--queue", "--json").json["number"] == 1
    assert shop.run("self-test", "show").out.startswith("Run 1 is not finished")
    shop.work()
    assert shop.run("self-test", "show", "--json").json["misses"] == {}


def test_a_map_that_seeds_nothing_and_stopped_erasures_make_no_run(shop):
    assert "seeds nothing" in shop.run("self-test", "run").error
    assert "has not run yet" in shop.run("self-test", "show").error
    apply(shop)
    assert shop.run("erasure", "stop", "--by", "zhou").code == 0
    assert "erasures are stopped" in shop.run("self-test", "run").error
    assert held(shop)["crm"][0][0] == 1
    assert shop.run("erasure", "resume", "--by", "zhou").code == 0
    assert shop.run("self-test", "run").code == 0


def test_while_erasures_are_stopped_nothing_is_put_in_or_cleared_away(shop):
    apply(shop)
    shop.change("crm", "create table callback (phone text)")  # in no map: its copy waits
    shop.change("crm", "insert into callback values ('19900000002')")
    before = held(shop)
    assert shop.run("self-test", "run", "--queue").code == 0
    for step, at in (("seed", NOW), ("clear", TOMORROW)):
        seen = held(shop)
        assert shop.run("erasure", "stop", "--by", "zhou").code == 0
        shop.work(DSAR_NOW=at)
        assert shop.run("self-test", "show", "--json").json["step"] == step
        assert held(shop) == seen
        assert shop.run("erasure", "resume", "--by", "zhou").code == 0
        shop.work(DSAR_NOW=at)
    assert seen != before
    assert held(shop) == before


def test_a_run_under_way_keeps_no_store_from_being_taken_out_of_the_map(shop):
    apply(shop)
    assert shop.run("self-test", "run", "--queue").code == 0
    with shop.office() as office:
        for _ in range(3):  # seeded and asked
            perform.perform(office, perform.due()[0])
    stores = plain()["stores"]
    del stores["box"]
    apply(shop, stores=stores)
    shop.work()
    came = shop.run("self-test", "show", "--json").json
    assert (came["step"], held(shop)["box"][-1][1]) == ("ended", "13100003333")


def test_the_clock_calls_for_a_run_each_day(shop):
    apply(shop)
    with shop.office(), db.begin() as session:
        work.ensure(session, "call_self_test", key="self-test")
    shop.work()
    shop.work()
    assert ours(shop, "select number, step from self_test") == [(1, "ended")]
    shop.work(DSAR_NOW="2021-11-25T02:00:00Z")
    assert ours(shop, "select number, step from self_test") == [(1, "ended"), (2, "ended")]


def test_somebody_else_s_request_is_worked_beside_it(shop):
    apply(shop)
    (hers,) = shop.confirmed("erasure")
    assert shop.run("self-test", "run").code == 0
    assert shop.erasure(hers)["verdict"] == "KEPT"
    assert not shop.rows("crm", f"select 1 from customer where phone = '{PHONE.removeprefix('+86')}'")
