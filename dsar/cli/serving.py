"""Web, worker and clock as one command."""

import os
import signal
import subprocess  # our own worker, with arguments of our own
import sys
import threading
from contextlib import suppress
from types import FrameType

import click
import waitress

from dsar.config import Config
from dsar.errors import DsarError
from dsar.jobs.office import Office
from dsar.web import create_app

THREADS = 4
STOP_WITHIN = 20  # seconds a worker is given to put its work away


def serve(config: Config) -> None:
    """Serve the pages here; worker and clock run beside, and end with it."""
    office = Office.open(config)
    app = create_app(office)
    server = waitress.create_server(
        app, host="127.0.0.1", port=config.port, threads=THREADS, clear_untrusted_proxy_headers=True
    )
    signal.signal(signal.SIGTERM, _stop)
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
