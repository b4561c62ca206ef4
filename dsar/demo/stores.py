"""The demonstration company's stores: SQLite files and a folder of media, made from the case and a crowd."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

from dsar.demo import media
from dsar.demo.case import Account, Case
from dsar.demo.people import crowd
from dsar.demo.tables import TABLES

MAPS, SCHEMA = Path(__file__).with_name("map"), Path(__file__).with_name("schema")
BEFORE_MAP, AFTER_MAP = MAPS / "before.yaml", MAPS / "after.yaml"
FILES = tuple(dict.fromkeys(table.store for table in TABLES))


def build(folder: Path, *, people: int = 5_000, case: Case) -> None:
    """Make every store below a folder, in place of those of an earlier time.

    people: how many besides the data subject, the case's four bystanders among
    them; the search box of the CRM knows one entry of each.
    """
    around = list(case.bystanders())
    everyone = sorted(
        chain(case.accounts, around, crowd(people - len(around))), key=lambda account: account.created_at
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        _build_database(folder / f"{name}.sqlite", name, everyone)
    _build_media(folder / "media", everyone)


def environment(folder: Path) -> dict[str, str]:
    """What the ${NAME}s of the demonstration's map stand for: a URL for each store, the folder of media."""
    place = folder.resolve()
    urls = {f"{name.upper()}_URL": f"sqlite:///{place / name}.sqlite" for name in FILES}
    return urls | {"MEDIA": str(place / "media")}


def _build_database(file: Path, name: str, accounts: Sequence[Account]) -> None:
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript((SCHEMA / f"{name}.sql").read_text(encoding="utf-8"))
        for table in TABLES:
            if table.store == name:
                database.executemany(table.insert, chain.from_iterable(map(table.rows, accounts)))


def _build_media(folder: Path, accounts: Sequence[Account]) -> None:
    avatars, recordings = folder / "avatars", folder / "recordings"
    for place in (avatars, recordings):
        place.mkdir(parents=True, exist_ok=True)
        for old in place.iterdir():
            old.unlink()
    for account in accounts:
        if account.avatar:
            (avatars / account.avatar).write_bytes(media.picture(account.student_id % 1_000))
        if account.lesson:
            sound = media.recording(account.lesson.seconds, account.student_id)
            (recordings / account.lesson.recording).write_bytes(sound)
