"""What comes while something else goes on: no answer is lost, and nobody who received anything is passed over."""

import pytest

from dsar import clock, db
from dsar.jobs import certificate
from dsar.services import intake, recipients
from dsar.terms import Outcome
from tests.recipients.told import letters, recipient
from tests.shop import HANDLER, OFFICER, PHONE, Shop

TOMORROW = {"DSAR_NOW": "2021-11-25T03:00:00Z"}


def answer(reference: str, name: str) -> None:
    with db.begin() as session:
        row = intake.get(session, reference)
        recipients.answered(session, row, name, Outcome.ERASED, by="link", at=clock.now())


def closed(shop: Shop, reference: str) -> bool:
    return (shop.erasure(reference)["verdict"], shop.show(reference)["status"]) == ("KEPT", "closed")


def test_an_answer_that_comes_while_a_certificate_is_made_is_on_the_next_one(
    given, monkeypatch: pytest.MonkeyPatch
):
    shop = given("ally, press")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    confirm = ("recipient", "confirm", reference, "press", "--by", HANDLER, "--evidence", "their letter")
    assert shop.run(*confirm).code == 0
    made, making = certificate.certificate_pdf, []

    def answered_meanwhile(shown):
        making.append([one["outcome"] for one in shown.show["recipients"]])
        if len(making) == 1:
            answer(reference, "ally")
        return made(shown)

    monkeypatch.setattr(certificate, "certificate_pdf", answered_meanwhile)
    shop.work()
    assert making == [[None, "erased"], ["erased", "erased"]]
    assert closed(shop, reference)
    assert shop.erasure(reference)["certificate"]["number"] == 2
    assert [one.kind for one in letters(shop) if one.to == PHONE] == ["awaiting", "confirmed"]


def test_an_answer_that_comes_while_the_erasure_is_held_counts_once_it_goes_on(given):
    shop = given("ally")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    hold = ("erasure", "hold", reference, "--by", OFFICER, "--reason", "a court asks us to wait")
    assert shop.run(*hold).code == 0
    with shop.office():
        answer(reference, "ally")
    shop.work()
    assert shop.show(reference)["status"] == "working"
    assert shop.run("erasure", "go", reference, "--by", OFFICER).code == 0
    shop.work()
    assert closed(shop, reference)


def test_whoever_received_a_record_that_came_after_the_search_is_asked_as_well(given):
    shop = given("ally", more="undo: {hours: 24}\n")
    (reference,) = shop.confirmed("erasure", identifiers=["phone:+8613100009999"])
    shop.work()
    shop.change("crm", "insert into customer values (null, '13100009999', null, null, '某人', null, null)")
    shop.work(**TOMORROW)
    shown = shop.erasure(reference)
    (customer,) = shown["stores"][0]["collections"]
    assert (customer["planned"], customer["erased"]) == (0, 1)
    assert recipient(shop, reference, "ally")["state"] == "asked"
    assert (shown["verdict"], shop.show(reference)["status"]) == ("UNCONFIRMED", "working")
