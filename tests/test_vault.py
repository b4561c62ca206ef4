"""The vault: what is sealed opens only as it was sealed, with the right key; what is destroyed stays destroyed."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dsar.errors import SealBroken, VaultProblem
from dsar.vault import FRAME, Vault

MASTER = bytes(range(32))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault(tmp_path / "vault", MASTER)
    made.check()
    return made


def written(vault: Vault, key: bytes, name: str, plain: bytes) -> Path:
    with vault.writer(key, name) as writer:
        writer.write(plain)
        writer.finish()
    return vault.folder / name


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file may grow beyond room bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_key_opens_only_under_its_own_name_and_master(vault: Vault, tmp_path: Path):
    key, wrapped = vault.new_key("7KQ4M2XD/found")
    assert vault.unwrap(wrapped, "7KQ4M2XD/found") == key
    for about, master in (
        ("7KQ4M2XD/copy", MASTER),
        ("ZZZZZZZZ/found", MASTER),
        ("7KQ4M2XD/found", bytes(32)),
    ):
        with pytest.raises(SealBroken):
            Vault(tmp_path / "vault", master).unwrap(wrapped, about)
    assert key not in wrapped
    assert vault.new_key("7KQ4M2XD/found")[0] != key


@pytest.mark.parametrize("place", [0, 5, 12, 20, -1])
def test_a_blob_with_one_bit_changed_does_not_open(vault: Vault, place: int):
    key, _ = vault.new_key("a")
    sealed = bytearray(vault.seal(key, b"what was found", "a/1"))
    assert vault.open(key, bytes(sealed), "a/1") == b"what was found"
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        vault.open(key, bytes(sealed), "a/1")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(28)])
def test_what_was_never_sealed_does_not_open(vault: Vault, sealed: bytes):
    with pytest.raises(SealBroken):
        vault.open(bytes(32), sealed, "a")


def test_a_blob_opens_only_as_what_it_was_sealed_for(vault: Vault):
    key, _ = vault.new_key("a")
    with pytest.raises(SealBroken):
        vault.open(key, vault.seal(key, b"x", "a/found/1"), "a/found/2")


@settings(max_examples=25, deadline=None)
@given(plain=some.binary(max_size=300), pieces=some.integers(1, 7))
def test_a_file_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, plain: bytes, pieces: int
):
    vault = Vault(tmp_path_factory.mktemp("vault"), MASTER)
    step = max(1, len(plain) // pieces)
    with vault.writer(MASTER, "a/b") as writer:
        for start in range(0, len(plain), step):
            writer.write(plain[start : start + step])
        writer.finish()
    assert b"".join(vault.read(MASTER, "a/b")) == plain
    assert writer.bytes == len(plain)


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_a_file_of_any_length_is_whole_and_never_plain_on_disk(vault: Vault, size: int):
    plain = os.urandom(size)
    path = written(vault, MASTER, "a/file", plain)
    pieces = list(vault.read(MASTER, "a/file"))
    assert b"".join(pieces) == plain
    assert all(len(piece) <= FRAME for piece in pieces)
    assert size < 16 or plain[:16] not in path.read_bytes()


@pytest.mark.parametrize("size", [10, 2 * FRAME, 2 * FRAME + 10])
@pytest.mark.parametrize(
    "change",
    ["flip", "cut a byte", "cut a frame", "add a byte", "swap frames", "another key", "gone", "empty"],
)
def test_a_file_that_was_changed_does_not_open(vault: Vault, size: int, change: str):
    path = written(vault, MASTER, "a/file", os.urandom(size))
    content, header, frame = path.read_bytes(), 24, FRAME + 17
    changed = {
        "flip": content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
        "cut a byte": content[:-1],
        "cut a frame": content[:header] if size == 10 else content[: header + frame],
        "add a byte": content + b"x",
        "swap frames": content[:header] + content[header + frame :] + content[header : header + frame] + b"x",
        "another key": content,
        "gone": None,
        "empty": b"",
    }[change]
    path.unlink() if changed is None else path.write_bytes(changed)
    key = bytes(32) if change == "another key" else MASTER
    with pytest.raises(SealBroken):
        list(vault.read(key, "a/file"))


def test_a_file_stands_only_once_it_is_finished(vault: Vault):
    with vault.writer(MASTER, "a/file") as writer:
        writer.write(bytes(200_000))
    assert list((vault.folder / "a").iterdir()) == []
    written(vault, MASTER, "a/file", b"first")
    with vault.writer(MASTER, "a/file") as writer:
        writer.write(b"second")
    assert b"".join(vault.read(MASTER, "a/file")) == b"first"


@pytest.mark.parametrize("size", [100, FRAME, 3 * FRAME])
def test_a_full_disk_is_said_and_leaves_nothing_half(vault: Vault, size: int):
    with full_disk(60), pytest.raises(VaultProblem, match="the vault cannot be written: File too large"):
        written(vault, MASTER, "a/file", bytes(size))
    assert list((vault.folder / "a").iterdir()) == []
    written(vault, MASTER, "a/file", b"there is room again")


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/etc/passwd", "", ".", "a/.."])
def test_no_name_leads_out_of_the_vault(vault: Vault, name: str):
    for act in (
        lambda: vault.writer(MASTER, name),
        lambda: list(vault.read(MASTER, name)),
        lambda: vault.destroy(name),
    ):
        with pytest.raises(VaultProblem, match="out of the vault"):
            act()
    assert vault.folder.is_dir()


def test_destroying_takes_all_below_and_twice_is_harmless(vault: Vault):
    written(vault, MASTER, "7KQ4M2XD/found/1", b"x")
    written(vault, MASTER, "7KQ4M2XD/copy/1/0", b"x")
    written(vault, MASTER, "ZZZZZZZZ/copy/1/0", b"other")
    for _ in range(2):
        vault.destroy("7KQ4M2XD")
    assert sorted(path.name for path in vault.folder.iterdir()) == ["ZZZZZZZZ", "master.mark"]


def test_another_master_key_is_refused_before_anything_is_done(vault: Vault):
    with pytest.raises(VaultProblem, match="DSAR_MASTER_KEY is not the key this vault was made with"):
        Vault(vault.folder, bytes(32)).check()
    Vault(vault.folder, MASTER).check()


@pytest.mark.parametrize("mark", [b"", b"\xff\xfe", b"0" * 64, b"0" * 1_000_000])
def test_a_mark_that_was_spoilt_is_said(vault: Vault, mark: bytes):
    (vault.folder / "master.mark").write_bytes(mark)
    with pytest.raises(VaultProblem, match="DSAR_MASTER_KEY"):
        vault.check()


def test_the_blind_index_is_keyed_and_keeps_kinds_apart(vault: Vault, tmp_path: Path):
    blind = vault.blind("phone", "+8613100001111")
    assert blind == vault.blind("phone", "+8613100001111")
    others = [
        vault.blind("phone", "+8613100001112"),
        vault.blind("phon", "e+8613100001111"),
        vault.blind("card", "+8613100001111"),
        Vault(tmp_path, bytes(32)).blind("phone", "+8613100001111"),
    ]
    assert blind not in others


def test_a_signature_is_ours_or_it_is_not(vault: Vault, tmp_path: Path):
    signature = vault.sign(b"a head")
    assert vault.signed(b"a head", signature)
    assert not vault.signed(b"another head", signature)
    assert not vault.signed(b"a head", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not Vault(tmp_path, bytes(32)).signed(b"a head", signature)
