"""Whether the process lives, and whether it can work."""

from pathlib import Path

from flask import Blueprint, jsonify
from kombu.connection import Connection
from kombu.exceptions import KombuError

from dsar import db
from dsar.errors import DsarError
from dsar.web import here

bp = Blueprint("health", __name__)

SECONDS = 2  # how long a broker may take to answer


@bp.get("/healthz")
def alive():
    """The process answers."""
    return jsonify(alive=True)


@bp.get("/readyz")
def ready():
    """Whether database, vault, map and broker are there; 503 when one is not, and which."""
    parts = {name: _holds(check) for name, check in CHECKS.items()}
    ready = all(parts.values())
    missing = [name for name, holds in parts.items() if not holds]
    return jsonify(ready=ready, missing=missing, **parts), 200 if ready else 503


def _holds(check) -> bool:
    try:
        check()
    except (DsarError, OSError, KombuError):
        return False
    return True


def _database() -> None:
    with db.read() as session:
        session.connection()


def _broker() -> None:
    url = here.office().config.broker_url
    if url.startswith("filesystem://"):
        Path(url.removeprefix("filesystem://")).mkdir(parents=True, exist_ok=True)
        return
    with Connection(url, connect_timeout=SECONDS) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)


CHECKS = {
    "database": _database,
    "vault": lambda: here.office().vault.check(),
    "map": here.datamap,
    "broker": _broker,
}
