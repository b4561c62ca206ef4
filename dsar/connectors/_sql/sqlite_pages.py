"""What stands in a SQLite file besides its rows: free pages, free space within pages, its log and its journal.

Source: SQLite, Database File Format, sections 1.5 (the freelist), 1.6 (b-tree pages), 4 (the write-ahead log).
"""

from collections.abc import Iterator
from pathlib import Path

B_TREES = {2: 12, 5: 12, 10: 8, 13: 8}  # kind of page -> bytes of its header
HEADER = 100  # bytes of the file's own, on its first page
LOG, FRAME = 32, 24  # bytes before the log, and before each page in it
MOST = 65536  # bytes of a page


def log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def journal_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-journal")


def free_space(file: Path) -> Iterator[bytes]:
    """What stands where nothing is held any more, of the file and of the pages in its log."""
    size = page_size(file)
    with file.open("rb") as pages:
        free = _freelist(pages.read(size), file, size)
        pages.seek(0)
        for number, page in enumerate(iter(lambda: pages.read(size), b""), 1):
            yield from [page[free[number] :]] if number in free else _within(page, number == 1)
    for page in logged(file, size):
        yield from _within(page, page.startswith(b"SQLite format 3\0"))


def logged(file: Path, size: int) -> Iterator[bytes]:
    """Every page in the log, the newest and those before."""
    log = log_of(file)
    if not log.is_file():
        return
    with log.open("rb") as frames:
        frames.seek(LOG)
        while frame := frames.read(FRAME + size):
            yield frame[FRAME:]


def all_of(file: Path, size: int) -> Iterator[bytes]:
    """A file page by page, whatever it holds."""
    if file.is_file():
        with file.open("rb") as pages:
            yield from iter(lambda: pages.read(size), b"")


def page_size(file: Path) -> int:
    """Bytes of a page."""
    with file.open("rb") as pages:
        said = int.from_bytes(pages.read(18)[16:])
    return MOST if said == 1 else said or 4096


def _freelist(first: bytes, file: Path, size: int) -> dict[int, int]:
    """The pages that hold nothing any more, each with where that begins on it."""
    free: dict[int, int] = {}
    trunk = int.from_bytes(first[32:36])
    with file.open("rb") as pages:
        while trunk and trunk not in free:
            pages.seek((trunk - 1) * size)
            page = pages.read(size)
            numbers = [int.from_bytes(page[at : at + 4]) for at in range(0, len(page) - 3, 4)]
            if len(numbers) < 2:
                break
            leaves = numbers[2 : 2 + numbers[1]]
            free |= dict.fromkeys(leaves, 0) | {trunk: 8 + 4 * len(leaves)}
            trunk = numbers[0]
    return free


def _within(page: bytes, first: bool) -> Iterator[bytes]:
    """The free space of a page of rows: before the first cell, and the blocks between cells."""
    at = HEADER if first else 0
    if len(page) <= at + 12 or page[at] not in B_TREES:
        return
    block, cells, start = (int.from_bytes(page[at + n : at + n + 2]) for n in (1, 3, 5))
    yield page[at + B_TREES[page[at]] + 2 * cells : start or MOST]
    while block and block + 4 <= len(page):
        after, size = (int.from_bytes(page[block + n : block + n + 2]) for n in (0, 2))
        yield page[block + 4 : block + size]
        block = after if after > block else 0
