"""From a sample of a column to what it looks like, in counts and never a value."""

import re
from collections.abc import Collection, Sequence

from dsar.datamap.drafting.facts import OWN_KINDS, Fact
from dsar.datamap.drafting.words import words
from dsar.datamap.likeness import Like, Likeness, by_name, by_values
from dsar.datamap.schema import Column

SAMPLE = 200  # rows of a table
TELLING = 5  # values, from which a sample contradicts a name or tells that no two rows point at the same
LETTERS = 10  # more of them beside a number are words
SHOWN = {
    Like.PHONE: "telephone numbers", Like.EMAIL: "e-mail addresses", Like.ID_NUMBER: "numbers of identity papers",
    Like.BANK_CARD: "bank card numbers", Like.PERSON_NAME: "names of people", Like.ADDRESS: "postal addresses",
    Like.BIRTHDAY: "dates of birth", Like.GENDER: "gender", Like.IP: "IP addresses", Like.DEVICE: "device numbers",
    Like.ACCOUNT: "accounts elsewhere", Like.LOCATION: "places", Like.CREDENTIAL: "credentials",
    Like.DIGEST: "digests", Like.INTERNAL_ID: "internal numbers", Like.FREE_TEXT: "free text",
}  # fmt: skip
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NATIONAL = re.compile(r"1[3-9][0-9]{9}")  # China's mobile numbers


def fact(table: str, column: Column, values: Sequence[str | None], regions: Collection[str]) -> Fact:
    """What one column looks like; `values` are a sample of it."""
    held = [value for value in values if value and value.strip()]
    named, seen = by_name(column.name, table), by_values(held, regions)
    likeness = _likelier(column, named, seen, len(held))
    alone = len(set(held)) == len(held) if len(held) >= TELLING else None
    if likeness is None:
        return Fact(alone=alone)
    if likeness.like is Like.DIGEST:
        return _digest(column.name, held, likeness)
    if likeness.like in OWN_KINDS and _among_words(likeness.like, held):
        return Fact(
            Like.FREE_TEXT, f"{_why(likeness)}, or have some in a text", alone=alone, within=likeness.like
        )
    return Fact(likeness.like, _why(likeness), _forms(likeness.like, held), alone=alone)


def _likelier(column: Column, named: Likeness | None, seen: Likeness | None, held: int) -> Likeness | None:
    """Values say more than a name, but of secrets, which look like nothing."""
    if named and named.like is Like.CREDENTIAL:
        return named
    if seen and (seen.personal or seen.like is Like.DIGEST):
        return seen
    if named and named.like in OWN_KINDS and (held >= TELLING or not column.text):
        named = None  # it is called so, and holds nothing of the kind
    if named and named.like in (Like.PERSON_NAME, Like.ADDRESS) and not column.text:
        named = None
    return named or seen


def _among_words(like: Like, held: Sequence[str]) -> bool:
    """Whether numbers or addresses stand in texts, and are not all that is there."""
    telling = [
        sum(map(str.isalpha, value)) > LETTERS if like is Like.PHONE else len(value.split()) > 2
        for value in held
    ]
    return sum(telling) * 2 > len(held)


def _why(likeness: Likeness) -> str:
    if likeness.alike is None:
        return f"its name is that of {SHOWN[likeness.like]}"
    return f"{likeness.alike} of {likeness.of} look like {SHOWN[likeness.like]}"


def _forms(like: Like, held: Sequence[str]) -> tuple[str, ...]:
    """The form that all of a sample are written in; () where they differ: then they are read however written."""
    if like is Like.PHONE and len(held) >= TELLING:
        for form, pattern in (("e164", _E164), ("national", _NATIONAL)):
            if all(map(pattern.fullmatch, held)):
                return (form,)
    return ()


def _digest(name: str, held: Sequence[str], likeness: Likeness) -> Fact:
    """A digest in a column called after what people prove is one of that, in a form that nobody can see."""
    about = set(words(name))
    kind = (
        "phone"
        if about & {"phone", "mobile", "tel", "telephone"}
        else "email"
        if about & {"email", "mail"}
        else ""
    )
    lengths = {len(value) for value in held}
    if not kind or len(lengths) != 1:
        return Fact(Like.DIGEST, _why(likeness))
    form = f"{_DIGESTS.get(lengths.pop(), 'md5')}:{'e164' if kind == 'phone' else 'exact'}"
    return Fact(kind, f"{_why(likeness)} of it; nothing tells the form that was digested", (form,))
