"""Personal data at rest: sealed blobs and files, keys by request and class, blind indexes.

Every key is made at random and wrapped by the master key; destroying the wrapped
key destroys what it sealed.  Small blobs are AES-256-GCM, files are libsodium's
secretstream in frames of 64 KiB.  Plaintext never touches the disk.
"""

import hashlib
import hmac
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from dsar.errors import SealBroken, VaultProblem

NONCE = 12  # bytes, AES-GCM
FRAME = 65_536  # bytes of plaintext in one frame of a file
SEALED_FRAME = FRAME + sodium.crypto_secretstream_xchacha20poly1305_ABYTES
FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
MESSAGE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
SMALL = 256 * 1024  # bytes; what is larger is a file, not a blob in the database


class Vault:
    """The folder of sealed files, and the master key that wraps every other key."""

    def __init__(self, folder: Path, master: bytes) -> None:
        self.folder = folder
        self._wrap = AESGCM(_derive(master, "wrap"))
        self._blind = _derive(master, "blind")
        self._tombstone = _derive(master, "tombstone")
        self._sign = Ed25519PrivateKey.from_private_bytes(_derive(master, "sign"))
        self._mark = hmac.digest(_derive(master, "mark"), b"dsar-vault-1", "sha256").hex()

    def check(self) -> None:
        """Make the folder, and see that it can be written and that this is its master key.

        Raises VaultProblem, in one line.
        """
        mark = self.folder / "master.mark"
        with self._told():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not mark.exists():
                self._put(mark, self._mark.encode())
            elif mark.read_bytes() != self._mark.encode():
                raise VaultProblem(
                    "DSAR_MASTER_KEY is not the key this vault was made with; set the key it was made with"
                )
            with TemporaryFile(dir=self.folder):  # it has no name, so a killed process leaves none behind
                pass

    # Keys

    def new_key(self, about: str) -> tuple[bytes, bytes]:
        """A fresh key and its wrapped form; `about` (reference and class) is bound to it."""
        key = secrets.token_bytes(32)
        return key, _encrypt(self._wrap, key, about)

    def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """The key.  Raises SealBroken."""
        return _decrypt(self._wrap, wrapped, about)

    def blind(self, kind: str, value: str) -> str:
        """A keyed digest, in hex, by which an identifier is looked up and never read."""
        return hmac.digest(self._blind, f"{kind}\0{value}".encode(), "sha256").hex()

    def tombstone(self, kind: str, form: str, text: str) -> bytes:
        """A keyed digest, 32 bytes, by which somebody who was erased is known again in one written form."""
        return hmac.digest(
            self._tombstone, f"{kind}\0{form}\0{text}".encode(errors="surrogatepass"), "sha256"
        )

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes."""
        return self._sign.sign(message)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is ours."""
        return hmac.compare_digest(self._sign.sign(message), signature)

    @property
    def public_key(self) -> bytes:
        """What anybody checks our signatures by, 32 bytes."""
        return self._sign.public_key().public_bytes_raw()

    # Blobs

    def seal(self, key: bytes, plain: bytes, about: str) -> bytes:
        """Seal a small blob; `about` is bound to it."""
        return _encrypt(AESGCM(key), plain, about)

    def open(self, key: bytes, sealed: bytes, about: str) -> bytes:
        """What was sealed.  Raises SealBroken."""
        return _decrypt(AESGCM(key), sealed, about)

    # Files

    def writer(self, key: bytes, name: str) -> "SealedWriter":
        """Begin a sealed file; it stands under its name (below the folder) only once finished."""
        path = self._path(name)
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return SealedWriter(path, key)

    def read(self, key: bytes, name: str) -> Iterator[bytes]:
        """The plaintext of a sealed file, in pieces of at most 64 KiB.

        Raises SealBroken when a byte was changed, or the end cut off, or it is gone.
        """
        try:
            with self._path(name).open("rb") as file:
                yield from _frames(file, key)
        except FileNotFoundError as error:
            if not self.folder.is_dir():
                raise VaultProblem("the vault is not there; bring its folder back") from error
            raise SealBroken("a sealed file is gone") from error
        except OSError as error:
            raise VaultProblem(f"the vault cannot be read: {error.strerror}") from error

    def destroy(self, folder: str) -> None:
        """Remove everything below a folder of the vault; twice is harmless."""
        path = self._path(folder)
        with self._told():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or path == self.folder.resolve():
            raise VaultProblem("a name that leads out of the vault")
        return path

    def _put(self, path: Path, content: bytes) -> None:
        fresh = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise VaultProblem(f"the vault cannot be written: {error.strerror}: {self.folder}") from error


class SealedWriter:
    """Writes one sealed file.  Leaving without `finish` removes what was begun."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._fresh = path.with_name(f".part-{os.getpid()}-{secrets.token_hex(8)}")
        self._file: BinaryIO = self._fresh.open("xb")
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        self._file.write(sodium.crypto_secretstream_xchacha20poly1305_init_push(self._state, key))
        self._held = bytearray()
        self._digest = hashlib.sha256()
        self.bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # a full disk was said where it was met
            self._file.close()
        self._fresh.unlink(missing_ok=True)

    def write(self, plain: bytes) -> None:
        """Add plaintext.  Raises VaultProblem when the disk is full."""
        self._digest.update(plain)
        self.bytes += len(plain)
        self._held += plain
        while len(self._held) > FRAME:
            self._push(bytes(self._held[:FRAME]), MESSAGE)
            del self._held[:FRAME]

    def finish(self) -> None:
        """Make the file durable under its name."""
        self._push(bytes(self._held), FINAL)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._fresh.replace(self._path)
        except OSError as error:
            raise VaultProblem(f"the vault cannot be written: {error.strerror}") from error

    @property
    def sha256(self) -> str:
        """Of the plaintext written so far, in hex."""
        return self._digest.hexdigest()

    def _push(self, plain: bytes, tag: int) -> None:
        frame = sodium.crypto_secretstream_xchacha20poly1305_push(self._state, plain, tag=tag)
        try:
            self._file.write(frame)
        except OSError as error:
            raise VaultProblem(f"the vault cannot be written: {error.strerror}") from error


def signed_by(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature was made by the holder of a key, ours or not."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _frames(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    header = file.read(sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    tag = MESSAGE
    try:
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
        while tag != FINAL:
            plain, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, file.read(SEALED_FRAME))
            yield plain
    except (CryptoError, ValueError, RuntimeError) as error:
        raise SealBroken("a sealed file does not open: it was changed, or cut short") from error
    if file.read(1):
        raise SealBroken("a sealed file has something after its end")


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"dsar-1 {purpose}".encode()).derive(master)


def _encrypt(cipher: AESGCM, plain: bytes, about: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + cipher.encrypt(nonce, plain, about.encode())


def _decrypt(cipher: AESGCM, sealed: bytes, about: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("sealed data does not open: another key, or it was changed") from error
