"""Identifiers: whom a written form belongs to, and whom it does not."""

import hashlib
from decimal import Decimal
from uuid import UUID

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dsar.datamap.identifiers import candidates, common_forms, known_forms, masked, matches, normal, written
from dsar.datamap.types import IdentifierKind
from dsar.errors import BadInput

PHONE = IdentifierKind("phone", {}, "e164", "code", "CN")
ANYWHERE = IdentifierKind("phone", {}, "e164", "code", None)
EMAIL = IdentifierKind("email", {}, "email", "code")
CARD = IdentifierKind("card", {}, "exact", "staff")
LEO = "+8613100008688"
TWIN = "+8613100008687"

MOBILES = st.builds("+861{}{:09d}".format, st.sampled_from("3456789"), st.integers(0, 10**9 - 1))
ABROAD = st.sampled_from(["+551239235555", "+14155550132", "+442079460018", "+390612345678", "+81312345678"])
NUMBERS = MOBILES | ABROAD
EXACT_FORMS = [form for form in known_forms("e164") if form != "any"]


def md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    "text",
    [
        "13100008688", "131 0000 8688", "131-0000-8688", " +86 131 0000 8688 ", "0086 13100008688",
        "8613100008688", "013100008688", "(+86) 131.0000.8688", "１３１００００８６８８",
        "＋８６　１３１　００００　８６８８",
        "\u202a+86 131 0000 8688\u202c", "+86 (0)131 0000 8688", "131–0000—8688",
    ],
)  # fmt: skip
def test_a_number_has_one_normal_form_however_it_is_typed(text):
    assert normal(PHONE, text) == LEO


@pytest.mark.parametrize(
    "text",
    ["", "8688", "12345", "131000086880000", "phone", "13100008688 转 5", "1-800-FLOWERS",
     "13100008688,13100008699", "+86+13100008688", "1310000868x", "\x0013100008688", "9" * 5000],
)  # fmt: skip
def test_an_impossible_number_is_refused_without_repeating_it(text):
    with pytest.raises(BadInput) as caught:
        normal(PHONE, text)
    assert str(caught.value).count("\n") == 0
    assert not set(str(caught.value)) & set("0123456789")


def test_without_a_region_a_number_needs_its_country_code():
    assert normal(ANYWHERE, "+86 131 0000 8688") == LEO
    with pytest.raises(BadInput):
        normal(ANYWHERE, "13100008688")


def test_an_address_is_folded_in_case_and_width_and_nothing_else():
    assert normal(EMAIL, "  Leo.Luo@Example.COM ") == "leo.luo@example.com"
    assert normal(EMAIL, "ｌｅｏ＠ｅｘａｍｐｌｅ．ｃｏｍ") == "leo@example.com"
    assert normal(EMAIL, "ánn@example.com") != normal(EMAIL, "ann@example.com")
    assert normal(EMAIL, "a\u0301nn@example.com") == normal(EMAIL, "ánn@example.com")
    assert normal(EMAIL, "straße@example.com") != normal(EMAIL, "strasse@example.com")
    assert normal(EMAIL, "leo+shop@example.com") != normal(EMAIL, "leo@example.com")


@pytest.mark.parametrize(
    "text",
    ["", "leo", "leo@", "@example.com", "leo luo@example.com", "a@b@c.com", "leo@example..com",
     "leo@example.com.", "leo\u200b@example.com", "leo@example.com\nx", "l" * 300 + "@x.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(text):
    with pytest.raises(BadInput) as caught:
        normal(EMAIL, text)
    assert "leo" not in str(caught.value)


def test_other_kinds_keep_case_and_lose_only_width_and_margins():
    assert normal(CARD, " Ｓ-2021x ") == "S-2021x"
    for text in ("", "  ", "a\nb", "x" * 257):
        with pytest.raises(BadInput):
            normal(CARD, text)


def test_each_form_is_written_as_its_name_says():
    assert {form: set(written(PHONE, LEO, form)) for form in EXACT_FORMS if ":" not in form} == {
        "e164": {"+8613100008688"},
        "national": {"13100008688"},
        "digits": {"8613100008688"},
        "spaced": {"131 0000 8688"},
        "dashed": {"131-0000-8688"},
        "0086": {"008613100008688"},
        "exact": {"+8613100008688"},
    }
    assert written(PHONE, LEO, "md5:national") == {md5("13100008688")}
    assert written(PHONE, LEO, "sha256:e164") == {hashlib.sha256(b"+8613100008688").hexdigest()}
    assert written(EMAIL, "leo@example.com", "sha1:exact") == {
        hashlib.sha1(b"leo@example.com", usedforsecurity=False).hexdigest()
    }
    assert written(CARD, "S-1", "exact") == {"S-1"}


def test_a_landline_is_written_nationally_with_and_without_its_zero():
    assert written(PHONE, "+861012345678", "national") == {"1012345678", "01012345678"}
    assert written(PHONE, "+861012345678", "dashed") == {"010-1234-5678"}


def test_a_national_form_holds_no_number_from_abroad():
    for form in ("national", "spaced", "dashed", "md5:national"):
        assert written(PHONE, "+551239235555", form) == frozenset()
    assert written(PHONE, "+551239235555", "digits") == {"551239235555"}


@given(NUMBERS, st.sampled_from(EXACT_FORMS))
def test_whatever_a_form_writes_matches_in_that_form(value, form):
    for text in written(PHONE, value, form):
        assert matches(PHONE, value, [form], text)
        assert matches(PHONE, value, ["any", form], text)
        if text.isdigit() and not text.startswith("0"):
            assert matches(PHONE, value, [form], int(text))


@given(NUMBERS, st.sampled_from([form for form in EXACT_FORMS if ":" not in form]))
def test_whatever_a_form_writes_is_read_back_as_the_same_number(value, form):
    texts = written(PHONE, value, form)
    if value.startswith("+86") or form in ("e164", "0086"):
        assert {normal(PHONE, text) for text in texts} == {value}
        assert all(matches(PHONE, value, ["any"], text) for text in texts)


@given(NUMBERS, NUMBERS, st.sampled_from(known_forms("e164")))
def test_no_form_of_one_number_matches_another(value, other, form):
    assume(value != other)
    for text in written(PHONE, other, form):
        if form != "any":
            assert not matches(PHONE, value, [form], text)


@given(MOBILES, st.integers(3, 13), st.integers(1, 9))
def test_a_number_one_digit_away_matches_in_no_form(value, place, more):
    near = f"{value[:place]}{(int(value[place]) + more) % 10}{value[place + 1 :]}"
    forms = known_forms("e164")
    for form in forms:
        for text in written(PHONE, near, form):
            if form != "any":
                assert not matches(PHONE, value, forms, text)
    assert not common_forms(PHONE, value) & common_forms(PHONE, near)


@given(NUMBERS, st.sampled_from(["", "+", "00"]), st.text(alphabet="0123456789 -()+", max_size=20))
def test_a_pre_filter_by_digits_is_never_narrower_than_the_match(value, before, after):
    for text in (
        f"{before}{after}",
        f"{before}{value[1:]}",
        *(f"{before}{way}" for way in written(PHONE, value, "any")),
    ):
        if matches(PHONE, value, ["any"], text):
            assert "".join(filter(str.isdigit, text)) in written(PHONE, value, "any")


@given(st.text(max_size=30))
def test_any_text_matches_any_form_only_where_the_normaliser_agrees(text):
    if matches(PHONE, LEO, ["any"], text):
        assert normal(PHONE, text) == LEO
    if matches(EMAIL, "leo@example.com", ["any"], text):
        assert normal(EMAIL, text) == "leo@example.com"


@given(
    MOBILES,
    st.lists(
        st.sampled_from(["", " ", "-", ".", "(", ")", " - ", "\u3000", "–", "\u200b", "/"]),
        min_size=11,
        max_size=11,
    ),
)
def test_separators_anywhere_leave_a_number_the_same(value, between):
    text = "".join(mark + digit for mark, digit in zip(between, value[3:], strict=True))
    assert matches(PHONE, value, ["any"], text)
    assert normal(PHONE, text) == value


@pytest.mark.parametrize(
    "raw",
    ["13100008688", " 131 0000 8688 ", "+86 131-0000-8688", "１３１００００８６８８", 13100008688,
     13100008688.0, Decimal("13100008688"), b"13100008688", "0086-131-0000-8688",
     "+86 (0)131 0000 8688", 8613100008688],
)  # fmt: skip
def test_any_is_however_it_is_written(raw):
    assert matches(PHONE, LEO, ["any"], raw)


@pytest.mark.parametrize(
    "raw",
    ["13100008687", "1310000868", "131000086880", "tel 13100008688", "13100008688 x5",
     "13100008688,13100008688", "+13100008688", "+1 310 000 8688", "0013100008688",
     "113100008688", "", " ", None, True,
     13100008688.5, float("nan"), Decimal("NaN"), [LEO], "١٣١٠٠٠٠٨٦٨٨"],
)  # fmt: skip
def test_any_is_nobody_else(raw):
    assert not matches(PHONE, LEO, ["any"], raw)


def test_the_same_digits_belong_to_whom_the_region_dials():
    american = "+13100008688"
    assert matches(PHONE, LEO, ["any"], "13100008688")
    assert not matches(PHONE, american, ["any"], "13100008688")
    assert matches(PHONE, american, ["any"], "+1 310 000 8688")
    assert not common_forms(PHONE, american) & set(candidates("13100008688"))
    us = IdentifierKind("phone", {}, "e164", "code", "US")
    assert matches(us, american, ["any"], "13100008688")


@pytest.mark.parametrize("raw", [" 13100008688", "131 0000 8688", "8613100008688", "１３１００００８６８８"])
def test_a_declared_form_is_compared_exactly(raw):
    assert not matches(PHONE, LEO, ["national"], raw)


def test_digests_match_in_either_case_and_only_their_own():
    digest = md5("13100008688")
    assert matches(PHONE, LEO, ["md5:national"], digest.upper())
    assert matches(PHONE, LEO, ["md5:national"], bytes.fromhex(digest))
    assert not matches(PHONE, TWIN, ["md5:national"], digest)
    assert not matches(PHONE, LEO, ["md5:digits"], digest)
    assert not matches(PHONE, LEO, ["md5:national"], None)


def test_addresses_match_any_by_fold_and_exact_by_byte():
    assert matches(EMAIL, "ann@example.com", ["any"], " Ann@EXAMPLE.com ")
    assert not matches(EMAIL, "ann@example.com", ["any"], "ánn@example.com")
    assert not matches(EMAIL, "ann@example.com", ["any"], "ann@example.com.cn")
    assert matches(EMAIL, "ann@example.com", ["exact"], "ann@example.com")
    assert not matches(EMAIL, "ann@example.com", ["exact"], "ann@example.com ")
    assert not matches(EMAIL, "ann@example.com", ["exact"], "Ann@example.com")


def test_internal_numbers_match_as_numbers_or_text_and_never_as_truth():
    assert matches(CARD, "1", ["exact"], 1)
    assert matches(CARD, "1", ["exact"], "1")
    assert not matches(CARD, "1", ["exact"], True)
    assert not matches(CARD, "1", ["exact"], "01")
    assert not matches(CARD, "1", ["exact"], "1 ")
    assert matches(
        CARD, "12345678-1234-5678-1234-567812345678", ["exact"], UUID("12345678-1234-5678-1234-567812345678")
    )


def test_masks_show_enough_to_know_ones_own_and_no_more():
    assert masked(PHONE, LEO) == "131****8688"
    assert masked(PHONE, "+13100008688") == "+1 310***8688"
    assert masked(EMAIL, "leo@example.com") == "l***@example.com"
    assert masked(EMAIL, "l@example.com") == "***@example.com"
    assert masked(CARD, "S-20210007") == "S-****07"
    assert masked(CARD, "S-1") == "***"


@given(NUMBERS)
def test_a_masked_number_never_shows_more_than_seven_digits_of_its_own(value):
    number = phonenumbers.parse(value)
    own = masked(PHONE, value).removeprefix(f"+{number.country_code} ")
    assert sum(map(str.isdigit, own)) <= 7
    assert "*" in own


def test_a_short_value_is_looked_for_in_no_text():
    assert common_forms(CARD, "123456") == frozenset()
    assert common_forms(CARD, "abc") == frozenset()
    assert common_forms(CARD, "1234567")
    assert common_forms(CARD, "ab-1")


def test_every_form_of_a_number_is_found_in_a_text_that_holds_it():
    for form in known_forms("e164"):
        for text in written(PHONE, LEO, form):
            for line in (
                text,
                f"备注:{text}。",
                f"x {text.upper()} y",
                f"<b>{text}</b>",
                f'{{"a":"{text}"}}',
            ):
                assert common_forms(PHONE, LEO) & set(candidates(line)), (form, line)
