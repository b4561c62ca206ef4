"""What InnoDB's full-text index and MariaDB's statistics tell of a row after a naive DELETE."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from dsar.terms import Right
from tests.derived import students
from tests.derived.students import (
    GONE,
    STUDENTS,
    TWIN,
    Database,
    digest,
    opened,
    phone,
    sought,
    where,
    write_map,
)
from tests.stories.driving import verdicts

INDEX, STATISTICS = "student (full-text index)", "student (statistics)"


@pytest.fixture
def database(mariadb_database) -> Iterator[Database]:
    with Database(mariadb_database) as database:
        database.fill()
        database.run("create fulltext index words on student (phone, email, note)")
        yield database


@pytest.fixture
def map_file(tmp_path) -> Path:
    return write_map(tmp_path / "map.yaml")


def naive_delete(database: Database) -> None:
    database.run(f"delete from student where id = {GONE}")


def words(database: Database) -> set[tuple]:
    """Every word that the index holds, with the row that it is of."""
    (name,) = database.rows("select concat(database(), '/student')")[0]
    database.run(f"set global innodb_ft_aux_table = '{name}'")
    held = database.rows(
        "select word, doc_id from information_schema.innodb_ft_index_table "
        "union select word, doc_id from information_schema.innodb_ft_index_cache"
    )
    return set(held)


def test_a_full_text_index_keeps_a_deleted_rows_words_until_it_is_optimised(database, map_file):
    naive_delete(database)
    before = words(database)
    assert phone(GONE) in {word for word, _ in before}
    (doc,) = {doc for word, doc in before if word == phone(GONE)}
    with opened(map_file, database.url) as connector:
        assert where(connector.sweep(sought(GONE))) == {}
        assert where(connector.remains(sought(GONE, TWIN))) == {GONE: {INDEX}}
        (cleaned,) = connector.clean({"student"}, set())
        assert (cleaned.derived.remedy, cleaned.problem) == ("OPTIMIZE TABLE `student`", None)
        assert where(connector.remains(sought(GONE, TWIN))) == {}
    assert words(database) == {
        (word, of) for word, of in before if of != doc
    }  # shared words stay with the others
    assert database.rows("select @@global.innodb_optimize_fulltext_only") == [(0,)]


def test_words_that_were_written_out_before_are_found_as_well(database, map_file):
    database.run("set global innodb_optimize_fulltext_only = on", "optimize table student")
    database.run("set global innodb_optimize_fulltext_only = off")
    naive_delete(database)
    with opened(map_file, database.url) as connector:
        assert where(connector.remains(sought(GONE))) == {GONE: {INDEX}}
        assert [each.problem for each in connector.clean(set(), {INDEX})] == [None]
        assert where(connector.remains(sought(GONE))) == {}


def test_an_index_of_a_table_whose_name_is_no_plain_letters_is_looked_into(database, map_file):
    database.run("create table `学员-1` like student", "insert into `学员-1` select * from student")
    database.run(f"delete from `学员-1` where id = {GONE}")
    with opened(map_file, database.url) as connector:
        assert where(connector.remains(sought(GONE))) == {GONE: {"学员-1 (full-text index)"}}
        assert [each.problem for each in connector.clean({"学员-1"}, set())] == [None]
        assert where(connector.remains(sought(GONE))) == {}


def test_two_who_optimise_at_once_leave_the_server_as_it_was(database, map_file):
    naive_delete(database)
    begun, done = threading.Event(), threading.Event()
    problems = []

    def clean() -> None:
        with opened(map_file, database.url) as connector:
            problems.extend(each.problem for each in connector.clean(set(), {INDEX}))

    other = threading.Thread(target=clean)

    def meanwhile(_connection, _cursor, statement, *_) -> None:
        if statement.startswith("OPTIMIZE") and threading.current_thread() is other:
            begun.set()
            done.wait(20)  # it goes on when the first is through
        elif statement.startswith("OPTIMIZE") and other.ident is None:
            other.start()
            begun.wait(1)

    event.listen(sa.Engine, "before_cursor_execute", meanwhile)
    try:
        clean()
        done.set()
        other.join(20)
        assert database.rows("select @@global.innodb_optimize_fulltext_only") == [(0,)]
        assert problems == [None, None]
    finally:
        event.remove(sa.Engine, "before_cursor_execute", meanwhile)
        database.run("set global innodb_optimize_fulltext_only = off")


@pytest.mark.parametrize("histogram", ["DOUBLE_PREC_HB", "JSON_HB"])
def test_statistics_keep_the_least_and_the_greatest_value_until_analyze(database, map_file, histogram):
    database.run(f"set session histogram_type = {histogram}", "analyze table student persistent for all")
    database.run(f"delete from student where id in (1, {STUDENTS})")
    with opened(map_file, database.url) as connector:
        assert {1, STUDENTS} == {
            n for n, held in where(connector.remains(sought(1, STUDENTS))).items() if STATISTICS in held
        }
        assert {each.problem for each in connector.clean({"student"}, set())} == {None}
        assert where(connector.remains(sought(1, STUDENTS))) == {}
        assert STATISTICS in where(connector.remains(sought(2)))[2]


def test_a_person_is_erased_from_the_table_and_from_its_index(database, map_file, open_desk):
    database.run("analyze table student persistent for all")
    others = digest(database.rows("select * from student where id <> 1"))
    desk = open_desk(map_file, {"SCHOOL_URL": database.url})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(1)), ("email", students.email(1))])
    desk.work()
    shown = desk.erasure(reference)
    assert verdicts(shown) == dict.fromkeys(
        ["school.student", f"school.{INDEX}", f"school.{STATISTICS}"], "ERASED"
    )
    assert desk.show(reference)["status"] == "closed"
    assert phone(1) not in {word for word, _ in words(database)}
    assert {phone(n) for n in range(2, STUDENTS + 1)} <= {word for word, _ in words(database)}
    assert digest(database.rows("select * from student")) == others


@pytest.fixture
def clerk(database) -> Iterator[str]:
    """The URL of an account that may read and delete, and nothing more."""
    name = database.url.rpartition("/")[2].partition("?")[0]
    who = "dsar_test_clerk@'%'"
    database.run(f"create or replace user {who}", f"grant select, delete on `{name}`.* to {who}")
    yield database.url.replace("root@", "dsar_test_clerk@")
    database.run(f"drop user {who}")


def test_who_may_neither_see_nor_renew_is_told_what_to_run(database, map_file, open_desk, monkeypatch, clerk):
    desk = open_desk(map_file, {"SCHOOL_URL": clerk})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    assert verdicts(desk.erasure(reference)) == {"school.student": "ERASED", f"school.{INDEX}": "RESIDUE"}
    (_, left) = desk.erasure(reference)["stores"][0]["collections"]
    assert "OPTIMIZE TABLE `student`" in left["reason"]
    name = database.url.rpartition("/")[2].partition("?")[0]
    database.run(f"grant insert on `{name}`.* to dsar_test_clerk@'%'")  # enough to have the table made anew
    monkeypatch.setenv("DSAR_NOW", "2021-11-24T09:00:00Z")
    desk.work()
    assert verdicts(desk.erasure(reference))[f"school.{INDEX}"] == "ERASED"
    assert phone(GONE) not in {word for word, _ in words(database)}
