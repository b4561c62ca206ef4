"""What the keys of a Redis database hold, whatever their type, as bytes to look into."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from dsar.errors import StoreRefused

Client = Any  # its types say that every answer may have to be awaited
PAGE = 500  # members, fields or keys asked for at once
PIECE = 1 << 20  # bytes of a long string read at once
HEAD = 1 << 14  # bytes of each of many strings read at once
LARGEST, MOST = 1 << 22, 100_000  # bytes and values of one key that are shown
OVERLAP = 512  # bytes that pieces share, so that nothing is cut in two


def pages(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The keys, so many at a time as are asked for at once."""
    waiting = iter(keys)
    while page := list(islice(waiting, PAGE)):
        yield page


def contents(client: Client, keys: Iterable[bytes]) -> Iterator[tuple[bytes, Iterator[bytes]]]:
    """Each key that there is with its values; types, and the heads of strings, are asked for many at once."""
    for page in pages(keys):
        types = client.pipeline(transaction=False)
        for key in page:
            types.type(key)
        there = [(key, kind) for key, kind in zip(page, types.execute(), strict=True) if kind != b"none"]
        heads = client.pipeline(transaction=False)
        for key in (strings := [key for key, kind in there if kind == b"string"]):
            heads.getrange(key, 0, HEAD + OVERLAP - 1)
        head_of = dict(zip(strings, heads.execute(raise_on_error=False), strict=True))
        for key, kind in there:
            head = head_of.get(key)
            if isinstance(head, bytes):
                yield key, chain([head], _string(client, key, HEAD) if len(head) > HEAD else ())
            else:
                yield key, values(client, key, kind)


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


def _string(client: Client, key: bytes, start: int = 0) -> Iterator[bytes]:
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


def shown(client: Client, key: bytes, kind: bytes) -> str | None:
    """All that a key holds, for a person to read: a string as it is, or in base64 where it is no text, else JSON.

    None where it is more than LARGEST bytes or MOST values, or of a type that only a module can read.
    """
    if kind == b"string":
        data = client.getrange(key, 0, LARGEST)
        return None if len(data) > LARGEST else readable(data)
    if kind not in _READERS:
        return None
    held: list[str] = []
    size = 0
    for value in values(client, key, kind):
        held.append(readable(value))
        size += len(value)
        if len(held) > MOST or size > LARGEST:
            return None
    whole: object = held
    if kind == b"hash":
        whole = dict(zip(held[::2], held[1::2], strict=True))
    elif kind in (b"set", b"zset"):  # comes in any order, some of it maybe twice
        whole = sorted(set(held))
    return json.dumps(whole, ensure_ascii=False, sort_keys=True)


def readable(data: bytes) -> str:
    """The text that bytes are, or their base64 where they are none."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return b64encode(data).decode()
