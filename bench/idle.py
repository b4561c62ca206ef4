"""Idle memory of the embedded default: what `dsar run` takes with nobody there."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.processes import pss_megabytes, tree
from tests.processes import free_port

MAP = Path(__file__).with_name("map.yaml")
READY_WITHIN = 60  # seconds
KEPT = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
SETTLE = 15  # seconds in which worker and clock start and do their first rounds


def megabytes() -> tuple[float, int]:
    """PSS of pages, worker and clock together, after one page was asked for; and how many processes they are."""
    with tempfile.TemporaryDirectory(prefix="dsar-bench-") as home:
        port = free_port()
        settings = {"DSAR_HOME": home, "DSAR_PORT": str(port), **KEPT}
        program = str(Path(sys.executable).with_name("dsar"))
        with open(f"{home}/log", "wb") as log:
            apply = [program, "map", "apply", str(MAP)]
            subprocess.run(apply, env=settings, stdout=log, stderr=log, check=True)  # noqa: S603
            process = subprocess.Popen([program, "run"], env=settings, stdout=log, stderr=log)  # noqa: S603
        try:
            _ask(f"http://127.0.0.1:{port}/", process)
            time.sleep(SETTLE)
            return pss_megabytes(process.pid), len(tree(process.pid))
        finally:
            process.terminate()
            process.wait(30)


def _ask(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_WITHIN
    while True:
        try:
            urlopen(url, timeout=5).close()  # noqa: S310  our own address
            return
        except (URLError, ConnectionError) as error:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"dsar run does not answer: {error}") from error
        time.sleep(0.2)
