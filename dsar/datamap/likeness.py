"""What a column looks like, by its name and by what stands in it: telephone numbers, names, addresses, …

A guess, for people to confirm.  It is made of counts alone: no value leaves this module.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from dsar.datamap import likely_names, likely_values


class Like(StrEnum):
    """What a column may hold."""

    PHONE = "phone"
    EMAIL = "email"
    ID_NUMBER = "id_number"  # of an identity card or passport
    BANK_CARD = "bank_card"
    PERSON_NAME = "person_name"
    ADDRESS = "address"
    BIRTHDAY = "birthday"
    GENDER = "gender"
    IP = "ip"
    DEVICE = "device"  # IMEI, MAC, advertising number
    ACCOUNT = "account"  # what somebody is called elsewhere: WeChat, openid, QQ, a login
    LOCATION = "location"
    CREDENTIAL = "credential"
    DIGEST = "digest"  # md5, sha1 or sha256 in hex
    INTERNAL_ID = "internal_id"  # a number of the controller's own
    FREE_TEXT = "free_text"

    @property
    def personal(self) -> bool:
        """Whether it alone makes a column look personal; a text or a number may hold anything or nobody."""
        return self not in (Like.INTERNAL_ID, Like.FREE_TEXT, Like.DIGEST)

    @property
    def category(self) -> str:
        """The category of a field that holds it: a word of the map."""
        return _CATEGORIES.get(self, "other")


_CATEGORIES = {
    Like.PHONE: "contact", Like.EMAIL: "contact", Like.ID_NUMBER: "identity", Like.BANK_CARD: "financial",
    Like.PERSON_NAME: "basic", Like.ADDRESS: "contact", Like.BIRTHDAY: "basic", Like.GENDER: "basic",
    Like.IP: "online", Like.DEVICE: "device", Like.ACCOUNT: "online", Like.LOCATION: "location",
    Like.CREDENTIAL: "technical", Like.DIGEST: "technical", Like.INTERNAL_ID: "technical",
    Like.FREE_TEXT: "content",
}  # fmt: skip
# The share of the values read, in per cent, from which a column is said to be so.  Digits that anybody's numbers
# may happen to be need more of them: a tenth of all long numbers have the check digit of a bank card.
_ENOUGH = {
    Like.EMAIL: 2, Like.ID_NUMBER: 4, Like.PHONE: 12, Like.ADDRESS: 12, Like.BANK_CARD: 40, Like.IP: 40,
    Like.DEVICE: 40, Like.ACCOUNT: 40, Like.PERSON_NAME: 45, Like.DIGEST: 60,
}  # fmt: skip
_TEXTS = 50  # per cent
_FEW = 10  # the same few words again and again are no names: 金牌, 普通


@dataclass(frozen=True)
class Likeness:
    """What a column looks like, and how it is known: `alike` of the `of` values that were read; None: by its name."""

    like: Like
    alike: int | None = None
    of: int | None = None

    @property
    def personal(self) -> bool:
        return self.like.personal


def by_name(column: str, table: str = "") -> Likeness | None:
    """What a column is called after, in Chinese, pinyin or English; None where its name says nothing.

    table: where the column is called `name` alone, whose name that may be.
    """
    like = likely_names.like(column, table)
    return Likeness(Like(like)) if like else None


def by_values(values: Iterable[str | None], regions: Collection[str] = ("CN",)) -> Likeness | None:
    """What most telling thing the values of a column are; None where they are nothing that is known here.

    regions: where telephone numbers without + may be dialled (ISO 3166).  Empty values do not count.
    """
    held = [value for value in values if value and value.strip()]
    alike = Counter(like for value in held for like in likely_values.likes(value, regions))
    if len(held) > _FEW and len(set(held)) * _FEW < len(held):
        del alike[Like.PERSON_NAME]
    for like, share in _ENOUGH.items():
        if alike[like] and alike[like] * 100 >= share * len(held):
            return Likeness(like, alike[like], len(held))
    texts = sum(map(likely_values.is_text, held))
    return Likeness(Like.FREE_TEXT, texts, len(held)) if texts and texts * 100 >= _TEXTS * len(held) else None
