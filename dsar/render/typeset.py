"""Text made ready for paper: our words set with care, records shown exactly as they are."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import groupby

import segno
from markupsafe import Markup, escape

from dsar.datamap.types import Text
from dsar.render.fonts import coverage
from dsar.render.texts import Texts

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FULL = _HAN + "\u3000-\u30ff\uff00-\uffef"
_WIDE = _FULL + "“”‘’…"
_LATIN = "A-Za-z0-9%"

_ANY_FULL = re.compile(f"[{_FULL}]")
_WIDE_RUN = re.compile(f"[{_WIDE}]+(?: *[{_WIDE}]+)*")
_JOINT = re.compile(f"((?:(?<=[{_LATIN}])|(?<=</strong>)) ?)?([{_HAN}])( ?(?=[{_LATIN}]|<strong>))?")
_MARK_BEFORE_MARK = re.compile("[，。、；：）》」”](?=[（）《》“”，。、；：])")
_OPENING_MARK = re.compile("(?<=[（《“])[（《“]|^[（《“]")
_DATE_ZH = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|第[一二三四五六七八九十百千零]{1,7}条")
_LAST_TWO = re.compile(f"(?<=[{_HAN}]{{4}})[{_HAN}]{{2}}[。）]?$")
_DATE_EN = re.compile(r"\b\d{1,2} [A-Z][a-z]{2,8} \d{4}|\b(?:Arts?\.|part|page|day) \d+(?:\(\d+\))*")
_ADDRESSES = {"mailto:": re.compile(r"[\w.+-]+@[\w.-]+\w"), "": re.compile(r"https?://[\w./:#?&=%-]+")}
_NOBR = r'<span class="nobr">\g<0></span>'


class Typeset:
    """What is printed for one reader, as markup."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def say(self, message: str, **names: object) -> Markup:
        """A message of ours; names that are markup stay so, others are escaped."""
        text = _trusted(self.texts.say(message))
        return self.ours(text % {name: escape(value) for name, value in names.items()} if names else text)

    def ngettext(self, one: str, many: str, n: int, **names: object) -> Markup:
        escaped = {name: escape(value) for name, value in names.items()}
        return self.ours(_trusted(self.texts.ngettext(one, many, n, **escaped)))

    def words(self, text: Text) -> Markup:
        """The controller's words, from the map."""
        return self.ours(visible(self.texts.words(text)))

    def ours(self, text: str) -> Markup:
        """Words of ours as they are set.

        Chinese: a gap between Han and Latin, marks that meet share their width, dates stay whole, no
        character alone on a last line.  English: dates and articles stay whole.
        """
        plain = str(escape(text))  # re.sub on markup would escape what it puts in
        return _set_zh(plain) if self.texts.zh else _set_en(plain)

    def own(self, value: str) -> Markup:
        """A value of the person's, as stored; what no font has, and every control character, as [U+XXXX]."""
        text = visible(value)
        if self.texts.zh or not _ANY_FULL.search(text):
            return text
        return _trusted(_WIDE_RUN.sub(r'<span lang="zh-CN">\g<0></span>', str(text)))

    def weekday(self, day: date) -> Markup:
        return self.ours(self.texts.weekday(day))

    def moment(self, at: datetime) -> Markup:
        return _whole(escape(self.texts.moment(at)))

    def join(self, items: Iterable[str]) -> Markup:
        _ = self.texts.say
        return escape(_(", ")).join(items)

    def strong(self, n: int) -> Markup:
        return Markup("<strong>{}</strong>").format(f"{n:,}")


def visible(text: str) -> Markup:
    """The text escaped, each character in a font that has it, or as [U+XXXX] where none has."""
    escaped = str(escape(text.replace("\r\n", "\n")))
    return _trusted(escaped.translate(_glyphs()))


def nobr(text: str) -> Markup:
    return _whole(escape(text))


def quiet(text: Markup) -> Markup:
    """A text on a line of its own, in grey, below what it explains."""
    return Markup('<span class="quiet block">{}</span>').format(text) if text else text


def link(text: str) -> Markup:
    """An address that can be followed: an e-mail address or a URL; any other text as it is."""
    scheme = next((scheme for scheme, form in _ADDRESSES.items() if form.fullmatch(text)), None)
    shown = visible(text)
    return shown if scheme is None else Markup('<a href="{}{}">{}</a>').format(scheme, text, shown)


def code(hexadecimal: str) -> Markup:
    """A digest in groups of four, eight to a line, every digit as wide as the next."""
    groups = [hexadecimal[i : i + 4] for i in range(0, len(hexadecimal), 4)]
    lines = [" ".join(groups[i : i + 8]) for i in range(0, len(groups), 8)]
    return Markup('<span class="digest">{}</span>').format(Markup("<br>").join(lines))


def qr(text: str, alt: str) -> Markup:
    """A QR code as one drawn path, sharp in print; `alt` is what a screen reader says."""
    drawn = segno.make(text, error="m", micro=False)
    size = drawn.symbol_size(border=0)[0]
    path = "".join(_run(x, y, n) for y, row in enumerate(drawn.matrix) for x, n in _dark_runs(row))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" role="img"><title>{1}</title>'
        '<path fill="#16181d" d="{2}"/></svg>'
    ).format(size, alt, path)


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules begins, and how many they are."""
    x = 0
    for dark, run in groupby(row):
        n = sum(1 for _module in run)
        if dark:
            yield x, n
        x += n


def _run(x: int, y: int, n: int) -> str:
    return f"M{x} {y}h{n}v1h-{n}z"


def day_strip(used: int, total: int, alt: str) -> Markup:
    """The days of a period in a row, the used ones filled."""
    box = '<rect x="{}" y="1" width="17" height="12" stroke="#14548c" stroke-width="1" fill="{}"/>'
    boxes = "".join(box.format(day * 20 + 1, "#14548c" if day < used else "#ffffff") for day in range(total))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="days" viewBox="0 0 {} 14" '
        'preserveAspectRatio="xMinYMid" role="img"><title>{}</title>{}</svg>'
    ).format(total * 20, alt, _trusted(boxes))


class _Glyphs(dict[int, str | int]):
    """For each character how it is printed; looked up once."""

    def __missing__(self, char: int) -> str | int:
        has = coverage()
        if char in has.first or char == ord("\n"):
            printed: str | int = char
        elif char in has.second:
            printed = f'<span class="rare">{chr(char)}</span>'
        else:
            printed = f"[U+{char:04X}]"
        self[char] = printed
        return printed


@cache
def _glyphs() -> _Glyphs:
    return _Glyphs()


def _trusted(text: str) -> Markup:
    """Text that is markup already: our own messages, or records escaped before."""
    return Markup(text)  # noqa: S704


def _whole(text: str) -> Markup:
    return Markup('<span class="nobr">{}</span>').format(_trusted(text))


@lru_cache(maxsize=2048)
def _set_zh(text: str) -> Markup:
    text = _JOINT.sub(_gap, text)
    text = _MARK_BEFORE_MARK.sub(r'<span class="half-r">\g<0></span>', text)
    text = _OPENING_MARK.sub(r'<span class="half-l">\g<0></span>', text)
    text = _DATE_ZH.sub(_NOBR, text)
    return _trusted(_LAST_TWO.sub(_NOBR, text))


def _gap(found: re.Match[str]) -> str:
    """A gap drawn beside the Han character, not typed: the text reads back as it was."""
    han = found[2]
    left = found[1] is not None and han not in "年月日"
    right = found[3] is not None and han not in "年月"
    side = ("l" if left else "") + ("r" if right else "")
    return f'<span class="gap-{side}">{han}</span>' if side else han


@lru_cache(maxsize=2048)
def _set_en(text: str) -> Markup:
    return _trusted(_DATE_EN.sub(_NOBR, text))
