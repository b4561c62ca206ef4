"""A recipient is asked by a letter, reminded, told on to staff, and never skipped; its link answers by POST alone."""

import json

import pytest
from sqlalchemy import select

from dsar import clock, db
from dsar.models import RecipientAsk, RecipientStep
from dsar.services import alerting
from dsar.web import create_app
from tests import shop as shops
from tests.recipients.told import acts, alerts, apply, letters, recipient, recipients_map
from tests.shop import CARD, EMAIL, HANDLER, OFFICER, PHONE, VALUES
from tests.web.reader import Reader

SILENT = "recipient.silent"


def at(day: int, hour: int = 2, month: int = 11) -> dict[str, str]:
    return {"DSAR_NOW": f"2021-{month}-{day:02}T{hour:02}:00:00Z"}


@pytest.fixture(scope="module")
def asked_once(built_shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    shop = apply(shops.copy_of(built_shop, folder / "shop"), folder / "map.yaml", recipients_map("ally"))
    (reference,) = shop.confirmed("erasure")
    shop.work()
    return shop, reference


@pytest.fixture
def shop_asked(asked_once, tmp_path):
    """Everything is erased with the shop, and the ally was asked."""
    shop, reference = asked_once
    return shops.copy_of(shop, tmp_path / "asked"), reference


def choose(shop, link, outcome, **settings):
    with shop.office(**settings) as office:
        reader = Reader(create_app(office, TESTING=True).test_client(), "en")
        reader.get(link)
        return reader.submit("Send the answer", outcome=outcome)


def test_the_letter_names_what_was_proven_and_the_request_waits_for_the_answer(shop_asked):
    shop, reference = shop_asked
    ask = next(one for one in letters(shop) if one.kind == "ask")
    assert (ask.to, ask.facts["recipient"]) == ("privacy@ally.example", "联盟有限公司")
    assert PHONE in ask.facts["identifiers"]
    assert "1" not in ask.facts["identifiers"].replace(PHONE, "")  # no number of ours
    shown = shop.erasure(reference)
    assert (shown["verdict"], shop.show(reference)["status"]) == ("UNCONFIRMED", "working")
    one = recipient(shop, reference, "ally")
    assert (one["state"], one["asked_at"], one["due_on"]) == ("asked", "2021-11-24T02:00:00Z", "2021-12-02")
    waits = [w for w in shop.show(reference)["waits_for"] if w["who"] == "recipient"]
    assert [(w["name"], w["since"]) for w in waits] == [("ally", "2021-11-24T02:00:00Z")]
    assert acts(shop, reference) == ["named", "written", "asked"]
    assert shown["relooks"], "our own stores are looked at again, whatever a recipient does"


def test_the_person_is_told_who_has_not_confirmed_and_again_when_all_have(shop_asked, tmp_path):
    shop, reference = shop_asked
    before = [one for one in letters(shop) if one.to == PHONE]
    assert [one.kind for one in before] == ["awaiting"]
    assert before[0].facts["names"] == "合作方"
    assert shop.erasure(reference)["certificate"]["number"] == 1
    relooks = shop.erasure(reference)["relooks"]
    ask = next(one for one in letters(shop) if one.kind == "ask")
    done = choose(shop, ask.link, "erased", **at(26))
    assert done.page.h1 == "Your answer is recorded"
    shop.work(**at(26))
    shown = shop.erasure(reference)
    assert (shown["verdict"], shop.show(reference)["status"]) == ("KEPT", "closed")
    assert shown["certificate"]["number"] == 2
    assert [one["on"] for one in shown["relooks"]] == [one["on"] for one in relooks]
    assert [one.kind for one in letters(shop) if one.to == PHONE] == ["awaiting", "confirmed"]
    assert recipient(shop, reference, "ally")["answered_at"] == "2021-11-26T02:00:00Z"
    assert shop.run("certificate", "write", reference, tmp_path / "paper").code == 0
    written = json.loads((tmp_path / "paper" / "certificate.json").read_text())
    assert [one["state"] for one in written["recipients"]] == ["confirmed"]
    assert shop.run("ledger", "verify", "--json").json["whole"]


def test_opening_the_link_answers_nothing_and_the_answer_is_given_once(shop_asked):
    shop, reference = shop_asked
    link = next(one for one in letters(shop) if one.kind == "ask").link
    with shop.office() as office:
        client = create_app(office, TESTING=True).test_client()
        for lang in ("en", "zh-CN"):
            page = Reader(client, lang).get(link)
            assert page.status == 200
            assert not any(value in page.text for value in VALUES)
        assert client.head(link).status_code == 200
        assert client.post(link, data={"outcome": "erased"}).status_code == 400  # no form of ours
        assert client.get(link + "0").status_code == 404
    assert recipient(shop, reference, "ally")["state"] == "asked"
    with shop.office() as office:
        reader = Reader(create_app(office, TESTING=True).test_client(), "en")
        assert reader.get(link).submit("Send the answer").page.errors == ["Choose what you did"]
        for not_offered in ("everything", "no_ground"):
            assert reader.submit("Send the answer", outcome=not_offered).page.errors == [
                "Choose what you did"
            ]
        reader.submit("Send the answer", outcome="nothing_held")
        assert "We hold nothing of this person" in reader.text
        assert reader.get(link).page.buttons() == []
    assert recipient(shop, reference, "ally")["outcome"] == "nothing_held"


def test_it_is_reminded_halfway_on_its_day_after_it_and_every_week(shop_asked):
    shop, reference = shop_asked
    reminded = []
    for day, month in ((27, 11), (28, 11), (29, 11), (2, 12), (3, 12), (9, 12), (10, 12), (17, 12)):
        for _ in range(2):
            shop.work(**at(day, month=month))
        reminded.append(sum(one.kind == "remind" for one in letters(shop)))
    assert reminded == [0, 1, 1, 2, 3, 3, 4, 5]
    assert alerts(shop) == [(SILENT, reference, "ally")]
    one = recipient(shop, reference, "ally")
    assert (one["state"], one["silent_at"]) == ("silent", "2021-12-03T02:00:00Z")
    assert acts(shop, reference) == [
        "named",
        "written",
        "asked",
        *["reminded"] * 2,
        "silent",
        *["reminded"] * 3,
    ]
    assert shop.show(reference)["status"] == "working"
    choose(
        shop, next(one for one in letters(shop) if one.kind == "remind").link, "erased", **at(18, month=12)
    )
    shop.work(**at(18, month=12))
    assert shop.show(reference)["status"] == "closed"
    assert alerts(shop) == []


def test_what_was_missed_while_nothing_ran_is_made_up_for_once(shop_asked):
    shop, reference = shop_asked
    shop.work(**at(30, month=12))
    assert sum(one.kind == "remind" for one in letters(shop)) == 1
    assert alerts(shop) == [(SILENT, reference, "ally")]


def test_an_alert_that_was_seen_to_comes_again_while_the_recipient_is_silent(shop_asked):
    shop, reference = shop_asked
    shop.work(**at(3, month=12))
    with shop.office(**at(3, month=12)), db.begin() as session:
        (alert,) = alerting.unsettled(session, limit=9)
        alerting.seen_to(session, alert.id, by=HANDLER, at=clock.now())
    assert alerts(shop) == []
    shop.work(**at(10, month=12))
    assert alerts(shop) == [(SILENT, reference, "ally")]


def test_a_refusal_is_for_staff_to_take_for_final_and_is_told_with_its_ground(shop_asked):
    shop, reference = shop_asked
    choose(shop, next(one for one in letters(shop) if one.kind == "ask").link, "own_basis")
    shop.work()
    assert alerts(shop) == [("recipient.refused", reference, "ally")]
    assert (shop.erasure(reference)["verdict"], shop.show(reference)["status"]) == ("UNCONFIRMED", "working")
    words = ("recipient", "refuse", reference, "ally", "--by", OFFICER, "--evidence", "a contract of 2020")
    for _ in range(2):  # typed twice, it changes nothing more
        said = shop.run(*words, "--ground", "own_basis", "--json")
        assert said.json["state"] == "refused"
    shop.work()
    assert (shop.erasure(reference)["verdict"], shop.show(reference)["status"]) == ("CANNOT", "closed")
    assert acts(shop, reference) == ["named", "written", "asked", "refused", "refused"]
    assert alerts(shop) == []


def test_whoever_never_received_this_person_is_not_told_of_him(given):
    shop = given("ally")
    (reference,) = shop.confirmed("erasure", identifiers=["phone:+8613100009999"])
    shop.work()
    assert [one for one in letters(shop) if one.kind == "ask"] == []
    assert shop.show(reference)["status"] == "closed"


def test_it_is_asked_once_more_when_more_was_proven(given):
    shop = given("ally")
    opened = shop.opened("erasure", identifiers=[f"phone:{PHONE}", f"email:{EMAIL}"])
    confirm = ("request", "confirm", opened[0], "--by", HANDLER, "--evidence", "seen", "--identifier")
    assert shop.run(*confirm, f"phone:{PHONE}").code == 0
    shop.work()
    first = next(one for one in letters(shop) if one.kind == "ask")
    choose(shop, first.link, "erased")
    assert shop.run(*confirm, f"email:{EMAIL}").code == 0
    shop.work()
    shop.work()
    asked = [one for one in letters(shop) if one.kind == "ask"]
    assert [EMAIL in one.facts["identifiers"] for one in asked] == [False, True]
    assert asked[0].link != asked[1].link
    assert recipient(shop, opened[0], "ally")["state"] == "asked"


def test_nobody_is_asked_before_the_erasure_begins_nor_while_it_is_held(given, tmp_path):
    shop = given("ally", more="undo: {hours: 24}\n")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert shop.erasure(reference)["recipients"] == []
    hold = ("erasure", "hold", reference, "--by", OFFICER, "--reason", "a court asks us to wait")
    assert shop.run(*hold).code == 0
    shop.work(**at(26))
    assert [one for one in letters(shop) if one.kind == "ask"] == []
    assert shop.run("erasure", "go", reference, "--by", OFFICER, **at(26)).code == 0
    shop.work(**at(28))
    assert [one.kind for one in letters(shop) if one.kind == "ask"] == ["ask"]


def test_one_without_a_channel_is_written_to_by_hand_and_its_answer_recorded(given, tmp_path):
    shop = given("press")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    one = recipient(shop, reference, "press")
    assert (one["state"], one["step"], one["asked_at"]) == ("asked", "to_ask", None)
    assert alerts(shop) == [("recipient.by_hand", reference, "press")]
    shop.work(**at(3, month=12))  # nobody wrote
    assert {kind for kind, _, _ in alerts(shop)} == {"recipient.by_hand", SILENT}
    wrote = ("certificate", "letters", reference, tmp_path / "letters", "--by", HANDLER)
    assert shop.run(*wrote, **at(4, month=12)).code == 0
    assert PHONE in (tmp_path / "letters" / "letters" / "press.txt").read_text()
    assert recipient(shop, reference, "press")["due_on"] == "2021-12-11"
    confirm = (
        "recipient",
        "confirm",
        reference,
        "press",
        "--by",
        HANDLER,
        "--evidence",
        "their letter of today",
    )
    assert shop.run(*confirm, **at(5, month=12)).code == 0
    shop.work(**at(5, month=12))
    assert shop.show(reference)["status"] == "closed"
    with shop.office(), db.read() as session:
        steps = session.scalars(select(RecipientStep.step).order_by(RecipientStep.id)).all()
        assert session.scalars(select(RecipientAsk.answered_by)).all() == [HANDLER]
    assert steps == ["silent", "asked", "confirmed"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("confirm", "{}", "nobody", "--by", HANDLER, "--evidence", "x"), "asks no recipient 'nobody'"),
        (("confirm", "{}", "ally", "--by", "stranger", "--evidence", "x"), "stranger"),
        (("confirm", "{}", "ally", "--by", HANDLER, "--evidence", " "), "empty"),
        (
            ("refuse", "77777777", "ally", "--by", HANDLER, "--evidence", "x", "--ground", "own_basis"),
            "no request",
        ),
    ],
)
def test_what_cannot_be_recorded_is_one_clear_error(shop_asked, words, said):
    shop, reference = shop_asked
    told = shop.run("recipient", *(word.format(reference) for word in words)).error
    assert said in told
    assert not any(value in told for value in VALUES)


def test_the_ledger_and_the_alerts_hold_nothing_of_the_person(shop_asked):
    shop, _ = shop_asked
    shop.work(**at(3, month=12))
    exported = shop.folder / "ledger.jsonl"
    assert shop.run("ledger", "export", exported).code == 0
    assert not any(value in exported.read_text() for value in (*VALUES, CARD))
