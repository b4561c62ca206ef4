"""The shop's stores: SQLite files and a folder of pictures, with three people in them."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

CRM = """
create table customer (id integer primary key, phone text, email text, card text, name text, picture text, secret text);
insert into customer values
  (1, '13100001111', 'ann.hill@shop.example', 'M-70001', '安妮', 'ann-face.png', 'hash-1'),
  (2, '13100002222', 'bob@example.com', 'M-70002', '鲍勃', null, 'hash-2'),
  (3, '13100003333', 'cy@example.com', 'M-70003', '赛伊', null, 'hash-3');
"""
ORDERS = """
create table purchase (id integer primary key, customer_id integer, order_no text, price numeric,
                       done_at text, address text, locked integer not null default 0);
insert into purchase values
  (1, 1, 'A-1', 88, '2021-03-20 10:00:00', '槐树路 1 号', 0),
  (2, 1, 'A-2', 0, '2021-04-01 10:00:00', '槐树路 1 号', 0),
  (3, 1, 'A-3', 0, null, '槐树路 1 号', 0),
  (4, 2, 'B-1', 12, '2021-05-01 10:00:00', '柳树路 2 号', 0);
"""
BOX = """
create table entry (id integer primary key, text text not null);
insert into entry values (1, '13100001111'), (2, '安妮 13100001111'), (3, '13100002222'), (4, '13100003333');
"""
FORGOTTEN = """
create table callback (mobile text, remark text);
insert into callback values (' 131 0000 1111 ', 'call again'), ('131 0000 2222', 'no');
"""
STORES = {"crm": CRM, "orders": ORDERS, "box": BOX}


def build(folder: Path) -> None:
    """Make every store below a folder."""
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "ann-face.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    for name, statements in STORES.items():
        run(folder / f"{name}.sqlite", statements)


def environment(folder: Path) -> dict[str, str]:
    """What the ${NAME}s of the map stand for."""
    return {f"{name.upper()}_URL": f"sqlite:///{folder / name}.sqlite" for name in STORES} | {
        "MEDIA": str(folder / "media")
    }


def run(file: Path, statements: str) -> None:
    """Run statements on one of the stores."""
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(statements)


def rows(file: Path, statement: str) -> Sequence[tuple]:
    """What one of the stores answers."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(statement).fetchall()
