"""Between making and handing over somebody changes what is sealed, with the vault's own functions: nothing leaves."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dsar import db
from dsar.errors import NotFound, ReleaseRefused
from dsar.jobs import handover
from dsar.jobs.office import Office
from dsar.models import PaperFile, Probe
from dsar.services import keys
from dsar.terms import KeyClass
from tests.shop import OFFICER, Shop


def part(session: Session, collection: str) -> Probe:
    """The sealed part of a collection, with records in it."""
    return session.scalars(select(Probe).where(Probe.collection == collection, Probe.records > 0)).one()


def about(probe: Probe) -> str:
    return f"{probe.reference}/found/{probe.id}"


def resealed(office: Office, session: Session, probe: Probe, change: Callable[[list[bytes]], object]) -> None:
    """Open a part, change its lines, and seal them under the same key."""
    key = keys.of(session, office.vault, probe.reference, KeyClass.FOUND)
    lines = office.vault.open(key, probe.sealed, about(probe)).splitlines(keepends=True)
    change(lines)
    plain = b"".join(lines)
    sealed = office.vault.seal(key, plain, about(probe))
    session.execute(update(Probe).where(Probe.id == probe.id).values(sealed=sealed))


def refused(shop: Shop, reference: str, tmp_path: Path) -> str:
    """What the refusal says; nothing was written, told or counted as fetched."""
    said = shop.run("copy", "write", reference, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert "copy.fetched" not in shop.acts(reference)
    assert shop.show(reference)["copy"]["state"] == "ready"
    return said.error


def test_a_flipped_byte_of_a_sealed_part(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office(), db.begin() as session:
        probe = part(session, "purchase")
        sealed = bytearray(probe.sealed)
        sealed[len(sealed) // 2] ^= 1
        session.execute(update(Probe).where(Probe.id == probe.id).values(sealed=bytes(sealed)))
    assert (
        refused(shop, reference, tmp_path)
        == f"copy of {reference}: the sealed part orders.purchase does not open"
    )


def test_a_part_sealed_again_with_a_record_fewer(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office() as office, db.begin() as session:
        resealed(office, session, part(session, "purchase"), lambda lines: lines.pop())
    assert "the sealed part orders.purchase is not what was found" in refused(shop, reference, tmp_path)


def test_a_part_sealed_again_with_its_count_and_digest_put_right(served: tuple[Shop, str], tmp_path: Path):
    """Whoever changes our table too is still caught by the ledger."""
    shop, reference = served
    with shop.office() as office, db.begin() as session:
        from hashlib import sha256

        probe = part(session, "purchase")
        kept: list[bytes] = []
        resealed(office, session, probe, lambda lines: kept.extend(lines[:-1]) or lines.pop())
        session.execute(
            update(Probe)
            .where(Probe.id == probe.id)
            .values(records=2, sha256=sha256(b"".join(kept)).hexdigest())
        )
    assert "the sealed parts of orders are not those of the ledger" in refused(shop, reference, tmp_path)


def test_a_part_with_another_value_in_it(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office() as office, db.begin() as session:
        probe = part(session, "customer")
        resealed(
            office,
            session,
            probe,
            lambda lines: lines.__setitem__(0, lines[0].replace("安妮".encode(), "安娜".encode())),
        )
    assert "the sealed part crm.customer is not what was found" in refused(shop, reference, tmp_path)


def test_a_part_that_is_gone(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office(), db.begin() as session:
        session.delete(part(session, "entry"))
    assert "the sealed parts of box are not those of the ledger" in refused(shop, reference, tmp_path)


def test_a_part_that_is_emptied(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office(), db.begin() as session:
        probe = part(session, "entry")
        session.execute(update(Probe).where(Probe.id == probe.id).values(sealed=None, sha256=None, records=0))
    assert "the sealed parts of box are not those of the ledger" in refused(shop, reference, tmp_path)


def test_two_parts_swapped(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office(), db.begin() as session:
        first, second = part(session, "customer"), part(session, "entry")
        sealed = {first.id: second.sealed, second.id: first.sealed}
        for id, blob in sealed.items():
            session.execute(update(Probe).where(Probe.id == id).values(sealed=blob))
    assert "does not open" in refused(shop, reference, tmp_path)


def file_of(session: Session, name: str) -> PaperFile:
    return session.scalars(select(PaperFile).where(PaperFile.name == name)).one()


def sealed_again(office: Office, file: PaperFile, key: bytes, plain: bytes) -> None:
    with office.vault.writer(key, file.sealed) as writer:
        writer.write(plain)
        writer.finish()


def test_the_json_sealed_again_with_one_record_more(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office() as office, db.read() as session:
        file, key = file_of(session, "copy.json"), keys.of(session, office.vault, reference, KeyClass.COPY)
        plain = json.loads(b"".join(office.vault.read(key, file.sealed)))
        rows = plain["stores"][1]["collections"][0]["rows"]
        rows.append(rows[0])
        sealed_again(office, file, key, json.dumps(plain, ensure_ascii=False).encode())
    assert "copy.json is not what was made" in refused(shop, reference, tmp_path)


@pytest.mark.parametrize("name", ["copy.pdf", "csv/crm.customer.csv", "files/crm/customer/1-ann-face.png"])
def test_a_flipped_byte_of_a_sealed_file(served: tuple[Shop, str], tmp_path: Path, name: str):
    shop, reference = served
    with shop.office() as office, db.read() as session:
        path = office.vault.folder / file_of(session, name).sealed
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(bytes(content))
    said = refused(shop, reference, tmp_path)
    assert "does not open" in said
    assert name.removesuffix("-ann-face.png") in said
    assert "ann-face" not in said, "a file's name is the person's own"


def test_a_sealed_file_that_is_cut_or_gone(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office() as office, db.read() as session:
        path = office.vault.folder / file_of(session, "copy.pdf").sealed
    path.write_bytes(path.read_bytes()[:-1])
    assert "copy.pdf does not open" in refused(shop, reference, tmp_path)
    path.unlink()
    assert "copy.pdf does not open" in refused(shop, reference, tmp_path)


def test_a_file_added_to_the_list_and_one_taken_from_it(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office(), db.begin() as session:
        file = file_of(session, "copy.json")
        more = PaperFile(
            reference=reference, paper="copy", name="more.json", bytes=file.bytes, sha256=file.sha256
        )
        more.sealed = file.sealed
        session.add(more)
    assert "its files are not those of the ledger" in refused(shop, reference, tmp_path)
    with shop.office(), db.begin() as session:
        session.delete(file_of(session, "more.json"))
        session.delete(file_of(session, "csv/box.entry.csv"))
    assert "its files are not those of the ledger" in refused(shop, reference, tmp_path)


def test_a_name_that_leads_out_of_the_folder_is_never_written(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    with shop.office(), db.begin() as session:
        file_of(
            session, "files/crm/customer/1-ann-face.png"
        ).name = "files/crm/customer/1-x/../../../../../escaped"
    assert "its files are not those of the ledger" in refused(shop, reference, tmp_path)
    assert list(tmp_path.rglob("escaped")) == []


def test_every_way_of_handing_over_checks_first(served: tuple[Shop, str]):
    shop, reference = served
    with shop.office() as office, db.begin() as session:
        resealed(office, session, part(session, "purchase"), lambda lines: lines.pop())
    with shop.office() as office:
        for way in (
            lambda: handover.zipped(office, reference),
            lambda: handover.single(office, reference, "copy", "copy.pdf"),
            lambda: handover.released(office, reference, "copy"),
        ):
            with pytest.raises(ReleaseRefused, match=r"orders\.purchase"):
                way()


def test_a_part_changed_before_the_copy_is_made_makes_none(shop: Shop):
    (reference,) = shop.confirmed("copy")
    shop.run("work", "--until-idle", BOX_URL="sqlite:////nowhere/box.sqlite")
    with shop.office() as office, db.begin() as session:
        resealed(office, session, part(session, "purchase"), lambda lines: lines.pop())
    assert shop.work()["failed"] == 1
    shown = shop.show(reference)
    assert "orders.purchase is not what was found" in str(shown["waits_for"])
    assert (shown["copy"], shown["status"], shown["answered_at"]) == (None, "working", None)


def test_a_certificate_that_was_changed_is_not_handed_over(shop: Shop, tmp_path: Path):
    (reference,) = shop.confirmed("erasure")
    shop.work()
    with shop.office() as office, db.read() as session:
        file, key = (
            file_of(session, "certificate.json"),
            keys.of(session, office.vault, reference, KeyClass.COPY),
        )
        plain = b"".join(office.vault.read(key, file.sealed))
        sealed_again(office, file, key, plain.replace(b"KEPT", b"ERASED"))
    said = shop.run("certificate", "write", reference, tmp_path / "out")
    assert "certificate.json is not what was made" in said.error
    assert not (tmp_path / "out").exists()


def test_what_was_not_changed_is_handed_over_and_counts_as_fetched(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    assert shop.run("copy", "write", reference, tmp_path / "out").code == 0
    assert shop.show(reference)["copy"]["state"] == "delivered"
    assert shop.acts(reference).count("copy.fetched") == 1
    with shop.office() as office:
        with pytest.raises(NotFound, match="no file of that name"):
            handover.single(office, reference, "copy", "../../../etc/passwd")
        assert b"".join(handover.zipped(office, reference)).startswith(b"PK")
    assert shop.run("erasure", "hold", reference, "--by", OFFICER, "--reason", "x").code == 1
