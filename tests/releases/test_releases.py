"""Every version finishes the requests that each earlier one left in flight."""

import pytest

from tests import shop as shops
from tests.releases import FLIGHT, HERE, back, did, unpacked
from tests.shop import HANDLER, OFFICER, Shop

ARCHIVES = sorted(HERE.glob("*.tar.gz"))
COPIES = ("asked", "proven", "ready", "partial")
ERASURES = ("closed", "large", "held", "halfway")
Release = tuple[Shop, dict[str, str]]


@pytest.fixture(scope="module", params=ARCHIVES, ids=lambda archive: archive.name.removesuffix(".tar.gz"))
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """As it was made; only looked at."""
    return unpacked(request.param, tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def finished(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The store that was down answers again, and people do what was waited for."""
    shop, references = release
    shop = shops.copy_of(shop, tmp_path_factory.mktemp("finished") / "shop")
    back(shop)
    did(shop.run("request", "confirm", references["asked"], "--by", HANDLER, "--evidence", "seen"))
    for name in ("large", "held"):
        did(shop.run("erasure", "go", references[name], "--by", OFFICER))
    shop.work()
    return shop, references


def test_an_archive_is_there_with_each_kind_of_request(release):
    _shop, references = release
    assert references.keys() >= set(COPIES + ERASURES)


def test_its_requests_stand_where_they_stood(release):
    shop, references = release
    stands = {name: shop.show(reference)["status"] for name, reference in references.items()}
    stages = {name: shop.erasure(references[name])["stage"] for name in ("large", "held", "closed")}
    assert stands["asked"] in ("received", "verifying")
    assert [stands[name] for name in ("proven", "partial", "halfway", "large", "held")] == ["working"] * 5
    assert stages == {"large": "planned", "held": "held", "closed": "done"}
    assert not shop.show(references["partial"])["complete"]


def test_every_copy_is_finished_with_all_of_its_records(finished, tmp_path):
    shop, references = finished
    for name in COPIES:
        written = did(shop.run("copy", "write", references[name], tmp_path / name, "--json")).json
        assert written["complete"], name
        shown = shop.show(references[name])
        records = sum(
            collection["records"] for store in shown["stores"] for collection in store["collections"]
        )
        assert (shown["status"], records) == ("closed", 3 + FLIGHT[name].free), name


def test_every_erasure_is_finished_and_leaves_what_the_law_keeps(finished, tmp_path):
    shop, references = finished
    for name in ERASURES:
        asker, erasure = FLIGHT[name], shop.erasure(references[name])
        assert (erasure["stage"], erasure["verdict"]) == ("done", "KEPT"), name
        assert shop.rows("crm", f"select * from customer where id = {asker.number}") == []
        assert shop.rows("box", f"select * from entry where text like '%{asker.national}%'") == []
        orders = shop.rows(
            "orders", f"select order_no, address from purchase where customer_id = {asker.number}"
        )
        assert orders in ([(f"P-{asker.number}", None)], [(f"P-{asker.number}", "")]), name
        did(shop.run("certificate", "write", references[name], tmp_path / name))


def test_nobody_else_loses_anything(finished):
    shop, _references = finished
    kept = [FLIGHT[name].number for name in COPIES]
    found = shop.rows("crm", "select id from customer where id > 10 order by id")
    assert [number for (number,) in found] == sorted(kept)
    assert shop.rows("crm", "select count(*) from customer where id < 10") == [(3,)]


def test_the_ledger_is_whole_before_and_after(release, finished):
    for shop, _references in (release, finished):
        assert did(shop.run("ledger", "verify", "--json")).json["whole"]


def test_what_was_kept_goes_when_its_time_is_over(finished, tmp_path):
    shop = shops.copy_of(finished[0], tmp_path / "later")
    shop.work(DSAR_NOW="2024-04-01T02:00:00Z")
    kept = [FLIGHT[name].number for name in ERASURES]
    assert shop.rows("orders", f"select * from purchase where customer_id in {tuple(kept)}") == []
