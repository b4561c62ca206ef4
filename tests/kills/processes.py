"""Commands of the product as processes of their own, started from a stem, and killed at will."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    said: str
    errors: str
    seconds: float

    @property
    def json(self) -> Any:
        """The object it printed; fails, with its errors, when it did not end well."""
        assert self.code == 0, self.errors
        return json.loads(self.said)


class Stem:
    """One stem: it runs one command at a time."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.stem"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, environment: Mapping[str, str], *arguments: str, kill_after: float | None = None) -> Ended:
        """Run `dsar ARGUMENTS`; kill it after so many seconds, if it still runs then."""
        assert self._process.stdin
        assert self._process.stdout
        began = time.monotonic()
        errors = self._output.with_name(f"{self._output.name}.err")
        for file in (self._output, errors):  # a process may be killed before it has opened them
            file.write_bytes(b"")
        whole = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
        wanted = {"arguments": arguments, "environment": whole}
        wanted |= {"output": str(self._output), "kill_after": kill_after}
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Ended(code, self._output.read_text(), errors.read_text(), time.monotonic() - began)

    def close(self) -> None:
        """End the stem."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@contextmanager
def stem(folder: Path) -> Iterator[Stem]:
    """A stem that keeps what its commands say in a folder."""
    made = Stem(folder / "said")
    try:
        yield made
    finally:
        made.close()
