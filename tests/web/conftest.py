"""The web application over a real database, and a reader who looks at every page he opens."""

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from dsar import clock, db
from dsar.config import Config
from dsar.datamap.loader import load
from dsar.demo.case import read as read_case
from dsar.demo.stores import AFTER_MAP, build, environment
from dsar.jobs.office import Office
from dsar.jobs.perform import until_idle
from dsar.law import load_rules
from dsar.models import Request
from dsar.services import intake, maps, proving, staff
from dsar.services.intake import Given, Intake
from dsar.terms import Right, Role
from dsar.web import create_app
from tests.web.reader import Reader

START = "2021-11-24T02:00:00Z"
PHONE = "13100008688"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def stores(tmp_path_factory) -> Path:
    """The demonstration's stores, with few other people."""
    folder = tmp_path_factory.mktemp("stores")
    build(folder, people=30, case=read_case())
    return folder


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A home with an empty database and the demonstration's map."""
    home = tmp_path_factory.mktemp("prepared")
    office = Office.open(_config(home))
    loaded = load(AFTER_MAP, known_rules=load_rules())
    with db.begin() as session:
        maps.apply(session, loaded.map, loaded.plain, loaded.sha256, by="operator", at=clock.parse(START))
    db.disconnect()
    del office
    return home


@pytest.fixture
def set_clock(monkeypatch) -> Callable[[str | datetime], datetime]:
    """Set the civil time."""

    def to(moment: str | datetime) -> datetime:
        text = moment if isinstance(moment, str) else clock.text(moment)
        monkeypatch.setenv("DSAR_NOW", text)
        return clock.parse(text)

    return to


@pytest.fixture
def at(set_clock) -> datetime:
    """24 November 2021, 10:00 in Beijing, unless the test sets the clock on."""
    return set_clock(START)


@pytest.fixture
def wait(set_clock) -> Callable[..., datetime]:
    """Let civil time pass."""
    return lambda **time: set_clock(clock.now() + timedelta(**time))


@pytest.fixture
def office(prepared, stores, tmp_path, at, monkeypatch) -> Iterator[Office]:
    """The office of one test; its stores are its own."""
    own = tmp_path / "stores"
    shutil.copytree(stores, own)
    for name, value in environment(own).items():
        monkeypatch.setenv(name, value)
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    yield Office.open(_config(home))
    db.disconnect()


@pytest.fixture
def empty_office(tmp_path, at) -> Iterator[Office]:
    """An office to which nobody has given a map yet."""
    yield Office.open(_config(tmp_path / "empty"))
    db.disconnect()


@pytest.fixture
def app(office):
    """The application, quick to answer where it would take its time."""
    return create_app(office, TESTING=True, PROPAGATE_EXCEPTIONS=False, SAME_TIME=0.0)


@pytest.fixture
def reader(app) -> Reader:
    """Somebody with an English browser."""
    return Reader(app.test_client(), "en")


@pytest.fixture
def chinese_reader(app) -> Reader:
    """Somebody with a Chinese browser."""
    return Reader(app.test_client(), "zh-CN")


@pytest.fixture
def ask(office, at) -> Callable[..., list[Request]]:
    """File a submission as the page does; no code is sent."""

    def filed(*rights: Right, phones=(PHONE,), lang="en", received_at=None) -> list[Request]:
        given = [Given("phone", phone) for phone in phones]
        asked = Intake(rights, given, lang, received_at or clock.now())
        with db.begin() as session:
            return intake.open_submission(session, office.vault, asked, actor="subject", at=clock.now())

    return filed


@pytest.fixture
def work(office) -> Callable[[], tuple[int, int]]:
    """Do all that is due."""
    return lambda: until_idle(office)


@pytest.fixture
def hire(office, at) -> Callable[..., str]:
    """A member of staff with a password; the name."""

    def hired(name: str = "chen", role: Role = Role.HANDLER) -> str:
        with db.begin() as session:
            user, _ = staff.add(session, name, role, at=clock.now())
            session.flush()
            staff.set_password(session, user, PASSWORD, at=clock.now())
        return name

    return hired


@pytest.fixture
def over(office, ask, hire, work, at, tmp_path) -> str:
    """An erasure whose plan is over two limits; chen took the identity for proven."""
    plain = yaml.safe_load(AFTER_MAP.read_text(encoding="utf-8"))
    plain["erasure"] = {"go_above": 5, "share_above": 1, "share_from": 3}
    file = tmp_path / "limits.yaml"
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    loaded = load(file, known_rules=load_rules())
    with db.begin() as session:
        maps.apply(session, loaded.map, loaded.plain, loaded.sha256, by="operator", at=at)
    row = ask(Right.ERASURE)[0]
    hire("chen")
    with db.begin() as session:
        row = intake.get(session, row.reference)
        proving.confirm(session, office.vault, row, by="chen", evidence="seen", given=[], at=at)
    work()
    return row.reference


@pytest.fixture
def desk(reader, hire) -> Reader:
    """A handler, signed in."""
    reader.get("/desk/sign-in")
    reader.submit(name=hire(), password=PASSWORD)
    assert reader.path == "/desk/"
    return reader


def _config(home: Path) -> Config:
    key = base64.b64encode(bytes(32)).decode()
    given = {"DSAR_HOME": str(home), "DSAR_ENV": "test", "DSAR_MASTER_KEY": key, "DSAR_SECRET_KEY": key}
    return Config.from_env(given | {k: v for k, v in os.environ.items() if k == "DSAR_NOW"})


@pytest.fixture
def map_names(office) -> list[str]:
    """The identifier kinds of the newest map, internal ones too."""
    with db.read() as session:
        return list(maps.current(session)[1].identifier_kinds)
