"""Real database and broker servers for the tests: the one that runs already, or a private one on a free port.

Fixtures, each fresh for one test:
- postgres_database, mariadb_database: the SQLAlchemy URL of an empty database, dropped afterwards
- redis_url: an empty Redis database; always of a private server, so that nobody's data is ever flushed
- rabbitmq_url: an empty virtual host

Fixtures for tests that stop, pause, count or set up a server (private always, one a session):
- private_postgres (pg_stat_statements loaded), private_mariadb, private_redis: (server, process)

No test is skipped for want of a server: without its program it fails and says which package brings it.
"""

import itertools
import signal
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import kombu
import psycopg
import pymysql
import pytest
import redis

from tests.processes import ServerProcess, free_port, owned_folder, program, run_as

RABBITMQ_PROGRAMS = Path("/usr/lib/rabbitmq/bin")


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server on 127.0.0.1, used as its superuser."""

    port: int = 5432

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str) -> None:
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            dbname="postgres",
            connect_timeout=3,
            autocommit=True,
        ) as connection:
            connection.execute(statement)

    def create(self, name: str) -> None:
        self.run(f"create database {name} encoding 'UTF8' template template0")

    def drop(self, name: str) -> None:
        self.run(f"drop database if exists {name} with (force)")


@dataclass(frozen=True)
class Mariadb:
    """A MariaDB server on 127.0.0.1, used as root."""

    port: int = 3306

    def url(self, name: str) -> str:
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{name}?charset=utf8mb4"

    def run(self, statement: str) -> None:
        with closing(
            pymysql.connect(host="127.0.0.1", port=self.port, user="root", connect_timeout=3)
        ) as connection:
            connection.query(statement)

    def create(self, name: str) -> None:
        self.run(f"create database {name} character set utf8mb4 collate utf8mb4_general_ci")

    def drop(self, name: str) -> None:
        self.run(f"drop database if exists {name}")


@dataclass(frozen=True)
class Rabbitmq:
    """A RabbitMQ server on 127.0.0.1, used as its guest."""

    port: int = 5672
    environment: tuple[tuple[str, str], ...] = ()  # names a private node; empty: the machine's own

    def url(self, name: str) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{quote(name, safe='')}"

    def greet(self, name: str) -> None:
        with kombu.Connection(self.url(name), connect_timeout=3) as connection:
            connection.ensure_connection(max_retries=1, timeout=3)

    def create(self, name: str) -> None:
        self._control("add_vhost", name)
        self._control("set_permissions", "-p", name, "guest", ".*", ".*", ".*")

    def drop(self, name: str) -> None:
        self._control("delete_vhost", name)

    def _control(self, *words: str) -> None:
        command = [program("rabbitmqctl", "rabbitmq-server", RABBITMQ_PROGRAMS), "-q", *words]
        run_as("rabbitmq", command, dict(self.environment) or {"HOME": "/var/lib/rabbitmq"})


@contextmanager
def database_on(server: Postgres | Mariadb | Rabbitmq) -> Iterator[str]:
    """The URL of an empty database (on RabbitMQ: virtual host) on a server, dropped at the end."""
    name = f"dsar_test_{uuid.uuid4().hex[:12]}"
    server.create(name)
    try:
        yield server.url(name)
    finally:
        server.drop(name)


def start_postgres(*settings: str) -> tuple[Postgres, ServerProcess]:
    """A private PostgreSQL with the given settings ("name=value"), pg_stat_statements among its libraries."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1:]
    postgres, initdb = (program(name, "postgresql", *binaries) for name in ("postgres", "initdb"))
    folder, port = owned_folder("postgres"), free_port()
    run_as(
        "postgres",
        [initdb, "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
    )
    wanted = [
        f"unix_socket_directories={folder}",
        "fsync=off",
        "shared_preload_libraries=pg_stat_statements",
        *settings,
    ]
    command = [postgres, "-D", f"{folder}/data", "-h", "127.0.0.1", "-p", str(port)]
    command += [part for setting in wanted for part in ("-c", setting)]
    server = Postgres(port)
    process = ServerProcess(
        command, "postgres", folder, lambda: server.run("select 1"), stop_signal=signal.SIGINT
    )
    process.start()
    return server, process


def start_mariadb(*settings: str) -> tuple[Mariadb, ServerProcess]:
    """A private MariaDB with the given settings ("--name=value"); root needs no password from 127.0.0.1."""
    mariadbd, install = (program(name, "mariadb-server") for name in ("mariadbd", "mariadb-install-db"))
    folder, port = owned_folder("mysql"), free_port()
    data = ["--no-defaults", f"--datadir={folder}/data"]
    run_as("mysql", [install, *data, "--auth-root-authentication-method=normal", "--skip-test-db"])
    command = [mariadbd, *data, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket"]
    command += [f"--pid-file={folder}/pid", "--character-set-server=utf8mb4", *settings]
    server = Mariadb(port)
    process = ServerProcess(command, "mysql", folder, lambda: server.run("select 1"))
    process.start()
    return server, process


def start_redis() -> tuple[str, ServerProcess]:
    """A private Redis that keeps nothing on disk; its URL ends without a database number."""
    folder, port = owned_folder("redis"), free_port()
    command = [program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]

    def ping() -> None:
        with closing(redis.Redis(port=port)) as client:
            client.ping()

    process = ServerProcess(command, "redis", folder, ping)
    process.start()
    return f"redis://127.0.0.1:{port}", process


def start_rabbitmq() -> Rabbitmq:
    """A private RabbitMQ, with a port mapper of its own: Erlang would leave a shared one running for ever."""
    broker = program("rabbitmq-server", "rabbitmq-server", RABBITMQ_PROGRAMS)
    mapper, folder, port = _start_port_mapper(), owned_folder("rabbitmq"), free_port()
    environment = {
        "HOME": str(folder),
        "ERL_EPMD_PORT": mapper,
        "RABBITMQ_NODENAME": f"dsar{port}@localhost",
        "RABBITMQ_CONFIG_FILE": str(folder / "settings.conf"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
    }
    (folder / "settings.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    (folder / "plugins").write_text("[].\n")
    server = Rabbitmq(port, tuple(environment.items()))
    ServerProcess([broker], "rabbitmq", folder, lambda: server.greet("/"), environment).start()
    return server


def _start_port_mapper() -> str:
    folder, port = owned_folder("rabbitmq"), free_port()

    def reach() -> None:
        socket.create_connection(("127.0.0.1", port), timeout=3).close()

    command = [program("epmd", "erlang-base"), "-address", "127.0.0.1", "-port", str(port)]
    ServerProcess(command, "rabbitmq", folder, reach).start()
    return str(port)


@cache
def _postgres() -> Postgres:
    try:
        Postgres().run("select 1")
    except psycopg.OperationalError:
        return start_postgres()[0]
    return Postgres()


@cache
def _mariadb() -> Mariadb:
    try:
        Mariadb().run("select 1")
    except pymysql.OperationalError:
        return start_mariadb()[0]
    return Mariadb()


@cache
def _rabbitmq() -> Rabbitmq:
    server, name = Rabbitmq(), f"dsar_test_{uuid.uuid4().hex[:12]}"
    try:
        server.greet(
            "/"
        )  # before asking rabbitmqctl, which leaves a port mapper running where no broker does
        server.create(name)
        server.drop(name)
    except (OSError, kombu.exceptions.OperationalError, subprocess.CalledProcessError):
        return start_rabbitmq()
    return server


@cache
def _redis() -> tuple[str, Iterator[int]]:
    return start_redis()[0], itertools.cycle(range(16))


@pytest.fixture
def postgres_database() -> Iterator[str]:
    with database_on(_postgres()) as url:
        yield url


@pytest.fixture
def mariadb_database() -> Iterator[str]:
    with database_on(_mariadb()) as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    server, numbers = _redis()
    url = f"{server}/{next(numbers)}"
    with closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
    return url


@pytest.fixture
def rabbitmq_url() -> Iterator[str]:
    with database_on(_rabbitmq()) as url:
        yield url


@pytest.fixture(scope="session")
def private_postgres() -> Iterator[tuple[Postgres, ServerProcess]]:
    server, process = start_postgres()
    yield server, process
    process.stop()


@pytest.fixture(scope="session")
def private_mariadb() -> Iterator[tuple[Mariadb, ServerProcess]]:
    server, process = start_mariadb()
    yield server, process
    process.stop()


@pytest.fixture(scope="session")
def private_redis() -> Iterator[tuple[str, ServerProcess]]:
    url, process = start_redis()
    yield url, process
    process.stop()
