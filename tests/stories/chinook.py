"""The Chinook music shop, which nobody here made, put into a database of each dialect."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from pathlib import Path

import psycopg
import pymysql
from pymysql.constants import CLIENT
from sqlalchemy import make_url

ROOT = Path(__file__).parents[2]
DATA, MAPS = ROOT / "tests/data/chinook", ROOT / "docs/chinook"
# the scripts make a database of their own name and go into it; ours is given
OWN_DATABASE = re.compile(r"^(?:DROP DATABASE|CREATE DATABASE|USE |\\c ).*$", re.MULTILINE)

LUIS = {"email": "luisg@embraer.com.br", "phone": "+551239235555"}  # customer 1; his number stands there as
LUIS_PHONE_AS_STORED = "+55 (12) 3923-5555"
LUIS_RECORDS = {"customer": 1, "invoice": 7, "invoice_line": 38, "employee": 0}
LUIS_INVOICES = {98, 121, 143, 195, 316, 327, 382}


def fill_sqlite(folder: Path) -> str:
    """A copy of the shop in a folder; its URL."""
    file = folder / "chinook.sqlite"
    shutil.copyfile(DATA / "chinook.sqlite", file)
    return f"sqlite:///{file}"


def fill_postgresql(url: str) -> str:
    """The shop put into an empty PostgreSQL database; its URL again."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute(_script("chinook_postgresql.sql"))
    return url


def fill_mariadb(url: str) -> str:
    """The shop put into an empty MariaDB database; its URL again."""
    server = make_url(url)
    connection = pymysql.connect(
        host=server.host,
        port=server.port or 3306,
        user=server.username,
        database=server.database,
        charset="utf8mb4",
        client_flag=CLIENT.MULTI_STATEMENTS,
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(_script("chinook_mysql.sql"))
        while cursor.nextset():
            pass
        connection.commit()
    return url


def _script(name: str) -> str:
    return OWN_DATABASE.sub("", (DATA / name).read_text(encoding="utf-8-sig"))
