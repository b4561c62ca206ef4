"""The CSVs open in a spreadsheet as they are meant, and run nothing there."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest

from dsar.render.copy_csv import safe, write_csv
from tests.render import packages, records


def written(collection, lang: str = "zh-CN") -> bytes:
    blocks: list[bytes] = []
    write_csv(collection, lang, "Asia/Shanghai", blocks.append)
    return b"".join(blocks)


def test_it_starts_with_the_byte_order_mark_and_the_titles():
    data = written(records.orders())
    assert data.startswith("\ufeff课程,号码,下单时间,金额（元）,送货地址\r\n".encode())


def test_values_are_decoded_and_withheld_fields_absent():
    lines = list(
        csv.DictReader(io.StringIO(written(records.student(), "en").decode("utf-8-sig"), newline=""))
    )
    assert lines[0]["Gender"] == "Male"
    assert lines[0]["Account opened"] == "15 Jan 2021 10:32"
    assert lines[0]["Date of birth"] == ""
    assert "password_hash" not in lines[0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+8613100008688",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\n=1",
        "＝1",
        "＋1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_formulas_are_defused(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-19.00", "-5", "131-0000-8688", "1+1", "", "罗明", "a=b"])
def test_harmless_texts_stay_as_they_are(text):
    assert safe(text) == text


def test_hostile_rows_survive_a_round_trip():
    values = ['a"b', "a,b", "a\r\nb", "=HYPERLINK(1)", "'x"]
    rows = [{"text": value} for value in values]
    only = records.collection("note", {"zh": "甲", "en": "A"}, [records.field("text", "内容", "Text")], rows)
    lines = list(csv.reader(io.StringIO(written(only).decode("utf-8-sig"), newline="")))
    assert [line[0] for line in lines[1:]] == ['a"b', "a,b", "a\r\nb", "'=HYPERLINK(1)", "'x"]


def test_memory_does_not_grow_with_the_rows(proof):
    def peak(records: int) -> int:
        only = packages.many(records).stores[0].collections[0]
        tracemalloc.start()
        write_csv(only, "en", "Asia/Shanghai", len)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(100)
    assert peak(1_000_000 if proof else 30_000) < 1.5 * peak(3_000)
