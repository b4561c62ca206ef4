"""Processes as the kernel counts them: CPU time and memory of a process with all that it started."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        if (fields := _fields(stat)) is not None:
            below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found += below.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the process, of all below it, and of those below it that have ended."""
    return sum(_cpu(Path(f"/proc/{pid}/stat")) for pid in tree(root))


def pss_megabytes(root: int) -> float:
    """Memory of the process and all below it; a page that several share counts once in all."""
    return sum(_pss(pid) for pid in tree(root)) / 1024


def _cpu(stat: Path) -> float:
    fields = _fields(stat)
    return sum(map(int, fields[11:15])) / TICK if fields else 0.0


def _pss(pid: int) -> int:
    """In kB; 0 when it ended meanwhile."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def _fields(stat: Path) -> list[str] | None:
    """The fields after the name, from the state on; None when the process has ended."""
    try:
        return stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
