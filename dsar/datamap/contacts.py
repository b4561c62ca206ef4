"""Telephone numbers and e-mail addresses that stand in a text, whoever's they are."""

import re
from collections.abc import Iterable

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType

from dsar.datamap.tokens import folded

_LETTER = r"[^\s@.,;:<>()\[\]{}\"'，；：、（）《》“”]"
_WORDS = rf"{_LETTER}++(?:\.{_LETTER}++)"
# Tried where its first word begins, and never given back: a text may be one word of a million letters.
_EMAIL = re.compile(rf"(?<!{_LETTER})(?<!{_LETTER}\.){_WORDS}*+@{_WORDS}++")
_MAY = re.compile(r"\d(?:[\s\-.()]{0,3}\d){6}")  # a text without seven digits holds no number
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def contacts_in(text: str, regions: Iterable[str]) -> frozenset[str]:
    """The numbers of a text as `+8613100008688`, and its addresses in small letters.

    A number that no + and no 0 begins counts where it is a mobile number of one of these regions:
    an order's number may well be that of a telephone somewhere.
    """
    text = folded(text)
    found = {address.strip(".") for address in _EMAIL.findall(text)} if "@" in text else set[str]()
    if _MAY.search(text):
        for region in regions:
            found.update(_numbers(text, region))
    return frozenset(found)


def _numbers(text: str, region: str) -> Iterable[str]:
    for match in PhoneNumberMatcher(text, region):
        if match.raw_string.startswith(("+", "0")) or phonenumbers.number_type(match.number) in _MOBILE:
            yield str(phonenumbers.format_number(match.number, PhoneNumberFormat.E164))
