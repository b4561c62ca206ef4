"""Names of an invented company's stores, tables and columns: no two companies call a thing the same."""

from __future__ import annotations

import random
import re

SYLLABLES = re.findall("[a-z]+", "ka lo mi ter san vo rel qui dor fen ash bru pel nim tra ost")
# what databases find hard: reserved words, blanks, capitals, Chinese, quotes
AWKWARD = ["order", "Group", "user data", "会员资料", "select", "Über", "a.b", "名 称", "it's", "KEY"]
LABELS = ("why", "job", "level")

NUMBER, WORDS = "integer primary key", "text"
ROLES: dict[str, dict[str, str]] = {
    "account": {
        "id": NUMBER,
        "first": "text not null",
        "second": WORDS,
        "name": WORDS,
        "sex": "integer",
        "picture": WORDS,
        "origin": WORDS,
        "proof": WORDS,
        "secret": "text not null",
    },
    "label": {"id": NUMBER, "account": "integer not null", "label": WORDS, "answer": WORDS},
    "forgotten": {"contact": WORDS, "remark": WORDS},
    "box": {"id": NUMBER, "entry": "text not null"},
    "order": {
        "id": NUMBER,
        "number": "text not null",
        "account": "integer",
        "contact": WORDS,
        "item": WORDS,
        "amount": "numeric not null",
        "day": "date",
        "done": "timestamp",
        "address": WORDS,
        "receiver": WORDS,
        "other": WORDS,
        "locked": "integer not null default 0",
    },
    "visit": {"id": NUMBER, "account": "integer", "item": WORDS, "recording": WORDS},
    "letter": {"id": NUMBER, "contact": WORDS, "words": WORDS},
    "profile": {"id": NUMBER, "contact": WORDS, "interest": WORDS},
    "seat": {"id": NUMBER, "profile": "integer", "item": WORDS},
    "hashed": {"id": NUMBER, "contact": WORDS},
}
# a company may keep letters with its orders, or the hashes with its affiliate
HOMES = dict.fromkeys(ROLES, ("base",)) | {
    "box": ("box",),
    "order": ("sales",),
    "visit": ("sales",),
    "letter": ("post", "sales"),
    "profile": ("ally",),
    "seat": ("ally",),
    "hashed": ("far", "ally"),
}


class Names:
    """What one company calls its things."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.taken = chance, set[str]()
        self.awkward = chance.sample(AWKWARD, len(AWKWARD))
        self.company = self._word().capitalize()
        homes = {home: self._word() for home in ("base", "box", "sales", "post", "ally", "far")}
        self.store = {role: homes[chance.choice(choices)] for role, choices in HOMES.items()}
        self.ally, self.media = homes["ally"], self._word()
        self.table = {role: self._any() for role in ROLES}
        self.collection = {role: self._word() for role in ROLES}
        self.columns = {(role, name): self._any() for role, columns in ROLES.items() for name in columns}
        self.pictures, self.recordings = self._word(), self._word()
        self.account_kind, self.seat_kind, self.file_kind = (self._word() for _ in range(3))
        self.files = f"{self.media}.{self.recordings}"

    def stores(self) -> list[str]:
        """The databases; the folder of media is another store."""
        return list(dict.fromkeys(self.store.values()))

    def column(self, role: str, name: str) -> str:
        """What a column is called."""
        return self.columns[role, name]

    def place(self, role: str) -> str:
        """store.collection."""
        return f"{self.store[role]}.{self.collection[role]}"

    def variable(self, store: str) -> str:
        """The name that stands for a store's URL in the map."""
        return f"{store.upper()}_PLACE"

    def _any(self) -> str:
        return self.awkward.pop() if self.awkward and self.chance.random() < 0.3 else self._word()

    def _word(self) -> str:
        while (word := "".join(self.chance.sample(SYLLABLES, 3))) in self.taken:
            continue
        self.taken.add(word)
        return word
