"""How quickly it is said who is to stay erased, over HTTP, beside the same server saying no more than that it lives."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import insert

from bench.house import MAP, apply_map
from bench.made_up_stores import phone
from dsar import clock, db
from dsar.config import Config
from dsar.datamap.tombstones import NORMAL
from dsar.jobs import migration
from dsar.jobs.office import Office
from dsar.models import Tombstone
from dsar.services import askers, intake
from dsar.services.intake import Given, Intake
from dsar.terms import Right
from tests.processes import free_port
from tests.servers import start_postgres

ROOT = MAP.parents[1]
WORKERS = 2
CALLS = 3_000
WARM = 200  # calls that are not counted
TOKENS = 50  # systems that ask in turn, so that none asks more often than it may
MANY = 100  # identifiers in one call
READY_WITHIN = 60  # seconds


@dataclass(frozen=True)
class Times:
    """Of one kind of call, in milliseconds."""

    what: str
    p50: float
    p99: float


def times(own: str, entries: int) -> list[Times]:
    """/healthz first; then one identifier a call, half of them suppressed; then many."""
    with _served(own, entries) as (port, tokens):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        bearers = cycle(tokens)

        def ask(numbers: Sequence[int]) -> None:
            body = {"identifiers": [{"kind": "phone", "value": phone(number)} for number in numbers]}
            headers = {"Authorization": f"Bearer {next(bearers)}", "Content-Type": "application/json"}
            connection.request("POST", "/api/suppressed", json.dumps(body), headers)
            answers = json.loads(_read(connection))["answers"]
            if [one["suppressed"] for one in answers] != [number < entries for number in numbers]:
                raise RuntimeError("a wrong answer; the figures mean nothing")

        def live(_: int) -> None:
            connection.request("GET", "/healthz")
            _read(connection)

        spread = 7919  # a prime: neighbours are asked far apart
        return [
            _timed("/healthz", live),
            _timed("one identifier", lambda n: ask([(n * spread) % (2 * entries)])),
            _timed(
                f"{MANY} identifiers",
                lambda n: ask([((n * MANY + i) * spread) % (2 * entries) for i in range(MANY)]),
            ),
        ]


def _timed(what: str, call: Callable[[int], None]) -> Times:
    taken = []
    for number in range(WARM + CALLS):
        began = time.perf_counter()
        call(number)
        if number >= WARM:
            taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return Times(what, taken[len(taken) // 2], taken[len(taken) * 99 // 100])


def _read(connection: http.client.HTTPConnection) -> bytes:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"the server answered {answer.status}; the figures mean nothing")
    return body


@contextmanager
def _served(own: str, entries: int) -> Iterator[tuple[int, list[str]]]:
    """The pages as they are served in production, over a database with so many tombstones; port and tokens."""
    server, process = start_postgres("fsync=on") if own == "postgresql" else (None, None)
    with tempfile.TemporaryDirectory(prefix="dsar-bench-") as home:
        os.environ |= {"DSAR_HOME": home, "DSAR_ENV": "local"}
        os.environ.pop("DSAR_DATABASE_URL", None)
        if server:
            server.create("own")
            os.environ["DSAR_DATABASE_URL"] = server.url("own")
        try:
            tokens = _filled(entries)
            port = free_port()
            command = [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--threads", "2",
                       "--bind", f"127.0.0.1:{port}", "app:app"]  # fmt: skip
            with Path(home, "log").open("wb") as log:
                web = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
            try:
                _wait(port, web)
                yield port, tokens
            finally:
                web.terminate()
                web.wait(20)
        finally:
            db.disconnect()
            if process:
                process.stop()


def _filled(entries: int) -> list[str]:
    """A map, one erasure that all tombstones are of, and the tokens."""
    config = Config.from_env()
    db.connect(config.database_url)
    migration.upgrade()
    office = Office.open(config)
    apply_map()
    at = clock.now()
    with db.begin() as session:
        asked = Intake([Right.ERASURE], [Given("phone", phone(0))], "en", at)
        (row,) = intake.open_submission(session, office.vault, asked, actor="operator", at=at)
        tokens = [askers.add(session, f"system-{n}", at=at) or "" for n in range(TOKENS)]
    made = (office.vault.tombstone("phone", NORMAL, phone(number)) for number in range(entries))
    rows = (
        {"reference": row.reference, "kind": "phone", "form": NORMAL, "digest": d, "at": at} for d in made
    )
    with db.engine().begin() as connection:
        while some := list(islice(rows, 50_000)):
            connection.execute(insert(Tombstone.__table__), some)
    if config.embedded is False:
        with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum analyze tombstone")
    db.disconnect()
    return tokens


def _wait(port: int, web: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_WITHIN
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            connection.getresponse().read()
            return
        except OSError as error:
            if web.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the pages are not served") from error
        time.sleep(0.2)
