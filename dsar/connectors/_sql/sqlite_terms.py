"""The terms in the segments of an FTS5 index, those of deleted rows among them until segments are merged.

Source: SQLite, FTS5, section 12 (the file format), and fts5_index.c (leaf pages, prefix compression).
"""

from collections.abc import Iterator

MAIN = 0x30  # the first byte of a term of the index itself; prefix indexes have others


def terms(leaf: bytes) -> Iterator[str]:
    """The terms that begin on one leaf page of a segment."""
    end = int.from_bytes(leaf[2:4])
    at, term, place, first = end, b"", 0, True
    while at < len(leaf):
        step, at = varint(leaf, at)
        place += step
        shared, start = (0, place) if first else varint(leaf, place)
        length, start = varint(leaf, start)
        term, first = term[:shared] + leaf[start : start + length], False
        if term[:1] == bytes([MAIN]):
            yield term[1:].decode(errors="replace")


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of SQLite's (up to nine bytes, big end first), and where it ends."""
    number = 0
    for place in range(9):
        byte = data[at + place] if at + place < len(data) else 0
        if place == 8:
            return (number << 8) | byte, at + 9
        number = (number << 7) | (byte & 0x7F)
        if byte < 0x80:
            return number, at + place + 1
    return number, at + 9
