"""Drive the product in this process, as its commands do: apply a map, file, confirm, work, show, write."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dsar import clock, db
from dsar.config import Config
from dsar.datamap.loader import load
from dsar.jobs import copy as copying
from dsar.jobs import handover, perform
from dsar.jobs.office import Office
from dsar.law import load_rules
from dsar.services import answering, erasing, intake, ledger, maps, moving, proving, showing, staff
from dsar.services.intake import Given, Intake
from dsar.terms import Right, Role

HANDLER, OFFICER = "lin", "zhou"


class Desk:
    """One office with its staff; every act in a transaction of its own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        with db.begin() as session:
            staff.add(session, HANDLER, Role.HANDLER, at=clock.now())
            staff.add(session, OFFICER, Role.OFFICER, at=clock.now())

    def apply(self, file: Path) -> int:
        loaded = load(file, known_rules=load_rules().keys())
        with db.begin() as session:
            applied = maps.apply(
                session, loaded.map, loaded.plain, loaded.sha256, by="operator", at=clock.now()
            )
            session.flush()
            moving.move_open(session, applied.version, applied.removed, by=None, reason=None, at=clock.now())
        return applied.version

    def file(
        self,
        rights: Iterable[Right],
        identifiers: Iterable[tuple[str, str]],
        *,
        lang: str = "zh-CN",
        looks_only: bool = False,
    ) -> list[str]:
        """File and confirm; the references, in the order of the rights."""
        given = [Given(kind, value) for kind, value in identifiers]
        with db.begin() as session:
            asked = Intake(list(rights), given, lang, clock.now(), looks_only)
            opened = intake.open_submission(
                session, self.office.vault, asked, actor="subject", at=clock.now()
            )
            proving.confirm(
                session, self.office.vault, opened[0], by=HANDLER, evidence="seen", given=[], at=clock.now()
            )
            return [request.reference for request in opened]

    def work(self, *, retry_now: bool = False) -> tuple[int, int]:
        return perform.until_idle(self.office, retry_now=retry_now)

    def show(self, reference: str) -> dict:
        with db.read() as session:
            return showing.request(session, self.office.vault, intake.get(session, reference), at=clock.now())

    def erasure(self, reference: str) -> dict:
        with db.read() as session:
            return showing.erasure(session, intake.get(session, reference))

    def fetch(self, reference: str, folder: Path) -> list[str]:
        written = handover.write(self.office, reference, "copy", folder)
        with db.begin() as session:
            answering.fetched(session, intake.get(session, reference), actor="subject", at=clock.now())
        return [file.name for file in written]

    def write_incomplete(self, reference: str, folder: Path) -> list[str]:
        with db.read() as session:
            request = intake.get(session, reference)
        return [file.name for file in copying.write_incomplete(self.office, request, folder)]

    def certificate(self, reference: str, folder: Path) -> None:
        handover.write(self.office, reference, "certificate", folder)

    def go(self, reference: str, by: str = OFFICER) -> None:
        with db.begin() as session:
            erasing.go(session, intake.get(session, reference), by=by, at=clock.now())

    def acts(self, reference: str) -> list[str]:
        with db.read() as session:
            return [line["act"] for line in ledger.export(session) if line.get("reference") == reference]

    def ledger_is_whole(self) -> bool:
        with db.read() as session:
            return not ledger.whole(session).broken


@contextmanager
def desk(home: Path, settings: Mapping[str, str], *, now: str = "2021-11-24T02:00:00Z") -> Iterator[Desk]:
    """A desk in a home of its own, with these settings in the environment."""
    before = dict(os.environ)
    os.environ.update({"DSAR_ENV": "test", "DSAR_HOME": str(home), "DSAR_NOW": now, **settings})
    try:
        yield Desk(Office.open(Config.from_env()))
    finally:
        db.disconnect()
        os.environ.clear()
        os.environ.update(before)


def records(shown: Mapping) -> dict[str, int]:
    """The count of each collection of a request, by its place."""
    return {f"{s['name']}.{c['name']}": c["records"] for s in shown["stores"] for c in s["collections"]}


def verdicts(shown: Mapping) -> dict[str, str]:
    """The verdict of each collection and unmapped place of an erasure, by its place."""
    return {f"{s['name']}.{c['name']}": c["verdict"] for s in shown["stores"] for c in s["collections"]}
