"""How the records of a collection stand on paper: a table, cards, or running lines."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

UNITS = 18  # of the width of the text; the axis of the page is after unit 5
AXIS = 5
_UNIT = 9.22  # mm
_GUTTER = 4.0  # mm to the right of a cell
_CELL = 2.06  # mm, a Latin letter or digit at 10.5 pt
_HAN = 1.8  # a Han character, in cells
_BOLD = 1.21  # a letter of a title, in cells
_WIDEST_TOKEN = 21.0  # cells; a longer unbroken string is broken
_MOST_COLUMNS = 6
_MOST_LINES = 5
_MANY_CARDS = 25  # a card costs some 40 ms, a paragraph 6

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Column:
    """A column of a table: which field, how many units wide, whether numbers stand at its right."""

    field: str
    units: int
    numeric: bool


@dataclass(frozen=True)
class Layout:
    """`table`: columns beside each other; `cards`: field and value; `lines`: a paragraph a record."""

    kind: str
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Content:
    """One field as it will be printed: its title, its values where there are any, and parts never broken."""

    field: str
    title: str
    values: Sequence[str]
    unbroken: Sequence[str] = ()
    numeric: bool = False


def layout(contents: Sequence[Content], rows: int) -> Layout:
    """A table where every field fits beside the others; else cards, or lines when there are many."""
    floors = [_floor(content) for content in contents]
    if contents and len(contents) <= _MOST_COLUMNS and sum(floors) <= UNITS:
        units = _spread(contents, floors)
        wide = zip(contents, units, strict=True)
        return Layout("table", tuple(Column(content.field, unit, content.numeric) for content, unit in wide))
    return Layout("lines" if rows > _MANY_CARDS else "cards")


def width(text: str) -> float:
    """The width of a text in cells."""
    return sum(_HAN if unicodedata.east_asian_width(char) in "WF" else 1.0 for char in text)


def _floor(content: Content) -> int:
    """The fewest units that keep words whole and values within a few lines."""
    widest = max((width(value) for value in content.values), default=0.0)
    token = max((_longest_token(text) for text in content.values), default=0.0)
    token = max((token, _longest_token(content.title) * _BOLD, *(width(text) for text in content.unbroken)))
    return _units(max(token, widest / _MOST_LINES, width(content.title) / 2))


def _longest_token(text: str) -> float:
    return min(max((float(len(token)) for token in _TOKEN.findall(text)), default=0.0), _WIDEST_TOKEN)


def _units(cells: float) -> int:
    """The fewest units of the grid, two at least, that hold so many cells and the gutter."""
    return max(2, -int(-(cells * _CELL + _GUTTER) // _UNIT))


def _spread(contents: Sequence[Content], floors: Sequence[int]) -> list[int]:
    """Widths that fill the page: the first column up to the axis, the rest to whoever needs it most."""
    units = list(floors)
    if len(units) > 1 and sum(units[1:]) <= UNITS - AXIS and units[0] < AXIS:
        units[0] = AXIS
    needs = [max(width(text) for text in (content.title, *content.values)) for content in contents]
    while sum(units) < UNITS:
        growing = range(1, len(units)) if units[0] == AXIS and len(units) > 1 else range(len(units))
        neediest = max(growing, key=lambda place: needs[place] / (units[place] * _UNIT - _GUTTER))
        units[neediest] += 1
    return units
