"""Every setting, with its unit and default.  Read once, when a process starts."""

import base64
import binascii
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from dsar import clock, faults
from dsar.errors import BadInput

ENVS = ("local", "production", "demo", "test")
KEY_BYTES = 32


@dataclass(frozen=True)
class Config:
    """What a process goes by; see docs/operator.md for each setting in words."""

    home: Path  # DSAR_HOME: folder of the embedded default
    env: str = "local"  # DSAR_ENV
    database_url: str = ""  # DSAR_DATABASE_URL; default: a SQLite file in home
    broker_url: str = ""  # DSAR_BROKER_URL; default: a folder in home
    map: str = ""  # DSAR_MAP: file or folder
    vault: str = ""  # DSAR_VAULT; default: a folder in home
    master_key: str = ""  # DSAR_MASTER_KEY: base64 of 32 bytes, or file:PATH
    secret_key: str = ""  # DSAR_SECRET_KEY: signs sessions
    lease: float = 60.0  # DSAR_LEASE, seconds
    store_timeout: float = 30.0  # DSAR_STORE_TIMEOUT, seconds one statement of a store may take
    batch: int = 1000  # DSAR_BATCH, requests in one pass over a store
    pdf_rows: int = 2000  # DSAR_PDF_ROWS, rows of one collection that the PDF lists
    watch_hours: int = 24  # DSAR_WATCH_HOURS, between two comparisons of the stores with the map
    self_test_hours: int = 24  # DSAR_SELF_TEST_HOURS, between two runs of the self-test
    copy_days: int = 30  # DSAR_COPY_DAYS, days a copy can be fetched
    inspections: int = 20  # DSAR_INSPECTIONS, a day and person before an alert; twice as many are the most
    inspection_days: int = 30  # DSAR_INSPECTION_DAYS, days the record of an inspection is kept
    smtp_url: str = (
        ""  # DSAR_SMTP_URL: smtp://user:password@host:port (or smtps, or ?starttls); none: the outbox page
    )
    mail_from: str = "privacy@localhost"  # DSAR_MAIL_FROM
    text_gateway: str = (
        "{number}@text.localhost"  # DSAR_TEXT_GATEWAY: address that turns a mail into a text message
    )
    public_url: str = "http://127.0.0.1:8020"  # DSAR_PUBLIC_URL: where people reach the portal
    port: int = 8020  # DSAR_PORT of `dsar run`

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read DSAR_HOME and so on, filling in the embedded default.

        Raises BadInput, in one line, for a setting that cannot be used.
        """
        given = os.environ if environ is None else environ
        env = given.get("DSAR_ENV", "local")
        _check(env, given)
        home = Path(given.get("DSAR_HOME") or ".dsar").absolute()
        read = {name: given.get(f"DSAR_{name.upper()}", "") for name in _TEXTS}
        numbers = {name: _number(given, name, *wanted) for name, wanted in _NUMBERS.items()}
        filled = {name: value for name, value in (read | numbers).items() if value not in ("", None)}
        return cls(home=home, env=env, **filled)._embedded()  # type: ignore[arg-type]

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file in home."""
        return self.database_url.startswith("sqlite")

    @property
    def may_pretend(self) -> bool:
        """Whether civil time and faults may be set, and the outbox page be shown."""
        return self.env in ("demo", "test")

    def _embedded(self) -> Self:
        values = {**self.__dict__}
        values["database_url"] = self.database_url or f"sqlite:///{self.home / 'dsar.sqlite'}"
        values["vault"] = self.vault or str(self.home / "vault")
        values["broker_url"] = self.broker_url or f"filesystem://{self.home / 'queue'}"
        if self.env == "production":
            _require(self)
            return type(self)(**values)
        for name in ("master_key", "secret_key"):
            values[name] = values[name] or f"file:{_kept_key(self.home, name)}"
        return type(self)(**values)


_TEXTS = (
    "database_url",
    "broker_url",
    "map",
    "vault",
    "master_key",
    "secret_key",
    "smtp_url",
    "mail_from",
    "text_gateway",
    "public_url",
)
_NUMBERS: dict[str, tuple[type[float] | type[int], int]] = {  # and the most that makes sense
    "lease": (float, 86_400), "store_timeout": (float, 86_400), "batch": (int, 100_000),
    "watch_hours": (int, 8_760), "self_test_hours": (int, 8_760), "pdf_rows": (int, 1_000_000),
    "copy_days": (int, 3_660), "port": (int, 65_535), "inspections": (int, 1_000), "inspection_days": (int, 3_660),
}  # fmt: skip


def key_bytes(setting: str, name: str) -> bytes:
    """The 32 bytes that a key setting stands for: base64, or `file:PATH` of a file holding base64.

    Raises BadInput when it is not 32 bytes of base64, or the file cannot be read.
    """
    text = setting
    if setting.startswith("file:"):
        try:
            text = Path(setting.removeprefix("file:")).read_text(encoding="ascii", errors="replace")
        except OSError as error:
            raise BadInput(f"{name} names a file that cannot be read: {error.strerror}") from error
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadInput(
            f"{name} must be base64 of {KEY_BYTES} bytes, or file:PATH; make one: openssl rand -base64 32"
        )
    return key


def _check(env: str, given: Mapping[str, str]) -> None:
    if env not in ENVS:
        raise BadInput(f"DSAR_ENV is {env!r}; use one of {', '.join(ENVS)}")
    for name in ("DSAR_NOW", "DSAR_FAULT"):
        if given.get(name) and env not in ("demo", "test"):
            raise BadInput(f"{name} is set, and is refused unless DSAR_ENV is demo or test; unset it")
    if given.get("DSAR_NOW"):
        clock.now()
    if given.get("DSAR_FAULT") and given["DSAR_FAULT"] not in faults.names():
        raise BadInput("DSAR_FAULT names no point there is; see: dsar faults")
    if url := given.get("DSAR_SMTP_URL"):
        _check_smtp(url)


def _check_smtp(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise BadInput("DSAR_SMTP_URL is no address of a mail server; write smtp://USER:PASSWORD@HOST:PORT")


def _number(
    given: Mapping[str, str], name: str, kind: type[float] | type[int], most: int
) -> float | int | None:
    text = given.get(f"DSAR_{name.upper()}", "")
    if not text:
        return None
    try:
        number = kind(text)
    except ValueError:
        number = kind(-1)
    if not 0 < number <= most:
        raise BadInput(f"DSAR_{name.upper()} is {text!r}; give a number above 0 and up to {most}")
    return number


def _require(config: Config) -> None:
    for name in ("master_key", "secret_key"):
        if not getattr(config, name):
            raise BadInput(f"DSAR_{name.upper()} is not set, and production makes none by itself; set it")


def _kept_key(home: Path, name: str) -> Path:
    """The file of a key that the embedded default makes once, saying so, and keeps."""
    path = home / f"{name}.base64"
    if path.exists():
        return path
    try:
        home.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
        os.link(fresh, path)
    except FileExistsError:
        return path
    except OSError as error:
        raise BadInput(f"DSAR_HOME cannot be written: {error.strerror}: {home}") from error
    finally:
        path.with_suffix(f".{os.getpid()}").unlink(missing_ok=True)
    print(f"made {path}: keep it safe; without it sealed data cannot be opened", file=sys.stderr)
    return path
