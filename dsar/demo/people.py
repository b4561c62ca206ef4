"""The thousands of people around the data subject, the same ones every time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from dsar.demo.case import Account, HotlineRow, Lesson, Note, OralAccount, Order

FIRST_DAY, DAYS = datetime(2016, 6, 1), 1_850  # noqa: DTZ001  the company's civil time; the last day is in June 2021
PICTURES, RECORDINGS, HOTLINE_EVERY = 12, 6, 25
WELCOME = "欢迎来到星桥英语!您现在即可预约一节免费的外教一对一体验课!"


def crowd(count: int, *, seed: int = 8688) -> Iterator[Account]:
    """So many people, each with a number of his own; the same for the same seed.

    Raises ValueError for more than 150,000: there are no more numbers.
    """
    words = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text(encoding="utf-8"))
    prefixes = words["prefixes"]
    chance = random.Random(seed)  # noqa: S311  nothing secret: the same people every time
    for place, number in enumerate(chance.sample(range(len(prefixes) * 10_000), count)):
        phone = f"{prefixes[number // 10_000]}0000{number % 10_000:04d}"
        yield _Maker(chance, words, place, phone).account()


class _Maker:
    """Makes up one person."""

    def __init__(self, chance: random.Random, words: dict[str, Any], place: int, phone: str) -> None:
        self.chance, self.words, self.place, self.phone = chance, words, place, phone
        self.name = self.one("surnames") + "".join(chance.sample(words["given"], chance.choice((1, 2, 2))))
        self.start = FIRST_DAY + timedelta(
            days=chance.randrange(DAYS), seconds=chance.randrange(28_800, 79_200)
        )

    def one(self, word: str) -> Any:
        return self.chance.choice(self.words[word])

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def time(self, **later: float) -> str:
        return f"{self.start + timedelta(**later):%Y-%m-%d %H:%M:%S}"

    def account(self) -> Account:
        shop = self.one("shops")
        return Account(
            phone=self.phone,
            student_id=2_200_000_000 + self.place,
            real_name=self.name if self.often(0.8) else None,
            english_name=self.one("english"),
            gender=self.chance.choice(("M", "F", None)),
            avatar=f"p{self.place:04d}.png" if self.place < PICTURES else None,
            source_store=shop,
            operator=self.one("operators"),
            consent_evidence=f"{shop}-{self.start:%Y-%m-%d}" if self.often(0.7) else None,
            created_at=self.time(),
            tags=self.tags(),
            messages=(Note(self.time(seconds=2), WELCOME),),
            orders=tuple(self.order(number) for number in range(self.chance.choice((0, 1, 1, 2, 3)))),
            lesson=self.lesson() if self.place < RECORDINGS else None,
            texts=tuple(self.texts()),
            marketing=self.often(0.6),
            oral=self.oral() if self.often(0.6) else None,
            nickname=self.one("english") if self.often(0.5) else None,
            suggestions=(self.chance.choice((self.phone, f"{self.name} {self.phone}")),),
            hotline=self.hotline() if self.place % HOTLINE_EVERY == 0 else None,
        )

    def tags(self) -> dict[str, str]:
        asked = {"occupation": "occupations", "learning_goal": "goals", "level": "levels"}
        return {"signup_goal": "我要学英语"} | {label: self.one(words) for label, words in asked.items()}

    def order(self, number: int) -> Order:
        price, minutes = self.one("prices"), self.chance.randrange(600)
        done = self.time(days=number + self.chance.randrange(2, 60), minutes=minutes)
        return Order(
            order_no=f"XQ-{self.start:%Y-%m}-{_letters(self.place * 4 + number)}",
            course=self.one("courses"),
            price=price,
            at=self.time(days=number, minutes=minutes),
            completed_at=done if price else None,
            delivery_address=f"{self.one('cities')}星桥路{self.chance.randrange(1, 300)}号"
            if price
            else None,
            receiver_name=self.name if price else None,
            receiver_phone=f"+86{self.phone}" if price else None,
        )

    def texts(self) -> Iterator[Note]:
        account = f"{self.phone[:3]}****{self.phone[-4:]}"
        password = "{}**{}".format(*self.chance.sample(range(10, 99), 2))
        yield Note(self.time(seconds=4), f"【星桥】学员您好,已为您分配账号:{account},密码:{password}。")
        if self.often(0.4):
            yield Note(
                self.time(minutes=1), "【星桥】感谢您注册!您已获得一节在线1对1外教课,请登录预约。回T退订"
            )

    def oral(self) -> OralAccount:
        courses = self.chance.sample(self.words["courses"], self.chance.choice((0, 1, 2)))
        timetable = tuple((course, self.time(days=3 + number)) for number, course in enumerate(courses))
        return OralAccount(870_000_000 + self.place, timetable, self.one("identities"), self.one("interests"))

    def lesson(self) -> Lesson:
        recording = f"lesson-{self.start:%Y%m%d}-p{self.place:04d}.ogg"
        return Lesson(self.one("courses"), self.time(days=2), recording, self.chance.randrange(2, 5))

    def hotline(self) -> HotlineRow:
        spaced = f"{self.phone[:3]} {self.phone[3:7]} {self.phone[7:]}"
        forms = (self.phone, f" {spaced} ", spaced.replace(" ", "-"), f"+86 {spaced}")
        return HotlineRow(self.chance.choice(forms), self.one("remarks"))


def _letters(number: int) -> str:
    letters = ""
    for _ in range(5):
        number, rest = divmod(number, 23)
        letters = "ABCDEFGHJKLMNPQRSTUVWXY"[rest] + letters
    return letters
