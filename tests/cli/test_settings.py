"""Settings and surroundings that cannot be used: one clear line, and what there was stays as it was."""

import base64
import secrets
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests import shop as shops
from tests.processes import free_port
from tests.shop import HANDLER, PHONE, VALUES, Shop

OPEN = ("request", "open", "--right", "copy", "--identifier", f"phone:{PHONE}")
KEY = base64.b64encode(bytes(32)).decode()

SETTINGS = {
    "an environment that is none": ({"DSAR_ENV": "staging"}, "DSAR_ENV is 'staging'"),
    "a present that is no moment": ({"DSAR_NOW": "tomorrow"}, "'tomorrow' is not a moment"),
    "a present without a zone": ({"DSAR_NOW": "2021-11-24T02:00:00"}, "is not a moment"),
    "a present before all calendars": ({"DSAR_NOW": "0001-01-01T00:00:00Z"}, "is not a moment"),
    "a present in no file": ({"DSAR_NOW": "file:/nowhere/now"}, "DSAR_NOW names a file that cannot be read"),
    "a present where time is real": ({"DSAR_ENV": "local"}, "DSAR_NOW is set, and is refused"),
    "a present in production": (
        {"DSAR_ENV": "production", "DSAR_MASTER_KEY": KEY, "DSAR_SECRET_KEY": KEY},
        "DSAR_NOW is set, and is refused",
    ),
    "a fault in production": (
        {"DSAR_ENV": "production", "DSAR_NOW": "", "DSAR_FAULT": "erase.act:before"},
        "DSAR_FAULT is set, and is refused",
    ),
    "a fault that is none": ({"DSAR_FAULT": "erase.act"}, "DSAR_FAULT names no point there is"),
    "production without its key": ({"DSAR_ENV": "production", "DSAR_NOW": ""}, "DSAR_MASTER_KEY is not set"),
    "production without a key for sessions": (
        {"DSAR_ENV": "production", "DSAR_NOW": "", "DSAR_MASTER_KEY": KEY},
        "DSAR_SECRET_KEY is not set",
    ),
    "a lease of no time": ({"DSAR_LEASE": "0"}, "DSAR_LEASE is '0'"),
    "a lease of no number": ({"DSAR_LEASE": "nan"}, "DSAR_LEASE is 'nan'"),
    "a lease without an end": ({"DSAR_LEASE": "inf"}, "DSAR_LEASE is 'inf'"),
    "a lease in words": ({"DSAR_LEASE": "a minute"}, "DSAR_LEASE is 'a minute'"),
    "half a batch": ({"DSAR_BATCH": "0.5"}, "DSAR_BATCH is '0.5'"),
    "days beyond all calendars": ({"DSAR_COPY_DAYS": "99999999999"}, "DSAR_COPY_DAYS"),
    "a port that is none": ({"DSAR_PORT": "70000"}, "DSAR_PORT"),
    "a level that is none": ({"DSAR_LOG": "loud"}, "DSAR_LOG is 'LOUD'"),
    "a log that says too much in production": (
        {"DSAR_ENV": "production", "DSAR_LOG": "debug", "DSAR_NOW": ""},
        "production refuses it",
    ),
    "a key that is too short": (
        {"DSAR_MASTER_KEY": "c2hvcnQ="},
        "DSAR_MASTER_KEY must be base64 of 32 bytes",
    ),
    "a key that is no base64": ({"DSAR_MASTER_KEY": "?" * 44}, "DSAR_MASTER_KEY must be base64 of 32 bytes"),
    "a key in no file": ({"DSAR_MASTER_KEY": "file:/nowhere/key"}, "DSAR_MASTER_KEY names a file"),
    "a key in a file of bytes": ({"DSAR_MASTER_KEY": "file:/bin/true"}, "DSAR_MASTER_KEY"),
    "another key than the vault's": ({"DSAR_MASTER_KEY": KEY}, "not the key this vault was made with"),
    "a vault in the clouds": ({"DSAR_VAULT": "s3://bucket"}, "not served yet"),
    "a vault that is a file": ({"DSAR_VAULT": "/etc/hostname"}, "vault"),
    "a database of another kind": ({"DSAR_DATABASE_URL": "mysql://root@localhost/x"}, "must begin with"),
    "a database that is no URL": ({"DSAR_DATABASE_URL": "postgresql"}, "no URL of a database"),
    "a driver that nobody has": (
        {"DSAR_DATABASE_URL": "postgresql+psycopg2://x@localhost/x"},
        "no URL of a database",
    ),
    "a database in no folder": (
        {"DSAR_DATABASE_URL": "sqlite:////nowhere/x.sqlite"},
        "the database cannot do this now",
    ),
    "a database that is something else": (
        {"DSAR_DATABASE_URL": "sqlite:////bin/true"},
        "the database cannot do this now",
    ),
    "a mail server that is none": ({"DSAR_SMTP_URL": "mail.example"}, "DSAR_SMTP_URL is no address"),
    "a mail server on no port": ({"DSAR_SMTP_URL": "smtp://mail.example:x"}, "DSAR_SMTP_URL is no address"),
    "a home that is a file": ({"DSAR_HOME": "/etc/hostname"}, "/etc/hostname"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_a_setting_that_cannot_be_used_is_named(shop: Shop, case: str):
    settings, said = SETTINGS[case]
    shop.opened("copy")
    before = {path: path.read_bytes() for path in shop.home.rglob("*") if path.is_file()}
    assert said in shop.run(*OPEN, **settings).error
    assert {path: path.read_bytes() for path in shop.home.rglob("*") if path.is_file()} == before


def test_a_server_that_does_not_answer_is_said_without_its_password(shop: Shop):
    url = f"postgresql+psycopg://dsar:hunter2@127.0.0.1:{free_port()}/dsar"
    for words in (OPEN, ("db", "upgrade")):
        refused = shop.run(*words, DSAR_DATABASE_URL=url)
        assert "the database cannot do this now" in refused.error
        assert "hunter2" not in refused.err


def test_a_postgresql_that_is_not_brought_up_to_date_says_how(shop: Shop, postgres_database: str):
    settings = {"DSAR_DATABASE_URL": postgres_database, "DSAR_ENV": "local", "DSAR_NOW": ""}
    assert "dsar db upgrade" in shop.run("doctor", **settings).out
    assert "dsar db upgrade" in shop.run(*OPEN, **settings).error
    assert shop.run("db", "upgrade", **settings).code == 0
    assert shop.run("db", "upgrade", **settings).code == 0
    assert "dsar map apply" in shop.run(*OPEN, **settings).error


def test_a_database_of_a_newer_version_is_said(shop: Shop):
    with closing(sqlite3.connect(shop.home / "dsar.sqlite")) as database, database:
        database.execute("update alembic_version set version_num = '9999'")
    for words in (OPEN, ("db", "upgrade")):
        assert "run the version that made it" in shop.run(*words).error


def test_keys_are_made_once_said_and_kept_for_ourselves_alone(tmp_path: Path):
    env = {"DSAR_HOME": str(tmp_path / "home")}
    first = shops.run(env, "user", "add", HANDLER, "--role", "handler")
    assert first.code == 0
    made = tmp_path / "home" / "master_key.base64"
    assert f"made {made}: keep it safe" in first.err
    assert made.stat().st_mode & 0o077 == 0
    assert (tmp_path / "home" / "vault").stat().st_mode & 0o077 == 0
    again = shops.run(env, "user", "add", HANDLER, "--role", "handler", "--json")
    assert again.err == ""
    assert again.json["role"] == "handler"


def test_production_runs_with_keys_of_its_own(shop: Shop, tmp_path: Path):
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    (tmp_path / "key").write_text(key + "\n")
    settings = {
        "DSAR_ENV": "production", "DSAR_NOW": "", "DSAR_HOME": str(tmp_path / "home"),
        "DSAR_MASTER_KEY": f"file:{tmp_path / 'key'}", "DSAR_SECRET_KEY": key,
    }  # fmt: skip
    (tmp_path / "home").mkdir()
    said = shop.run("user", "add", HANDLER, "--role", "handler", **settings)
    assert (said.code, said.err) == (0, "")
    assert not list((tmp_path / "home").glob("*.base64"))
    doctor = shop.run("doctor", "--json", **settings)
    problems = {part["part"] for part in doctor.json["parts"] if part["problem"]}
    assert (doctor.code, problems) == (1, {"map", "mail"})


def test_the_present_may_stand_in_a_file_that_changes(shop: Shop, tmp_path: Path):
    now = tmp_path / "now"
    now.write_text("2021-11-24T02:00:00Z\n")
    (reference,) = shop.opened("copy")
    assert shop.show(reference, DSAR_NOW=f"file:{now}")["days_left"] == 15
    now.write_text("2021-12-10T02:00:00Z\n")
    shown = shop.show(reference, DSAR_NOW=f"file:{now}")
    assert (shown["days_left"], shown["overdue"]) == (-1, True)


def test_a_variable_of_the_map_that_is_not_set_is_named_on_the_request(shop: Shop):
    (reference,) = shop.confirmed("copy")
    shop.run("work", "--until-idle", BOX_URL="")
    box = next(store for store in shop.show(reference)["stores"] if store["name"] == "box")
    assert box["state"] == "unreachable"
    assert "BOX_URL" in box["reason"]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_no_log_holds_a_value_or_a_statement(shop: Shop, level: str):
    shop.change("crm", "drop table customer")  # so that there is something to say
    copy, _erasure = shop.confirmed("copy", "erasure", identifiers=[f"phone:{PHONE}", f"email:{VALUES[2]}"])
    worked = shop.process("work", "--until-idle", DSAR_LOG=level)
    shown = shop.process("request", "show", copy, DSAR_LOG=level)
    said = worked.out + worked.err + shown.out + shown.err
    assert "search_store" in said, "nothing was logged, so nothing was tested"
    assert [value for value in VALUES if value in said] == []
    assert "SELECT" not in worked.err
    kept = b"".join(path.read_bytes() for path in shop.home.rglob("*") if path.is_file())
    assert [value for value in VALUES if value.encode() in kept] == []


def test_the_map_of_the_settings_is_the_default(shop: Shop):
    assert shop.run("map", "check", "--json", DSAR_MAP=str(shops.MAP)).json["ok"] is True
    assert shop.run("map", "apply", "--json", DSAR_MAP=str(shops.MAP)).json["version"] == 1
    assert shop.run("map", "apply").code == 2


def test_a_held_port_is_said(shop: Shop):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = shop.process("run", DSAR_PORT=str(taken.getsockname()[1]))
    assert refused.error
