"""The fonts are made once, by whoever comes first, and say what they can show."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from dsar.errors import BadInput
from dsar.render import fonts as made


@pytest.fixture
def no_memory():
    """The answer is not remembered from before, nor after."""
    made.fonts.cache_clear()
    yield
    made.fonts.cache_clear()


def test_both_weights_are_static_truetype():
    for path, weight in ((made.fonts().regular, 400), (made.fonts().bold, 700)):
        with TTFont(path, lazy=True) as font:
            assert "glyf" in font
            assert "fvar" not in font
            assert font["OS/2"].usWeightClass == weight


def test_every_character_of_gb2312_and_rare_names_can_be_shown():
    has = made.coverage()
    rows = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    han = {text for row in rows if (text := row.decode("gb2312", "ignore"))}
    assert len(han) == 6763
    assert {ord(char) for char in han} <= has.first
    assert {ord(char) for char in "䶮𬭸𰻝㛃晅淏龑·"} <= has.first
    assert ord("𠮷") in has.second


def test_no_two_characters_of_the_first_family_share_a_glyph():
    with TTFont(made.fonts().regular, lazy=True) as font:
        glyphs = [
            glyph for code, glyph in font["cmap"].getBestCmap().items() if code in made.coverage().first
        ]
    assert len(glyphs) == len(set(glyphs))


def test_what_they_show_is_read_once_and_remembered(tmp_path, monkeypatch):
    real = made.fonts()
    elsewhere = made.Fonts(real.regular, real.bold, real.rare, tmp_path / "fonts.conf")
    monkeypatch.setattr(made, "fonts", lambda: elsewhere)
    read = made.coverage.__wrapped__()
    (kept,) = tmp_path.iterdir()
    assert kept.suffix == ".json"
    monkeypatch.setattr(made, "_cmap", None)  # is not asked again
    assert made.coverage.__wrapped__() == read == made.coverage()
    assert made._spread(made._spans({1, 2, 3, 7, 9, 10})) == {1, 2, 3, 7, 9, 10}


def test_a_folder_that_cannot_be_written_is_one_clear_line(no_memory, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DSAR_FONTS", str(tmp_path / "file" / "fonts"))
    with pytest.raises(BadInput, match="set DSAR_FONTS"):
        made.fonts()


def test_two_processes_make_the_fonts_once_between_them(tmp_path):
    own = made.fonts().conf.parent
    there = tmp_path / own.name
    there.mkdir()
    for name in ("NotoSansSC-400.ttf", "NotoSansSC-700.ttf"):
        (there / name).symlink_to(own / name)  # the slow ones: 15 s each
    command = [sys.executable, "-m", "dsar.render.fonts"]
    running = [
        subprocess.Popen(command, env={"DSAR_FONTS": str(tmp_path)}, stderr=subprocess.PIPE, text=True,
                         cwd=Path(made.__file__).parents[2])
        for _ in range(2)
    ]  # fmt: skip
    said = "".join(process.communicate(timeout=120)[1] for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert said.count("making NotoSansCJKsc-400.otf") == 1
    assert {path.name for path in there.iterdir()} == {
        "NotoSansSC-400.ttf", "NotoSansSC-700.ttf", "NotoSansCJKsc-400.otf", "fonts.conf", "lock",
        f"coverage-{unicodedata.unidata_version}.json",
    }  # fmt: skip
