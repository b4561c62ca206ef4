"""What a SQLite file keeps of a row after a naive DELETE: full-text indexes, samples, free pages, its log."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsar.errors import StoreUnreachable
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

INDEX, FREE, LOG = "words (full-text index)", "file (free pages)", "file (log)"
OVER_STUDENT = (
    "create virtual table words using fts5(phone, email, note, content='student', content_rowid='id')"
)
OF_ITS_OWN = "create virtual table words using fts5(phone, email, note)"


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "school.sqlite"


@pytest.fixture
def database(file) -> Iterator[Database]:
    with Database(f"sqlite:///{file}") as database:
        database.run("pragma secure_delete = off")
        database.fill()
        yield database


@pytest.fixture
def map_file(tmp_path) -> Path:
    return write_map(tmp_path / "map.yaml")


def naive_delete(database: Database, table: str = "student", key: str = "id") -> None:
    database.run(f"delete from {table} where {key} = {GONE}")


def terms(database: Database) -> set[tuple]:
    """Every term that the index answers for, and how often it stands there."""
    database.run("create virtual table if not exists temp.of_words using fts5vocab(main, 'words', 'row')")
    return set(database.rows("select term, doc, cnt from temp.of_words"))


@pytest.mark.parametrize("options", ["", ", tokenize='trigram'", ", detail=none"])
def test_an_index_over_a_table_answers_for_a_deleted_row_until_it_is_rebuilt(database, map_file, options):
    database.run(OVER_STUDENT[:-1] + options + ")", "insert into words(words) values ('rebuild')")
    naive_delete(database)
    with opened(map_file, database.url) as connector:
        assert where(connector.sweep(sought(GONE))) == {}
        if "none" in options:  # there no phrase can be asked for, and the index still answers for its words
            assert INDEX not in where(connector.remains(sought(GONE))).get(GONE, set())
            return
        held = where(connector.remains(sought(GONE, TWIN)))
        assert (INDEX in held[GONE], INDEX in held[TWIN]) == (True, True)
        assert {each.problem for each in connector.clean({"student"}, set())} == {None}
        held = where(connector.remains(sought(GONE, TWIN)))
        assert INDEX not in held.get(GONE, set())
        assert INDEX in held[TWIN]


def test_the_segments_of_an_index_keep_a_deleted_rows_words_until_they_are_merged(database, map_file):
    database.run(OF_ITS_OWN, "insert into words (rowid, phone, email, note) select * from student")
    naive_delete(database, "words", "rowid")
    naive_delete(database)
    before = terms(database)
    assert phone(GONE) not in {term for term, *_ in before}  # nothing answers for him
    with opened(map_file, database.url) as connector:
        assert INDEX in where(connector.remains(sought(GONE)))[GONE]
        (cleaned,) = connector.clean(set(), {INDEX})
        assert (cleaned.derived.remedy, cleaned.problem) == (
            'INSERT INTO "words"("words") VALUES(\'optimize\')',
            None,
        )
        assert INDEX not in where(connector.remains(sought(GONE))).get(GONE, set())
    assert terms(database) == before


def test_an_index_that_takes_longer_than_it_is_allowed_is_not_called_clean(database, map_file):
    database.run(OVER_STUDENT, "insert into words(words) values ('rebuild')")
    with (
        opened(map_file, database.url, timeout=0) as connector,
        pytest.raises(StoreUnreachable, match="took longer"),
    ):
        list(connector.remains(sought(*range(2000))))


def test_an_index_without_content_says_who_can_fill_it_anew(database, map_file):
    database.run("create virtual table words using fts5(phone, content='')")
    database.run("insert into words (rowid, phone) select id, phone from student")
    naive_delete(database)
    with opened(map_file, database.url) as connector:
        assert INDEX in where(connector.remains(sought(GONE)))[GONE]
        (cleaned,) = connector.clean(set(), {INDEX})
        assert "filled anew" in str(cleaned.problem)


def test_free_space_keeps_a_deleted_row_until_the_file_is_written_anew(database, map_file, file):
    naive_delete(database)
    assert phone(GONE).encode() in file.read_bytes()
    others = digest(database.rows("select * from student"))
    with opened(map_file, database.url) as connector:
        assert where(connector.remains(sought(GONE, TWIN))) == {GONE: {FREE}}
        assert [each.problem for each in connector.clean(set(), {FREE})] == [None]
        assert where(connector.remains(sought(GONE, TWIN))) == {}
    assert phone(GONE).encode() not in file.read_bytes()
    assert digest(database.rows("select * from student")) == others


@pytest.mark.parametrize("stored", ["cast(phone as integer)", "phone || ''"], ids=["numbers", "text"])
def test_whole_pages_that_became_free_are_looked_at(database, map_file, file, stored):
    database.run(f"create table old as select id, {stored} as phone, zeroblob(900) as filled from student")
    database.run("drop table old", f"delete from student where id = {GONE}")
    with opened(map_file, database.url) as connector:
        assert FREE in where(connector.remains(sought(GONE)))[GONE]
        assert [each.problem for each in connector.clean(set(), {FREE})] == [None]
        assert where(connector.remains(sought(GONE))) == {}


def test_what_another_number_would_change_is_not_written_anew(database, map_file):
    database.run(
        "create table line (words text)", "insert into line values ('rows of it may be numbered anew')"
    )
    naive_delete(database)
    with opened(map_file, database.url) as connector:
        (cleaned,) = connector.clean(set(), {FREE})
        assert "INTEGER PRIMARY KEY" in str(cleaned.problem)


def test_the_log_keeps_pages_as_they_were_until_it_is_emptied(database, map_file, file):
    database.run("pragma journal_mode = wal", "pragma wal_autocheckpoint = 0", "vacuum")
    naive_delete(database)
    log = file.with_name("school.sqlite-wal")
    assert phone(GONE).encode() in log.read_bytes()
    with opened(map_file, database.url) as connector:
        assert where(connector.remains(sought(GONE)))[GONE] == {FREE, LOG}
        assert [each.problem for each in connector.clean({"student"}, {FREE})] == [None, None]
        assert where(connector.remains(sought(GONE))) == {}
    assert (log.stat().st_size, phone(GONE).encode() in file.read_bytes()) == (0, False)


def test_a_journal_that_was_left_lying_goes_with_the_next_write(database, map_file, file):
    database.run("pragma journal_mode = persist")
    naive_delete(database)
    journal = file.with_name("school.sqlite-journal")
    assert phone(GONE).encode() in journal.read_bytes()
    with opened(map_file, database.url) as connector:
        assert where(connector.remains(sought(GONE)))[GONE] == {FREE, LOG}
        assert {each.problem for each in connector.clean(set(), {LOG})} == {None}
        assert LOG not in where(connector.remains(sought(GONE))).get(GONE, set())
    assert not journal.exists()


def test_samples_of_analyze_keep_values_until_it_is_run_again(database, map_file, file):
    """As builds with SQLITE_ENABLE_STAT4 keep them; this one only reads and empties the table."""
    record = bytes([3, 13 + 2 * len(phone(GONE)), 1]) + phone(GONE).encode() + bytes([GONE])
    database.run(
        "create table s4 (tbl, idx, neq, nlt, ndlt, sample)",
        f"insert into s4 values ('student', 'by_phone', '1', '1', '1', x'{record.hex()}')",
        "pragma writable_schema = on",
        "update sqlite_master set name = 'sqlite_stat4', tbl_name = 'sqlite_stat4', "
        "sql = 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)' where name = 's4'",
        "pragma writable_schema = reset",
    )
    database.run("create index by_phone on student (phone)")
    naive_delete(database)
    with opened(map_file, database.url) as connector:
        assert "student (statistics)" in where(connector.remains(sought(GONE)))[GONE]
        assert {each.problem for each in connector.clean({"student"}, set())} == {None}
        assert "student (statistics)" not in where(connector.remains(sought(GONE))).get(GONE, set())


def test_a_person_who_was_deleted_naively_is_gone_from_index_and_file(database, map_file, file, open_desk):
    database.run(OVER_STUDENT, "insert into words(words) values ('rebuild')")
    naive_delete(database)
    before = terms(database)
    others = digest(database.rows("select * from student"))
    desk = open_desk(map_file, {"SCHOOL_URL": database.url})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    assert verdicts(desk.erasure(reference)) == {
        "school.student": "NOTHING_HELD", f"school.{INDEX}": "ERASED", f"school.{FREE}": "ERASED",
    }  # fmt: skip
    assert desk.show(reference)["status"] == "closed"
    assert phone(GONE).encode() not in file.read_bytes()
    gone = {term for term, *_ in before} - {term for term, *_ in terms(database)}
    assert gone == {phone(GONE), str(GONE)}  # what he shared with others stays theirs
    assert (
        len({term for term, *_ in terms(database)} & {phone(n) for n in range(STUDENTS + 1)}) == STUDENTS - 1
    )
    assert digest(database.rows("select * from student")) == others


def test_what_the_product_deletes_leaves_nothing_on_its_page(database, map_file, file, open_desk):
    database.run(OVER_STUDENT, "insert into words(words) values ('rebuild')")
    desk = open_desk(map_file, {"SCHOOL_URL": database.url})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    assert verdicts(desk.erasure(reference)) == {"school.student": "ERASED", f"school.{INDEX}": "ERASED"}
    assert phone(GONE).encode() not in file.read_bytes()
    assert sqlite3.connect(file).execute("pragma integrity_check").fetchone() == ("ok",)


def test_while_the_account_that_erases_gives_no_answer_no_place_is_called_clean(
    database, map_file, file, open_desk, monkeypatch
):
    """It may be told more than the one that reads: so long as it does not look, nobody can say."""
    plain = map_file.read_text(encoding="utf-8").replace(
        "url: ${SCHOOL_URL}", "url: ${SCHOOL_URL}\n    erase_url: ${ERASE_URL}"
    )
    map_file.write_text(plain, encoding="utf-8")
    desk = open_desk(map_file, {"SCHOOL_URL": database.url, "ERASE_URL": "sqlite:////nowhere/school.sqlite"})
    (reference,) = desk.file([Right.ERASURE], [("phone", "+8613900009999")])
    desk.work()
    assert desk.erasure(reference)["verdict"] == "UNREACHABLE"
    monkeypatch.setenv("ERASE_URL", database.url)
    desk.work(retry_now=True)
    assert verdicts(desk.erasure(reference)) == {"school.student": "NOTHING_HELD"}
    assert desk.show(reference)["status"] == "closed"
