"""Finding in SQL: forms of writing, near misses, many people in one statement, records that cannot be read."""

from __future__ import annotations

import hashlib
import itertools
import tracemalloc
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from dsar.connectors import Probe
from tests.connectors import maps
from tests.connectors.filled import insert, run

FORMS = {
    "national": "13100008688",
    "e164": "+8613100008688",
    "digits": "8613100008688",
    "spaced": "131 0000 8688",
    "dashed": "131-0000-8688",
    "0086": "008613100008688",
    "md5:national": hashlib.md5(b"13100008688", usedforsecurity=False).hexdigest(),
    "sha1:e164": hashlib.sha1(b"+8613100008688", usedforsecurity=False).hexdigest().upper(),
    "sha256:national": hashlib.sha256(b"13100008688").hexdigest(),
}
ANY_WAY = [
    " 131 0000 8688 ",
    "+86 131-0000-8688",
    "１３１００００８６８８",
    "(131)00008688",
    "0086 13100008688",
]
NEVER = ["13100008687", "131000086880", "1310000868", "x13100008688", "12 13100008688", "", "031100008688"]


def person(url, *columns, key="id INTEGER PRIMARY KEY"):
    run(url, f"CREATE TABLE person ({', '.join([key, *columns])})")


def find(url, collection, *probes):
    with maps.connect(maps.store("sql", collection), url) as connector:
        return list(connector.find(collection, probes or maps.phones(maps.HIS)))


@pytest.mark.parametrize("indexed", [True, False])
def test_a_number_is_found_in_the_form_the_map_declares_and_in_no_other(sql_url, indexed):
    person(sql_url, "held VARCHAR(100)")
    if indexed:
        run(sql_url, "CREATE INDEX person_held ON person (held)")
    insert(sql_url, "person", list(enumerate([*FORMS.values(), *NEVER])))
    for form, text in FORMS.items():
        found = find(sql_url, maps.collection("person", ("phone", "held", form)))
        assert [one.row["held"] for one in found] == [text]


def test_however_it_is_written_means_any_punctuation_and_no_letter(sql_url):
    person(sql_url, "held VARCHAR(100)")
    plain = [FORMS[form] for form in ("national", "e164", "digits", "spaced", "dashed", "0086")]
    insert(sql_url, "person", list(enumerate([*ANY_WAY, *plain, *NEVER, FORMS["md5:national"]])))
    found = find(sql_url, maps.collection("person", ("phone", "held", "any")))
    assert [one.row["held"] for one in found] == [*ANY_WAY, *plain]


def test_an_address_belongs_to_whom_the_normaliser_says_whatever_the_collation(sql_url):
    person(sql_url, "mail VARCHAR(100)")
    texts = ["ann@x.cn", "Ann@X.cn ", "ánn@x.cn", "ａｎｎ@x.cn", "ann@x.cnn", "ÁNN@x.cn"]
    insert(sql_url, "person", list(enumerate(texts)))
    asked = [Probe(0, 0, "email", "ann@x.cn"), Probe(1, 0, "email", "ánn@x.cn")]
    exact = find(sql_url, maps.collection("person", ("email", "mail", "exact")), *asked)
    assert [(one.subject, one.key) for one in exact] == [(0, (0,)), (1, (2,))]
    folded = find(sql_url, maps.collection("person", ("email", "mail", "any")), *asked)
    mine = {one.row["mail"] for one in folded if one.subject == 0}
    assert {"ann@x.cn", "Ann@X.cn "} <= mine <= {"ann@x.cn", "Ann@X.cn ", "ａｎｎ@x.cn"}
    assert "ánn@x.cn" in {one.row["mail"] for one in folded if one.subject == 1}
    assert all(one.row["mail"] in ("ánn@x.cn", "ÁNN@x.cn") for one in folded if one.subject == 1)


def test_full_width_letters_of_an_address_are_plain_ones(sql_url):
    person(sql_url, "mail VARCHAR(100)")
    run(sql_url, "INSERT INTO person VALUES (1, 'ａｎｎ＠x.cn')")
    asked = Probe(0, 0, "email", "ann@x.cn")
    assert len(find(sql_url, maps.collection("person", ("email", "mail", "any")), asked)) == 1


@pytest.mark.parametrize("type_", ["BIGINT", "DECIMAL(20,0)", "CHAR(20)"])
def test_a_number_is_found_in_a_column_of_another_type(sql_url, type_):
    person(sql_url, f"held {type_}")
    run(sql_url, "INSERT INTO person VALUES (1, 13100008688), (2, 13100008687), (3, NULL)")
    dashed = maps.collection("person", ("phone", "held", ("national", "dashed")))
    assert [one.key for one in find(sql_url, dashed)] == [(1,)]
    assert [one.key for one in find(sql_url, maps.collection("person", ("phone", "held", "any")))] == [(1,)]
    assert (
        find(sql_url, maps.collection("person", ("card", "held", "exact")), Probe(0, 0, "card", "no number"))
        == []
    )


def test_a_digest_is_found_in_a_column_of_bytes(sql_url):
    person(
        sql_url,
        f"held {'BYTEA' if 'postgres' in sql_url else 'VARBINARY(32)' if 'mysql' in sql_url else 'BLOB'}",
    )
    digest = bytes.fromhex(FORMS["md5:national"])
    run(sql_url, "INSERT INTO person VALUES (1, :digest), (2, :other)", digest=digest, other=b"x" * 16)
    assert [
        one.key for one in find(sql_url, maps.collection("person", ("phone", "held", "md5:national")))
    ] == [(1,)]


def test_a_row_of_two_people_is_found_for_each(sql_url):
    person(sql_url, "phone VARCHAR(40)", "second VARCHAR(40)")
    run(
        sql_url,
        "INSERT INTO person VALUES (1, '13100008688', '+8613100008687'), (2, '13100008687', '13100008687')",
    )
    both = maps.collection("person", ("phone", "phone", "national"), ("phone", "second", ("e164", "any")))
    found = find(sql_url, both, *maps.phones(maps.HIS, maps.TWIN))
    assert maps.led(found) == [(0, 0, (1,)), (1, 0, (2,)), (1, 0, (1,))]


def test_a_row_that_several_identifiers_lead_to_counts_once(sql_url):
    person(sql_url, "phone VARCHAR(40)", "mail VARCHAR(40)")
    run(
        sql_url,
        "INSERT INTO person VALUES (1, '13100008688', 'l@x.cn'), (2, '', 'l@x.cn'), (3, '13100008688', '')",
    )
    held = maps.collection("person", ("phone", "phone", "national"), ("email", "mail", "exact"))
    mail, phone = Probe(0, 1, "email", "l@x.cn"), Probe(0, 2, "phone", maps.HIS)
    assert maps.led(find(sql_url, held, phone, mail)) == [(0, 1, (1,)), (0, 1, (2,)), (0, 2, (3,))]
    later = find(sql_url, held, mail, replace(phone, done=True))
    assert maps.led(later) == [(0, 1, (2,))]


def test_records_come_in_the_order_of_subject_probe_and_key(sql_url):
    person(sql_url, "phone VARCHAR(40)")
    people = ("13100008688", "13100008687", "13000000038")
    insert(sql_url, "person", [((place * 37) % 61, people[place % 3]) for place in range(60)])
    asked = [
        Probe(5, 1, "phone", maps.HIS),
        Probe(5, 0, "phone", maps.OTHER),
        Probe(2, 0, "phone", maps.TWIN),
    ]
    found = maps.led(find(sql_url, maps.collection("person", ("phone", "phone", "national")), *asked))
    assert found == sorted(found)
    assert len(found) == 60


def test_a_thousand_people_cost_as_many_statements_as_one(sql_url):
    person(sql_url, "phone VARCHAR(40)", "mail VARCHAR(40)")
    held = maps.collection("person", ("phone", "phone", ("national", "any")), ("email", "mail", "any"))
    values = ", ".join(f"({n}, '131{n:08d}', 'p{n}@x.cn')" for n in range(1000))
    run(sql_url, f"INSERT INTO person VALUES {values}")
    counts = []
    for people in (1, 1000):
        statements = itertools.count()
        probes = [Probe(n, 0, "phone", f"+86131{n:08d}") for n in range(people)]
        probes += [Probe(n, 1, "email", f"p{n}@x.cn") for n in range(people)]
        listen = lambda *_, counted=statements: next(counted)  # noqa: E731
        event.listen(sa.Engine, "before_cursor_execute", listen)
        try:
            assert len(find(sql_url, held, *probes)) == people
        finally:
            event.remove(sa.Engine, "before_cursor_execute", listen)
        counts.append(next(statements))
    assert counts[0] == counts[1]


def test_names_that_need_quoting_are_quoted(sql_url):
    quote = "`" if "mysql" in sql_url else '"'
    table, column = f"{quote}order's 100%:all{quote}", f"{quote}Phone :n %s{quote}"
    run(sql_url, rf"CREATE TABLE {table.replace(':', chr(92) + ':')} (id INTEGER PRIMARY KEY, "
                 rf"{column.replace(':', chr(92) + ':')} VARCHAR(40))")  # fmt: skip
    run(sql_url, f"INSERT INTO {table.replace(':', chr(92) + ':')} VALUES (1, '13100008688')")
    held = maps.collection("order's 100%:all", ("phone", "Phone :n %s", "national"))
    assert find(sql_url, held)[0].row == {"id": 1, "Phone :n %s": "13100008688"}


@pytest.mark.parametrize("key", ["", "(phone, n)"])
def test_a_table_without_a_primary_key_is_searched_too(sql_url, key):
    run(sql_url, "CREATE TABLE person (phone VARCHAR(40), n INTEGER)")
    run(
        sql_url,
        "INSERT INTO person VALUES ('13100008688', 1), ('13100008688', 1), ('13100008688', 2), ('x', 3)",
    )
    held = maps.collection("person", ("phone", "phone", "national"), key=("phone", "n") if key else ())
    found = find(sql_url, held)
    assert sorted(one.row["n"] for one in found) == [1, 1, 2]
    if key:
        assert {one.key for one in found} == {("13100008688", 1), ("13100008688", 2)}


def test_a_table_of_another_schema_is_found_by_its_whole_name(postgres_database):
    run(
        postgres_database,
        "CREATE SCHEMA legacy",
        "CREATE TABLE legacy.person (id INTEGER PRIMARY KEY, phone TEXT)",
    )
    run(postgres_database, "INSERT INTO legacy.person VALUES (1, '13100008688')")
    assert len(find(postgres_database, maps.collection("legacy.person", ("phone", "phone", "national")))) == 1


def test_a_row_that_is_no_readable_text_fails_alone_in_a_sqlite_file(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    person(url, "phone VARCHAR(40)", "name VARCHAR(40)")
    run(url, "INSERT INTO person VALUES (1, '13100008688', CAST(X'CED2FF' AS TEXT)), (2, '13100008688', '罗'), "
             "(3, CAST(X'FF' AS TEXT), 'x')")  # fmt: skip
    for form in ("national", "any"):
        broken, whole = find(url, maps.collection("person", ("phone", "phone", form)))
        assert broken.problem == "column name of table person is not readable text"
        assert broken.row == {"id": 1, "phone": "13100008688"}
        assert (whole.problem, whole.row["name"]) == (None, "罗")


def test_a_row_that_is_no_readable_text_fails_alone_in_postgresql(postgres_database):
    server = sa.create_engine(postgres_database, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"{sa.make_url(postgres_database).database}_ascii"
    with server.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'"
        )
        url = sa.make_url(postgres_database).set(database=name).render_as_string(hide_password=False)
        try:
            spoken = f"{url}?client_encoding=utf8"
            person(spoken, "phone VARCHAR(40)", "name VARCHAR(40)")
            run(
                spoken,
                r"INSERT INTO person VALUES (1, '13100008688', E'\xCE\xD2'), (2, '13100008688', 'Luo')",
            )
            for form in ("national", "any"):
                broken, whole = find(url, maps.collection("person", ("phone", "phone", form)))
                assert broken.problem == "column name of table person is not readable text"
                assert (whole.problem, whole.row["name"]) == (None, "Luo")
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def test_memory_does_not_grow_with_the_records_found(sql_url, proof):
    person(sql_url, "phone VARCHAR(40)", "note VARCHAR(200)")
    held, peaks = maps.collection("person", ("phone", "phone", "national")), []
    few, many = (100_000, 1_000_000) if proof else (2_000, 20_000)
    for first, last in ((0, few), (few, many)):
        for start in range(first, last, 1_000):
            insert(sql_url, "person", [(n, "13100008688", "n" * 100) for n in range(start, start + 1_000)])
        tracemalloc.start()
        with maps.connect(maps.store("sql", held), sql_url, timeout=60) as connector:
            assert sum(1 for _ in connector.find(held, maps.phones(maps.HIS))) == last
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000
