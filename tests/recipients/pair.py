"""Two installations on this machine: the parent asks, the ally is asked; each has its own home and its own server."""

import itertools
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from tests import shop as shops
from tests.processes import free_port
from tests.recipients.answering import SECRET as SECRET
from tests.recipients.told import apply, recipients_map
from tests.shop import MAP, NOW, ROOT, Shop

SERVE = (
    "import os, waitress, app;"
    " waitress.serve(app.app, host='127.0.0.1', port=int(os.environ['DSAR_PORT']), threads=2)"
)
RECIPIENTS = """
recipients:
  ally:
    title: {zh: 合作方, en: The ally}
    legal_name: 联盟有限公司
    contact: privacy@ally.example
    channel: {kind: http, url: ${ALLY_URL}, key: ${ALLY_KEY}, known_as: parent}
"""
SENDERS = """
senders:
  parent:
    title: {zh: 母公司, en: The parent}
    key: ${PARENT_KEY}
    callback: ${PARENT_URL}
"""
WITHIN = 60  # seconds
NUMBERS = itertools.count(4001)


@dataclass
class Side:
    """One installation and its pages."""

    shop: Shop
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "PATH": "/usr/bin:/bin"}
        with (self.shop.folder / "pages.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE],
                cwd=ROOT,
                env=environment | self.shop.env,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + WITHIN
        while not self._answers():
            assert time.monotonic() < end, (self.shop.folder / "pages.log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@dataclass
class Pair:
    """Both, with a clock that both read."""

    parent: Side
    ally: Side
    clock: Path

    def at(self, moment: str = NOW) -> None:
        self.clock.write_text(moment)

    def person(self) -> str:
        """Somebody whom both hold, and nobody has asked for yet."""
        number = next(NUMBERS)
        for side in (self.parent, self.ally):
            row = f"(null, '1310000{number}', null, null, '某人', null, null)"
            side.shop.change("crm", f"insert into customer values {row}")
        return f"+861310000{number}"

    def erasure(self, phone: str) -> str:
        """The person asks the parent."""
        (reference,) = self.parent.shop.confirmed("erasure", identifiers=[f"phone:{phone}"])
        return reference

    def asked(self) -> list[str]:
        """The references at the ally of what it was asked, oldest first."""
        with closing(sqlite3.connect(self.ally.shop.home / "dsar.sqlite")) as database:
            return [one for (one,) in database.execute("select reference from sender_ask order by rowid")]

    def held(self, side: Side, phone: str) -> int:
        ((count,),) = side.shop.rows("crm", f"select count(*) from customer where phone = '{phone[3:]}'")
        return count

    def close(self) -> None:
        self.parent.stop()
        self.ally.stop()


def build(built: Shop, folder: Path) -> Pair:
    """Both installations, their maps applied and their pages served."""
    clock = folder / "now"
    clock.write_text(NOW)
    parent, ally = (Side(shops.copy_of(built, folder / name), free_port()) for name in ("parent", "ally"))
    for side in (parent, ally):
        side.shop.env |= {
            "DSAR_NOW": f"file:{clock}",
            "DSAR_PORT": str(side.port),
            "DSAR_PUBLIC_URL": side.url,
        }
    parent.shop.env |= {"ALLY_KEY": SECRET, "ALLY_URL": f"{ally.url}/api/opendsr/v2/requests"}
    ally.shop.env |= {"PARENT_KEY": SECRET, "PARENT_URL": f"{parent.url}/api/recipients/ally/callback"}
    apply(parent.shop, folder / "parent.yaml", recipients_map("ally", RECIPIENTS))
    apply(ally.shop, folder / "ally.yaml", MAP.read_text(encoding="utf-8") + SENDERS)
    pair = Pair(parent, ally, clock)
    parent.start()
    ally.start()
    return pair
