"""What PostgreSQL derives from a table tells of a row after a naive DELETE, until it is brought up to date."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsar.terms import Right
from tests.derived import students
from tests.derived.students import GONE, TWIN, Database, digest, opened, phone, sought, where, write_map
from tests.stories.driving import verdicts

STATISTICS = "student (statistics)"


@pytest.fixture
def database(postgres_database) -> Iterator[Database]:
    with Database(postgres_database) as database:
        database.fill()
        yield database


@pytest.fixture
def map_file(tmp_path) -> Path:
    return write_map(tmp_path / "map.yaml")


def naive_delete(database: Database) -> None:
    database.run(f"delete from student where id = {GONE}")


def kept_values(database: Database, table: str = "student") -> set[str]:
    """Every value that statistics of a table hold."""
    held = database.rows(
        "select unnest(coalesce(histogram_bounds::text::text[], most_common_vals::text::text[])) "
        f"from pg_stats where tablename = '{table}' and attname in ('phone', 'email', 'lower')"
    )
    return {value for (value,) in held}


@pytest.mark.parametrize(
    "prepared",
    [
        [],
        ["alter table student alter phone type bigint using phone::bigint"],
        ["create index on student (lower(email))"],
        ["create statistics both_of (mcv) on phone, email from student"],
        ["alter table student add words tsvector", "update student set words = to_tsvector('simple', phone)"],
        ["alter table student add words text[]", "update student set words = array[phone, note]"],
    ],
    ids=["text", "numbers", "expression index", "extended statistics", "lexemes", "array elements"],
)
def test_statistics_tell_of_a_deleted_row_until_the_table_is_analysed(database, map_file, prepared):
    database.run(*prepared, "analyze student")
    naive_delete(database)
    others = digest(database.rows("select * from student"))
    with opened(map_file, database.url) as connector:
        assert where(connector.sweep(sought(GONE))) == {}  # no row tells of him
        assert where(connector.remains(sought(GONE, TWIN)))[GONE] == {STATISTICS}
        (cleaned,) = connector.clean({"student"}, set())
        assert (cleaned.derived.remedy, cleaned.problem) == ('ANALYZE "public"."student"', None)
        assert where(connector.remains(sought(GONE, TWIN))) == {TWIN: {STATISTICS}}
    assert digest(database.rows("select * from student")) == others
    assert phone(TWIN) in kept_values(database)


def test_statistics_of_a_partition_are_those_of_its_table(postgres_database, map_file):
    with Database(postgres_database) as database:
        database.run(
            students.TABLE.replace("integer primary key", "integer") + " partition by range (id)",
            "create table student_1 partition of student for values from (0) to (40)",
            "create table student_2 partition of student for values from (40) to (100)",
        )
        database._connection.exec_driver_sql("insert into student values (%s, %s, %s, %s)", students.rows())
        database.run("analyze student")
        naive_delete(database)
        with opened(map_file, database.url) as connector:
            assert where(connector.remains(sought(GONE))) == {GONE: {STATISTICS}}
            assert [each.problem for each in connector.clean({"student"}, set())] == [None]
            assert where(connector.remains(sought(GONE))) == {}


def test_the_statistics_of_a_table_that_is_empty_by_now_go_as_well(database, map_file):
    database.run("create index on student (lower(email))", "analyze student", "delete from student")
    database.run("analyze student")  # which leaves them as they are
    with opened(map_file, database.url) as connector:
        assert where(connector.remains(sought(GONE))) == {GONE: {STATISTICS}}
        assert [each.problem for each in connector.clean({"student"}, set())] == [None]
        assert where(connector.remains(sought(GONE))) == {}


def test_a_table_that_is_empty_by_now_keeps_its_columns_as_they_were_declared(database, map_file):
    declared = (
        "select attname, atttypid, atttypmod, attcollation, attstorage, to_jsonb(a) ->> 'attcompression', attnotnull"
        " from pg_attribute a where attrelid = 'student'::regclass and attnum > 0 order by attnum"
    )
    database.run(
        "create collation \"any case\" (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        'alter table student alter email type text collate "any case", alter phone type varchar(40) collate "C"',
        "alter table student alter phone set storage external, alter email set storage main",
        "create unique index on student (email)",
        "analyze student",
        "delete from student",
    )
    before = database.rows(declared)
    with opened(map_file, database.url) as connector:
        assert [each.problem for each in connector.clean({"student"}, set())] == [None]
        assert where(connector.remains(sought(GONE))) == {}
    assert database.rows(declared) == before


VIEWS = [
    "create materialized view seen as select id, phone from student",
    "create view between as select phone from seen",
    "create materialized view above as select phone, 1 as one from between",
    "create unique index on above (phone)",
]


def test_views_keep_a_deleted_row_until_each_is_refreshed_behind_what_it_reads(database, map_file):
    database.run(*VIEWS)
    naive_delete(database)
    with opened(map_file, database.url) as connector:
        held = {"seen (materialised view)", "above (materialised view)"}
        assert where(connector.remains(sought(GONE, TWIN))) == {GONE: held, TWIN: held}
        cleaned = [(each.derived.remedy, each.problem) for each in connector.clean({"student"}, set())]
        assert cleaned[:2] == [
            ("REFRESH MATERIALIZED VIEW public.seen", None),
            ("REFRESH MATERIALIZED VIEW CONCURRENTLY public.above", None),
        ]
        left = where(connector.remains(sought(GONE, TWIN)))
        assert (left.keys(), left[TWIN] >= held) == ({TWIN}, True)
    for view in ("seen", "above"):
        assert {value for (value,) in database.rows(f"select phone from {view}")} == {
            phone(n) for n in range(1, students.STUDENTS + 1) if n != GONE
        }


def test_a_view_is_no_place_that_must_be_mapped_unless_it_reads_from_elsewhere(database, map_file):
    database.run(*VIEWS, "create materialized view made as select '13100000030'::text as phone")
    with opened(map_file, database.url) as connector:
        tables = connector.describe().tables
        assert {name: table.derived for name, table in tables.items()} == {
            "student": False, "seen": True, "above": True, "made": False,
        }  # fmt: skip
        assert where(connector.sweep(sought(GONE))) == {GONE: {"student", "made"}}
        held = {"seen (materialised view)", "above (materialised view)"}
        assert where(connector.remains(sought(GONE))) == {GONE: held}


def test_a_person_is_erased_from_the_table_and_from_all_that_derives_from_it(database, map_file, open_desk):
    database.run(*VIEWS, "analyze")
    others = digest(database.rows(f"select * from student where id <> {GONE}"))
    desk = open_desk(map_file, {"SCHOOL_URL": database.url})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    shown = desk.erasure(reference)
    assert verdicts(shown) == dict.fromkeys(
        ["school.student", *(f"school.{each}" for each in derived())], "ERASED"
    )
    assert shown["verdict"] == "ERASED"
    assert desk.show(reference)["status"] == "closed"
    for each in shown["stores"][0]["collections"]:
        assert each["found"] == each["erased"] + each["kept"] + each["residue"]
        assert each["found"] >= 1
    view = next(each for each in shown["stores"][0]["collections"] if each["name"].startswith("above (m"))
    assert view["remedy"] == "REFRESH MATERIALIZED VIEW CONCURRENTLY public.above"
    assert view["remedy"] in view["reason"]
    assert view["title"]["zh"] == "above（物化视图）"
    assert phone(GONE) not in kept_values(database)
    assert phone(TWIN) in kept_values(database)
    assert digest(database.rows("select * from student")) == others
    assert {"derived.counted", "derived.cleaned"} <= set(desk.acts(reference))
    assert desk.ledger_is_whole()


def derived() -> list[str]:
    views = ("seen", "above")
    return [
        *(f"{view} (materialised view)" for view in views),
        *(f"{each} (statistics)" for each in ("student", *views)),
    ]


def test_after_a_naive_delete_the_product_finds_and_renews_what_is_left(database, map_file, open_desk):
    database.run(*VIEWS, "analyze")
    naive_delete(database)
    desk = open_desk(map_file, {"SCHOOL_URL": database.url})
    (looked,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))], looks_only=True)
    desk.work()
    seen = verdicts(desk.erasure(looked))
    assert seen.pop("school.student") == "NOTHING_HELD"
    assert seen == {f"school.{each}": "RESIDUE" for each in derived()}
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    seen = verdicts(desk.erasure(reference))
    assert seen.pop("school.student") == "NOTHING_HELD"
    assert seen == {f"school.{each}": "ERASED" for each in derived()}


def test_who_may_not_renew_says_what_to_run_and_a_later_look_finds_it_clean(
    database, map_file, open_desk, monkeypatch
):
    database.run(
        "analyze",
        "drop role if exists dsar_test_clerk",
        "create role dsar_test_clerk login",
        "grant select, delete on student to dsar_test_clerk",
    )
    try:
        url = database.url.replace("postgres@", "dsar_test_clerk@")
        desk = open_desk(map_file, {"SCHOOL_URL": url})
        (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
        desk.work()
        assert verdicts(desk.erasure(reference)) == {
            "school.student": "ERASED", f"school.{STATISTICS}": "RESIDUE",
        }  # fmt: skip
        (_, left) = desk.erasure(reference)["stores"][0]["collections"]
        assert 'ANALYZE "public"."student"' in left["reason"]
        assert "更新方法" in left["reason_text"]["zh"]
        assert desk.show(reference)["status"] == "working"
        database.run("analyze student")
        monkeypatch.setenv("DSAR_NOW", "2021-11-24T09:00:00Z")
        desk.work()
        assert verdicts(desk.erasure(reference))[f"school.{STATISTICS}"] == "ERASED"
        assert desk.show(reference)["status"] == "closed"
    finally:
        database.run("drop owned by dsar_test_clerk", "drop role dsar_test_clerk")


def test_what_stands_in_the_table_rightly_stands_in_what_derives_from_it(database, tmp_path, open_desk):
    database.run(*VIEWS, "analyze")
    desk = open_desk(write_map(tmp_path / "map.yaml", kept=True), {"SCHOOL_URL": database.url})
    (reference,) = desk.file([Right.ERASURE], [("phone", students.e164(GONE))])
    desk.work()
    shown = desk.erasure(reference)
    assert "RESIDUE" not in verdicts(shown).values()
    assert all(
        (each["erased"], each["residue"]) == (0, 0)
        for each in shown["stores"][0]["collections"]
        if not each["mapped"]
    )
