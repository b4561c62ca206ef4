"""Records that a law keeps, some with a date and some without: each verdict is true, and what has ended goes."""

from tests.shop import MAP, Shop

UNDATED = "update purchase set price = 9, done_at = null where id = 2"
LAST, AFTER = "2024-03-20T15:59:00Z", "2024-03-20T16:00:00Z"  # in Shanghai the 20th, and the 21st


def purchases(shop: Shop, reference: str, **settings: str) -> dict:
    stores = shop.erasure(reference, **settings)["stores"]
    return next(one for store in stores for one in store["collections"] if one["name"] == "purchase")


def told(one: dict) -> tuple:
    ground = one["ground"] and one["ground"]["until"]
    return one["verdict"], one["kept"], ground, bool(one["reason"]) and "does not say when" in one["reason"]


def test_dated_and_undated_records_are_kept_and_only_the_dated_go_on_their_day(shop, tmp_path):
    shop.change("orders", UNDATED)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert told(purchases(shop, reference)) == ("KEPT", 2, "2024-03-20", True)
    assert shop.run("certificate", "write", reference, tmp_path / "first").code == 0
    shop.work(DSAR_NOW=LAST)
    assert told(purchases(shop, reference, DSAR_NOW=LAST)) == ("KEPT", 2, "2024-03-20", True)
    shop.work(DSAR_NOW=AFTER)
    assert told(purchases(shop, reference, DSAR_NOW=AFTER)) == ("KEPT", 1, None, True)
    assert shop.rows("orders", "select id from purchase where customer_id = 1") == [(2,)]
    assert shop.run("certificate", "write", reference, tmp_path / "second", DSAR_NOW=AFTER).code == 0


def test_a_map_whose_period_runs_from_a_number_is_refused_with_its_line(shop):
    shop.change("orders", "alter table purchase rename column done_at to old")
    shop.change("orders", "alter table purchase add column done_at integer")
    said = shop.run("map", "check", MAP)
    line = next(n for n, words in enumerate(MAP.read_text().splitlines(), 1) if "until:" in words)
    assert said.code == 1
    assert f"map.yaml:{line}: " in said.err
    assert "is INTEGER, which is no date" in said.err
