"""The demonstration: the old way, which leaves residue, and then the product's way, on the same stores."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from dsar import clock, db
from dsar.config import Config
from dsar.datamap.loader import load
from dsar.demo import byhand, case, stores
from dsar.errors import BadInput
from dsar.jobs import handover, inspection, perform, self_test
from dsar.jobs.office import Office
from dsar.law import load_rules
from dsar.services import (
    inspected,
    inspecting,
    intake,
    maps,
    moving,
    proving,
    self_testing,
    showing,
    signing,
    staff,
)
from dsar.services.inspecting import Wanted
from dsar.services.intake import Given, Intake
from dsar.terms import Right, Role, StoreState

NOW = "2021-11-24T02:00:00Z"  # after PIPL came into force, before the paid order's last day of keeping
MAPS = Path(__file__).parent / "map"
MARK = ".dsar-demo"  # in a folder that this story made and may make anew
HANDLER, OFFICER = "lin", "zhou"
LOOKED = timedelta(days=30)  # how long what an inspection found is kept
console = Console()


def tell(folder: Path, people: int) -> None:
    """Tell the whole story into a folder, which is made anew.

    Raises BadInput when the folder holds something that is not ours.
    """
    _clear(folder)
    told = case.read()
    settings = {"DSAR_ENV": "demo", "DSAR_NOW": os.environ.get("DSAR_NOW") or NOW}
    console.rule(f"[bold]{told.controller['en']}[/] · it is {settings['DSAR_NOW']} in this story")
    with _progress() as bar:
        step = bar.add_task(f"Building five systems with {people:,} people", total=None)
        stores.build(folder / "stores", people=people, case=told)
        shutil.copytree(folder / "stores", folder / "naive" / "stores")
        bar.update(step, total=1, completed=1)
    _old_way(folder / "naive", told, settings)
    settings |= _settings(folder, "after.yaml")
    _write_env(folder / "env.sh", settings)
    with _environment(settings):
        _our_way(folder, told)
    os.environ.update(settings)
    console.print(f"Papers: [bold]{folder}[/]   to go on with commands: [bold]. {folder}/env.sh[/]")


def _settings(folder: Path, map_file: str) -> dict[str, str]:
    return {
        "DSAR_HOME": str(folder / "home"), "DSAR_MAP": str(MAPS / map_file), **stores.environment(folder / "stores"),
    }  # fmt: skip


def _old_way(folder: Path, told: case.Case, settings: dict[str, str]) -> None:
    console.rule("The old way: rows deleted by hand, and nobody looks again")
    deleted = byhand.delete_by_hand(folder / "stores", told)
    console.print(
        f"A member of staff deleted {deleted} rows and files by hand. Is anything left? We only look:"
    )
    with _environment(settings | _settings(folder, "before.yaml")):
        office = Office.open(Config.from_env())
        _apply("before.yaml")
        (reference,) = _file(office, told, [Right.ERASURE], looks_only=True)
        _work(office, reference, "Looking")
        shown = _erasure(reference)
        handover.write(office, reference, "certificate", folder)
        _write_json(folder / "erasure.json", shown)
        _verdicts(shown)
        _inspect(office, told, folder / "inspection")
        db.disconnect()
    shutil.rmtree(folder / "home")


def _our_way(folder: Path, told: case.Case) -> None:
    console.rule("Our way: find, copy, erase, and look again")
    office = Office.open(Config.from_env())
    _apply("before.yaml")
    copy, erasure = _file(office, told, [Right.COPY, Right.ERASURE], looks_only=False)
    _work(office, copy, "Searching")
    shown = _request(office, copy)
    (folder / "before-map").mkdir()
    _write_json(folder / "before-map" / "request.json", shown)
    _blocked(shown)
    _apply("after.yaml")
    console.print("Somebody maps that place, and the same request goes on by itself.")
    _work(office, copy, "Searching")
    _complete(_request(office, copy))
    written = handover.write(office, copy, "copy", folder)
    handover.fetched(office, copy, at=clock.now(), actor="operator")
    console.print(
        f"The copy: {len(written)} files, checked against what was sealed. He has it, so the erasure begins."
    )
    _work(office, erasure, "Erasing and looking")
    shown = _erasure(erasure)
    handover.write(office, erasure, "certificate", folder)
    _write_json(folder / "erasure.json", shown)
    _verdicts(shown)
    _inspect(office, told, folder / "inspection")
    _test(office)
    db.disconnect()


def _test(office: Office) -> None:
    """What is done each day, so that the next person need not find out."""
    number = self_test.now(office)
    with db.read() as session:
        last = self_testing.newest(session)
    places = len(last.planted.get("records", {})) if last else 0
    missed = ", ".join(last.misses) if last and last.misses else "nothing"
    console.print(
        f"Self-test {number}, as every day: somebody made up was put into {places} collections, copied and erased. "
        f"Missed: {missed}."
    )


def _inspect(office: Office, told: case.Case, folder: Path) -> None:
    """Look as a court would: type his number, and see what every system answers."""
    kind, value = told.identifiers[0]
    wanted = Wanted(OFFICER, Given(kind, value), "核实是否仍有此人的信息", "", "zh-CN")
    with db.begin() as session:
        number = inspecting.open_inspection(
            session, office.vault, wanted, a_day=office.config.inspections, kept=LOOKED, at=clock.now()
        ).number
    perform.until_idle(office)
    inspection.write(office, number, folder, by=OFFICER)
    with db.read() as session:
        row = inspected.get(session, number)
    shown = signing.check(inspection.read(office, row, inspection.JSON)).record
    boxes = [
        store["title"]["en"] for store in shown["stores"] if store["box"] and any(store["box"]["offered"])
    ]
    records = sum(store["records"] or 0 for store in shown["stores"])
    console.print(
        f"An inspection types his number into every system. Records: {records}; "
        f"search boxes that offer him: {', '.join(boxes) or 'none'}."
    )


def _file(office: Office, told: case.Case, rights: list[Right], *, looks_only: bool) -> list[str]:
    """File a submission for the data subject and prove his numbers."""
    at = clock.now()
    with db.begin() as session:
        for name, role in ((HANDLER, Role.HANDLER), (OFFICER, Role.OFFICER)):
            staff.add(session, name, role, at=at)
        numbers = [Given(kind, value) for kind, value in told.identifiers]
        asked = intake.open_submission(
            session, office.vault, Intake(rights, numbers, "zh-CN", at, looks_only), actor="subject", at=at
        )
        seen = "Codes sent to both numbers were read back at the counter."
        proving.confirm(session, office.vault, asked[0], by=HANDLER, evidence=seen, given=[], at=at)
        references = [request.reference for request in asked]
        due = asked[0].due_on
    console.print(
        f"Filed {' and '.join(rights)} as {', '.join(references)}; due on {due} by the company's own promise."
    )
    return references


def _apply(name: str) -> None:
    loaded = load(MAPS / name, known_rules=load_rules().keys())
    with db.begin() as session:
        applied = maps.apply(session, loaded.map, loaded.plain, loaded.sha256, by="operator", at=clock.now())
        session.flush()
        moving.move_open(session, applied.version, applied.removed, by=None, reason=None, at=clock.now())
    console.print(f"Data map: version {applied.version}, {len(loaded.map.stores)} stores ({name}).")


def _work(office: Office, reference: str, verb: str) -> None:
    """Do all the work that is due, a bar showing how many stores are searched."""
    with _progress() as bar:
        step = bar.add_task(verb, total=None)
        done = 0
        while ids := perform.due():
            for id in ids:
                perform.perform(office, id)
                done += 1
                shown = _request(office, reference)
                searched = sum(store["state"] == StoreState.SEARCHED for store in shown["stores"])
                text = f"{verb}: {searched} of {len(shown['stores'])} stores searched"
                bar.update(step, description=text, completed=done, total=done + len(perform.due()))


def _blocked(shown: Mapping[str, Any]) -> None:
    for place in shown["unmapped"]:
        if place["records"]:
            console.print(
                f"[bold yellow]Not complete:[/] {place['store']}.{place['table']} is in no map, "
                f"and {place['records']} record there holds this person. No copy is handed over."
            )


def _complete(shown: Mapping[str, Any]) -> None:
    table = Table("System", "Records")
    for store in shown["stores"]:
        table.add_row(store["title"]["en"], str(sum(c["records"] for c in store["collections"])))
    console.print(table)
    console.print(f"{'Complete' if shown['complete'] else 'Not complete'}; status: {shown['status']}.")


def _verdicts(shown: Mapping[str, Any]) -> None:
    table = Table("System", "Collection", "Found", "Erased", "Kept", "Left", "Verdict")
    for store in shown["stores"]:
        for one in store["collections"]:
            counts = [
                "" if one[key] is None else str(one[key]) for key in ("found", "erased", "kept", "residue")
            ]
            table.add_row(store["title"]["en"], one["name"], *counts, one["verdict"])
    console.print(table)
    for store in shown["stores"]:
        for one in store["collections"]:
            if one["ground"]:
                console.print(
                    f"Kept: {one['name']}: {one['ground']['text']['en']}; until {one['ground']['until']}."
                )
    console.print(f"Verdict: [bold]{shown['verdict']}[/]")


def _request(office: Office, reference: str) -> dict[str, Any]:
    with db.read() as session:
        return showing.request(session, office.vault, intake.get(session, reference), at=clock.now())


def _erasure(reference: str) -> dict[str, Any]:
    with db.read() as session:
        return showing.erasure(session, intake.get(session, reference))


def _write_json(path: Path, shown: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")


def _write_env(path: Path, settings: Mapping[str, str]) -> None:
    lines = [f"export {name}='{value}'" for name, value in settings.items()]
    path.write_text("\n".join(lines) + "\n")


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
    )


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """The process's environment while a part of the story is told."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise BadInput(f"{folder} holds something else; name another folder: dsar demo --folder FOLDER")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
