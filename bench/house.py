"""Where the measuring is done: servers, stores, a home and workers of its own, all gone at the end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import made_up_stores
from bench.processes import cpu_seconds
from dsar import clock, db
from dsar.config import Config
from dsar.datamap.loader import load
from dsar.jobs import migration
from dsar.jobs.office import Office
from dsar.law import load_rules
from dsar.services import maps, staff
from dsar.terms import Role
from tests.servers import Postgres, start_postgres, start_redis

MAP = Path(__file__).with_name("map.yaml")
HANDLER = "lin"
SLOTS = 2  # of the worker, as the yardstick had
READY_WITHIN, STOP_WITHIN = 60, 20  # seconds
SETTINGS = ("fsync=on", "shared_buffers=128MB")  # PostgreSQL's own defaults


@dataclass(frozen=True)
class House:
    """A running PostgreSQL with the stores and our own database, and a broker."""

    office: Office
    crm_url: str
    affiliate_url: str
    roots: tuple[int, ...]  # processes of PostgreSQL and Redis

    @contextmanager
    def workers(self, application: str) -> Iterator[int]:
        """Celery's worker with two slots and its clock, warm; the id of its process."""
        log = self.office.config.home / f"{application}.log"
        command = [
            sys.executable, "-m", "celery", "-A", application, "worker", "--beat", "--pool", "prefork",
            "--concurrency", str(SLOTS), "--loglevel", "INFO",
        ]  # fmt: skip
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)  # noqa: S603
        try:
            _wait_for(log, " ready.", process)
            yield process.pid
        finally:
            _end(process)

    def cpu(self, worker: int) -> float:
        """CPU-seconds so far of worker, database server and broker."""
        return sum(cpu_seconds(root) for root in (worker, *self.roots))


@contextmanager
def house(*, customers: int, heavy: int, own: str = "postgresql") -> Iterator[House]:
    """Build it all, and apply the map.  own: what our own database is, postgresql or sqlite."""
    server, process = start_postgres(*SETTINGS)
    redis_url, redis = start_redis()
    crm_url, affiliate_url = _database(server, "crm"), _database(server, "affiliate")
    made_up_stores.build(crm_url, affiliate_url, customers=customers, heavy=heavy)
    with tempfile.TemporaryDirectory(prefix="dsar-bench-") as home:
        os.environ |= {
            "DSAR_HOME": home, "DSAR_ENV": "local", "DSAR_BROKER_URL": f"{redis_url}/0",
            "DSAR_STORE_TIMEOUT": "600", "BENCH_CRM_URL": crm_url, "BENCH_AFFILIATE_URL": affiliate_url,
        }  # fmt: skip
        if own == "postgresql":
            os.environ["DSAR_DATABASE_URL"] = _database(server, "own")
        try:
            yield House(_open(), crm_url, affiliate_url, _pids(process, redis))
        finally:
            db.disconnect()
            redis.stop()
            process.stop()


def apply_map() -> None:
    """Make the map of the made-up stores the newest version, and add the one handler."""
    loaded = load(MAP, known_rules=load_rules().keys())
    with db.begin() as session:
        maps.apply(session, loaded.map, loaded.plain, loaded.sha256, by="operator", at=clock.now())
        staff.add(session, HANDLER, Role.HANDLER, at=clock.now())


def _open() -> Office:
    config = Config.from_env()
    db.connect(config.database_url)
    migration.upgrade()
    office = Office.open(config)
    apply_map()
    return office


def _database(server: Postgres, name: str) -> str:
    server.create(name)
    return server.url(name)


def _pids(*servers: object) -> tuple[int, ...]:
    return tuple(server.process.pid for server in servers)  # type: ignore[attr-defined]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Celery sometimes hangs as it stops; nothing is lost by a kill."""
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_WITHIN
    while words not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the worker did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
