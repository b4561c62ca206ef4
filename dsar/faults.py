"""Named points, before and after each external effect, at which a process can be made to die.

Only where DSAR_ENV is demo or test: DSAR_FAULT names a point, and the first
process to reach it kills itself with SIGKILL, once for each DSAR_HOME.  So a test
can show that work cut short anywhere is finished by whoever comes next.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EFFECTS = {
    "search.read": "the stores are read",
    "search.seal": "what was found is written",
    "sweep.read": "unmapped places are read",
    "plan.write": "the identifier set is sealed and the plan made",
    "erase.read": "a store is counted before anything is deleted",
    "erase.act": "records are deleted from a store",
    "erase.write": "what was erased is written",
    "look.read": "a store is looked at again",
    "mention.act": "fields that mention the person are emptied in a store",
    "derived.act": "what a store derives from its tables is brought up to date",
    "look.write": "what the look saw is written",
    "relook.read": "a store is looked at again, days after it was erased",
    "relook.write": "what that look saw is written",
    "watch.read": "a store is compared with the map",
    "watch.write": "what the comparison saw is written",
    "copy.make": "the package's files are made and sealed",
    "copy.write": "the package is recorded and released",
    "certificate.make": "the certificate is made",
    "certificate.write": "the certificate is recorded",
    "mail.send": "a mail goes out",
    "mail.write": "the mail is recorded as sent",
    "inspect.read": "a store is asked for an inspection",
    "inspect.write": "what it answered is written",
    "inspect.make": "the record of an inspection is made, signed and sealed",
    "inspect.sign": "that it was made is recorded",
    "recipient.send": "a signed message goes out to a recipient or sender",
    "recipient.write": "what was answered to it is recorded",
    "self_test.read": "the self-test looks at the stores, or at its copy",
    "self_test.seed": "the self-test's records are put into the stores",
    "self_test.clear": "what is left of the self-test's records is deleted",
    "self_test.write": "that a step of the self-test was done is recorded",
    "purge.write": "keys are destroyed, and that is recorded",
    "purge.destroy": "sealed files are destroyed",
}


def names() -> list[str]:
    """Every point: each effect's name with `:before` and `:after`."""
    return [f"{effect}:{side}" for effect in EFFECTS for side in ("before", "after")]


@contextmanager
def effect(name: str) -> Iterator[None]:
    """Stand around one external effect, a point on each side."""
    _reach(f"{name}:before")
    yield
    _reach(f"{name}:after")


def _reach(point: str) -> None:
    if os.environ.get("DSAR_FAULT") != point or os.environ.get("DSAR_ENV") not in ("demo", "test"):
        return
    marker = Path(os.environ["DSAR_HOME"]) / f"fault-{point.replace(':', '-')}"
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
