"""Recipients that an earlier release had staff write to are followed on, and keep the days their letters gave."""

from sqlalchemy import text

from dsar import db
from dsar.jobs import migration
from tests.recipients.told import alerts, recipient
from tests.shop import HANDLER


def test_one_that_was_to_be_written_to_is_followed_on_and_answers(given):
    shop = given("press")
    (reference,) = shop.confirmed("erasure")
    shop.work()
    with shop.office():
        migration.downgrade("0003")
        with db.engine().begin() as connection:
            asked = connection.execute(text("select name, asked_at from recipient_ask")).all()
            connection.execute(text("delete from work where job like '%recipient'"))
    assert [name for name, _ in asked] == ["press"]
    one = recipient(shop, reference, "press")  # opening the office brings the database up to date
    assert (one["state"], one["asked_at"], one["due_on"]) == ("asked", "2021-11-24T02:00:00Z", "2021-12-09")
    assert shop.erasure(reference)["verdict"] == "UNCONFIRMED"
    shop.work(DSAR_NOW="2021-12-10T02:00:00Z")
    assert ("recipient.silent", reference, "press") in alerts(shop)
    confirm = ("recipient", "confirm", reference, "press", "--by", HANDLER, "--evidence", "their letter")
    assert shop.run(*confirm, DSAR_NOW="2021-12-10T02:00:00Z").code == 0
    shop.work(DSAR_NOW="2021-12-10T02:00:00Z")
    assert shop.show(reference)["status"] == "closed"
