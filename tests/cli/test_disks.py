"""Disks that are full or read-only, as processes meet them: one clear line, nothing lost, and it goes on afterwards."""

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import shop as shops
from tests.processes import ROOT as IS_ROOT
from tests.shop import HANDLER, PHONE, ROOT, Said, Shop

OPEN = ("request", "open", "--right", "copy", "--identifier", f"phone:{PHONE}")
DROP, OVERRIDE, SEARCH = 24, 1, 2  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def limit(size: int) -> Callable[[], None]:
    """No file may grow beyond a size, as if the disk were full."""

    def before() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return before


def obeying() -> None:
    """Root writes wherever it likes; here it obeys the modes of files as everybody does."""
    if IS_ROOT:
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(DROP, OVERRIDE, 0, 0, 0) == libc.prctl(DROP, SEARCH, 0, 0, 0) == 0


def one_line(said: Said) -> str:
    assert "Traceback" not in said.err
    assert "Exception ignored" not in said.err
    return said.error


def test_a_vault_that_cannot_be_written_is_named(shop: Shop):
    vault = shop.home / "vault"
    vault.chmod(0o500)
    said = one_line(shop.process(*OPEN, before=obeying))
    assert said == f"the vault cannot be written: Permission denied: {vault}"
    assert shop.run("ledger", "verify", "--json").json["entries"] == 3
    vault.chmod(0o700)
    assert shop.process(*OPEN, before=obeying).code == 0


def test_a_home_that_cannot_be_written_is_named(shop: Shop):
    elsewhere = shop.folder / "read-only"
    elsewhere.mkdir()
    elsewhere.chmod(0o555)
    said = one_line(shop.process(*OPEN, before=obeying, DSAR_HOME=str(elsewhere / "home")))
    assert said == f"DSAR_HOME cannot be written: Permission denied: {elsewhere / 'home'}"


def test_a_database_that_cannot_be_written_is_said(shop: Shop):
    for file in shop.home.glob("dsar.sqlite*"):
        file.chmod(0o400)
    said = one_line(shop.process(*OPEN, before=obeying))
    assert "the database cannot do this now" in said
    for file in shop.home.glob("dsar.sqlite*"):
        file.chmod(0o600)
    assert shop.process(*OPEN, before=obeying).code == 0


def test_a_key_that_cannot_be_read_is_named(shop: Shop):
    (shop.home / "master_key.base64").chmod(0o000)
    said = one_line(shop.process(*OPEN, before=obeying))
    assert said == "DSAR_MASTER_KEY names a file that cannot be read: Permission denied"


def test_a_map_that_cannot_be_read_is_named(shop: Shop):
    file = shop.folder / "map.yaml"
    shutil.copyfile(shops.MAP, file)
    file.chmod(0o000)
    assert "the map cannot be read: Permission denied" in one_line_of_many(
        shop.process("map", "apply", file, before=obeying)
    )


def one_line_of_many(said: Said) -> str:
    assert (said.code, said.out) == (1, "")
    assert "Traceback" not in said.err
    assert all(line.startswith("error: ") for line in said.err.splitlines())
    return said.err


def test_a_full_database_loses_nothing(shop: Shop):
    opened = shop.opened("copy")
    for _ in range(2):
        assert "the database cannot do this now" in one_line(shop.process(*OPEN, before=limit(33_000)))
    assert shop.run("ledger", "verify", "--json").json["whole"] is True
    assert shop.show(*opened)["status"] == "verifying"
    assert shop.process(*OPEN).code == 0


def test_a_full_vault_stops_the_work_and_it_goes_on_once_there_is_room(shop: Shop):
    (shop.places / "media" / "ann-face.png").write_bytes(os.urandom(8_000_000))
    (reference,) = shop.confirmed("copy")
    said = shop.process("work", "--until-idle", before=limit(4_000_000))
    assert said.code == 0
    assert "the vault cannot be written: File too large" in said.err
    assert "Traceback" not in said.err
    assert shop.show(reference)["complete"] is False
    assert [path for path in (shop.home / "vault").rglob("*") if ".part-" in path.name] == []
    shop.work()
    shown = shop.show(reference)
    assert (shown["complete"], shown["copy"]["state"]) == (True, "ready")
    assert shop.run("ledger", "verify").code == 0


def test_a_full_disk_under_the_copy_leaves_no_half_of_it(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    said = one_line(shop.process("copy", "write", reference, tmp_path / "out", before=limit(40_000)))
    assert said == f"{tmp_path / 'out'} cannot be written: File too large; name another folder"
    assert [path.name for path in (tmp_path / "out").rglob("*.part")] == []
    assert "copy.fetched" not in shop.acts(reference)
    assert shop.process("copy", "write", reference, tmp_path / "out").code == 0
    assert json.loads((tmp_path / "out" / "copy.json").read_text())["complete"] is True


def test_a_full_disk_under_an_export_leaves_none(served: tuple[Shop, str], tmp_path: Path):
    shop, _ = served
    one_line(shop.process("ledger", "export", tmp_path / "ledger", before=limit(1_000)))
    assert list(tmp_path.glob("*ledger*")) == []


@pytest.mark.parametrize("flag", [[], ["--json"]], ids=["words", "json"])
def test_an_answer_that_cannot_be_printed_is_said(served: tuple[Shop, str], flag: list[str]):
    shop, reference = served
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "dsar", "request", "show", reference, *flag],
            env=shop.env | {"PYTHONPATH": str(ROOT)}, stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.stderr.decode() == "error: No space left on device: input or output\n"
    assert done.returncode == 1


def test_a_copy_of_the_home_is_all_that_a_backup_needs(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    restored = shops.copy_of(shop, tmp_path / "restored")
    shutil.rmtree(shop.folder)
    assert restored.run("copy", "write", reference, tmp_path / "out").code == 0
    assert restored.run("request", "confirm", reference, "--by", HANDLER, "--evidence", "seen").code == 0
