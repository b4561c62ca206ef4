"""A finished PDF read back: the text of each page, the fonts it is set in, the glyphs that no font has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from dsar.errors import ReleaseRefused

_SHOWN = re.compile(rb"/([^\s/<>\[\]()]+) [-\d.]+ Tf|\[([^\]]*)\] ?TJ|<([0-9a-fA-F]*)> ?Tj")
_HEX = re.compile(rb"<([0-9a-fA-F]+)>")
_MEANS = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>")


@dataclass(frozen=True)
class Page:
    """One page: its text in the order it was printed, the families it uses, glyphs that are not there."""

    text: str
    families: frozenset[str]
    missing: int


@dataclass(frozen=True)
class _Font:
    family: str
    means: dict[bytes, str]  # glyph, as four hexadecimal digits -> text
    glyphs: int


def pages(pdf: bytes) -> Iterator[Page]:
    """Every page of a PDF as WeasyPrint writes them.

    Raises ReleaseRefused when it cannot be read.
    """
    import pikepdf  # late, as fontTools below: large, and not needed by an idle process

    try:
        with pikepdf.open(BytesIO(pdf), attempt_recovery=False) as document:
            known: dict[int, _Font] = {}
            for page in document.pages:
                page.contents_coalesce()
                yield _page(page.Contents.read_bytes(), _fonts(page.Resources, known))
    except (pikepdf.PdfError, AttributeError, KeyError, ValueError) as error:
        raise ReleaseRefused(f"the PDF cannot be read back: {type(error).__name__}") from error


def _page(content: bytes, fonts: dict[bytes, _Font]) -> Page:
    font: _Font | None = None
    told: list[str] = []
    families, missing = set(), 0
    for name, several, one in _SHOWN.findall(content):
        if name:
            font = fonts[name]
            continue
        for glyphs in _HEX.findall(several) if several else [one]:
            if font is None:
                raise ReleaseRefused("the PDF shows text in no font")
            families.add(font.family)
            text, absent = _read(glyphs.lower(), font)
            told.append(text)
            missing += absent
        told.append("\n")
    return Page("".join(told), frozenset(families), missing)


def _read(glyphs: bytes, font: _Font) -> tuple[str, int]:
    """The text of some glyphs, and how many of them the font does not have: .notdef, or past its end."""
    codes = [glyphs[place : place + 4] for place in range(0, len(glyphs), 4)]
    absent = sum(not 0 < int(code, 16) < font.glyphs for code in codes)
    return "".join(font.means.get(code, "\ufffd") for code in codes), absent


def _fonts(resources: Any, known: dict[int, _Font]) -> dict[bytes, _Font]:
    found = {}
    for name, font in resources.get("/Font", {}).items():
        number = font.objgen[0]
        if number not in known:
            known[number] = _font(font)
        found[name.lstrip("/").encode()] = known[number]
    return found


def _font(font: Any) -> _Font:
    family = str(font.BaseFont).lstrip("/").split("+", 1)[-1]
    means = _MEANS.findall(font.ToUnicode.read_bytes()) if "/ToUnicode" in font else []
    descriptor = font.DescendantFonts[0].FontDescriptor
    file = descriptor.get("/FontFile2") or descriptor.get("/FontFile3")
    if file is None:
        raise ReleaseRefused(f"the font {family} is not inside the PDF")
    texts = {code.lower(): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in means}
    return _Font(family, texts, _count(file.read_bytes()))


def _count(file: bytes) -> int:
    from fontTools.ttLib import TTFont

    with TTFont(BytesIO(file), lazy=True) as font:
        return int(font["maxp"].numGlyphs)
