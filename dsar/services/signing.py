"""Sign what is handed to a third party, and check it: a record in JSON, and a paper in PDF.

A record carries its signature beside it; its file is checked byte by byte against the one that
was written of it, since a file may say a thing twice and a program reads the last alone.  A paper
carries it in a comment after its last line, where no reader of PDF looks; it covers every byte before it.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from dsar.errors import BadInput
from dsar.vault import Vault, signed_by

Shown = dict[str, Any]

_MARK = b"%dsar-signature Ed25519 "
_TAIL = re.compile(rb"\n%dsar-signature Ed25519 ([0-9a-f]{64}) ([0-9a-f]{128})\n\Z")


@dataclass(frozen=True)
class Signature:
    """An Ed25519 signature over the canonical JSON of a record."""

    sha256: str  # of what is signed, in hex
    public_key: str  # hex
    value: str  # hex


@dataclass(frozen=True)
class Checked:
    """What a check of a signed file came to."""

    kind: str  # record | paper
    whole: bool  # nothing was changed since it was signed by the holder of the key that it names
    public_key: str
    record: Shown  # {} of a paper


def of_record(vault: Vault, record: Shown) -> Signature:
    """Sign a record."""
    plain = _canonical(record)
    return Signature(hashlib.sha256(plain).hexdigest(), vault.public_key.hex(), vault.sign(plain).hex())


def signed_json(record: Shown, signature: Signature) -> bytes:
    """A record with its signature beside it, as a file."""
    told = {"record": record, "signature": {"algorithm": "Ed25519", **vars(signature)}}
    return json.dumps(told, ensure_ascii=False, indent=1).encode(errors="surrogatepass") + b"\n"


def sign_pdf(vault: Vault, pdf: bytes) -> bytes:
    """A paper with its signature behind it."""
    body = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    words = (vault.public_key.hex(), vault.sign(body).hex())
    return body + _MARK + " ".join(words).encode() + b"\n"


def check(content: bytes) -> Checked:
    """Check a signed file.  Raises BadInput for what carries no signature of ours."""
    if content.startswith(b"%PDF-"):
        found = _TAIL.search(content)
        if found is None:
            raise BadInput(
                "this PDF carries no signature; give the file as it was handed over, not a print of it"
            )
        key, value = (part.decode() for part in found.groups())
        whole = signed_by(bytes.fromhex(key), content[: found.start() + 1], bytes.fromhex(value))
        return Checked("paper", whole, key, {})
    record, key, value = _parts(content)
    plain = _canonical(record)
    written = signed_json(record, Signature(hashlib.sha256(plain).hexdigest(), key.hex(), value.hex()))
    return Checked("record", content == written and signed_by(key, plain, value), key.hex(), record)


def _parts(content: bytes) -> tuple[Shown, bytes, bytes]:
    try:
        told = json.loads(content)
        record, signature = told["record"], told["signature"]
        if not isinstance(record, dict):
            raise TypeError
        return record, bytes.fromhex(signature["public_key"]), bytes.fromhex(signature["value"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadInput(
            "this is no signed record; give the file as it was handed over, inspection.json or inspection.pdf"
        ) from error


def _canonical(record: Shown) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        errors="surrogatepass"
    )
