"""Each store compared with the map, day by day: what differs is on a list, and copies wait for what looks personal."""

from __future__ import annotations

import json

import pytest

from dsar import clock, db
from dsar.services import reviewing
from dsar.terms import Dismissal
from tests.jobs.watching import (
    LATER,
    OTHERS,
    TOMORROW,
    alerts,
    applied,
    dismissed,
    facts,
    wait_names,
    watched,
)
from tests.shop import HANDLER


def test_a_map_that_accounts_for_everything_has_nothing_on_the_list(shop):
    assert watched(shop) == []
    assert alerts(shop) == []


def test_a_new_column_that_looks_personal_keeps_a_copy_from_being_complete_until_the_map_says_what_it_is(
    shop,
):
    shop.change("crm", "alter table customer add column shouji2 text")
    assert watched(shop) == [("crm.customer.shouji2", "new_column", True)]
    assert alerts(shop) == [("review.personal", "crm")]
    (reference,) = shop.confirmed("copy")
    shop.work()
    shown = shop.show(reference)
    assert (shown["complete"], shown["copy"]) == (False, None)
    assert wait_names(shown) == ["crm.customer.shouji2"]
    assert shown["waits_for"][0]["who"] == "staff"
    (place,) = shown["unmapped"]
    assert (place["columns"], place["records"]) == (["shouji2"], 0)
    assert place["looks_personal"] == [{"column": "shouji2", "like": "phone", "alike": None, "of": 0}]
    applied(shop, lambda plain: plain["stores"]["crm"].update(
        dismissed={"customer": {"columns": ["shouji2"], "reason": "empty", "by": "li"}}
    ))  # fmt: skip
    shop.work()
    assert shop.show(reference)["complete"]
    assert alerts(shop) == []
    assert watched(shop) == []


def test_an_incomplete_copy_names_the_place_in_its_papers(shop, tmp_path):
    shop.change("crm", f"create table t (a text); insert into t values {OTHERS}")
    watched(shop)
    (reference,) = shop.confirmed("copy", lang="en")
    shop.work()
    assert shop.run("copy", "write", reference, tmp_path / "copy").code == 0
    copy = json.loads((tmp_path / "copy" / "copy.json").read_text(encoding="utf-8"))
    assert copy["complete"] is False
    assert copy["unmapped"] == [
        {
            "store": "crm", "table": "t", "columns": ["a"], "records": 0,
            "looks_personal": [{"column": "a", "like": "phone", "alike": 20, "of": 20}],
        }
    ]  # fmt: skip


def test_who_dismisses_it_lets_the_copies_go_on_by_themselves(shop):
    shop.change("crm", f"create table t (a text); insert into t values {OTHERS}")
    assert watched(shop) == [("crm.t", "new_table", True)]
    (reference,) = shop.confirmed("copy")
    shop.work()
    assert not shop.show(reference)["complete"]
    dismissed(shop, "crm.t", Dismissal.TEST_DATA)
    shop.work()
    shown = shop.show(reference)
    assert (shown["complete"], shown["waits_for"]) == (True, [])
    assert facts(shop, "review.dismissed") == [
        {"place": "crm.t", "kind": "new_table", "columns": 1, "reason": "test_data"}
    ]
    assert watched(shop) == []
    assert alerts(shop) == []


def test_a_copy_that_was_made_before_stays_complete(served):
    shop, reference = served
    assert shop.show(reference)["complete"]
    shop.change("crm", "alter table customer add column wechat text")
    watched(shop)
    assert shop.show(reference)["complete"]


def test_an_erasure_does_not_wait_for_the_list(shop):
    shop.change("crm", "alter table customer add column wechat text")
    watched(shop)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.show(reference)["status"] == "closed"


def test_a_search_lists_what_came_since_the_last_comparison(shop):
    assert watched(shop) == []
    shop.change("crm", "create table lead (lianxiren text, dianhua text)")
    (reference,) = shop.confirmed("copy")
    shop.work()
    shown = shop.show(reference)
    assert not shown["complete"]
    assert wait_names(shown) == ["crm.lead"]
    assert facts(shop, "review.listed") == [{"places": ["crm.lead"], "listed": 1, "personal": 1}]


def test_a_store_that_nobody_watches_is_looked_at_by_value_alone(shop):
    shop.change("crm", "create table lead (lianxiren text, dianhua text)")
    (reference,) = shop.confirmed("copy")
    shop.work()
    assert shop.show(reference)["complete"]


def test_it_is_done_again_each_day_and_when_a_map_is_applied(shop):
    assert watched(shop) == []
    shop.change("crm", "alter table customer add column qq text")
    shop.work()
    assert facts(shop, "review.listed") == []
    shop.work(DSAR_NOW=TOMORROW)
    assert len(facts(shop, "review.listed")) == 1
    shop.change("crm", "alter table customer add column weixin text")
    applied(shop, lambda plain: plain["controller"].update(phone="1"))
    shop.work(DSAR_NOW=TOMORROW)
    assert len(facts(shop, "review.listed")) == 2


def test_how_often_is_a_setting(shop):
    watched(shop, DSAR_WATCH_HOURS="48")
    shop.change("crm", "alter table customer add column qq text")
    shop.work(DSAR_NOW=TOMORROW)
    assert facts(shop, "review.listed") == []
    shop.work(DSAR_NOW=LATER)
    assert len(facts(shop, "review.listed")) == 1


def test_a_store_that_does_not_answer_is_an_alert_after_some_tries_and_it_ends_by_itself(shop):
    away = shop.store("orders").rename(shop.folder / "away")
    said = shop.run("map", "watch", "--json").json
    assert [one["store"] for one in said["not_compared"]] == ["orders"]
    for _ in range(3):
        shop.work()
    assert alerts(shop) == [("review.not_compared", "orders")]
    away.rename(shop.store("orders"))
    shop.work()
    assert alerts(shop) == []


def test_a_column_that_one_does_not_look_at_any_more_is_settled_with_its_store(shop):
    shop.change("box", "create table t (mobile text)")
    assert watched(shop) == [("box.t", "new_table", True)]
    applied(shop, lambda plain: plain["stores"].pop("box"))
    assert watched(shop) == []
    assert alerts(shop) == []


def test_a_field_of_a_form_that_is_tied_to_nothing_is_listed_and_keeps_copies_waiting(shop):
    form = {"title": {"zh": "注册表", "en": "Sign-up"}, "fields": {
        "level": {"title": {"zh": "水平", "en": "Level"}},
        "phone": {"title": {"zh": "手机", "en": "Phone"}, "place": "crm.customer.phone"},
    }}  # fmt: skip
    applied(shop, lambda plain: plain.update(collection_points={"signup": form}))
    (reference,) = shop.confirmed("copy")
    shop.work()
    shown = shop.show(reference)
    assert not shown["complete"]
    assert wait_names(shown) == ["signup.level"]
    assert watched(shop) == [("signup.level", "untied", True)]
    form["fields"]["level"] |= {
        "state": "not_kept",
        "reason": {"zh": "只用于分班", "en": "Only for placement"},
    }
    applied(shop, lambda plain: plain.update(collection_points={"signup": form}))
    shop.work()
    assert shop.show(reference)["complete"]
    assert watched(shop) == []


@pytest.mark.parametrize("name", [HANDLER, "nobody"])
def test_only_who_answers_for_it_dismisses(shop, name):
    shop.change("crm", "create table t (mobile text)")
    watched(shop)
    with shop.office(), pytest.raises(Exception, match=name), db.begin() as session:
        reviewing.dismiss(session, 1, by=name, reason=Dismissal.TECHNICAL, at=clock.now())
    assert watched(shop) == [("crm.t", "new_table", True)]
