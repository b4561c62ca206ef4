"""A record that a law keeps goes by itself the day after its last, and the certificate is made anew."""

import os

from dsar.demo import case, stores
from dsar.terms import Right
from tests.oracle import oracle
from tests.oracle.test_oracle import luo, places
from tests.stories.driving import desk, verdicts


def test_the_paid_order_goes_on_the_day_after_its_last(tmp_path):
    stores.build(tmp_path / "stores", people=50, case=case.read())
    with desk(tmp_path / "home", stores.environment(tmp_path / "stores")) as here:
        here.apply(stores.AFTER_MAP)
        (erasure,) = here.file([Right.ERASURE], case.read().identifiers)
        here.work()
        first = here.erasure(erasure)
        assert verdicts(first)["orders.course_order"] == "KEPT"
        os.environ["DSAR_NOW"] = "2024-03-20T15:59:59Z"  # its last day, in Shanghai
        here.work()
        assert verdicts(here.erasure(erasure))["orders.course_order"] == "KEPT"
        os.environ["DSAR_NOW"] = "2024-03-20T16:00:00Z"
        here.work()
        shown = here.erasure(erasure)
        order = next(c for s in shown["stores"] for c in s["collections"] if c["name"] == "course_order")
        assert (order["verdict"], order["found"], order["erased"], order["kept"]) == ("ERASED", 5, 5, 0)
        assert (here.show(erasure)["status"], shown["certificate"]["number"]) == ("closed", 2)
        assert here.show(erasure)["answered_at"] == "2021-11-24T02:00:00Z"
        assert shown["proof"]["ground"]["until"] > "2024-03-20"
        assert here.ledger_is_whole()
    assert oracle.where(places(tmp_path / "stores"), luo()) == {}
