"""When a frozen erasure begins by itself, as the person is told."""

from pathlib import Path

from dsar import db
from dsar.services import erasing, intake
from tests.services.test_erasing import mapped
from tests.shop import Shop

UNDO = "undo: {hours: 24}\n"


def begins(shop: Shop, reference: str) -> tuple[str | None, bool]:
    with shop.office(), db.read() as session:
        at, copy_first = erasing.begins(session, intake.get(session, reference))
    return at and at.isoformat(), copy_first


def test_with_an_undo_window_alone_it_begins_when_that_is_over(shop: Shop, tmp_path: Path):
    mapped(shop, tmp_path, UNDO)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    assert begins(shop, reference) == ("2021-11-25T02:00:00+00:00", False)
    shop.work(DSAR_NOW="2021-11-25T02:00:00Z")
    assert begins(shop, reference) == (None, False)


def test_once_the_copy_is_fetched_it_waits_for_it_no_longer(shop: Shop, tmp_path: Path):
    mapped(shop, tmp_path, UNDO)
    copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    assert begins(shop, erasure) == ("2021-12-05T16:00:00+00:00", True)
    assert shop.run("copy", "write", copy, tmp_path / "copy").code == 0
    assert begins(shop, erasure) == ("2021-11-25T02:00:00+00:00", False)
