"""Numbers and addresses that stand in texts in every common way, and others that are nearly the same.

Nothing here asks the product how a value may be written.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from itertools import pairwise

Write = Callable[[str], str]
FULL = str.maketrans("0123456789@.", "０１２３４５６７８９＠．")
GROUPS = ((3, 4, 4), (3, 3, 5), (4, 3, 4))


def grouped(national: str, by: str, sizes: tuple[int, ...] = GROUPS[0]) -> str:
    """131 0000 8688."""
    places = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
    return by.join(national[start:end] for start, end in pairwise(places))


def hashed(name: str, prefix: str = "", *, upper: bool = False) -> Write:
    """A digest in hex."""

    def written(value: str) -> str:
        digest = hashlib.new(name, f"{prefix}{value}".encode(), usedforsecurity=False).hexdigest()
        return digest.upper() if upper else digest

    return written


DIGESTS = [(name, upper) for name in ("md5", "sha1", "sha256") for upper in (False, True)]
PHONES: list[Write] = [
    str,
    *(lambda n, p=prefix: f"{p}{n}" for prefix in ("+86", "86", "0086", "+86 ", "+86-", "(+86)", "00 86 ")),
    *(lambda n, b=by: grouped(n, b) for by in (" ", "-", ".", "\u00a0")),
    *(lambda n, b=by: f"+86 {grouped(n, b)}" for by in (" ", "-")),
    lambda n: n.translate(FULL),
    lambda n: f"＋８６{n.translate(FULL)}",
    *(hashed(name, prefix, upper=upper) for name, upper in DIGESTS for prefix in ("", "+86", "86", "0086")),
]
EMAILS: list[Write] = [
    str, str.upper, str.title, lambda e: f"<{e}>", lambda e: f"mailto:{e}", lambda e: e.translate(FULL),
    *(hashed(name, upper=upper) for name, upper in DIGESTS),
]  # fmt: skip
AROUND = [
    "{}", " {} ", "电话{}，请回电", "tel:{};", '{{"phone": "{}"}}', "<td>{}</td>", "a\n{}\nb",
    "王伟\t{}\t2021-01-01", "[{}]",
    "订单 20211124：{}。", "（{}）", "'{}','x'",
]  # fmt: skip


def national(number: int) -> str:
    """A mobile number of mainland China, of person `number`."""
    return f"131{number:08d}"


def email(number: int) -> str:
    """The e-mail address of person `number`."""
    return f"luo.{number}@x-mail.cn"


def nearly(value: str, chosen: random.Random) -> str:
    """Something that is not the value, and looks like it."""
    place = chosen.randrange(3, len(value))
    if "@" in value:
        return chosen.choice(
            [f"x{value}", f"{value}.hk", value.replace("luo.", "luo-"), value.replace("@", "@a."), value[:-1]]
        )
    other = str((int(value[place]) + chosen.randrange(1, 10)) % 10)
    return chosen.choice(
        [
            f"{value[:place]}{other}{value[place + 1 :]}", f"{value}{chosen.randrange(10)}", f"2{value}", value[:-1],
            f"{value[:place]}{value[place + 1 :]}{other}", f"{value[:6]}x{value[6:]}",
        ]
    )  # fmt: skip


def planted(people: int, count: int, chosen: random.Random) -> Iterator[tuple[int, str]]:
    """So many texts in which a person of 0 to `people` stands, each way of writing in turn."""
    for n in range(count):
        person = chosen.randrange(people)
        ways, value = (PHONES, national(person)) if n % 3 else (EMAILS, email(person))
        yield person, AROUND[n // 3 % len(AROUND)].format(ways[n // 3 // len(AROUND) % len(ways)](value))


def strange(people: int, count: int, chosen: random.Random) -> Iterator[str]:
    """So many texts in which none of them stands, but somebody nearly the same, written in the same ways."""
    known = {national(n) for n in range(people)} | {email(n) for n in range(people)}
    for n in range(count):
        person = chosen.randrange(people)
        ways, value = (PHONES, national(person)) if n % 3 else (EMAILS, email(person))
        near = nearly(value, chosen)
        while near in known:
            near = nearly(value, chosen)
        way = ways[n % len(ways)] if near.isdigit() == value.isdigit() and len(near) == len(value) else str
        yield chosen.choice(AROUND).format(way(near))
