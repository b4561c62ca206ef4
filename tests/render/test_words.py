"""Values put into words, dates in the reader's language, widths of columns."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dsar.datamap.types import Field
from dsar.render.decode import shown, when
from dsar.render.layout import AXIS, UNITS, Content, layout
from dsar.render.texts import Texts
from dsar.render.typeset import Typeset, code, link, visible

PLAIN = Field("x", {"zh": "甲", "en": "A"}, "other")
CODED = Field(
    "x",
    {"zh": "甲", "en": "A"},
    "other",
    values={"M": {"zh": "男", "en": "Male"}, "1": {"zh": "一", "en": "One"}},
)
ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("raw", "zh", "en"),
    [
        ("2021-01-15", "2021年1月15日", "15 January 2021"),
        ("2021-01-15T10:32:00", "2021年1月15日 10:32", "15 Jan 2021 10:32"),
        ("2021-01-15 10:41:07", "2021年1月15日 10:41:07", "15 Jan 2021 10:41:07"),
        ("2021-01-15T23:30:00Z", "2021年1月16日 07:30", "16 Jan 2021 07:30"),
        ("2021-01-15 10:32:00.123+08:00", "2021年1月15日 10:32", "15 Jan 2021 10:32"),
        ("2021-01-15 10:32:00+00", "2021年1月15日 18:32", "15 Jan 2021 18:32"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("2021-02-30", "2021-02-30", "2021-02-30"),
        ("0000-00-00", "0000-00-00", "0000-00-00"),
        ("131-0000-8688", "131-0000-8688", "131-0000-8688"),
        (" 131 0000 8688 ", " 131 0000 8688 ", " 131 0000 8688 "),
        ("19.00", "19.00", "19.00"),
        (13100008688, "13100008688", "13100008688"),
        (True, "是", "Yes"),
        (None, "", ""),
        ("", "", ""),
    ],
)
def test_dates_are_told_and_everything_else_is_as_stored(raw, zh, en):
    assert shown(PLAIN, raw, "zh-CN", ZONE) == zh
    assert shown(PLAIN, raw, "en", ZONE) == en


@pytest.mark.parametrize(
    ("raw", "zh"), [("M", "男"), (1, "一"), ("1", "一"), (True, "一"), ("F", "F"), (0, "0")]
)
def test_codes_are_told_by_the_map_and_others_stay(raw, zh):
    assert shown(CODED, raw, "zh-CN", ZONE) == zh


def test_only_whole_texts_are_dates():
    assert when("on 2021-01-15") is None
    assert when("2021-01-15\n") is None
    assert when(20210115) is None


def test_days_are_those_of_the_controllers_zone():
    late = datetime(2021, 11, 23, 20, 0, tzinfo=UTC)
    assert Texts("zh-CN", ZONE).local_day(late) == date(2021, 11, 24)
    assert Texts("zh-CN", ZONE).weekday(date(2026, 2, 28)) == "2026年2月28日（星期六）"
    assert Texts("en", ZONE).weekday(date(2026, 2, 28)) == "Saturday 28 February 2026"


def test_our_words_are_set_and_records_are_not():
    chinese = Typeset(Texts("zh-CN", ZONE))
    assert str(chinese.ours("共34条")) == '<span class="gap-r">共</span>34<span class="gap-l">条</span>'
    assert str(chinese.own("共34条")) == "共34条"
    assert chinese.ours("（《甲》），共34条").striptags() == "（《甲》），共34条"


def test_a_name_put_into_a_message_is_escaped():
    setting = Typeset(Texts("en", ZONE))
    assert "<b>" not in setting.say("Not searched: %(names)s.", names="<b>")


def test_a_digest_reads_back_without_its_blanks():
    assert "".join(code("0123456789abcdef" * 4).striptags().split()) == "0123456789abcdef" * 4


def test_only_addresses_become_links():
    assert '<a href="mailto:a@b.example">' in link("a@b.example")
    assert "<a" not in link("javascript:alert(1)")
    assert "<a" not in link('a@b.example" onclick="x')


def test_what_a_font_lacks_is_visible():
    assert visible("a\u202eb") == "a[U+202E]b"
    assert visible("\u00a0") == '<span class="rare">\u00a0</span>'


def test_few_short_fields_make_a_table_that_fills_the_page():
    contents = [
        Content("label", "标签", ["学习目的"]),
        Content("value", "内容", ["商务职场"]),
        Content("at", "时间", ["x"]),
    ]
    made = layout(contents, 1)
    assert made.kind == "table"
    assert sum(column.units for column in made.columns) == UNITS
    assert made.columns[0].units == AXIS


def test_a_title_is_bold_and_its_words_stay_whole():
    wide = [Content(f"f{n}", "Text", ["x" * 60], unbroken=("x" * n,)) for n in (29, 33)]
    assert layout([Content("number", "Number", ["233"]), *wide], 2).columns[0].units == 3


def test_wide_records_make_cards_and_many_of_them_lines():
    contents = [Content(f"f{n}", "字段", ["值"]) for n in range(8)]
    assert layout(contents, 3).kind == "cards"
    assert layout(contents, 300).kind == "lines"


def test_long_values_beside_others_make_cards():
    contents = [Content("a", "甲", ["长" * 300]), Content("b", "乙", ["长" * 300])]
    assert layout(contents, 3).kind == "cards"
