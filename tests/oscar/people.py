"""The shop's customers, the same in the process that fills it and in the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

STAFF, PASSWORD = "zhou.ping@shop.example", "a-word-that-all-share"
SURNAMES = ("Wang", "Li", "Zhang", "Liu", "Chen", "Yang")
GIVEN = ("Xiaoming", "Hua", "Lijuan", "Wei", "Fang", "Jianguo", "Yan")


@dataclass(frozen=True)
class Customer:
    """One customer; a guest has no account.  Numbers and addresses differ in a digit from the neighbours'."""

    number: int

    @property
    def guest(self) -> bool:
        return self.number % 4 == 3

    @property
    def first_name(self) -> str:
        return GIVEN[self.number % len(GIVEN)]

    @property
    def last_name(self) -> str:
        return SURNAMES[self.number % len(SURNAMES)]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        return f"{self.first_name}.{self.last_name}.{self.number}@mail.example"  # in capitals, as typed

    @property
    def national(self) -> str:
        return f"1381234{self.number:04}"

    @property
    def phone(self) -> str:
        return f"+86{self.national}"

    @property
    def street(self) -> str:
        return f"{self.number} Chang'an Street"

    @property
    def city(self) -> str:
        return "Beijing"

    @property
    def postcode(self) -> str:
        return f"1{self.number:05}"


def customers(count: int) -> Iterator[Customer]:
    """So many customers, numbered from 0."""
    return map(Customer, range(count))
