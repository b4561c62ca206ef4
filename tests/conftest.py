"""What every test gets: real servers, no network but this machine's own, and in CI no skipping."""

import gc
import os
import socket
import sys
from collections.abc import Generator

import pytest

pytest_plugins = ["tests.servers"]


def _refuse_the_network(event: str, arguments: tuple) -> None:
    if event != "socket.connect" or arguments[0].family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(arguments[1][0])
    if not (host in ("localhost", "::1") or host.startswith("127.")):
        raise RuntimeError("a test tried to leave this machine")


sys.addaudithook(_refuse_the_network)


LONG = ("kills", "own_database", "scale", "releases", "oscar", "web", "demo", "stories", "restore")  # folders


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: not any(part in LONG for part in item.path.parts))


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: to look for garbage among it costs a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def proof() -> bool:
    """Whether to run at the sizes that the issues name (make proof) and not at the short ones."""
    return os.environ.get("DSAR_PROOF") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report
