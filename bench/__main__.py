"""`python -m bench`: measure, and print each figure beside the yardstick of this run and that of others."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench import by_value, idle, plain, runs, suppressed, sweep, yardsticks
from bench.house import House, house
from bench.made_up_stores import HEAVY
from bench.runs import Cost, closed, warm
from dsar.terms import Right

console = Console(width=150)
FIRST = 101  # customers below it are not asked about, so that the caches of the stores are not warm for them


@dataclass(frozen=True)
class Figure:
    """One line of the table: higher is better, or lower."""

    work: str
    measured: float
    unit: str
    higher: bool
    cpu_each: float | None = None
    here: tuple[str, float] | None = None  # name and value of the yardstick of this run
    others: tuple[str, float] | None = None  # and of Fides

    def row(self) -> list[str]:
        """As the table shows it."""
        cpu = "" if self.cpu_each is None else f"{self.cpu_each:.3f}"
        return [
            self.work,
            f"{self.measured:,.2f} {self.unit}",
            cpu,
            self._beside(self.here),
            self._beside(self.others),
        ]

    def _beside(self, yardstick: tuple[str, float] | None) -> str:
        if yardstick is None:
            return ""
        name, value = yardstick
        ratio = self.measured / value if self.higher else value / self.measured
        return f"{ratio:.3g} of {value:,.2f} ({name})"


def main() -> None:
    """Measure what was asked for."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end too
    console.print(f"load of this machine before: {', '.join(f'{n:.1f}' for n in os.getloadavg())}")
    figures = list(_figures(asked))
    title = f"{asked.customers:,} customers; our own database: {asked.own}; Fides: {yardsticks.SOURCE}"
    table = Table(
        "work",
        "measured",
        "CPU-s each",
        "of the plain loop or driver, same run",
        "of Fides (above 1: better)",
        title=title,
    )
    for figure in figures:
        table.add_row(*figure.row())
    console.print(table)
    console.print(f"load of this machine after: {', '.join(f'{n:.1f}' for n in os.getloadavg())}")


def _figures(asked: argparse.Namespace) -> Iterator[Figure]:
    if set(asked.parts) & PARTS.keys():
        with house(customers=asked.customers, heavy=asked.heavy, own=asked.own) as where:
            for part in (part for part in PARTS if part in asked.parts):
                yield from PARTS[part](where, asked)
    if "sweep" in asked.parts:
        yield from _sweeps(asked)
    if "suppressed" in asked.parts:
        yield from _suppressed(asked)
    if "idle" in asked.parts:
        yield from _idle()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    every = [*PARTS, "sweep", "suppressed", "idle"]
    parser.add_argument(
        "parts", nargs="*", default=every, help=f"which of {', '.join(every)}; all when none is named"
    )
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200, help="access requests at once")
    parser.add_argument("--erasures", type=int, default=1_000, help="erasures at once")
    parser.add_argument("--heavy", type=int, default=10_000, help="rows of the one large person")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows that are searched by value")
    parser.add_argument("--tombstones", type=int, default=1_000_000, help="people who are to stay erased")
    parser.add_argument(
        "--own", choices=["postgresql", "sqlite"], default="postgresql", help="our own database"
    )
    return parser.parse_args()


def _accesses(where: House, asked: argparse.Namespace) -> Iterator[Figure]:
    n = asked.requests
    loop = plain.reads(where.crm_url, where.affiliate_url, range(1, 1 + n))
    with where.workers("bench.without_pdf") as worker:
        next_one = warm(where, worker, Right.ACCESS, FIRST)
        many = _told(
            f"{n} access requests, no PDF", closed(where, worker, Right.ACCESS, range(next_one, next_one + n))
        )
    here, fides = ("reads", loop), ("JSON", yardsticks.ACCESS_MANY)
    yield Figure(
        f"{n} access requests at once, no PDF", many.a_minute, "a minute", True, many.cpu_each, here, fides
    )
    with where.workers("workers") as worker:
        next_one = warm(where, worker, Right.ACCESS, next_one + n)
        many = _told(
            f"{n} access requests", closed(where, worker, Right.ACCESS, range(next_one, next_one + n))
        )
        one = _told("one access request", closed(where, worker, Right.ACCESS, [next_one + n]))
        heavy = _told("the heavy person", closed(where, worker, Right.ACCESS, [HEAVY]))
    fides = ("HTML", yardsticks.ACCESS_MANY_PAGES)
    yield Figure(
        f"{n} access requests at once, PDF", many.a_minute, "a minute", True, many.cpu_each, here, fides
    )
    yield Figure(
        "one access request, PDF", one.seconds, "s", False, one.cpu, None, ("JSON", yardsticks.ACCESS_ONE)
    )
    rows = f"a person with {runs.most_records():,} records, PDF"
    yield Figure(rows, heavy.seconds, "s", False, heavy.cpu, None, ("HTML", yardsticks.HEAVY_ACCESS))


def _looks(where: House, asked: argparse.Namespace) -> Iterator[Figure]:
    rows, seconds, cpu = by_value.rows_a_second(where, asked.erasures)
    work = f"{rows:,} rows read by value for {asked.erasures:,} people"
    yield Figure(work, seconds, "s", False, cpu)


def _sweeps(asked: argparse.Namespace) -> Iterator[Figure]:
    for speed in sweep.speeds(asked.rows):
        here, work = ("driver", speed.driver), f"{speed.kind}: {speed.rows:,} rows searched by value for"
        yield Figure(f"{work} one person", speed.one, "rows/s", True, None, here)
        yield Figure(f"{work} {sweep.PEOPLE:,}", speed.many, "rows/s", True, None, here)
        yield Figure(f"{speed.kind}: the engine's own reading", speed.engine, "rows/s", True, None, here)
        yield Figure(f"{speed.kind}: our process grew by", speed.grown, "MB", False)


def _erasures(where: House, asked: argparse.Namespace) -> Iterator[Figure]:
    n, first = asked.erasures, asked.customers // 2
    loop = plain.deletes(where.crm_url, where.affiliate_url, range(first, first + n))
    with where.workers("workers") as worker:
        next_one = warm(where, worker, Right.ERASURE, first + n)
        one = _told("one erasure", closed(where, worker, Right.ERASURE, [next_one]))
        many = _told(
            f"{n} erasures", closed(where, worker, Right.ERASURE, range(next_one + 1, next_one + 1 + n))
        )
    if runs.residue() or not runs.erased():
        raise RuntimeError(
            f"{runs.residue()} records are left and {runs.erased()} erased; the figures mean nothing"
        )
    here, fides = ("deletes", loop), ("masks, no look", yardsticks.ERASURE_MANY)
    erased = f"{n} erasures at once, erased and looked at twice"
    yield Figure(erased, many.looked_a_minute, "a minute", True, None, here, fides)
    yield Figure(
        "the same, to certificate and mail", many.a_minute, "a minute", True, many.cpu_each, here, fides
    )
    fides = ("masks, no look", yardsticks.ERASURE_ONE)
    yield Figure("one erasure, looked at, certificate", one.seconds, "s", False, one.cpu, None, fides)


def _suppressed(asked: argparse.Namespace) -> Iterator[Figure]:
    """On both databases, whatever --own says: each call beside the bare /healthz of the same server."""
    for own in ("sqlite", "postgresql"):
        alive, *calls = suppressed.times(own, asked.tombstones)
        for call in calls:
            work = f"who is suppressed, {call.what} a call, {asked.tombstones:,} tombstones, {own}"
            yield Figure(f"{work}, p50", call.p50, "ms", False, None, ("/healthz", alive.p50))
            yield Figure(f"{work}, p99", call.p99, "ms", False, None, ("/healthz", alive.p99))


def _idle() -> list[Figure]:
    megabytes, processes = idle.megabytes()
    work = f"idle, embedded default, {processes} processes (PSS)"
    return [
        Figure(work, megabytes, "MB", False, None, None, ("PSS, without its servers", yardsticks.IDLE_MB_PSS))
    ]


def _told(what: str, cost: Cost) -> Cost:
    console.print(f"{what}: {cost.seconds:.1f} s, {cost.cpu:.1f} CPU-s")
    return cost


PARTS = {"access": _accesses, "looks": _looks, "erasure": _erasures}
main()
