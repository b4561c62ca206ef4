"""Work done away from the doors, one module for each kind.

A job reads in one short transaction, deals with the outside world in none, and
records the outcome in another that fails when its lease was lost.  Any job may be
cut short anywhere and run again; the second run does no harm.
"""

import pkgutil
from collections.abc import Callable
from datetime import datetime
from importlib import import_module

# A job is called with the office, its claim and its arguments; it returns the real time
# at which there is more to do, or None when it is done.
Job = Callable[..., datetime | None]
JOBS: dict[str, Job] = {}


def job(run: Job) -> Job:
    """Let the outbox call this function by its name."""
    JOBS[run.__name__] = run
    return run


def load_all() -> None:
    """Import every kind, so that JOBS names them."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
