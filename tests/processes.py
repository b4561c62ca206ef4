"""Server processes of the tests: started in a temporary folder on a free port, gone when the tests end."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

START_WITHIN = 60  # seconds; RabbitMQ on two busy cores is the slowest
ROOT = os.name == "posix" and os.geteuid() == 0


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str, package: str, *folders: Path) -> str:
    """The path of a server's program, looked for in PATH and in folders.

    Raises FileNotFoundError naming the Debian package when it is nowhere.
    """
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: run scripts/system-packages test (package {package})")
    return found


def owned_folder(user: str) -> Path:
    """A temporary folder that belongs to user, when we are root and may give it away; removed at exit."""
    folder = Path(tempfile.mkdtemp(prefix="dsar-server-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if ROOT:
        shutil.chown(folder, user, user)
    return folder


def run_as(user: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command to its end as user when we are root, else as ourselves.

    Raises subprocess.CalledProcessError with the command's own words in its notes.
    """
    done = subprocess.run(
        command, **_identity(user, environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, command)
        error.add_note(done.stdout + done.stderr)
        raise error


def _identity(user: str, environment: Mapping[str, str] | None) -> dict:
    inherited = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    who = {"user": user, "group": user, "extra_groups": []} if ROOT else {}
    return {"cwd": "/", "env": inherited | dict(environment or {}), **who}


@dataclass
class ServerProcess:
    """One server's process; it can be stopped, killed, paused and started again with its data."""

    command: Sequence[str]
    user: str  # the process runs as this user when we are root
    folder: Path
    answers: Callable[[], object]  # raises while the server does not answer yet
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises RuntimeError with the end of its log when it does not within START_WITHIN.
        """
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, **_identity(self.user, self.environment), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        atexit.register(self.stop)
        self._wait()

    def stop(self) -> None:
        """Stop it as an operator would; what it holds stays. Stopping twice is harmless."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after pause()."""
        self._signal(signal.SIGCONT)

    def _wait(self) -> None:
        end = time.monotonic() + START_WITHIN
        while True:
            try:
                self.answers()
                return
            except Exception as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    log = (self.folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"{self.command[0]} does not answer: {error}\n{log}") from error
            time.sleep(0.05)

    def _end(self, by: int) -> None:
        if self.process is None:
            return
        self._signal(signal.SIGCONT)
        self._signal(by)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait(20)
        self.process = None
        atexit.unregister(self.stop)

    def _signal(self, number: int) -> None:
        # the whole group: PostgreSQL's backends hang too, and RabbitMQ is more than one process
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)
