"""A process that searches, seals and makes the files of one copy, PDF apart, and prints the most memory it held.

python -m tests.scale.peak MAP ADDRESS; the settings and stores are in the environment.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from sqlalchemy import select

from dsar import clock, db
from dsar.config import Config
from dsar.jobs import perform
from dsar.jobs.assemble import assemble
from dsar.jobs.office import Office
from dsar.jobs.release import check_parts
from dsar.jobs.sealing import Sealed, make_data
from dsar.models import Work
from dsar.services import intake, keys
from dsar.terms import KeyClass, Right
from tests.stories.driving import Desk


def peak() -> int:
    """MB at most since this program began; ru_maxrss would still count whoever started it."""
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(kilobytes) // 1024


def search(desk: Desk) -> None:
    """Do the search of every store and nothing else."""
    while True:
        with db.read() as session:
            wanted = set(session.scalars(select(Work.id).where(Work.job == "search_store")))
        ids = wanted & set(perform.due())
        if not ids:
            return
        for id in ids:
            perform.perform(desk.office, id)


def make(office: Office, reference: str) -> int:
    """Check the sealed parts and seal the files made of them; their bytes together."""
    with db.read() as session:
        request = intake.get(session, reference)
        check_parts(session, office, request)
        assembled = assemble(session, office, request, complete=True, at=clock.now())
        key = keys.of(session, office.vault, reference, KeyClass.COPY)
    sink = Sealed(office.vault, key, f"{reference}/copy/0")
    make_data(office, assembled, sink)
    return sum(file.bytes for file in sink.written)


def main(map_file: str, address: str) -> None:
    """Print one JSON object: MB at the beginning, after the search, and at the end; records; bytes made."""
    desk = Desk(Office.open(Config.from_env()))
    desk.apply(Path(map_file))
    (reference,) = desk.file([Right.COPY], [("email", address)])
    shown = {"begun": peak()}
    search(desk)
    shown["searched"] = peak()
    found = [each["records"] for store in desk.show(reference)["stores"] for each in store["collections"]]
    shown["records"] = sum(found)
    shown["bytes"] = make(desk.office, reference)
    shown["made"] = peak()
    db.disconnect()
    print(json.dumps(shown))


if __name__ == "__main__":
    main(*sys.argv[1:])
