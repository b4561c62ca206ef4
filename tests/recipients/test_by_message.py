"""Two installations: one asks by a signed message, the other erases and tells it, whatever is killed or lost."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.recipients import pair as pairs
from tests.recipients.pair import Pair
from tests.recipients.told import acts, alerts, letters, recipient
from tests.shop import HANDLER

KILLED = -9
POINTS = [f"recipient.{effect}:{side}" for effect in ("send", "write") for side in ("before", "after")]


@pytest.fixture(scope="module")
def both(built_shop, tmp_path_factory) -> Iterator[Pair]:
    made = pairs.build(built_shop, tmp_path_factory.mktemp("pair"))
    yield made
    made.close()


@pytest.fixture
def pair(both) -> Pair:
    both.at()
    return both


def finish(pair: Pair, reference: str, phone: str) -> None:
    """Both do their work, and everything is as it should be."""
    for side in (pair.parent, pair.ally, pair.parent):
        side.shop.work()
    shown = pair.parent.shop.erasure(reference)
    assert [(one["name"], one["state"], one["outcome"]) for one in shown["recipients"]] == [
        ("ally", "confirmed", "erased")
    ]
    assert (shown["verdict"], pair.parent.shop.show(reference)["status"]) == ("ERASED", "closed")
    assert [pair.held(side, phone) for side in (pair.parent, pair.ally)] == [0, 0]
    theirs = pair.asked()[-1]
    assert pair.ally.shop.show(theirs)["status"] == "closed"
    for side in (pair.parent, pair.ally):
        assert side.shop.run("ledger", "verify", "--json").json["whole"]


def test_one_asks_the_other_erases_and_tells_it(pair, tmp_path):
    phone = pair.person()
    reference, before = pair.erasure(phone), len(pair.asked())
    pair.parent.shop.work()
    one = recipient(pair.parent.shop, reference, "ally")
    assert (one["state"], one["step"]) == ("asked", "received")
    assert (pair.held(pair.parent, phone), pair.held(pair.ally, phone)) == (0, 1)
    assert [mail.kind for mail in letters(pair.parent.shop) if mail.to == phone] == ["awaiting"]
    finish(pair, reference, phone)
    assert len(pair.asked()) == before + 1
    assert acts(pair.parent.shop, reference) == ["named", "asked", "received", "confirmed"]
    theirs = pair.asked()[-1]
    assert [act for act in pair.ally.shop.acts(theirs) if act.startswith("sender.")] == [
        "sender.asked",
        "sender.told",
    ]
    assert [mail for mail in letters(pair.ally.shop) if mail.to == phone] == []  # the parent tells the person
    assert [mail.kind for mail in letters(pair.parent.shop) if mail.to == phone] == ["awaiting", "confirmed"]
    assert pair.parent.shop.run("certificate", "write", reference, tmp_path).code == 0
    assert json.loads((tmp_path / "certificate.json").read_text())["recipients"][0]["state"] == "confirmed"
    for side in (pair.parent, pair.ally):
        exported = tmp_path / "ledger.jsonl"
        assert side.shop.run("ledger", "export", exported).code == 0
        with closing(sqlite3.connect(side.shop.home / "dsar.sqlite")) as database:
            kept = "\n".join(database.iterdump())
        for told in (exported.read_text(), kept, (side.shop.folder / "pages.log").read_text()):
            assert phone[3:] not in told


def test_killed_at_every_point_it_is_asked_once_and_told_once(pair):
    """On both sides a process dies at each point; the next takes over from it and dies at the next."""
    phone = pair.person()
    reference, before = pair.erasure(phone), len(pair.asked())
    for side in (pair.parent, pair.ally):
        for point in POINTS:
            assert side.shop.process("work", "--until-idle", DSAR_FAULT=point).code == KILLED, point
        side.shop.work()
    assert len(pair.asked()) == before + 1
    finish(pair, reference, phone)
    assert acts(pair.parent.shop, reference) == ["named", "asked", "received", "confirmed"]
    assert pair.ally.shop.acts(pair.asked()[-1]).count("sender.told") == 1


def test_a_recipient_that_is_down_is_tried_again_and_staff_is_told(pair):
    phone = pair.person()
    pair.ally.stop()
    try:
        reference = pair.erasure(phone)
        for _ in range(3):
            pair.parent.shop.run("work", "--until-idle", "--retry-now")
        assert alerts(pair.parent.shop) == [("recipient.unreached", reference, "ally")]
        waits = [one for one in pair.parent.shop.show(reference)["waits_for"] if one["who"] == "recipient"]
        assert [one["reason"] for one in waits] == ["to be asked to erase; nothing has reached it yet"]
        assert recipient(pair.parent.shop, reference, "ally")["asked_at"] is None
    finally:
        pair.ally.start()
    finish(pair, reference, phone)
    assert alerts(pair.parent.shop) == []


def test_an_answer_that_is_lost_is_asked_for_again(pair):
    phone = pair.person()
    reference = pair.erasure(phone)
    pair.parent.shop.work()
    pair.parent.stop()
    try:
        for _ in range(3):
            pair.ally.shop.run("work", "--until-idle", "--retry-now")
        theirs = pair.asked()[-1]
        assert alerts(pair.ally.shop) == [("sender.untold", theirs, "parent")]
        assert pair.ally.shop.show(theirs)["status"] == "working"
        assert pair.ally.shop.show(theirs)["waits_for"][0]["name"] == "parent"
        pair.parent.shop.work()
        assert recipient(pair.parent.shop, reference, "ally")["step"] == "received"
        pair.at("2021-11-24T08:00:00Z")
        pair.parent.shop.work()
        assert recipient(pair.parent.shop, reference, "ally")["state"] == "confirmed"
    finally:
        pair.parent.start()
    finish(pair, reference, phone)
    assert alerts(pair.ally.shop) == []


def test_the_word_of_a_sender_may_be_left_to_staff_to_prove(pair, tmp_path):
    staffed = tmp_path / "staffed.yaml"
    proof = pairs.SENDERS + "    proof: staff\n"
    pairs.apply(pair.ally.shop, staffed, pairs.MAP.read_text(encoding="utf-8") + proof)
    try:
        phone = pair.person()
        reference = pair.erasure(phone)
        pair.parent.shop.work()
        pair.ally.shop.work()
        theirs = pair.asked()[-1]
        assert pair.ally.shop.show(theirs)["status"] == "verifying"
        assert pair.held(pair.ally, phone) == 1
        confirm = ("request", "confirm", theirs, "--by", HANDLER, "--evidence", "their letter")
        assert pair.ally.shop.run(*confirm).code == 0
        finish(pair, reference, phone)
    finally:
        pairs.apply(pair.ally.shop, staffed, pairs.MAP.read_text(encoding="utf-8") + pairs.SENDERS)
