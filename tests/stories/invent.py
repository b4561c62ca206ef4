"""The same story with everything else invented: company, people, identifier kinds, tables, columns and forms.

One seed makes one company.  What the product must find, keep and leave is
counted here from what was put in, never asked of the product.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from tests.oracle import oracle
from tests.stories.invented_kinds import VARIANTS, Kind, digest
from tests.stories.invented_map import map_of
from tests.stories.invented_names import LABELS, ROLES, Names
from tests.stories.invented_people import Account, Bought, People

CROWD = 150


@dataclass
class Invented:
    """One invented company, its stores filled, and what must come of a request of its data subject."""

    before_map: Path  # does not know of the forgotten table
    after_map: Path
    environment: dict[str, str]
    identifiers: list[tuple[str, str]]  # kind, value in its normal form; all that he can prove
    who: oracle.Person  # he, his account numbers and his files, in every form
    places: list[str | Path]  # for the oracle
    own: oracle.Own  # his row that the law keeps: nothing in it names him after an erasure
    records: dict[str, int]  # store.collection -> records that are his, the forgotten table among them
    kept: str  # store.collection of the one kept record
    kept_until: date
    forgotten: tuple[str, str, str]  # store, table, store.collection once it is mapped
    boxes: list[str]  # stores that are search boxes
    shown: list[str]  # words that a copy must contain
    hidden: list[str]  # words that it must not: the twin's, the friend's, secrets
    files: list[str]  # names of his files
    delete_by_hand: Callable[[], None] = field(repr=False)


def invent(seed: int, folder: Path) -> Invented:
    """Make a company and its stores below a folder."""
    return _Company(seed, folder).invented()


class _Company:
    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.kinds = VARIANTS[seed % len(VARIANTS)]()
        self.names = Names(self.chance)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.forms = self._forms()
        self.people = People(self.chance, self.kinds, LABELS, CROWD)
        self.his: dict[str, list[int]] = {role: [] for role in ROLES}

    def invented(self) -> Invented:
        self._fill()
        before, after = self.folder / "before.yaml", self.folder / "after.yaml"
        for file, knows in ((before, False), (after, True)):
            plain = map_of(self.names, self.kinds, self.forms, knows_forgotten=knows)
            file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
        environment = {self.names.variable(store): self._url(store) for store in self.names.stores()}
        media = self.folder / "media"
        forgotten = self.names.store["forgotten"]
        kept = next(each for each in self._bought() if each.amount)
        return Invented(
            before_map=before,
            after_map=after,
            environment=environment | {"MEDIA": str(media)},
            identifiers=self._identifiers(),
            who=self._who(),
            places=[*environment.values(), media],
            own={self.names.table["order"]: {self.names.column("order", "number"): {kept.number}}},
            records=self._records(),
            kept=self.names.place("order"),
            kept_until=kept.done.replace(year=kept.done.year + 3),
            forgotten=(forgotten, self.names.table["forgotten"], self.names.place("forgotten")),
            boxes=[self.names.store["box"]],
            shown=self._shown(),
            hidden=self._hidden(),
            files=[name for each in self.people.subject for name in (each.picture, each.recording)],
            delete_by_hand=self._delete_by_hand,
        )

    def _forms(self) -> dict[str, tuple[Kind, str]]:
        """The kind that each role's table is searched by, besides the company's own numbers, and its form."""
        first, second = self.kinds
        either = {
            role: self.chance.choice(self.kinds) for role in ("letter", "profile", "hashed", "forgotten")
        }
        searched = {"first": first, "second": second, "order": first, "box": first} | either
        forms = {role: (kind, self.chance.choice(kind.forms)) for role, kind in searched.items()}
        hashed, forgotten = either["hashed"], either["forgotten"]
        algorithm = self.chance.choice(("md5", "sha1", "sha256"))
        forms["hashed"] = hashed, f"{algorithm}:{self.chance.choice(hashed.hashed)}"
        forms["forgotten"] = forgotten, forgotten.loose
        # a search box is typed into as people say a number, so its entries are written so
        forms["box"] = first, next(form for form in ("national", "e164", "exact") if form in first.forms)
        return forms

    def _fill(self) -> None:
        with ExitStack() as stack:
            databases = {store: self._database(stack, store) for store in self.names.stores()}
            for role, columns in ROLES.items():
                listed = ", ".join(
                    f"{_quoted(self.names.column(role, name))} {kind}" for name, kind in columns.items()
                )
                made = f"create table {_quoted(self.names.table[role])} ({listed})"
                databases[self.names.store[role]].execute(made)
            for account in self.people.everyone():
                for role, row in self._rows(account):
                    self._insert(databases[self.names.store[role]], role, row, account)
                self._write_files(account)

    def _database(self, stack: ExitStack, store: str) -> sqlite3.Connection:
        file = self.folder / f"{store}.sqlite"
        file.unlink(missing_ok=True)
        database = stack.enter_context(closing(sqlite3.connect(file)))
        return stack.enter_context(database)

    def _rows(self, of: Account) -> Iterator[tuple[str, tuple]]:
        """The rows of one account; None stands for a number that the table gives by itself."""
        first, second = self._written("first", of), self._written("second", of)
        yield "account", (of.id, first, second, of.name, of.sex, of.picture, of.origin, of.proof, of.secret)
        yield from (("label", (None, of.id, label, answer)) for label, answer in of.labels.items())
        yield from (("order", self._order(of, bought)) for bought in of.bought)
        yield from (("letter", (None, self._written("letter", of), letter)) for letter in of.letters)
        if of.recording:
            yield "visit", (None, of.id, None, of.recording)
        if of.interest:
            yield "profile", (of.seat_id, self._written("profile", of), of.interest)
            yield from (("seat", (None, of.seat_id, seat)) for seat in of.seats)
        yield from self._marks(of)

    def _order(self, of: Account, each: Bought) -> tuple:
        done = f"{each.done} 12:00:00" if each.done else None
        contact = self._written("order", of)
        start = (None, each.number, of.id, contact, each.item, each.amount, str(each.day), done)
        return (*start, each.address, each.receiver, each.other, 0)

    def _marks(self, of: Account) -> Iterator[tuple[str, tuple]]:
        """Where an account left a trace besides."""
        entry = self._written("box", of)
        yield "box", (None, self.chance.choice((entry, f"{of.name} {entry}")))
        if of.hashed:
            yield "hashed", (None, self._written("hashed", of))
        if of.remark:
            yield "forgotten", (self._written("forgotten", of), of.remark)

    def _written(self, role: str, of: Account) -> str:
        kind, form = self.forms[role]
        value = of.values[kind.name]
        return digest(kind, self.chance, value, form) if ":" in form else kind.write(self.chance, value, form)

    def _insert(self, database: sqlite3.Connection, role: str, row: tuple, of: Account) -> None:
        marks = ", ".join("?" * len(row))
        done = database.execute(f"insert into {_quoted(self.names.table[role])} values ({marks})", row)
        if of in self.people.subject:
            self.his[role].append(done.lastrowid)

    def _write_files(self, of: Account) -> None:
        for folder, name in ((self.names.pictures, of.picture), (self.names.recordings, of.recording)):
            if name:
                place = self.folder / "media" / folder
                place.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(self.chance.randbytes(200))

    def _delete_by_hand(self) -> None:
        """Every row and file of his that the company knew of: not the search box, not the forgotten table."""
        for role, numbers in self.his.items():
            if role not in ("box", "forgotten"):
                self._delete(role, numbers)
        for each in self.people.subject:
            (self.folder / "media" / self.names.pictures / each.picture).unlink(missing_ok=True)
            (self.folder / "media" / self.names.recordings / each.recording).unlink(missing_ok=True)

    def _delete(self, role: str, numbers: list[int]) -> None:
        file, table = self.folder / f"{self.names.store[role]}.sqlite", _quoted(self.names.table[role])
        with closing(sqlite3.connect(file)) as database, database:
            database.executemany(f"delete from {table} where rowid = ?", [(number,) for number in numbers])

    def _url(self, store: str) -> str:
        return f"sqlite:///{self.folder.resolve() / store}.sqlite"

    def _identifiers(self) -> list[tuple[str, str]]:
        pairs = [(kind.name, each.values[kind.name]) for each in self.people.subject for kind in self.kinds]
        return list(dict.fromkeys(pairs))

    def _who(self) -> oracle.Person:
        known = [kind.seen(each.values[kind.name]) for each in self.people.subject for kind in self.kinds]
        numbers = [str(number) for each in self.people.subject for number in (each.id, each.seat_id)]
        files = [name for each in self.people.subject for name in (each.picture, each.recording)]
        return oracle.person(*known, *map(oracle.exact, numbers + files))

    def _records(self) -> dict[str, int]:
        files = sum(1 for each in self.people.subject if each.recording)
        return {self.names.place(role): len(numbers) for role, numbers in self.his.items()} | {
            self.names.files: files
        }

    def _bought(self) -> list[Bought]:
        return [bought for each in self.people.subject for bought in each.bought]

    def _shown(self) -> list[str]:
        words = [bought.item for bought in self._bought()]
        for each in self.people.subject:
            words += [
                each.name,
                each.origin,
                each.interest,
                each.remark,
                *each.labels.values(),
                *each.letters,
                *each.seats,
            ]
        return words

    def _hidden(self) -> list[str]:
        twin, friend = self.people.twin, self.people.friend
        words = [each.secret for each in self.people.subject]
        for each in (twin, friend):
            words += [each.origin, each.secret, *each.labels.values(), *each.values.values()]
        return words


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
