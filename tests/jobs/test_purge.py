"""What has served its time is destroyed on its day: keys first, then files; what is left says so and no more."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from dsar import db
from dsar.errors import NotFound
from dsar.jobs import handover
from dsar.models import PaperFile, RequestKey
from dsar.services import keys
from dsar.terms import KeyClass
from tests.shop import PHONE, VALUES, Shop

EXPIRES = "2021-12-24T02:00:00Z"  # 30 days after the copy was made
JUST_BEFORE = "2021-12-24T01:59:59Z"
LAST_DAY = "2024-11-24T15:59:59Z"  # the proof of a request is kept for three years, to the end of the day in Shanghai
AFTER = "2024-11-24T16:00:00Z"


def wrapped(shop: Shop, reference: str) -> dict[str, bool]:
    """Of each class of key: whether there is one."""
    with shop.office(), db.read() as session:
        rows = session.scalars(select(RequestKey).where(RequestKey.reference == reference)).all()
        return {row.key_class: row.wrapped is not None for row in rows}


def vault(shop: Shop, reference: str) -> list[str]:
    folder = shop.home / "vault" / reference
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_copy_can_be_fetched_to_its_last_moment(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    shop.work(DSAR_NOW=JUST_BEFORE)
    assert shop.run("copy", "write", reference, tmp_path / "out", DSAR_NOW=JUST_BEFORE).code == 0
    assert "copy" in vault(shop, reference)


def test_then_its_files_and_keys_are_gone(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    shop.work(DSAR_NOW=EXPIRES)
    assert vault(shop, reference) == []
    assert wrapped(shop, reference) == {"found": False, "copy": False, "identity": True, "case": True}
    shown = shop.show(reference)
    assert shown["copy"]["state"] == "expired"
    assert (shown["status"], shown["identifiers"][0]["masked"]) == ("closed", "131****1111")
    assert "destroyed" in shop.run("copy", "write", reference, tmp_path / "out").error
    assert not (tmp_path / "out").exists()
    assert shop.run("ledger", "verify").code == 0
    assert shop.acts(reference).count("copy.expired") == 1


def test_a_backup_of_the_files_opens_no_more_without_the_key(served: tuple[Shop, str], tmp_path: Path):
    """Destroying the key destroys every copy of what it sealed, wherever it lies."""
    shop, reference = served
    shutil.copytree(shop.home / "vault" / reference, tmp_path / "backup")
    shop.work(DSAR_NOW=EXPIRES)
    shutil.copytree(tmp_path / "backup", shop.home / "vault" / reference, dirs_exist_ok=True)
    with shop.office() as office:
        with pytest.raises(NotFound, match="no copy to hand over"):
            handover.released(office, reference, "copy")
        with db.read() as session, pytest.raises(NotFound, match="destroyed"):
            keys.of(session, office.vault, reference, KeyClass.COPY)


def test_the_names_of_the_persons_files_go_with_them(served: tuple[Shop, str]):
    shop, reference = served
    shop.work(DSAR_NOW=EXPIRES)
    with shop.office(), db.read() as session:
        assert [name for name in session.scalars(select(PaperFile.name)) if "ann-face" in name] == []
    assert "ann-face" not in str(shop.show(reference))


def test_expiring_twice_is_harmless(served: tuple[Shop, str]):
    shop, reference = served
    for _ in range(2):
        shop.work(DSAR_NOW=EXPIRES)
    assert shop.acts(reference).count("copy.expired") == 1


def test_a_setting_says_how_many_days(shop: Shop):
    (reference,) = shop.confirmed("copy")
    shop.work(DSAR_COPY_DAYS="3")
    assert shop.show(reference)["copy"]["expires_at"] == "2021-11-27T02:00:00Z"


def test_the_proof_is_kept_to_the_end_of_its_last_day(served: tuple[Shop, str]):
    shop, reference = served
    shop.work(DSAR_NOW=LAST_DAY)
    assert wrapped(shop, reference)["identity"]
    shop.work(DSAR_NOW=AFTER)
    assert wrapped(shop, reference) == dict.fromkeys(["found", "copy", "identity", "case"], False)


def test_when_all_is_destroyed_the_request_still_shows_and_the_ledger_proves(
    served: tuple[Shop, str], tmp_path: Path
):
    shop, reference = served
    shop.work(DSAR_NOW=AFTER)
    shown = shop.show(reference)
    assert (shown["status"], shown["answered_at"]) == ("closed", "2021-11-24T02:00:00Z")
    assert [one["masked"] for one in shown["identifiers"]] == [None] * len(shown["identifiers"])
    assert shop.acts(reference)[-1] == "proof.destroyed"
    assert shop.run("ledger", "verify").code == 0
    said = shop.run(
        "request", "confirm", reference, "--by", "lin", "--evidence", "seen", "--identifier", f"phone:{PHONE}"
    )
    assert said.code in (0, 1)
    assert "Traceback" not in said.err
    assert "defect" not in said.err


def test_a_destroyed_key_is_in_no_page_of_our_database(served: tuple[Shop, str]):
    shop, reference = served
    with shop.office(), db.read() as session:
        rows = session.scalars(select(RequestKey).where(RequestKey.reference == reference)).all()
        kept = {row.key_class: row.wrapped for row in rows}
    assert all(blob in content(shop) for blob in kept.values())
    shop.work(DSAR_NOW=EXPIRES)
    assert {name: blob in content(shop) for name, blob in kept.items()} == {
        "found": False, "copy": False, "identity": True, "case": True,
    }  # fmt: skip


def content(shop: Shop) -> bytes:
    return b"".join(path.read_bytes() for path in shop.home.glob("dsar.sqlite*"))


def test_an_erasure_ends_the_same_way(shop: Shop, tmp_path: Path):
    (reference,) = shop.confirmed("erasure")
    shop.work()
    shop.work(DSAR_NOW="2024-03-21T02:00:00Z")
    assert shop.erasure(reference)["verdict"] == "ERASED"
    assert shop.erasure(reference)["proof"]["ground"]["until"] == "2027-03-21", "counted from its last act"
    shop.work(DSAR_NOW="2027-03-21T15:59:59Z")
    assert wrapped(shop, reference)["identity"]
    shop.work(DSAR_NOW="2027-03-21T16:00:00Z")
    assert vault(shop, reference) == []
    assert wrapped(shop, reference) == dict.fromkeys(["found", "copy", "identity", "case"], False)
    assert shop.erasure(reference)["verdict"] == "ERASED"
    assert shop.run("certificate", "write", reference, tmp_path / "out").error
    kept = b"".join(path.read_bytes() for path in shop.home.rglob("*") if path.is_file())
    assert [value for value in VALUES if value.encode() in kept] == []


def test_after_years_of_standing_still_what_was_kept_goes_before_the_keys_do(shop: Shop):
    """The day on which the order may go and the day on which the proof goes have both passed."""
    (reference,) = shop.confirmed("erasure")
    shop.work()
    down = {"ORDERS_URL": "sqlite:////nowhere/orders.sqlite"}
    shop.work(DSAR_NOW=AFTER, **down)
    assert wrapped(shop, reference)["identity"]
    shop.work(DSAR_NOW=AFTER)
    assert shop.rows("orders", "select order_no from purchase where customer_id = 1") == []
    shop.work(DSAR_NOW="2027-11-25T16:00:00Z")
    assert not wrapped(shop, reference)["identity"]
