"""Settings: read once, with defaults, and refused by name when they cannot be used."""

import base64
import dataclasses
from pathlib import Path

import pytest

from dsar.config import Config, key_bytes
from dsar.errors import BadInput

KEY = base64.b64encode(bytes(range(32))).decode()


def read(tmp_path: Path, **given: str) -> Config:
    return Config.from_env({"DSAR_HOME": str(tmp_path / "home"), **given})


def test_with_nothing_but_a_home_everything_lies_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    config, home = read(tmp_path), tmp_path / "home"
    assert config.database_url == f"sqlite:///{home}/dsar.sqlite"
    assert (config.vault, config.broker_url) == (f"{home}/vault", f"filesystem://{home}/queue")
    assert (config.env, config.lease, config.batch, config.embedded, config.may_pretend) == (
        "local",
        60.0,
        1000,
        True,
        False,
    )
    assert key_bytes(config.master_key, "DSAR_MASTER_KEY") != key_bytes(config.secret_key, "DSAR_SECRET_KEY")
    assert capsys.readouterr().err.count("keep it safe") == 2


def test_the_keys_that_were_made_are_found_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    first = key_bytes(read(tmp_path).master_key, "DSAR_MASTER_KEY")
    capsys.readouterr()
    assert key_bytes(read(tmp_path).master_key, "DSAR_MASTER_KEY") == first
    assert capsys.readouterr().err == ""


def test_the_environment_of_the_process_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DSAR_HOME", str(tmp_path))
    monkeypatch.setenv("DSAR_MASTER_KEY", KEY)
    monkeypatch.setenv("DSAR_SECRET_KEY", KEY)
    assert Config.from_env().home == tmp_path


def test_every_setting_can_be_given(tmp_path: Path):
    given = {
        "DSAR_ENV": "demo", "DSAR_DATABASE_URL": "postgresql+psycopg://x@localhost/x", "DSAR_LEASE": "0.5",
        "DSAR_STORE_TIMEOUT": "7", "DSAR_BATCH": "10", "DSAR_PDF_ROWS": "5", "DSAR_COPY_DAYS": "3", "DSAR_PORT": "9",
        "DSAR_MASTER_KEY": KEY, "DSAR_SECRET_KEY": KEY, "DSAR_SMTP_URL": "smtp://localhost",
        "DSAR_MAIL_FROM": "p@x.example", "DSAR_TEXT_GATEWAY": "{number}@t.example", "DSAR_PUBLIC_URL": "https://p.example", 
        "DSAR_BROKER_URL": "redis://localhost", "DSAR_INSPECTIONS": "9", "DSAR_INSPECTION_DAYS": "8",
        "DSAR_WATCH_HOURS": "6", "DSAR_SELF_TEST_HOURS": "12", "DSAR_VAULT": str(tmp_path), "DSAR_MAP": "map.yaml",
    }  # fmt: skip
    config = read(tmp_path, **given)
    shown = {
        f"DSAR_{field.name.upper()}": str(getattr(config, field.name)) for field in dataclasses.fields(config)
    }
    assert {name: shown[name] for name in given} == {**given, "DSAR_STORE_TIMEOUT": "7.0"}
    assert shown.keys() - given.keys() == {"DSAR_HOME"}
    assert config.may_pretend
    assert not config.embedded


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "1e99", "x", "99999999999999999999"])
@pytest.mark.parametrize("name", ["LEASE", "STORE_TIMEOUT", "BATCH", "PDF_ROWS", "COPY_DAYS", "PORT"])
def test_a_number_out_of_reason_is_refused_by_its_name(tmp_path: Path, name: str, number: str):
    with pytest.raises(BadInput, match=f"DSAR_{name} is '{number}'; give a number above 0"):
        read(tmp_path, **{f"DSAR_{name}": number})


@pytest.mark.parametrize("env", ["local", "production"])
@pytest.mark.parametrize("name", ["DSAR_NOW", "DSAR_FAULT"])
def test_what_only_a_test_may_set_is_refused_elsewhere(tmp_path: Path, env: str, name: str):
    with pytest.raises(BadInput, match=f"{name} is set, and is refused"):
        read(
            tmp_path, DSAR_ENV=env, DSAR_MASTER_KEY=KEY, DSAR_SECRET_KEY=KEY, **{name: "2021-11-24T02:00:00Z"}
        )


def test_production_makes_no_key(tmp_path: Path):
    with pytest.raises(BadInput, match="DSAR_MASTER_KEY is not set"):
        read(tmp_path, DSAR_ENV="production", DSAR_SECRET_KEY=KEY)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("setting", ["", "AAAA", KEY[:-4], KEY + "AAAA", "ü" * 44, "file:/nowhere"])
def test_a_key_that_is_none_is_refused_without_being_said(setting: str):
    with pytest.raises(BadInput) as refused:
        key_bytes(setting, "DSAR_MASTER_KEY")
    assert "DSAR_MASTER_KEY" in str(refused.value)
    assert not setting or setting.startswith("file:") or setting not in str(refused.value)


def test_a_key_may_stand_in_a_file_with_an_end_of_line(tmp_path: Path):
    (tmp_path / "key").write_text(KEY + "\n")
    assert key_bytes(f"file:{tmp_path / 'key'}", "DSAR_MASTER_KEY") == bytes(range(32))
