"""Records are hostile text: nothing in them is run, fetched, laid out or lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dsar.errors import ReleaseRefused
from dsar.render.pdf import copy_pdf
from dsar.render.release import check_pdf
from tests.render import packages, records

NOTE = [records.field("text", "内容", "Text"), records.field("n", "序号", "Number")]


def read(values: list[str], folder: Path, lang: str = "zh-CN") -> str:
    package = packages.single([{"text": value, "n": n} for n, value in enumerate(values)], NOTE, lang)
    pdf = copy_pdf(package, rows=2000)
    check_pdf(pdf, package)
    (folder / "paper.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-raw", str(folder / "paper.pdf"), "-"], check=True, capture_output=True, text=True
    )
    return told.stdout


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_names_of_rare_characters_read_back(lang, tmp_path):
    text = read(["㛃䶮𬭸𠮷𰻝", "买买提·艾力", "ＡＢＣ１２３", "張﨑 龍龍", "⼀一 ①➀"], tmp_path, lang)
    for value in ("㛃䶮𬭸𠮷𰻝", "买买提·艾力", "ＡＢＣ１２３", "張﨑", "龍龍", "⼀一", "①➀"):
        assert value in text


def test_what_no_font_has_is_shown_by_its_code_point(tmp_path):
    text = "".join(read(["a😀b", "❤\ufe0f", "سلام", "שלום", "\ue000"], tmp_path).split())
    for shown in ("a[U+1F600]b", "[U+FE0F]", "[U+0633]", "[U+05E9]", "[U+E000]"):
        assert shown in text


def test_control_characters_are_shown_and_do_nothing(tmp_path):
    text = "".join(
        read(["a\x00b\x1b[31mc\x7f", "x\u202ey\u2066z\u200b", "t\tu\u00ad", "\ud800"], tmp_path).split()
    )
    for shown in (
        "a[U+0000]b[U+001B][31mc[U+007F]",
        "x[U+202E]y[U+2066]z[U+200B]",
        "t[U+0009]u[U+00AD]",
        "[U+D800]",
    ):
        assert shown in text


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_markup_is_text(lang, tmp_path):
    values = [
        "</td></tr></table><h1>owned</h1>",
        '<img src="file:///etc/passwd">',
        '<link rel="stylesheet" href="http://127.0.0.1:1/x.css">',
        "<style>body{display:none}</style>",
        '<a rel="attachment" href="file:///etc/passwd">罗明</a>',
        "{{ 7 * 7 }}{% raw %}",
        "&lt;b&gt; &amp;amp;",
        "%(name)s %s %",
    ]
    text = "".join(read(values, tmp_path, lang).split())
    for value in values:
        assert "".join(value.split()) in text


def test_line_feeds_stay_and_a_huge_word_is_broken(tmp_path):
    word = "0123456789abcdef" * 80
    text = read(["第一行\n第二行\r\n第三行", word], tmp_path)
    assert "第一行\n第二行\n第三行" in text
    assert word in "".join(text.split())
    images = subprocess.run(
        ["pdftotext", "-bbox", str(tmp_path / "paper.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    rights = [float(part.split('"')[0]) for part in images.split('xMax="')[1:]]
    assert max(rights) < 595 - 50  # points: nothing is printed past the margin


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-CN", "以上为全部150,000个字符中的前2,000个，全部内容见文件csv/"),
        ("en", "Thesearethefirst2,000of150,000characters.Allofthemareinthefilecsv/"),
    ],
)
def test_an_endless_word_is_begun_and_the_file_with_all_of_it_is_named(lang, said, tmp_path):
    text = "".join(read(["xq" * 75_000, "short"], tmp_path, lang).split())
    assert "xq" * 50 in text
    assert text.count("xq") == 1000
    assert said in text


def test_a_record_cannot_say_a_count_for_us():
    package = packages.single([{"text": "客户关系系统 10条", "n": 1}], NOTE)
    pdf = copy_pdf(package, rows=10)
    check_pdf(pdf, package)
    with pytest.raises(ReleaseRefused):
        check_pdf(pdf, packages.package())


def test_fetching_anything_that_is_not_ours_stops_the_press():
    from dsar.render.press import FatalURLFetchingError, press

    for html in (
        '<html lang="en"><img alt="x" src="file:///etc/passwd">',
        '<html lang="en"><link rel="stylesheet" href="http://127.0.0.1:1/x.css">',
        '<html lang="en"><style>p{background:url(data:image/png;base64,AA==)}</style><p>x',
        '<html lang="en"><style>@import url(../../pyproject.toml);</style><p>x',
    ):
        with pytest.raises(FatalURLFetchingError):
            press(html)


def test_our_own_files_are_served_by_exact_path_only():
    from dsar.render.fonts import fonts
    from dsar.render.press import FatalURLFetchingError, OursOnly, stylesheet

    ours = OursOnly()
    for path in (stylesheet(), fonts().regular, fonts().bold, fonts().rare):
        assert ours.fetch(path.resolve().as_uri()).read(4)
        for near in ("?x", "#x", "/", "/../paper.css", "%00"):
            with pytest.raises(FatalURLFetchingError):
                ours.fetch(path.resolve().as_uri() + near)
