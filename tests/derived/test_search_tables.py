"""Search tables that an application builds itself: a tsvector column, and a list of words made from it."""

from collections.abc import Iterator

import pytest

from dsar.terms import Right
from tests.derived import students
from tests.derived.students import GONE, TWIN, Database, digest, opened, phone, sought, where, write_map
from tests.stories.driving import verdicts

BUILT = [  # as a nightly job does
    "create table search as select id as student_id, to_tsvector('simple', phone || ' ' || note) as lexemes "
    "from student",
    "alter table search add primary key (student_id)",
    "create table words (word text primary key, rows integer)",
    "insert into words select word, ndoc from ts_stat('select lexemes from search')",
]
FOUND_BY_NUMBER = {
    "found_by": {"student_id": {"column": "student_id"}},
    "fields": {name: {"title": {"zh": "索引", "en": "index"}} for name in ("student_id", "lexemes")},
}
FOUND_BY_WORD = {
    "found_by": {"phone": {"column": "word", "form": "national"}},
    "fields": {name: {"title": {"zh": "词", "en": "word"}} for name in ("word", "rows")},
}


@pytest.fixture
def database(postgres_database) -> Iterator[Database]:
    with Database(postgres_database) as database:
        database.fill()
        database.run(*BUILT)
        yield database


def test_the_sweep_sees_a_number_in_lexemes_of_any_table(database, tmp_path):
    database.run(f"delete from student where id = {GONE}")
    with opened(write_map(tmp_path / "map.yaml"), database.url) as connector:
        assert where(connector.sweep(sought(GONE, TWIN))) == {
            GONE: {"search", "words"}, TWIN: {"student", "search", "words"},
        }  # fmt: skip


def test_a_search_table_that_is_mapped_is_erased_with_its_list_of_words(database, tmp_path, open_desk):
    others = [
        digest(database.rows(f"select student_id, lexemes::text from search where student_id <> {GONE}")),
        digest(database.rows(f"select word, rows from words where word <> '{phone(GONE)}'")),
    ]
    file = write_map(tmp_path / "map.yaml", search=FOUND_BY_NUMBER, words=FOUND_BY_WORD)
    desk = open_desk(file, {"SCHOOL_URL": database.url})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    assert verdicts(desk.erasure(reference)) == {
        "school.student": "ERASED", "school.search": "ERASED", "school.words": "ERASED",
    }  # fmt: skip
    assert desk.show(reference)["status"] == "closed"
    assert others == [
        digest(database.rows("select student_id, lexemes::text from search")),
        digest(database.rows("select word, rows from words")),
    ]


def test_one_that_nobody_mapped_is_residue_until_it_is_built_anew(database, tmp_path, open_desk, monkeypatch):
    database.run(f"delete from student where id = {GONE}")
    desk = open_desk(write_map(tmp_path / "map.yaml"), {"SCHOOL_URL": database.url})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    seen = verdicts(desk.erasure(reference))
    assert {place for place, verdict in seen.items() if verdict == "RESIDUE"} == {
        "school.search",
        "school.words",
    }
    database.run("drop table search", "drop table words", *BUILT)
    monkeypatch.setenv("DSAR_NOW", "2021-11-24T09:00:00Z")
    desk.work()
    assert "RESIDUE" not in verdicts(desk.erasure(reference)).values()
