"""One CSV a collection, for a spreadsheet: titles and values in words, and nothing that runs."""

import csv
import io
import re
from collections.abc import Callable, Iterator

from dsar.render.decode import in_words
from dsar.render.package import CollectionShown, Raw
from dsar.render.texts import Texts

_BOM = "\ufeff"  # so that a spreadsheet reads UTF-8
_BLOCK = 1 << 16  # characters gathered before they are written
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def write_csv(collection: CollectionShown, lang: str, zone: str, write: Callable[[bytes], object]) -> None:
    """Write a collection; `write` is called with blocks of UTF-8, lines end as RFC 4180 says.

    A text that a spreadsheet would take for a formula gets a ' before it, a telephone number with + too.
    """
    held = io.StringIO()
    held.write(_BOM)
    out = csv.writer(held)
    for line in _lines(collection, Texts(lang, zone)):
        out.writerow(line)
        if held.tell() >= _BLOCK:
            write(_taken(held))
    write(_taken(held))


def safe(text: str) -> str:
    """The text so that no spreadsheet runs it; plain negative numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _lines(collection: CollectionShown, texts: Texts) -> Iterator[list[str]]:
    fields = [shown.field for shown in collection.fields if shown.state == "given"]
    yield [safe(texts.words(field.title) or field.name) for field in fields]
    for row in collection.rows():
        yield [_cell(in_words(field, row.get(field.name), texts), row.get(field.name)) for field in fields]


def _cell(text: str, raw: Raw) -> str:
    return text if isinstance(raw, int | float) else safe(text)


def _taken(held: io.StringIO) -> bytes:
    text = held.getvalue()
    held.seek(0)
    held.truncate()
    return text.encode("utf-8", "backslashreplace")
