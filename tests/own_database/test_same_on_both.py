"""Our own database on PostgreSQL: the demonstration comes to the same as on SQLite, and two workers share the work."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from dsar import db
from dsar.demo import case, stores
from dsar.services import ledger
from dsar.terms import Right
from tests.oracle import oracle
from tests.own_database.opened import handed_over
from tests.stories.driving import Desk, desk

ROOT = Path(__file__).parents[2]
WORK = "import sys; from dsar.cli import main; main(['work', '--until-idle', '--json'])"
PEOPLE = 40


def test_the_demonstration_comes_to_the_same(tmp_path, postgres_database):
    stores.build(tmp_path / "stores", people=PEOPLE, case=case.read())
    for name in ("sqlite", "postgresql"):  # copied: when a media file was made stands in the copy
        shutil.copytree(tmp_path / "stores", tmp_path / name / "stores")
    told = {
        name: tell(tmp_path / name, settings)
        for name, settings in (("sqlite", {}), ("postgresql", {"DSAR_DATABASE_URL": postgres_database}))
    }
    for part in told["sqlite"]:
        assert told["postgresql"][part] == told["sqlite"][part], part


def tell(folder: Path, settings: dict[str, str]) -> dict[str, Any]:
    """The story: a copy blocked by the unmapped table, mapped, completed; the erasure; what stayed."""
    environment = stores.environment(folder / "stores")
    with desk(folder / "home", {**environment, **settings}) as here:
        here.apply(stores.BEFORE_MAP)
        copy, erasure = here.file([Right.COPY, Right.ERASURE], case.read().identifiers)
        here.work()
        blocked = here.show(copy)
        assert not blocked["complete"]
        here.apply(stores.AFTER_MAP)
        here.work()
        assert here.show(copy)["complete"]
        whole = handed_over(here, copy, folder / "out")
        here.work()
        came_to = here.erasure(erasure)
        assert came_to["verdict"] == "KEPT"
        assert here.ledger_is_whole()
        acts = [sorted(here.acts(reference)) for reference in (copy, erasure)]
        followed = here.show(erasure)
    nobody = oracle.person(oracle.exact("stands nowhere at all"))
    left = [oracle.fingerprint(place, nobody) for name, place in environment.items() if name != "MEDIA"]
    return {
        "blocked": same(blocked), "copy": same(whole), "erasure": same(came_to), "request": same(followed),
        "acts": acts, "stores": [list(each.values()) for each in left],
    }  # fmt: skip


def same(shown: Any) -> Any:
    """Without what differs from one telling to the next: references, digests, sizes, and real times."""
    if isinstance(shown, dict):
        differs = ("reference", "submission", "ledger", "sha256", "bytes", "next_try_at", "certificate")
        return {name: same(value) for name, value in shown.items() if name not in differs}
    return [same(each) for each in shown] if isinstance(shown, list) else shown


def test_two_workers_at_once_do_each_act_once(tmp_path, postgres_database):
    stores.build(tmp_path / "stores", people=PEOPLE, case=case.read())
    settings = {**stores.environment(tmp_path / "stores"), "DSAR_DATABASE_URL": postgres_database}
    with desk(tmp_path / "home", settings) as here:
        here.apply(stores.AFTER_MAP)
        phones = [f"+86{phone}" for phone in people(tmp_path / "stores")]
        copies = [here.file([Right.COPY], [("phone", phone)])[0] for phone in phones[:3]]
        erasures = [here.file([Right.ERASURE], [("phone", phone)])[0] for phone in phones[3:6]]
        both = [work() for _ in range(2)]
        said = [worker.communicate(timeout=180)[1] for worker in both]
        assert ([worker.returncode for worker in both], said) == ([0, 0], [b"", b""])
        for reference in copies + erasures:
            assert here.show(reference)["status"] == "closed"
            assert repeated(here, reference) == {}
        assert [here.erasure(reference)["verdict"] for reference in erasures] == ["ERASED"] * 3
        assert here.ledger_is_whole()
    seen = [oracle.person(oracle.phone("86", phone[3:])) for phone in phones[3:6]]
    places = [place for name, place in stores.environment(tmp_path / "stores").items() if name != "MEDIA"]
    assert [oracle.where(places, who) for who in seen] == [{}] * 3


def people(folder: Path) -> list[str]:
    """Phones of the crowd: people with an account and nothing that a law keeps."""
    with closing(sqlite3.connect(folder / "orders.sqlite")) as orders:
        paid = {id for (id,) in orders.execute("select student_id from course_order where price > 0")}
    with closing(sqlite3.connect(folder / "crm.sqlite")) as crm:
        known = crm.execute("select id, phone from student order by id desc").fetchall()
    count = Counter(phone for _, phone in known)
    return [phone for id, phone in known if id not in paid and count[phone] == 1]


def work() -> subprocess.Popen[bytes]:
    """A worker: `dsar work --until-idle` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", WORK], cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def repeated(here: Desk, reference: str) -> dict[tuple[str, str | None], int]:
    """The acts that stand more than once in a request's chain, with the store they were done in."""
    with db.read() as session:
        lines = [line for line in ledger.export(session) if line.get("reference") == reference]
    acts = Counter((line["act"], line["facts"].get("store")) for line in lines)
    return {act: count for act, count in acts.items() if count > 1}
