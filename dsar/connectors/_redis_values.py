"""What the keys of a Redis database hold, whatever their type, as bytes to look into."""

from collections.abc import Callable, Iterator
from typing import Any

from dsar.errors import StoreRefused

Client = Any  # its types say that every answer may have to be awaited
PAGE = 500  # members, fields or keys asked for at once
PIECE = 1 << 20  # bytes of a long string read at once
OVERLAP = 512  # bytes that pieces share, so that nothing is cut in two


def values(client: Client, key: bytes, kind: bytes) -> Iterator[bytes]:
    """Every value under a key of this type.

    Raises StoreRefused for a type of a module, which only that module can read.
    """
    if kind == b"none":
        return iter(())  # gone since its name was read
    if kind not in _READERS:
        raise StoreRefused(
            f"a key holds a value of type {kind.decode(errors='replace')}, which cannot be looked into"
        )
    return _READERS[kind](client, key)


def _string(client: Client, key: bytes) -> Iterator[bytes]:
    start = 0
    while piece := client.getrange(key, start, start + PIECE + OVERLAP - 1):
        yield piece
        start += PIECE


def _list(client: Client, key: bytes) -> Iterator[bytes]:
    start = 0
    while page := client.lrange(key, start, start + PAGE - 1):
        yield from page
        start += PAGE


def _set(client: Client, key: bytes) -> Iterator[bytes]:
    yield from client.sscan_iter(key, count=PAGE)


def _sorted_set(client: Client, key: bytes) -> Iterator[bytes]:
    for member, _ in client.zscan_iter(key, count=PAGE):
        yield member


def _hash(client: Client, key: bytes) -> Iterator[bytes]:
    for name, value in client.hscan_iter(key, count=PAGE):
        yield name
        yield value


def _stream(client: Client, key: bytes) -> Iterator[bytes]:
    start = b"-"
    while page := client.xrange(key, start, "+", count=PAGE):
        for _, fields in page:
            for name, value in fields.items():
                yield name
                yield value
        start = b"(" + page[-1][0]


_READERS: dict[bytes, Callable[[Any, bytes], Iterator[bytes]]] = {
    b"string": _string,
    b"list": _list,
    b"set": _set,
    b"zset": _sorted_set,
    b"hash": _hash,
    b"stream": _stream,
}
