"""Web, worker and clock as one command."""

import fcntl
import os
import signal
import subprocess  # our own worker, with arguments of our own
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import click
import waitress
from flask import Flask

from dsar.config import Config
from dsar.errors import BadInput, DsarError
from dsar.jobs.office import Office
from dsar.web import create_app

THREADS = 4
STOP_WITHIN = 20  # seconds a worker is given to put its work away


def serve(config: Config) -> None:
    """Serve the pages here; worker and clock run beside, and end with it."""
    office = Office.open(config)
    with _alone(config):
        _serve(config, create_app(office))


def _serve(config: Config, app: Flask) -> None:
    try:
        server = waitress.create_server(
            app, host="127.0.0.1", port=config.port, threads=THREADS, clear_untrusted_proxy_headers=True
        )
    except OSError as error:
        raise BadInput(f"port {config.port} cannot be served: {error.strerror}; set DSAR_PORT") from error
    for stop in (signal.SIGTERM, signal.SIGINT):  # a script's background process would be deaf to Ctrl-C
        signal.signal(stop, _stop)
    # The pipe is never written to: that it ends tells the worker that this process did, however it did.
    worker = subprocess.Popen(_worker(), stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
    stopping, died = threading.Event(), threading.Event()
    threading.Thread(target=_watch, args=(worker, stopping, died), daemon=True).start()
    click.echo(f"Pages: {config.public_url}    Ctrl-C stops web, worker and clock.")
    try:
        server.run()
    finally:
        stopping.set()
        click.echo("Stopping.")
        server.close()
        _end(worker)
    if died.is_set():
        raise DsarError("the worker ended, so the pages stopped too; its last words stand above")


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """One `dsar run` for one home: two would be two clocks and two workers nobody asked for."""
    config.home.mkdir(parents=True, exist_ok=True)
    with (config.home / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BadInput(f"another dsar run serves {config.home} already; stop it first") from error
        yield


def _worker() -> list[str]:
    """Celery's worker with threads and its beat: a process of its own, so that a PDF does not hold up a page."""
    return [
        sys.executable, "-m", "celery", "--quiet", "-A", "workers.beside", "worker", "--beat", "--pool", "threads",
        "--concurrency", str(THREADS), "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
        "--without-heartbeat",
    ]  # fmt: skip


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _watch(worker: subprocess.Popen[bytes], stopping: threading.Event, died: threading.Event) -> None:
    """When the worker dies, everything stops: a portal that nobody works for would be a lie."""
    worker.wait()
    if not stopping.is_set():
        died.set()
        os.kill(os.getpid(), signal.SIGTERM)


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Let the worker put its work away; its clock, a process in the same session, ends with it in any case."""
    worker.terminate()
    try:
        worker.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        click.echo("error: the worker did not stop; what it had begun is done again later", err=True)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
