"""The only place that reads the time.

Civil time is what the law and people go by; the demonstration and the tests may
set it.  Real time is what leases, pauses between tries and time-outs go by; it
cannot be set.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dsar.errors import BadInput

YEARS = range(1900, 2200)  # what lies outside is a slip of the pen, and no reckoning could use it


def now() -> datetime:
    """The civil present, aware, in UTC; DSAR_NOW stands in for it where DSAR_ENV is demo or test."""
    given = os.environ.get("DSAR_NOW")
    return parse(_read(given)) if given else real()


def real() -> datetime:
    """The moment on this machine's clock, aware, in UTC."""
    return datetime.now(UTC)


def parse(text: str) -> datetime:
    """A moment written as RFC 3339, in UTC.

    Raises BadInput when it is not one, or has no zone.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise BadInput(f"{text.strip()!r} is not a moment; write it like 2026-01-31T09:00:00Z")
    return moment.astimezone(UTC)


def text(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second: 2026-01-31T09:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(at: datetime | None) -> str | None:
    """The same, or None where there is none."""
    return text(at) if at else None


def day(moment: datetime, zone: str) -> date:
    """The day it is at that moment in that zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _read(given: str) -> str:
    if not given.startswith("file:"):
        return given
    try:
        return Path(given.removeprefix("file:")).read_text()
    except OSError as error:
        raise BadInput(f"DSAR_NOW names a file that cannot be read: {error.strerror}") from error


def pretended() -> bool:
    """Whether civil time is set by DSAR_NOW."""
    return bool(os.environ.get("DSAR_NOW"))
