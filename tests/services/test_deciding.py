"""What an erasure does to one record: what a law wants kept stays as long as it says; everything else goes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dsar.datamap.loader import load
from dsar.datamap.types import Collection, Condition
from dsar.law import load_rules
from dsar.services import reasons
from dsar.services.deciding import decide, holds
from tests.shop import MAP

KEY = ("id",)
TODAY = date(2021, 11, 24)
ROW = {
    "id": 1, "customer_id": 1, "order_no": "A-1", "price": 88, "done_at": "2021-03-20 10:00:00",
    "address": "1 Elm", "locked": 0,
}  # fmt: skip


@pytest.fixture(scope="session")
def purchase() -> Collection:
    """The orders of the shop: those with a price are kept for three years from completion."""
    return load(MAP, known_rules=load_rules().keys()).map.stores["orders"].collections["purchase"]


@pytest.fixture(scope="session")
def customer() -> Collection:
    return load(MAP, known_rules=load_rules().keys()).map.stores["crm"].collections["customer"]


def test_a_paid_order_is_kept_reduced_and_locked(purchase: Collection):
    decision = decide(purchase, ROW, key=KEY, today=TODAY)
    assert (decision.delete, decision.kept, decision.rule) == (False, True, "CN-ECL31-RETENTION-3Y")
    assert decision.until == date(2024, 3, 20)
    assert decision.blank == ("address",)
    assert decision.lock == ("locked", 1)


def test_what_is_reduced_and_locked_already_needs_nothing_more(purchase: Collection):
    decision = decide(purchase, ROW | {"address": None, "locked": 1}, key=KEY, today=TODAY)
    assert decision.kept
    assert not decision.acts


@pytest.mark.parametrize(
    ("today", "goes"),
    [(date(2024, 3, 20), False), (date(2024, 3, 21), True)],
    ids=["its last day", "the day after"],
)
def test_it_goes_the_day_after_its_last(purchase: Collection, today: date, goes: bool):
    assert decide(purchase, ROW, key=KEY, today=today).delete is goes


@pytest.mark.parametrize("price", [0, "0", "0.00", -1, None, "", "free"])
def test_an_order_without_a_price_goes(purchase: Collection, price: object):
    assert decide(purchase, ROW | {"price": price}, key=KEY, today=TODAY).delete


@pytest.mark.parametrize("price", [1, "88", "88.50", 0.01])
def test_a_price_is_a_number_however_it_is_kept(purchase: Collection, price: object):
    assert decide(purchase, ROW | {"price": price}, key=KEY, today=TODAY).kept


@pytest.mark.parametrize("done_at", [None, "", "soon", "2021-02-30", 20210320])
def test_while_nobody_knows_when_it_was_done_its_period_has_not_ended(purchase: Collection, done_at: object):
    decision = decide(purchase, ROW | {"done_at": done_at}, key=KEY, today=TODAY + timedelta(days=36_500))
    assert (decision.kept, decision.until) == (True, None)


def test_everything_else_goes(customer: Collection):
    decision = decide(customer, {"id": 1, "phone": "13100001111"}, key=KEY, today=TODAY)
    assert (decision.delete, decision.kept) == (True, False)


rows = some.fixed_dictionaries(
    {
        "id": some.integers(),
        "customer_id": some.integers(),
        "order_no": some.text(max_size=5),
        "price": some.none()
        | some.integers(-5, 500)
        | some.text(max_size=4)
        | some.floats(allow_nan=False, allow_infinity=False),
        "done_at": some.none()
        | some.dates(date(2015, 1, 1), date(2030, 1, 1)).map(str)
        | some.text(max_size=12),
        "address": some.none() | some.text(max_size=5),
        "locked": some.sampled_from([0, 1, None]),
    }
)


@given(row=rows, today=some.dates(date(2018, 1, 1), date(2035, 1, 1)))
def test_a_record_goes_or_is_kept_by_a_law_and_never_beyond_its_day(
    purchase: Collection, row: dict, today: date
):
    decision = decide(purchase, row, key=KEY, today=today)
    assert decision.delete != decision.kept
    if decision.kept:
        assert decision.rule == "CN-ECL31-RETENTION-3Y"
        assert decision.until is None or today <= decision.until
        assert not set(decision.blank) & {"id", "customer_id", "order_no", "price", "done_at"}


@given(row=rows, today=some.dates(date(2018, 1, 1), date(2035, 1, 1)))
def test_doing_what_was_decided_leaves_nothing_more_to_do(purchase: Collection, row: dict, today: date):
    """So an erasure that is run again changes nothing."""
    first = decide(purchase, row, key=KEY, today=today)
    if first.delete:
        return
    done = row | dict.fromkeys(first.blank) | (dict([first.lock]) if first.lock else {})
    again = decide(purchase, done, key=KEY, today=today)
    assert again.kept
    assert not again.acts


@given(row=rows, days=some.integers(0, 4000))
def test_what_goes_today_goes_on_every_later_day(purchase: Collection, row: dict, days: int):
    if decide(purchase, row, key=KEY, today=TODAY).delete:
        assert decide(purchase, row, key=KEY, today=TODAY + timedelta(days=days)).delete


CONDITIONS = [
    ("above", 0, {1: True, 0: False, "2": True, "x": False, None: False}),
    ("below", 10, {9: True, 10: False, "9.5": True, None: False}),
    ("is", "paid", {"paid": True, "Paid": False, None: False, "": False}),
    ("is", 1, {1: True, "1": True, "1.0": True, 2: False}),
    ("is_not", "paid", {"open": True, "paid": False, None: True}),
    ("in", ("a", "b"), {"a": True, "c": False, None: False}),
]


@pytest.mark.parametrize(
    ("test", "value", "answers"), CONDITIONS, ids=[f"{test} {value}" for test, value, _ in CONDITIONS]
)
def test_a_condition_holds_or_it_does_not(test: str, value: object, answers: dict):
    condition = Condition("state", test, value)
    assert {given: holds(condition, {"state": given}) for given in answers} == answers


@pytest.mark.parametrize(
    ("done_at", "until"),
    [
        ("2021-03-20", date(2024, 3, 20)),
        ("2021-03-20T10:00:00", date(2024, 3, 20)),
        ("2021-03-20T17:00:00+00:00", date(2024, 3, 21)),  # the 21st in Shanghai
        ("2021-03-20 10:00:00 (by hand)", date(2024, 3, 20)),
        *(
            (none, None)
            for none in (
                1616234400,
                2021,
                "1012123100000",
                "20210320",
                "",
                "9996-12-31",
                "9999-12-31",
                "2021-02-30",
            )
        ),
    ],
)
def test_a_period_runs_from_the_day_that_the_record_tells_and_no_day_is_invented(purchase, done_at, until):
    decision = decide(purchase, ROW | {"done_at": done_at}, key=KEY, today=TODAY)
    assert (decision.kept, decision.until, decision.cannot) == (True, until, False)
    assert decision.reason == (None if until else reasons.UNDATED)
