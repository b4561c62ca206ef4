"""A shop that nobody here designed: its map drafted, answered, applied; two customers copied and erased; it runs on."""

from __future__ import annotations

import json
import re

import pytest

from dsar.config import Config
from dsar.datamap.loader import MapErrors, load
from dsar.jobs.stores import compare
from dsar.law import load_rules
from tests.oracle import oracle
from tests.oscar import whose
from tests.oscar.answering import answered
from tests.oscar.conftest import CUSTOMER, GUEST, NEIGHBOURS, Story, collections, known_as, others
from tests.oscar.people import customers
from tests.stories.driving import records, verdicts

BOTH = pytest.mark.parametrize("who", [CUSTOMER, GUEST], ids=["with an account", "a guest"])


def test_a_draft_is_refused_and_once_answered_leaves_nothing_unmapped(story: Story, tmp_path):
    file = tmp_path / "map.yaml"
    file.write_text(story.draft, encoding="utf-8")
    with pytest.raises(MapErrors) as caught:
        load(file, known_rules=load_rules().keys())
    assert len(caught.value.errors) > 500
    file.write_text(answered(story.draft), encoding="utf-8")
    compared = compare(load(file, known_rules=load_rules().keys()), Config.from_env())
    assert (compared.errors, compared.unmapped, compared.cascades) == ([], [], [])


def test_no_customer_stands_in_the_draft(story: Story):
    assert not [who.number for who in customers(story.shop.customers) if known_as(who).stands_in(story.draft)]
    assert "look like e-mail addresses" in story.draft


def test_what_the_shop_holds_of_people_is_in_the_draft(story: Story):
    assert whose.OWN.keys() - collections(story.draft).keys() == set()


@BOTH
def test_a_copy_holds_each_of_his_rows(story: Story, who):
    shown = story.desk.show(story.asked[who.number][0])
    assert (shown["complete"], shown["unmapped"]) == (True, [])
    held = {place.partition(".")[2]: count for place, count in records(shown).items() if count}
    expected = {table: len(ids) for table, ids in story.rows[who.number].items() if table in whose.OWN}
    assert held == expected
    rows = {
        each["name"]: {str(row["id"]) for row in each["rows"]}
        for each in story.copies[who.number]["stores"][0]["collections"]
        if each["rows"]
    }
    assert rows == {table: ids for table, ids in story.rows[who.number].items() if table in whose.OWN}


@BOTH
def test_a_copy_holds_nobody_else(story: Story, who):
    copy = json.dumps(story.copies[who.number], ensure_ascii=False)
    assert known_as(who).stands_in(copy)
    neighbours = (each for each in customers(story.shop.customers) if each != who)
    assert [each.number for each in neighbours if known_as(each).stands_in(copy)] == []


@BOTH
def test_an_erasure_leaves_nothing_of_him(story: Story, who):
    shown = story.desk.erasure(story.asked[who.number][1])
    assert {
        name: verdict
        for name, verdict in verdicts(shown).items()
        if verdict not in ("ERASED", "NOTHING_HELD")
    } == {}
    assert story.desk.show(story.asked[who.number][1])["status"] == "closed"
    assert oracle.hits(story.shop.url, known_as(who)) == []
    left = whose.rows_of(story.shop.url, who)
    assert left == {}


def test_everybody_else_is_as_he_was(story: Story):
    assert others(story.shop.url, story.rows) == story.others
    assert story.desk.ledger_is_whole()


def test_the_shop_runs_and_shows_the_others_what_it_showed(story: Story):
    pages = story.shop.pages(*NEIGHBOURS)
    assert {shown[:3] for shown in pages.values()} <= {"200", "302"}
    assert pages.keys() == story.pages.keys()
    his = {path for path, shown in story.pages.items() if CUSTOMER.name in shown}  # products that he reviewed
    assert {path for path in pages if pages[path] != story.pages[path]} == his
    assert all(re.match(r"/catalogue/", path) and CUSTOMER.name not in pages[path] for path in his)
    assert len([path for path in pages if re.match(r"\d+: /accounts/order", path)]) == len(NEIGHBOURS) + 2
