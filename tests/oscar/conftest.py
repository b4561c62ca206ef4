"""The shop's story, told once: filled, its map drafted and answered, two customers copied and erased."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from dsar.config import Config
from dsar.jobs import drafting
from dsar.terms import Right
from tests.oracle import oracle
from tests.oscar import whose
from tests.oscar.answering import answered
from tests.oscar.people import Customer
from tests.own_database.opened import handed_over
from tests.servers import _postgres, database_on
from tests.stories.driving import Desk, desk

ROOT = Path(__file__).parents[2]
CUSTOMER, GUEST = Customer(5), Customer(7)
NEIGHBOURS = (4, 6, 3, 11)  # two with accounts, whose numbers and addresses differ in a digit, and two guests


class Shop:
    """A running shop: its database, and what its pages show."""

    def __init__(self, url: str, media: Path, customers: int) -> None:
        self.url, self.customers = url, customers
        self._environment = {**os.environ, "SHOP_URL": url, "SHOP_MEDIA": str(media), "PYTHONPATH": str(ROOT)}

    def run(self, *arguments: object) -> str:
        command = [sys.executable, "-W", "ignore", "-m", "tests.oscar.shop", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def pages(self, *customers: int) -> dict[str, str]:
        """Everybody's pages and those of these customers, each with its status before it."""
        return json.loads(self.run("pages", *customers))


@dataclass
class Story:
    """What was seen on the way."""

    shop: Shop
    desk: Desk
    draft: str
    pages: dict[str, str]  # before
    rows: dict[int, dict[str, set[str]]]  # of each of the two, by table, before
    others: dict[str, tuple[int, str]]  # everybody else's rows, before
    copies: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: dict[int, list[str]] = field(default_factory=dict)


def known_as(who: Customer) -> oracle.Person:
    return oracle.person(oracle.email(who.email), oracle.phone("86", who.national))


def others(url: str, rows: dict[int, dict[str, set[str]]]) -> dict[str, tuple[int, str]]:
    """Rows and checksum, by table, of everybody but the two."""
    own: dict[str, dict[str, set[str]]] = {}
    for held in rows.values():
        for table, ids in held.items():
            own.setdefault(table, {}).setdefault("id", set()).update(ids)
    both = oracle.person(*(form for who in (CUSTOMER, GUEST) for form in (
        oracle.email(who.email), oracle.phone("86", who.national))))  # fmt: skip
    return oracle.fingerprint(url, both, own)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, proof: bool) -> Iterator[Story]:
    """django-oscar with its customers: 40, or 1,000 where the promised sizes are asked for."""
    folder = tmp_path_factory.mktemp("shop")
    with database_on(_postgres()) as url:
        shop = Shop(url, folder, 1_000 if proof else 40)
        shop.run("fill", shop.customers)
        with desk(folder / "home", {"SHOP_URL": url}) as here:
            yield _told(shop, here, folder)


def _told(shop: Shop, here: Desk, folder: Path) -> Story:
    draft = drafting.of_url("shop", "${SHOP_URL}", Config.from_env(), by="Zhou Ping", region="CN").yaml
    file = folder / "map.yaml"
    file.write_text(answered(draft), encoding="utf-8")
    here.apply(file)
    pages = shop.pages(*NEIGHBOURS)
    tables = {**whose.OWN, **whose.MENTIONED}
    rows = {who.number: whose.rows_of(shop.url, who, tables) for who in (CUSTOMER, GUEST)}
    told = Story(shop, here, draft, pages, rows, others(shop.url, rows))
    for who in (CUSTOMER, GUEST):
        identifiers = [("email", who.email), ("phone", who.phone)]
        told.asked[who.number] = here.file([Right.COPY, Right.ERASURE], identifiers, lang="en")
    here.work()
    for who in (CUSTOMER, GUEST):
        told.copies[who.number] = handed_over(here, told.asked[who.number][0], folder / str(who.number))
    here.work()
    return told


def collections(draft: str) -> dict[str, Any]:
    """The collections of a draft or a map."""
    return yaml.safe_load(draft)["stores"]["shop"]["collections"]
