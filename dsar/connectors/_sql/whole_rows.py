"""Whole rows: the store hands each over as one text, so that most are never taken apart."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

MOST = 20_000  # rows that are remembered; a table with more of them is better read row by row


def promising(batches: Iterable[Sequence[Sequence[Any]]], may: Callable[[bytes], bool]) -> list[Any] | None:
    """Of rows that are a name and a text: the names of those of which `may` says yes.

    None when they are too many to be remembered.  A row whose text is no UTF-8 is promising: only cell by cell
    can it be told what it says.
    """
    found = []
    for rows in batches:
        if _held(b"\n".join([text for _, text in rows]), may):
            found += [name for name, text in rows if _held(text, may)]
        if len(found) > MOST:
            return None
    return found


def _held(text: bytes, may: Callable[[bytes], bool]) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return True
    return may(text)
