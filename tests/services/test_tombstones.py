"""Whoever is erased leaves digests of himself, and no more: from the moment the first record may go."""

import sqlite3
from contextlib import closing

import pytest

from dsar import clock, db
from dsar.errors import UnrecordedChange
from dsar.models import RequestKey, Tombstone
from dsar.services import keys, ledger, tombstones
from dsar.terms import KeyClass
from tests import shop as shops
from tests.releases import unpacked
from tests.releases.test_releases import ARCHIVES
from tests.shop import MAP, OFFICER, VALUES, Shop

STONES = "select kind, form, count(*) from tombstone where reference = ? group by kind, form"


def rows(shop: Shop, statement: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database:
        return database.execute(statement, values).fetchall()


def stones(shop: Shop, reference: str) -> dict[tuple[str, str], int]:
    return {(kind, form): n for kind, form, n in rows(shop, STONES, reference)}


def facts(shop: Shop, reference: str) -> list[dict]:
    with shop.office(), db.read() as session:
        return ledger.facts_of(session, reference, "tombstones.written")


@pytest.fixture(scope="module")
def worked(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, str, str]:
    """The shop once Ann was erased, and somebody who was never its customer."""
    shop = shops.copy_of(built_shop, tmp_path_factory.mktemp("shop") / "erased")
    (ann,), (nobody,) = (
        shop.confirmed("erasure"),
        shop.confirmed("erasure", identifiers=["phone:+8613900009999"]),
    )
    shop.work()
    return shop, ann, nobody


def test_an_erasure_writes_them_once_for_every_form_and_for_the_numbers_that_it_followed(worked):
    shop, ann, _ = worked
    written = stones(shop, ann)
    forms = {("phone", "national"), ("phone", "normal"), ("phone", "any"), ("customer_id", "exact")}
    assert forms <= written.keys()
    assert {kind for kind, _ in written} == {"phone", "customer_id"}  # what was not proven is not acted on
    assert facts(shop, ann) == [{"tombstones": sum(written.values())}]


def test_nothing_of_the_person_can_be_read_in_them(worked):
    (dumped,) = rows(
        worked[0], "select group_concat(hex(digest) || kind || form || reference) from tombstone"
    )
    assert [value for value in VALUES if value in str(dumped)] == []


def test_somebody_of_whom_nothing_is_held_is_to_stay_erased_all_the_same(worked):
    shop, _, nobody = worked
    assert shop.erasure(nobody)["verdict"] == "NOTHING_HELD"
    assert ("phone", "normal") in stones(shop, nobody)


def test_a_tombstone_is_changed_only_with_an_entry_of_the_ledger(worked):
    shop, ann, _ = worked
    with shop.office(), pytest.raises(UnrecordedChange, match=ann), db.begin() as session:
        session.query(Tombstone).filter_by(reference=ann).first().lifted_at = clock.now()


def test_there_are_none_before_it_begins_and_none_for_a_look_or_a_copy(shop: Shop):
    copy, frozen = shop.confirmed("copy", "erasure")
    looked = looked_for(shop)
    shop.work()
    assert [stones(shop, reference) for reference in (copy, frozen, looked)] == [{}, {}, {}]
    shop.run("copy", "write", copy, shop.folder / "out")
    shop.work()
    assert stones(shop, frozen) != {}


def looked_for(shop: Shop) -> str:
    said = shop.run("request", "open", "--right", "erasure", "--looks-only", "--identifier",
                    "phone:13100002222", "--json")  # fmt: skip
    reference = said.json["reference"]
    assert shop.run("request", "confirm", reference, "--by", OFFICER, "--evidence", "seen").code == 0
    return str(reference)


def test_a_map_with_another_form_has_it_written_for_those_who_can_still_be_read(shop: Shop):
    (mine,) = shop.confirmed("erasure")
    (gone,) = shop.confirmed("erasure", identifiers=["phone:13100002222"])
    shop.work()
    with shop.office() as office, db.begin() as session:
        keys.destroy(session, gone, [KeyClass.IDENTITY], at=clock.now())
        assert session.get_one(RequestKey, (gone, KeyClass.IDENTITY)).wrapped is None
        del office
    (shop.folder / "map.yaml").write_text(
        MAP.read_text().replace("form: national", "form: [national, 'md5:national']")
    )
    assert shop.run("map", "apply", shop.folder / "map.yaml").code == 0
    assert shop.work()["failed"] == 0
    assert ("phone", "md5:national") in stones(shop, mine)
    assert ("phone", "md5:national") not in stones(shop, gone)


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda archive: archive.name.removesuffix(".tar.gz"))
def test_erasures_of_earlier_releases_get_theirs_where_they_can_still_be_read(archive, tmp_path):
    shop, references = unpacked(archive, tmp_path)
    shop.work()
    assert ("phone", "normal") in stones(shop, references["closed"])
    assert stones(shop, references["held"]) == {}  # not begun
    assert rows(shop, "select * from work where key = ?", tombstones.KEY) == []
