"""Identifier kinds of invented companies: how a value is made, who is nearly it, how stores write it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.oracle import oracle


@dataclass(frozen=True)
class Kind:
    """One kind; values are in their normal form."""

    name: str
    declared: dict[str, Any]  # as the map says it
    make: Callable[[random.Random], str]
    near: Callable[[str], str]  # another person's value, hardly different
    write: Callable[[random.Random, str, str], str]  # a value in a form
    forms: tuple[str, ...]
    hashed: tuple[str, ...]  # forms that are hashed somewhere
    loose: str  # the form of a column that people typed into
    seen: Callable[[str], oracle.Forms]


def digest(kind: Kind, chance: random.Random, value: str, form: str) -> str:
    """A value in a form such as sha1:e164, in hex of either case for each column."""
    algorithm, _, plain = form.partition(":")
    return hashlib.new(algorithm, kind.write(chance, value, plain).encode()).hexdigest()


def chinese_phone(name: str) -> Kind:
    """A mobile number of China, with every form there is."""
    return Kind(
        name,
        {"proof": "code", "normal": "e164", "region": "CN", "title": {"zh": "手机", "en": "Mobile"}},
        lambda chance: f"+86{chance.choice(('133', '152', '177', '189'))}0000{chance.randrange(10**4):04d}",
        _last_digit,
        _write_chinese,
        ("e164", "national", "digits", "spaced", "dashed", "any"),
        ("e164", "national", "digits", "dashed"),
        "any",
        lambda value: oracle.phone("86", value[3:], _grouped(value[3:])),
    )


def british_phone(name: str) -> Kind:
    """A mobile number of Britain, always with its country code, of those kept for stories (Ofcom)."""
    return Kind(
        name,
        {"proof": "code", "normal": "e164", "region": "GB", "title": {"zh": "电话", "en": "Telephone"}},
        lambda chance: f"+447700900{chance.randrange(1_000):03d}",
        _last_digit,
        _write_british,
        ("e164", "digits", "any"),
        ("e164", "digits"),
        "any",
        lambda value: oracle.phone("44", value[3:], [value[3:7], value[7:]]),
    )


def email(name: str) -> Kind:
    """An e-mail address, written with capitals and blanks where people typed it."""
    return Kind(
        name,
        {"proof": "code", "normal": "email", "title": {"zh": "邮箱", "en": "E-mail"}},
        lambda chance: f"{_letters(chance, 7)}.{_letters(chance, 5)}@{_letters(chance, 6)}.example",
        lambda value: f"x{value}",
        _write_email,
        ("exact", "any"),
        ("exact",),
        "any",
        oracle.email,
    )


def paper(name: str, zh: str, en: str, letters: int) -> Kind:
    """The number of a card or a passport: a few letters and eight digits, looked at by staff."""
    return Kind(
        name,
        {"proof": "staff", "normal": "exact", "title": {"zh": zh, "en": en}},
        lambda chance: f"{_letters(chance, letters).upper()}{chance.randrange(10**8):08d}",
        _last_digit,
        lambda _chance, value, _form: value,
        ("exact",),
        ("exact",),
        "exact",
        oracle.exact,
    )


def _write_chinese(chance: random.Random, value: str, form: str) -> str:
    national = value[3:]
    spaced, dashed = (mark.join(_grouped(national)) for mark in " -")
    loose = (f" {spaced} ", f"+86 {spaced}", f"(+86){dashed}", f"0086{national}", _full_width(national))
    plain = {"e164": value, "national": national, "digits": value[1:], "spaced": spaced, "dashed": dashed}
    return plain.get(form) or chance.choice(loose)


def _write_british(chance: random.Random, value: str, form: str) -> str:
    national = value[3:]
    loose = (f"+44 {national[:4]} {national[4:]}", f"+44 (0){national[:4]} {national[4:]}", f"0044{national}")
    return {"e164": value, "digits": value[1:]}.get(form) or chance.choice(loose)


def _write_email(chance: random.Random, value: str, form: str) -> str:
    return value if form == "exact" else chance.choice((value.upper(), value.title(), f" {value} "))


def _grouped(national: str) -> list[str]:
    return [national[:3], national[3:7], national[7:]]


def _full_width(digits: str) -> str:
    return "".join(chr(ord("０") + int(digit)) for digit in digits)


def _last_digit(value: str) -> str:
    return value[:-1] + str((int(value[-1]) + 1) % 10)


def _letters(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("abcdefghijkmnopqrstuvwyz", k=count))


VARIANTS: tuple[Callable[[], tuple[Kind, Kind]], ...] = (
    lambda: (chinese_phone("mobile"), paper("member_card", "会员卡号", "Member card", 2)),
    lambda: (email("mail"), paper("passport", "护照号码", "Passport", 1)),
    lambda: (british_phone("telephone"), email("mail")),
    lambda: (paper("card", "借书证号", "Library card", 3), chinese_phone("cell")),
)
