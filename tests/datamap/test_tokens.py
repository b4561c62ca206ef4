"""Identifiers in the middle of texts: what a sweep finds and what it must not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsar.datamap.identifiers import common_forms
from dsar.datamap.tokens import candidates, spelled
from dsar.datamap.types import IdentifierKind

PHONE = IdentifierKind("phone", {}, "e164", "code", "CN")
EMAIL = IdentifierKind("email", {}, "email", "code")
CARD = IdentifierKind("card", {}, "exact", "staff")
LEO = common_forms(PHONE, "+8613100008688")
MAIL = common_forms(EMAIL, "leo@example.com")


def holds(forms, text):
    return bool(forms & {*candidates(text), *spelled(text)})


@pytest.mark.parametrize(
    "text",
    [
        "13100008688", "罗明 13100008688", "罗明13100008688家长", " 131 0000 8688 ", "+86 131 0000 8688",
        "电话:+86(131)0000-8688。", "2021-01-15 131-0000-8688 5", "tel:13100008688转8001",
        "img_13100008688.png",
        "１３１ ００００ ８６８８", "131.0000.8688", '{"mobile": 13100008688}',
        "13100008687,13100008688;13100008689",
        "13100008687 13100008688", "+8613100008699 131 0000 8688", "0086-131-0000-8688", "13100008688.0",
        "8613100008688",
        "131\u00a00000\u00a08688", "131–0000—8688", "收货人：罗明（131 0000 8688）", "a\t13100008688\t5",
        "\u202d131 0000 8688\u202c",
        "/avatars/13100008688/leo.png", "13100008688@phone.example", "SN13100008688",
        "AA9A8F1B2B12B7220878759456D7B30A", "user_aa9a8f1b2b12b7220878759456d7b30a.dat",
    ],
)  # fmt: skip
def test_his_number_is_found(text):
    assert holds(LEO, text)


@pytest.mark.parametrize(
    "text",
    [
        "13100008687", "1310000868", "131000086880", "913100008688", "+1 310 000 8688", "+13100008688",
        "+1-310-000-8688",
        "+49 131 00008688", "13100008687 8688", "131****8688", "9131 0000 8688", "131 0000 86881",
        "1310000\n8688", "131,0000,8688", "131 0000        8688", "baa9a8f1b2b12b7220878759456d7b30a",
        "aa9a8f1b2b12b7220878759456d7b30b", "", " ", "罗明", "6222 1310 0008 6881 234",
    ],
)  # fmt: skip
def test_a_number_that_is_not_his_is_not_found(text):
    assert not holds(LEO, text)


@pytest.mark.parametrize(
    "text",
    [
        "leo@example.com", "Leo@Example.COM.", "<leo@example.com>;", "mailto:leo@example.com?x=1",
        "邮箱leo@example.com谢谢",
        "a=leo@example.com&b=2", "'leo@example.com'", "ｌｅｏ＠example.com",
        '{"to":["leo@example.com","x@y.z"]}', "(leo@example.com)",
    ],
)  # fmt: skip
def test_his_address_is_found(text):
    assert holds(MAIL, text)


@pytest.mark.parametrize(
    "text",
    [
        "xleo@example.com", "éleo@example.com", "o'leo@example.com", "o’leo@example.com",
        "x.leo@example.com", "x-leo@example.com",
        "leo@example.com.cn", "leo@example.community", "leo@example-com", "leo @example.com",
        "x\u0331leo@example.com", "x+leo@example.com",
    ],
)  # fmt: skip
def test_an_address_that_is_not_his_is_not_found(text):
    assert not holds(MAIL, text)


def test_a_card_number_is_found_as_a_word_of_its_own():
    forms = common_forms(CARD, "S-2021/07")
    assert holds(forms, "Ｓ-2021/07 ")
    assert not holds(forms, "s-2021/07")
    assert holds(forms, "会员 S-2021/07, 已注销")
    assert not holds(forms, "S-2021/071")
    assert not holds(common_forms(CARD, "20210115"), "2021-01-15 10:00")
    assert holds(common_forms(CARD, "20210115"), "no. 20210115-3")
    assert holds(common_forms(CARD, "33020419900101123X"), "身份证33020419900101123X号")
    assert not holds(common_forms(CARD, "33020419900101123X"), "身份证33020419900101123x号")
    assert holds(common_forms(CARD, "aB" * 16), f"id={'aB' * 16};")


def test_a_name_of_several_words_is_found_as_the_whole_cell():
    assert holds(common_forms(CARD, "Luo Ming Leo"), " Luo Ming Leo ")


@given(st.text())
def test_any_text_at_all_can_be_looked_through(text):
    assert all(isinstance(token, str) for token in candidates(text))


@given(
    st.text(alphabet="0123456789 +-().\u3000", max_size=40),
    st.text(alphabet="0123456789", min_size=1, max_size=3),
)
def test_a_run_of_digits_is_never_cut(text, more):
    glued = f"{more}13100008688"
    assert "13100008688" not in set(candidates(glued))
    assert holds(LEO, f"{text}，13100008688，{text}")


def test_a_hundred_thousand_cells_take_seconds():
    cells = [
        "提高听说能力",
        "2021-01-15 10:20:30",
        "13100008687",
        "浙江省宁波市海曙区中山路12号",
        "leo1@example.com",
    ] * 20_000
    began = time.process_time()
    assert not any(holds(LEO, cell) for cell in cells)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "text", ["1 " * 100_000, "1" * 200_000, "a@" * 100_000, "." * 200_000, "+" * 200_000, "- 1" * 60_000]
)
def test_a_text_made_to_be_slow_is_not(text):
    began = time.process_time()
    for _ in candidates(text):
        pass
    assert time.process_time() - began < 5
