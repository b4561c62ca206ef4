"""The oracle itself: it finds every form in every kind of place, nobody else, and sees one changed byte."""

from __future__ import annotations

import ast
import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, text

from dsar.demo import case, stores
from dsar.demo.byhand import delete_by_hand
from tests.oracle import oracle
from tests.stories import chinook

NUMBER = "13100008688"
HIM = oracle.person(
    oracle.phone("86", NUMBER, ["131", "0000", "8688"]),
    oracle.email("ánn@example.com"),
    oracle.exact("C-204417"),
)


def hashed(kind: str, words: str) -> str:
    return hashlib.new(kind, words.encode()).hexdigest()


HIS = [
    NUMBER,
    "8613100008688",
    "+8613100008688",
    "008613100008688",
    "131 0000 8688",
    " 131-0000-8688 ",
    "+86 131 0000 8688",
    "(+86)131.0000.8688",
    "１３１００００８６８８",
    "罗明 13100008688,可跟进",
    "tel:13100008688",
    "line one\nline two 13100008688\tand 'quoted', \\ \"too\"",
    hashed("md5", NUMBER),
    hashed("md5", NUMBER).upper(),
    hashed("sha1", "+8613100008688"),
    hashed("sha256", "131-0000-8688"),
    "ÁNN@example.com",
    "mail me at ánn@example.com.",
    '{"card": "c-204417"}',
]
OTHERS = [
    "13100008687",
    "131000086880",
    "113100008688",
    "131****8688",
    "+86 131 0000 8687",
    "1310000 868",
    hashed("md5", "13100008687"),
    "ann@example.com",
    "xánn@example.com",
    "ánn@example.com.br",
    "C-2044170",
    "罗明",
    "1310000868",
]


def fill_sql(url: str) -> str:
    blob = "bytea" if url.startswith("postgresql") else "blob"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(f"create table note (id integer primary key, words varchar(200), raw {blob})")
        )
        for number, words in enumerate(HIS + OTHERS, start=1):
            row = {"id": number, "words": words, "raw": words.encode()}
            connection.execute(text("insert into note values (:id, :words, :raw)"), row)
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgres_database", "mariadb_database"])
def database(request, tmp_path):
    if request.param == "sqlite":
        return fill_sql(f"sqlite:///{tmp_path}/notes.sqlite")
    return fill_sql(request.getfixturevalue(request.param))


def change(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_it_imports_nothing_of_the_product():
    for file in ("oracle.py", "dumps.py"):
        tree = ast.parse((Path(__file__).parent / file).read_text())
        names = [
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        ]
        names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert names
        assert not [name for name in names if name.split(".")[0] == "dsar"]


@pytest.mark.parametrize("form", HIS)
def test_it_knows_every_form(form):
    assert HIM.stands_in(form)


@pytest.mark.parametrize("form", OTHERS)
def test_it_takes_nobody_else_for_him(form):
    assert not HIM.stands_in(form)


def test_nobody_is_looked_for_by_nothing():
    with pytest.raises(ValueError, match="at least one"):
        oracle.person()


def test_it_finds_every_form_in_every_database(database):
    found = oracle.hits(database, HIM)
    assert {hit.table for hit in found} == {"note"}
    assert sorted(hit.row[0] for hit in found if hit.column == "words") == sorted(
        str(n + 1) for n in range(len(HIS))
    )
    assert sorted(hit.row[0] for hit in found if hit.column == "raw") == sorted(
        str(n + 1) for n in range(len(HIS))
    )


def test_its_fingerprint_leaves_him_out_and_sees_one_byte_of_another(database):
    before = oracle.fingerprint(database, HIM)
    assert before["note"][0] == len(OTHERS)
    change(database, f"delete from note where id <= {len(HIS)}")
    assert oracle.fingerprint(database, HIM) == before
    change(database, f"update note set words = '13100008689' where id = {len(HIS) + 1}")
    assert oracle.fingerprint(database, HIM) != before


def test_its_fingerprint_sees_a_row_come_and_go(database):
    before = oracle.fingerprint(database, HIM)
    change(database, f"delete from note where id = {len(HIS) + 2}")
    assert oracle.fingerprint(database, HIM) != before


def test_null_is_not_an_empty_word(database):
    change(database, "insert into note (id, words) values (900, null)")
    before = oracle.fingerprint(database, HIM)
    change(database, "update note set words = '' where id = 900")
    assert oracle.fingerprint(database, HIM) != before


def test_a_row_without_an_identifier_can_be_named_as_his(database):
    change(database, "insert into note (id, words) values (900, 'kept')")
    own = {"note": {"words": {"kept"}}}
    assert oracle.fingerprint(database, HIM, own)["note"][0] == len(OTHERS)
    assert oracle.fingerprint(database, HIM)["note"][0] == len(OTHERS) + 1


def test_it_looks_into_every_type_of_redis_key(redis_url):
    with closing(redis.Redis.from_url(redis_url)) as client:
        client.set("a", "13100008688")
        client.rpush("b", "x", "131 0000 8688")
        client.sadd("c", "x", "+8613100008688")
        client.hset("d", mapping={"phone": "13100008688", "name": "x"})
        client.zadd("e", {"罗明 13100008688": 0.0, "罗明 13100008687": 0.0})
        client.xadd("f", {"phone": "8613100008688"})
        client.set("g:13100008688", "x")
        client.set("h", "13100008687")
    assert {hit.table for hit in oracle.hits(redis_url, HIM)} == {
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
        "g:13100008688",
    }
    before = oracle.fingerprint(redis_url, HIM)
    with closing(redis.Redis.from_url(redis_url)) as client:
        client.zrem("e", "罗明 13100008688")
        client.delete("a", "g:13100008688")
        assert oracle.fingerprint(redis_url, HIM) == before
        client.zadd("e", {"罗明 13100008687": 1.0})
    assert oracle.fingerprint(redis_url, HIM) != before


def test_it_looks_into_files_and_their_names(tmp_path):
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "13100008688.txt").write_text("x")
    (tmp_path / "list.csv").write_text("phone\n131-0000-8688\n")
    (tmp_path / "sound.bin").write_bytes(b"\xff\x00\xfe")
    assert oracle.where([tmp_path], HIM) == {tmp_path.name: {"calls", "."}}
    before = oracle.fingerprint(tmp_path, HIM)
    (tmp_path / "sound.bin").write_bytes(b"\xff\x01\xfe")
    assert oracle.fingerprint(tmp_path, HIM) != before


def test_an_unknown_place_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no dump is known for ldap"):
        oracle.hits("ldap://127.0.0.1", HIM)
    with pytest.raises(ValueError, match="is no folder"):
        oracle.hits(tmp_path / "none", HIM)
    with pytest.raises(sqlite3.OperationalError):
        oracle.hits(f"sqlite:///{tmp_path}/none.sqlite", HIM)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demonstration")
    stores.build(folder, people=400, case=case.read())
    return folder


def places(folder: Path) -> list[str | Path]:
    environment = stores.environment(folder)
    return [Path(place) if name == "MEDIA" else place for name, place in environment.items()]


def luo() -> oracle.Person:
    """The subject of the demonstration, his account numbers and his files too, written down by hand."""
    return oracle.person(
        oracle.phone("86", "13100008688", ["131", "0000", "8688"]),
        oracle.phone("86", "13000000038", ["130", "0000", "0038"]),
        *map(
            oracle.exact,
            ("2101150417", "2101150419", "880004172", "880004175", "leo.png", "lesson-20210124.ogg"),
        ),
    )


def test_before_anything_he_stands_everywhere(demonstration):
    assert oracle.where(places(demonstration), luo()) == {
        "crm": {"student", "student_tag", "site_message", "callcenter_2021q1"},
        "crm_suggest": {"search_suggest"},
        "orders": {"course_order", "lesson"},
        "sms": {"sms_log", "marketing_list"},
        "oral": {"account", "timetable"},
        "oral_suggest": {"search_suggest"},
        "class": {"member"},
        "media": {"avatars", "recordings"},
    }


def test_after_an_erasure_by_hand_the_oracle_finds_the_search_boxes_and_the_spreadsheet(
    demonstration, tmp_path
):
    folder = tmp_path / "naive"
    shutil.copytree(demonstration, folder)
    before = [oracle.fingerprint(place, luo()) for place in places(folder)]
    assert delete_by_hand(folder, case.read()) > 20
    assert oracle.where(places(folder), luo()) == {
        "crm": {"callcenter_2021q1"},
        "crm_suggest": {"search_suggest"},
        "oral_suggest": {"search_suggest"},
    }
    assert [oracle.fingerprint(place, luo()) for place in places(folder)] == before


def test_one_byte_of_the_twin_is_seen(demonstration, tmp_path):
    folder = tmp_path / "touched"
    shutil.copytree(demonstration, folder)
    place = stores.environment(folder)["CRM_URL"]
    before = oracle.fingerprint(place, luo())
    change(place, "update student set english_name = 'Ryam' where phone = '13100008687'")
    after = oracle.fingerprint(place, luo())
    assert {table for table in before if before[table] != after[table]} == {"student"}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mariadb"])
def test_it_reads_chinook_the_same_in_every_dialect(dialect, request, tmp_path):
    if dialect == "sqlite":
        url = chinook.fill_sqlite(tmp_path)
    elif dialect == "postgresql":
        url = chinook.fill_postgresql(request.getfixturevalue("postgres_database"))
    else:
        url = chinook.fill_mariadb(request.getfixturevalue("mariadb_database"))
    who = oracle.person(oracle.phone("55", "1239235555"), oracle.email("luisg@embraer.com.br"))
    (by_phone, by_email) = oracle.hits(url, who)
    assert (by_phone.table.lower(), by_phone.column.lower(), by_email.column.lower()) == (
        "customer",
        "phone",
        "email",
    )
    assert by_phone.row == by_email.row
    assert by_phone.row[2] == "Gonçalves"
    tables = {
        name.lower().replace("_", ""): count for name, (count, _) in oracle.fingerprint(url, who).items()
    }
    others = {name: tables[name] for name in ("customer", "invoice", "invoiceline", "track")}
    assert others == {"customer": 58, "invoice": 412, "invoiceline": 2240, "track": 3503}
