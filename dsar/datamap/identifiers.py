"""Identifiers: their normal form, the forms that stores write them in, and exact comparison on our side.

No function here logs a value or puts one into an exception.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from dsar.datamap import phones
from dsar.datamap.phones import PLAIN_FORMS
from dsar.datamap.tokens import SHORTEST_NUMBER, SPELLED, candidates, narrowed, spelled
from dsar.datamap.types import IdentifierKind
from dsar.errors import BadInput

__all__ = [
    "HASHES",
    "candidates",
    "common_forms",
    "known_forms",
    "masked",
    "matches",
    "normal",
    "read_as",
    "recognised",
    "spelled",
    "spellings",
    "written",
]

HASHES = ("md5", "sha1", "sha256")
LONGEST = 256  # characters of an identifier
WHOLE = 10**15  # a float below it names its whole number exactly
SHORTEST = 4  # characters of an identifier that a text can be searched for
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)*")


def known_forms(normal: str) -> tuple[str, ...]:
    """Every form that a column can hold such identifiers in; `normal` is that of the kind."""
    plain = {"e164": (*PLAIN_FORMS, "exact"), "email": ("exact",), "exact": ("exact",)}[normal]
    hashed = tuple(f"{name}:{form}" for name in HASHES for form in plain)
    return (*plain, *hashed) if normal == "exact" else (*plain, "any", *hashed)


def normal(kind: IdentifierKind, text: str) -> str:
    """The one written form of an identifier.

    E-mail is folded letter by letter (lower case), so that straße@ and strasse@ stay two people.

    Raises BadInput, which does not repeat the text, when it can be none of its kind.
    """
    value = unicodedata.normalize("NFKC", text).strip()
    if kind.normal == "e164":
        return phones.e164(value, kind.region)
    if not value or len(value) > LONGEST or not value.isprintable():
        raise BadInput(
            f"this cannot be read as {kind.name}: give 1 to {LONGEST} characters that can be seen, in one line"
        )
    if kind.normal == "email":
        value = _email(value)
        if not _EMAIL.fullmatch(value):
            raise BadInput("this is not an e-mail address; give it in full: name, @ and domain")
    return value


def written(kind: IdentifierKind, value: str, form: str) -> frozenset[str]:
    """The exact strings that a column of this form holds for a value in its normal form.

    Digests are in lower-case hex.  `any` gives what is left of a phone when all but its digits
    is stripped, for a store to pre-filter by (`matches` decides), and the e-mail address itself.
    Empty where the form cannot hold the value.
    """
    if ":" in form:
        name, _, plain = form.partition(":")
        return frozenset(_digest(name, text) for text in written(kind, value, plain))
    if kind.normal != "e164":
        return frozenset({value})
    if form == "any":
        return phones.stripped(value, kind.region) | phones.after_plus(value)
    return phones.forms(value, kind.region, form)


def matches(kind: IdentifierKind, value: str, forms: Collection[str], raw: object) -> bool:
    """Whether what a column holds is this value in one of its forms; nothing is widened but by `any`."""
    text = _text(raw)
    return any(_matches(kind, value, form, text, raw) for form in forms)


def spellings(raw: object) -> frozenset[str]:
    """What a column's value is compared as: whatever `written` gives for a value that matches it is among these.

    Not so for the form `any`.
    """
    text = _text(raw) or ""
    return frozenset({text, text.lower(), raw.hex() if isinstance(raw, bytes) else text})


def recognised(kind: IdentifierKind, value: str, form: str) -> frozenset[str]:
    """The texts by one of which a column of this form is this value; `matches` holds where `read_as` gives one."""
    if form == "any" and kind.normal == "e164":
        plus = {f"+{digits}" for digits in phones.after_plus(value)}
        return frozenset(plus | phones.stripped(value, kind.region))
    return written(kind, value, form)


def read_as(kind: IdentifierKind, form: str, raw: object) -> str | None:
    """What a column of this form holds, as `recognised` has it; None for what cannot be an identifier."""
    text = _text(raw)
    if ":" in form:
        return raw.hex() if isinstance(raw, bytes) else (text or "").lower()
    if text is None or form != "any":
        return text
    return phones.squeezed(text) if kind.normal == "e164" else _email(text)


def masked(kind: IdentifierKind, value: str) -> str:
    """What may be shown of a value: `131****8688`, `l***@example.com`, `S2****07`, or stars."""
    if kind.normal == "e164":
        return phones.masked(value, kind.region)
    if kind.normal == "email":
        local, _, domain = value.rpartition("@")
        return f"{local[:1] if len(local) > 1 else ''}***@{domain}"
    return f"{value[:2]}****{value[-2:]}" if len(value) >= 8 else "*" * len(value)


@lru_cache(maxsize=8192)
def _common(normal: str, region: str | None, value: str) -> frozenset[str]:
    if normal == "e164":
        digits = phones.stripped(value, region)
        spoken = {*(f"#{way}" for way in digits), *(f"+{way}" for way in phones.after_plus(value))}
        stored = frozenset[str]().union(*(phones.forms(value, region, form) for form in PLAIN_FORMS))
    else:
        spoken, stored = {value if normal == "email" else SPELLED + narrowed(value)}, frozenset({value})
    return frozenset(spoken | {_digest(name, text) for name in HASHES for text in stored})


def common_forms(kind: IdentifierKind, value: str) -> frozenset[str]:
    """Every token under which a value may stand in a text.

    The test is `common_forms(…) & {*candidates(text), *spelled(text)}`: in the case in which it is
    spelled where that tells two people apart.  Empty for a value so short (below 4 characters, or 7
    where it is digits alone) that a text that holds it says nothing of the person.
    """
    if kind.normal == "exact" and len(value) < (SHORTEST_NUMBER if value.isdigit() else SHORTEST):
        return frozenset()
    return _common(kind.normal, kind.region, value)


def _matches(kind: IdentifierKind, value: str, form: str, text: str | None, raw: object) -> bool:
    if ":" in form:
        digest = raw.hex() if isinstance(raw, bytes) else (text or "").lower()
        return digest in written(kind, value, form)
    if text is None:
        return False
    if form != "any":
        return text in written(kind, value, form)
    if kind.normal == "e164":
        return phones.same(value, kind.region, text)
    return _email(text) == value


def _email(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).strip().lower())


def _digest(name: str, text: str) -> str:
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _text(raw: object) -> str | None:
    """What a column holds, as text; None for what cannot be an identifier."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | UUID):
        return str(raw)
    if isinstance(raw, float):
        return str(int(raw)) if abs(raw) < WHOLE and raw.is_integer() else None
    if isinstance(raw, Decimal):
        return str(int(raw)) if raw.is_finite() and raw == raw.to_integral_value() else None
    if isinstance(raw, bytes):
        return raw.decode(errors="replace")
    return None
