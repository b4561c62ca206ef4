"""Cells as drivers give them, brought to the copy's raw values and back."""

import re
from base64 import b64decode, b64encode
from collections.abc import Container, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite

from dsar.connectors import Raw
from dsar.connectors._sql.shapes import Cell, Kind
from dsar.datamap.identifiers import WHOLE

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::\d\d){0,2})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
SEVEN_DIGITS = 10**6


class Unreadable(bytes):
    """The bytes of a cell that should be text and are not."""


def readable(data: bytes, encoding: str = "utf-8") -> str | Unreadable:
    """The text of a cell, or its bytes marked when they are no text."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return Unreadable(data)


def plain(cell: Cell, value: object) -> Raw:
    """One cell as the copy gives it.

    Whole numbers and booleans stay; decimals and the store's own text stay as they are
    written; floats as their shortest text; times ISO 8601; bytes base64.
    """
    if isinstance(value, str):
        return _unpadded(cell, value) if cell.kind is Kind.TEXT else _text(cell.kind, value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value != 0 if cell.kind is Kind.BOOLEAN and value in (0, 1) else value
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return int.from_bytes(data) if cell.kind is Kind.BITS else b64encode(data).decode()
    if isinstance(value, float):
        return repr(value)
    return _text(cell.kind, str(value))


def _text(kind: Kind, text: str) -> str:
    if kind is Kind.FLOAT:
        return _float(text)
    if kind not in (Kind.TIME, Kind.INSTANT):
        return text
    if not (moment := _MOMENT.fullmatch(text)):
        return text
    day, hour, zone = moment.groups()
    if zone is None:
        zone = "+00:00" if kind is Kind.INSTANT else ""
    elif len(zone) == 3:
        zone += ":00"
    return f"{day}T{hour}{zone}"


def _float(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError:
        return text


def comparable(cell: Cell, value: object) -> object:
    """One cell as identifiers are compared with it: a number as a number, anything else as it came."""
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        return value
    if cell.kind not in (Kind.DECIMAL, Kind.FLOAT):
        return _unpadded(cell, value)
    try:
        return Decimal(value) if cell.kind is Kind.DECIMAL else float(value)
    except (InvalidOperation, ValueError):
        return value


def followed(cell: Cell, value: object) -> str | None:
    """The internal number that a cell gives, as other columns are compared with it: 7.00 is 7; '' names nobody.

    None for what cannot be followed: fractions, bytes, numbers that are rounded.
    """
    held = comparable(cell, value)
    if held is None:
        return ""
    if isinstance(held, str):
        return held if held.strip() else ""
    if isinstance(held, bool) or not isinstance(held, int | float | Decimal) or not isfinite(held):
        return None
    if held != int(held) or (isinstance(held, float) and abs(held) >= WHOLE):
        return None
    return str(int(held)) if held else ""


def _unpadded(cell: Cell, text: str) -> str:
    return text.rstrip(" ") if cell.cast == "bpchar" else text  # padding is no part of a char(n)


def given_back(cell: Cell, raw: Raw) -> object:
    """A raw value as a parameter to compare its column with."""
    if cell.kind is Kind.BYTES and isinstance(raw, str):
        return b64decode(raw)
    return raw


def led_on(
    cells: Sequence[Cell], values: Sequence[object], columns: Container[str], table: str
) -> tuple[Mapping[str, str], str | None]:
    """The internal numbers that a row gives in some of its columns, and which of them cannot be followed."""
    given, problem = dict[str, str](), None
    for cell, value in zip(cells, values, strict=True):
        if cell.name in columns:
            number = followed(cell, value)
            if number is None:
                problem = f"column {cell.name} of table {table} holds what cannot be followed: no text, no whole number"
            given[cell.name] = number or ""
    return given, problem


def row_of(
    cells: Sequence[Cell], values: Sequence[object], table: str
) -> tuple[Mapping[str, Raw], str | None]:
    """A row as the copy gives it, and which column could not be read, if one could not."""
    if Unreadable not in map(type, values):
        return {cell.name: plain(cell, value) for cell, value in zip(cells, values, strict=True)}, None
    row, problem = {}, None
    for cell, value in zip(cells, values, strict=True):
        if isinstance(value, Unreadable):
            problem = f"column {cell.name} of table {table} is not readable text"
        else:
            row[cell.name] = plain(cell, value)
    return row, problem


def spoken(value: object) -> str:
    """The text of a cell, to look for identifiers in; '' for what can hold none.

    Whole numbers count from 7 digits.  Bytes are read leniently; those as long as a digest also in hex.
    """
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value) if value >= SEVEN_DIGITS or value <= -SEVEN_DIGITS else ""
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return (
            data.hex() if len(data) in (16, 20, 32) and not data.isascii() else data.decode(errors="replace")
        )
    return str(value)
