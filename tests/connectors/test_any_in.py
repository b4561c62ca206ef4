"""Many texts looked at together: what stands in one of them is never overlooked."""

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dsar.connectors._sieve import Sieve
from dsar.connectors._texts import Texts
from dsar.datamap.identifiers import common_forms
from dsar.datamap.tokens import folded
from dsar.datamap.types import IdentifierKind

PHONE = IdentifierKind("phone", {}, "e164", "code", "CN")
EMAIL = IdentifierKind("email", {}, "email", "code")
NUMBER = IdentifierKind("card", {}, "exact", "staff")
KNOWN = [(0, PHONE, "+8613100008688"), (1, EMAIL, "o'brien+x@example.com"), (2, PHONE, "+13105550188")]
ALSO = [(3, NUMBER, "S20210007"), (4, NUMBER, "王小明"), (5, NUMBER, "2021011512")]
WRITTEN = [
    "13100008688", "131 0000 8688", "131-0000-8688", "+86 131 0000 8688", "(+86)13100008688", "１３１００００８６８８",
    "0086-131-0000-8688", "+1 310 555 0188", "1 3 1 0 0 0 0 8 6 8 8", "o'brien+x@example.com", "O'Brien+X@EXAMPLE.com",
    "<o'brien+x@example.com>", "S20210007", "王小明", "卡号S20210007。", "2021011512", "13100008688,13900000000",
]  # fmt: skip
BESIDE = [
    "",
    "\n",
    " ",
    "+",
    "号",
    "a",
    "1",
    ".",
    "-",
    "’",
    "́",
    "@",
    "(",
    "NO000000000012",
    "Σ",
    "\x85",
    "\r\n",
    "\x1c",
    "ﬁ",
    "İ",
    "②",
    "ς",
]
HASHED = sorted(form for _, kind, value in KNOWN for form in common_forms(kind, value) if len(form) >= 32)
pieces = st.one_of(st.sampled_from(WRITTEN + BESIDE + HASHED), st.text(max_size=4))
texts = st.lists(st.lists(pieces, max_size=5).map("".join), max_size=6)


@pytest.mark.parametrize("identifiers", [KNOWN, KNOWN + ALSO], ids=["numbers", "names as well"])
@given(texts=texts)
@example(texts=["12", "13100008688", ""])
@example(texts=["a\n13100008688\nb"])
def test_what_one_text_holds_is_seen_among_many(identifiers, texts):
    known = Texts(identifiers)
    if any(known.within(text) for text in texts):
        assert known.any_in(texts)


@pytest.mark.parametrize("identifiers", [KNOWN, KNOWN + ALSO], ids=["numbers", "names as well"])
@pytest.mark.parametrize("written", WRITTEN[:14] + HASHED)
def test_each_way_of_writing_is_seen(identifiers, written):
    known = Texts(identifiers)
    held = ["Product name 3999 50ml", f"x {written}", "10.249.35.120", "someone@else.example"]
    assert known.any_in(held) == any(known.within(text) for text in held)


@pytest.mark.parametrize("identifiers", [KNOWN, KNOWN + ALSO], ids=["numbers", "names as well"])
def test_texts_of_others_are_left_out(identifiers):
    assert not Texts(identifiers).any_in(
        ["13900001111", "NO000000000012", "2021-01-15", "a@b.example", "李雷"]
    )


def test_no_character_hides_what_stands_around_it(proof):
    last = sys.maxunicode if proof else 0x1FFFF
    for code in (*range(0x80, 0xD800), *range(0xE000, last + 1)):
        text = f"ab1310{chr(code)}0868"
        form = "".join(each for each in folded(text) if each.isascii() and (each.isalnum() or each == "@"))
        assert Sieve([form]).lets(text.encode()), hex(code)


def test_texts_side_by_side_make_no_number_together():
    assert not Texts(KNOWN).any_in(["131", "0000", "8688"])
