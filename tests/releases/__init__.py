"""Small installations with requests in flight, each made by a version that landed; every later one finishes them.

An archive `NAME.tar.gz` holds a shop: its stores, and a home with database, vault and keys.
`python -m tests.releases NAME` makes one with the version at hand.
"""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests.shop import NOW, Said, Shop, stores

HERE = Path(__file__).parent
GO_ABOVE = 6  # records of a plan that no second person need see
DOWN = "orders"  # the store that does not answer when the archive is made


@dataclass(frozen=True)
class Asker:
    """A customer of the shop with one paid order, some that cost nothing, and a line in the search box."""

    number: int
    free: int = 1  # orders that cost nothing

    @property
    def national(self) -> str:
        return f"1310001{self.number:04}"

    @property
    def identifier(self) -> str:
        return f"phone:+86{self.national}"

    @property
    def rows(self) -> dict[str, str]:
        """What puts the customer into the shop's stores, by store."""
        n, phone = self.number, self.national
        orders = [f"({n}00, {n}, 'P-{n}', 88, '2021-03-20 10:00:00', '槐树路', 0)"]
        orders += [f"({n}{i:02}, {n}, 'F-{n}-{i}', 0, null, '槐树路', 0)" for i in range(1, self.free + 1)]
        return {
            "crm": f"insert into customer values ({n}, '{phone}', null, null, '甲{n}', null, 'hash-{n}');",
            "orders": f"insert into purchase values {', '.join(orders)};",
            "box": f"insert into entry values ({n}00, '{phone}');",
        }


# What each customer's request came to before the archive was closed.
FLIGHT = {
    "asked": Asker(11),  # a copy, not proven
    "proven": Asker(12),  # a copy, proven, nothing searched
    "ready": Asker(13),  # a copy, made and not fetched
    "closed": Asker(14),  # an erasure, its certificate made, the paid order kept
    "large": Asker(18, free=9),  # an erasure over the map's threshold, which nobody let go yet
    "held": Asker(15, free=9),  # such a one, which an officer stopped
    "partial": Asker(16),  # a copy that waits for the store that is down
    "halfway": Asker(17),  # an erasure that waits for the store that is down
}


def environment(folder: Path) -> dict[str, str]:
    """The settings of a shop in this folder."""
    home = {"DSAR_ENV": "test", "DSAR_HOME": str(folder / "home"), "DSAR_NOW": NOW, "DSAR_LEASE": "1"}
    return home | stores.environment(folder / "stores")


def unpacked(archive: Path, folder: Path) -> tuple[Shop, dict[str, str]]:
    """The shop of an archive, and the reference of each request in flight."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    references = json.loads((folder / "in_flight.json").read_text())
    return Shop(folder, environment(folder)), references


def did(said: Said) -> Said:
    """The command's answer; fails when it was refused."""
    assert said.code == 0, said.err
    return said


def away(shop: Shop) -> None:
    """Take a store from the network."""
    shop.store(DOWN).rename(shop.places / "away")


def back(shop: Shop) -> None:
    """The store answers again."""
    (shop.places / "away").rename(shop.store(DOWN))
