"""The people of an invented company: one data subject with two accounts, his twin, his friend, a crowd."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.stories.invented_kinds import Kind

SURNAMES, GIVEN = "欧阳上官司马诸葛东方皇甫", "清明远山若水长风知秋望舒"
FIRST_DAY = date(2018, 1, 1)


@dataclass(frozen=True)
class Bought:
    """One thing bought; an amount of 0 was a gift."""

    number: str
    item: str
    amount: int
    day: date
    done: date | None = None
    address: str | None = None
    receiver: str | None = None  # name
    other: str | None = None  # the receiver's identifier


@dataclass(frozen=True)
class Account:
    """One account of one person; every word in it stands nowhere else."""

    values: dict[str, str]  # identifier kind -> value in its normal form
    id: int
    seat_id: int
    name: str
    sex: int
    origin: str
    proof: str | None  # of consent
    secret: str
    labels: dict[str, str]
    bought: list[Bought]
    letters: list[str]
    interest: str | None  # None: the affiliate has no profile
    seats: list[str]
    hashed: bool
    picture: str | None = None
    recording: str | None = None
    remark: str | None = None  # None: not in the forgotten table


@dataclass
class People:
    """Everybody, from one seed."""

    chance: random.Random
    kinds: tuple[Kind, Kind]
    label_names: tuple[str, ...]
    crowd: int
    subject: list[Account] = field(default_factory=list)
    twin: Account = field(init=False)
    friend: Account = field(init=False)
    others: list[Account] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.taken: set[str] = set()
        self.count = self.made = 0
        first, second = (self._values() for _ in range(2))
        for kind in self.kinds:
            if kind.declared["proof"] == "staff":  # one person has one paper
                second[kind.name] = first[kind.name]
        near = {kind.name: kind.near(first[kind.name]) for kind in self.kinds}
        self.taken.update(near.values())
        name = self._name()
        self.friend = self._account(self._values(), self._name())
        self.subject = [self._his(first, name, gifts=2, paid=0), self._his(second, name, gifts=1, paid=1)]
        self.twin = self._account(near, name)
        self.others = [self._account(self._values(), self._name()) for _ in range(self.crowd)]

    def everyone(self) -> list[Account]:
        """In no telling order, the same for the same seed."""
        all_of_them = [*self.subject, self.twin, self.friend, *self.others]
        self.chance.shuffle(all_of_them)
        return all_of_them

    def word(self, start: str) -> str:
        """A word that stands nowhere else; it has no digits, so it is taken for no number."""
        self.count += 1
        return start + "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in f"{self.count:04d}")

    def _his(self, values: dict[str, str], name: str, *, gifts: int, paid: int) -> Account:
        bought = [self._bought(0) for _ in range(gifts)] + [self._paid_to_friend() for _ in range(paid)]
        return self._account(values, name, bought=bought, rich=True)

    def _account(
        self, values: dict[str, str], name: str, *, bought: list[Bought] | None = None, rich: bool = False
    ) -> Account:
        self.made += 1
        chance, number = self.chance, self.made
        often = lambda share: rich or chance.random() < share  # noqa: E731
        return Account(
            values=values,
            id=3_100_000_000 + self.made * 7_919,
            seat_id=640_000_000 + self.made * 101,
            name=name,
            sex=chance.choice((1, 2)),
            origin=self.word("门店"),
            proof=None if rich else self.word("同意书"),
            secret=f"argon2${chance.getrandbits(120):030x}",
            labels={label: self.word("答") for label in self.label_names},
            bought=bought if bought is not None else list(self._some_bought()),
            letters=[self.word("信") for _ in range(2 if rich else chance.randrange(3))],
            interest=self.word("趣") if often(0.6) else None,
            seats=[self.word("座") for _ in range(2 if rich else chance.randrange(2))],
            hashed=often(0.5),
            picture=f"p{number}.png" if often(0.05) else None,
            recording=f"r{number}.ogg" if often(0.05) else None,
            remark=self.word("备注") if often(0.1) else None,
        )

    def _some_bought(self) -> Iterator[Bought]:
        for _ in range(self.chance.randrange(3)):
            yield self._bought(self.chance.choice((0, 30, 450)))

    def _bought(self, amount: int) -> Bought:
        day = FIRST_DAY + timedelta(days=self.chance.randrange(1_000))
        done = day + timedelta(days=30) if amount else None
        return Bought(self.word("单"), self.word("货"), amount, day, done)

    def _paid_to_friend(self) -> Bought:
        # kept three years from here: still kept in November 2021, no longer in November 2026
        day = date(2021, 1, 1) + timedelta(days=self.chance.randrange(200))
        other = self.friend.values[self.kinds[0].name]
        done, address = day + timedelta(days=5), self.word("地址")
        return Bought(self.word("单"), self.word("货"), 88, day, done, address, self.friend.name, other)

    def _values(self) -> dict[str, str]:
        return {kind.name: self._value(kind) for kind in self.kinds}

    def _value(self, kind: Kind) -> str:
        while (value := kind.make(self.chance)) in self.taken:
            continue
        self.taken.add(value)
        return value

    def _name(self) -> str:
        return self.chance.choice(SURNAMES) + "".join(self.chance.sample(GIVEN, 2))
