"""The fonts of the papers: made once from the packages that carry them, kept in a folder; what they can show.

`python -m dsar.render.fonts` makes them beforehand (some 15 s for each weight).  FontTools is imported
late, here and elsewhere: it is large, and an idle process has no need of it.
"""

import fcntl
import json
import os
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from dsar.errors import BadInput

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FAMILY = "Noto Sans SC"
RARE_FAMILY = "Noto Sans CJK SC"
# Of code points that share a glyph, the first in this order owns it: ASCII, the middle dot of Uyghur names
# and its neighbours, dashes, Chinese punctuation, main block of Han, full-width forms, circled numbers.
_USUAL = (
    (0x20, 0x7E), (0xA1, 0xFF), (0x2013, 0x2026), (0x3000, 0x303F),
    (0x4E00, 0x9FFF), (0xFF00, 0xFFEF), (0x2460, 0x24FF),
)  # fmt: skip
_SIMPLIFIED_CHINESE = 2  # place of the face "Noto Sans CJK SC" in the collection


# All that the papers may be set in: so no font of the machine can get into a PDF.
_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir prefix="relative">.</dir></fontconfig>
"""


@dataclass(frozen=True)
class Fonts:
    """The files of the two weights, of the second family for what the first lacks, and fontconfig's file."""

    regular: Path
    bold: Path
    rare: Path
    conf: Path

    def whole(self) -> bool:
        return all(path.exists() for path in (self.regular, self.bold, self.rare, self.conf))


@dataclass(frozen=True)
class Coverage:
    """Code points: those that the first family shows, and those that only the second does.

    A code point that shares its glyph with another is left to the second family:
    one glyph of a PDF reads back as one character, so both in one font would not
    both read back as they were.
    """

    first: frozenset[int]
    second: frozenset[int]


@cache
def fonts() -> Fonts:
    """The font files, made now where they are not yet there.

    Raises BadInput when no folder can be written.
    """
    tried = _folders()
    for folder in tried:
        found = _files(folder)
        if found.whole():
            return found
    for folder in tried:
        if _writable(folder):
            return _make(_files(folder))
    raise BadInput(f"no folder for the fonts can be written ({tried[0]}); set DSAR_FONTS to one that can")


@cache
def coverage() -> Coverage:
    """What the fonts can show; remembered beside them, since to read it takes half a second of each process."""
    kept = fonts().conf.with_name(f"coverage-{unicodedata.unidata_version}.json")
    with suppress(FileNotFoundError):
        return Coverage(*(_spread(spans) for spans in json.loads(kept.read_text())))
    read = _read(fonts())
    with suppress(OSError):  # a folder that cannot be written remembers nothing
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps([_spans(read.first), _spans(read.second)]))
        part.replace(kept)
    return read


def _read(made: Fonts) -> Coverage:
    first = _own_glyphs(made.regular)
    second = frozenset(_cmap(made.rare))
    return Coverage(first, second - first)


def _spans(codes: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as runs: each first and last."""
    spans: list[tuple[int, int]] = []
    for code in sorted(codes):
        if spans and code == spans[-1][1] + 1:
            spans[-1] = spans[-1][0], code
        else:
            spans.append((code, code))
    return spans


def _spread(spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(code for first, last in spans for code in range(first, last + 1))


def _folders() -> list[Path]:
    if given := os.environ.get("DSAR_FONTS"):
        return [Path(given)]
    return [Path(sys.prefix) / "share" / "dsar-fonts", Path.home() / ".cache" / "dsar" / "fonts"]


def _files(folder: Path) -> Fonts:
    sans, cjk = metadata.version("justmytype-intl-cjk"), metadata.version("noto-cjk-sans-otc")
    own = folder / f"{sans}-{cjk}"  # fontconfig reads the whole folder: each version has its own
    return Fonts(
        regular=own / "NotoSansSC-400.ttf",
        bold=own / "NotoSansSC-700.ttf",
        rare=own / "NotoSansCJKsc-400.otf",
        conf=own / "fonts.conf",
    )


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _make(made: Fonts) -> Fonts:
    with _alone(made.conf.parent):
        _once(made.regular, lambda path: _instance(400).save(path))
        _once(made.bold, lambda path: _instance(700).save(path))
        _once(made.rare, lambda path: _rare().save(path))
        _once(made.conf, lambda path: path.write_text(_CONF))
    return made


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process makes fonts in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _once(path: Path, make: Callable[[Path], object]) -> None:
    """Make a file under another name and rename it, so that it is there whole or not at all."""
    if path.exists():
        return
    print(f"making {path.name} (once, some seconds) …", file=sys.stderr, flush=True)
    part = path.with_suffix(f".{os.getpid()}")
    try:
        make(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _instance(weight: int) -> "TTFont":
    """A static TrueType of one weight; outlines in glyf, because strict readers misread subsets of CFF."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    source = resources.files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
    with resources.as_file(source) as path:
        return instantiateVariableFont(TTFont(path), {"wght": weight}, static=True)


def _rare() -> "TTFont":
    from fontTools.ttLib import TTFont

    with resources.as_file(resources.files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc") as path:
        return TTFont(path, fontNumber=_SIMPLIFIED_CHINESE)


def _cmap(path: Path) -> dict[int, str]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return {code: glyph for code, glyph in font["cmap"].getBestCmap().items() if _drawn(code)}


def _own_glyphs(path: Path) -> frozenset[int]:
    """The code points that own their glyph: of those that share one, the one that people write."""
    owners: dict[str, int] = {}
    for code, glyph in sorted(_cmap(path).items(), key=lambda item: (_unusual(item[0]), item[0])):
        owners.setdefault(glyph, code)
    return frozenset(owners.values())


def _unusual(code: int) -> int:
    for rank, (first, last) in enumerate(_USUAL):
        if first <= code <= last:
            return rank
    return len(_USUAL) + bool(unicodedata.decomposition(chr(code)))


def _drawn(code: int) -> bool:
    """Whether the character shows by itself: no control, no format character, no variation selector."""
    selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return not selector and unicodedata.category(chr(code)) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


if __name__ == "__main__":
    coverage()
    print(fonts().conf.parent)
