"""Foreign keys of a store: told as they are, and no row goes that would take along or strand rows that stay."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from dsar.connectors import Act, Held
from dsar.datamap.schema import Then
from dsar.datamap.types import Delete, Keep, Nothing
from dsar.errors import RowsRefused, StoreRefused
from tests.connectors import maps
from tests.connectors.filled import run

HIS = "13100008688"
KEPT = Keep("CN-ECL31-RETENTION-3Y", (), ("id",), "day", None, None, Delete())


def made(url, *tables):
    """Tables as (name, columns); InnoDB where that is a choice."""
    engine = " ENGINE=InnoDB" if "mysql" in url else ""
    run(url, *(f"CREATE TABLE {name} ({columns}){engine}" for name, columns in tables))


def referring(column, table, then="", name=""):
    called = f"CONSTRAINT {name} " if name else ""
    return f"{called}FOREIGN KEY ({column}) REFERENCES {table} (id) {then}"


def persons(url, *others):
    made(url, ("person", "id INTEGER PRIMARY KEY, phone VARCHAR(40)"), *others)
    run(url, f"INSERT INTO person VALUES (1, '{HIS}'), (2, '{HIS}'), (3, '13100008687')")


def store_of(on_orders=None, *more):
    person = maps.collection("person", ("phone", "phone", "national"))
    orders = maps.collection("orders", ("card", "person", "exact"), on_erasure=on_orders or Delete())
    return maps.store("sql", person, orders, *more)


def erase(url, store, name="person"):
    """What became of his rows in a collection, by their key."""
    with maps.connect(store, url) as connector:
        collection = store.collections[name]
        acts = [Act(one, True) for one in connector.find(collection, maps.phones(maps.HIS))]
        held = connector.held(collection, [act.found.key for act in acts])
        erased = {each.act.found.key[0]: each for each in connector.erase(collection, acts)}
        assert {key[0]: each for key, each in held.items()} == {
            key: each.held for key, each in erased.items() if each.held
        }
    return {key: each.held or each.gone for key, each in erased.items()}


def left(url, table):
    return sorted(row[0] for row in run(url, f"SELECT id FROM {table}"))


ORDERS = "id INTEGER PRIMARY KEY, person INTEGER, day DATE"


@pytest.mark.parametrize(
    ("written", "then"),
    [
        ("", "refuse"),
        ("ON DELETE RESTRICT", "refuse"),
        ("ON DELETE CASCADE", "take"),
        ("ON DELETE SET NULL", "loosen"),
    ],
)
def test_foreign_keys_are_told_as_they_are(sql_url, written, then):
    pair = "FOREIGN KEY (a, b) REFERENCES thing (one, two)"
    persons(
        sql_url,
        ("orders", f"{ORDERS}, {referring('person', 'person', written, 'of_whom')}"),
        ("thing", "one INTEGER, two INTEGER, PRIMARY KEY (one, two)"),
        ("part", f"id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, {pair}"),
    )
    with maps.connect(store_of(), sql_url) as connector:
        ties = {tie.table: tie for tie in connector.ties()}
    assert set(ties) == {"orders", "part"}
    orders, part = ties["orders"], ties["part"]
    assert (orders.columns, orders.parent, orders.parent_columns, orders.then) == (
        ("person",),
        "person",
        ("id",),
        then,
    )
    assert orders.name == ("orders(person)" if "sqlite" in sql_url else "of_whom")
    assert (part.columns, part.parent, part.parent_columns, part.then) == (
        ("a", "b"), "thing", ("one", "two"), Then.REFUSE,
    )  # fmt: skip


def test_sqlite_refers_to_the_key_where_no_column_is_named(tmp_path):
    url = f"sqlite:///{tmp_path}/x.sqlite"
    persons(url, ("orders", "id INTEGER PRIMARY KEY, Person INTEGER REFERENCES PERSON ON DELETE CASCADE"))
    with maps.connect(store_of(), url) as connector:
        (tie,) = connector.ties()
    assert (tie.columns, tie.parent, tie.parent_columns, tie.then) == (
        ("Person",),
        "person",
        ("id",),
        Then.TAKE,
    )


@pytest.mark.parametrize("on_orders", [KEPT, Nothing("the bookkeeping"), Delete()])
@pytest.mark.parametrize("then", ["", "ON DELETE CASCADE"])
def test_a_row_to_which_a_row_that_stays_refers_is_held_and_the_other_goes(sql_url, then, on_orders):
    persons(sql_url, ("orders", f"{ORDERS}, {referring('person', 'person', then, 'of_whom')}"))
    run(sql_url, "INSERT INTO orders VALUES (7, 2, '2021-03-20'), (8, 3, '2021-03-20')")
    named = "orders(person)" if "sqlite" in sql_url else "of_whom"
    assert erase(sql_url, store_of(on_orders)) == {1: True, 2: Held("orders", named)}
    assert (left(sql_url, "person"), left(sql_url, "orders")) == ([2, 3], [7, 8])
    run(sql_url, "DELETE FROM orders WHERE id = 7")
    assert erase(sql_url, store_of(on_orders)) == {2: True}


def test_rows_further_down_are_seen_over_a_table_that_is_not_mapped(sql_url):
    persons(
        sql_url,
        (
            "basket",
            f"id INTEGER PRIMARY KEY, person INTEGER, {referring('person', 'person', 'ON DELETE CASCADE')}",
        ),
        ("orders", f"{ORDERS}, {referring('person', 'basket', 'ON DELETE CASCADE', 'of_basket')}"),
    )
    run(sql_url, "INSERT INTO basket VALUES (5, 1), (6, 2)", "INSERT INTO orders VALUES (7, 6, '2021-03-20')")
    assert {key: bool(held is True) for key, held in erase(sql_url, store_of(KEPT)).items()} == {
        1: True,
        2: False,
    }
    assert (left(sql_url, "person"), left(sql_url, "basket"), left(sql_url, "orders")) == ([2, 3], [6], [7])


def test_what_is_only_loosened_holds_nothing(sql_url):
    persons(sql_url, ("orders", f"{ORDERS}, {referring('person', 'person', 'ON DELETE SET NULL')}"))
    run(sql_url, "INSERT INTO orders VALUES (7, 2, '2021-03-20')")
    assert erase(sql_url, store_of(KEPT)) == {1: True, 2: True}
    assert run(sql_url, "SELECT person FROM orders") == [(None,)]


@pytest.mark.parametrize("then", ["", "ON DELETE CASCADE"])
def test_an_answer_of_another_person_holds_what_it_answers(sql_url, then):
    answers = referring("answers", "post", then)
    made(sql_url, ("post", f"id INTEGER PRIMARY KEY, answers INTEGER, phone VARCHAR(40), {answers}"))
    rows = [(1, "NULL"), (2, "1"), (3, "2"), (4, "NULL"), (5, "4"), (6, "5")]
    for number, above in rows:  # 6, of another, hangs below 5 and so below 4
        phone = "13100008687" if number == 6 else HIS
        run(sql_url, f"INSERT INTO post VALUES ({number}, {above}, '{phone}')")
    store = maps.store("sql", maps.collection("post", ("phone", "phone", "national")))
    outcome = {key: each is True for key, each in erase(sql_url, store, "post").items()}
    assert outcome == {1: True, 2: True, 3: True, 4: False, 5: False}
    assert left(sql_url, "post") == [4, 5, 6]


def test_a_trigger_refuses_its_rows_in_words_that_name_the_table(sql_url):
    persons(sql_url)
    run(sql_url, *TRIGGER["mariadb" if "mysql" in sql_url else sql_url.split(":")[0].split("+")[0]])
    with pytest.raises(RowsRefused, match="table person, forbids it") as refusal:
        erase(sql_url, store_of())
    assert "private" not in str(refusal.value)
    assert "(" not in str(refusal.value)  # no code of the server
    assert left(sql_url, "person") == [1, 2, 3]


TRIGGER = {
    "sqlite": [
        "CREATE TRIGGER guard BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'private words'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'private words'; END $$",
        "CREATE TRIGGER guard BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION guard()",
    ],
    "mariadb": [
        "CREATE TRIGGER guard BEFORE DELETE ON person FOR EACH ROW "
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'private words'"
    ],
}


def test_a_row_to_which_a_row_that_nobody_mapped_refers_is_held_and_the_other_goes(sql_url):
    persons(sql_url, ("visit", f"{ORDERS}, {referring('person', 'person', '', 'of_whom')}"))
    run(sql_url, "INSERT INTO visit VALUES (7, 2, '2021-03-20'), (8, NULL, '2021-03-20')")
    store = maps.store("sql", maps.collection("person", ("phone", "phone", "national")))
    named = "visit(person)" if "sqlite" in sql_url else "of_whom"
    assert erase(sql_url, store) == {1: True, 2: Held("visit", named)}
    assert left(sql_url, "person") == [2, 3]


def test_where_rows_that_nobody_mapped_go_along_as_well_the_store_decides(sql_url):
    keys = (
        referring("person", "person", "ON DELETE CASCADE"),
        referring("answers", "visit", "ON DELETE NO ACTION"),
    )
    persons(sql_url, ("visit", f"id INTEGER PRIMARY KEY, person INTEGER, answers INTEGER, {', '.join(keys)}"))
    run(sql_url, "INSERT INTO visit VALUES (7, 1, NULL), (8, 2, NULL)")
    store = maps.store("sql", maps.collection("person", ("phone", "phone", "national")))
    assert erase(sql_url, store) == {1: True, 2: True}
    assert left(sql_url, "visit") == []


def test_a_key_of_sqlite_that_leads_nowhere_is_refused_in_words(tmp_path):
    url = f"sqlite:///{tmp_path}/x.sqlite"
    run(url, "CREATE TABLE person (id INTEGER, phone TEXT)", f"INSERT INTO person VALUES (1, '{HIS}')")
    run(url, "CREATE TABLE visit (id INTEGER, person INTEGER REFERENCES person)")
    store = maps.store("sql", maps.collection("person", ("phone", "phone", "national")))
    with pytest.raises(StoreRefused, match="store "):
        erase(url, store)


@contextmanager
def just_before(beginning, act, *, times=1):
    """Do something in another session just before a statement that begins so, once it has come so often."""
    seen = []

    def before(_connection, _cursor, statement, *_):
        if statement.startswith(beginning):
            seen.append(statement)
            if len(seen) == times:
                act()

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)


def test_a_row_that_nothing_holds_any_more_when_it_is_asked_what_does_goes(postgres_database):
    orders = ("orders", f"{ORDERS}, {referring('person', 'person')}")
    persons(postgres_database, orders)
    run(postgres_database, "INSERT INTO orders VALUES (7, 2, '2021-03-20')")
    store = store_of(KEPT)
    with maps.connect(store, postgres_database) as connector:
        person = store.collections["person"]
        acts = [Act(one, True) for one in connector.find(person, maps.phones(maps.HIS))]
        with just_before(
            "SELECT DISTINCT p.place", lambda: run(postgres_database, "DELETE FROM orders")
        ) as seen:
            erased = [(each.act.found.key[0], each.gone, each.held) for each in connector.erase(person, acts)]
    assert seen
    assert erased == [(1, True, None), (2, True, None)]
    assert left(postgres_database, "person") == [3]


@pytest.mark.parametrize(
    ("change", "stays"),
    [("INSERT INTO orders VALUES (8, 5, '2021-03-21')", {2, 3}), ("DELETE FROM orders WHERE id = 7", {2, 3})],
)
def test_what_mariadb_says_is_gone_is_gone_whoever_writes_meanwhile(mariadb_database, change, stays):
    """Between the question which rows go and the act no other session changes the answer; or all is tried again."""
    persons(
        mariadb_database,
        (
            "basket",
            f"id INTEGER PRIMARY KEY, person INTEGER, {referring('person', 'person', 'ON DELETE CASCADE')}",
        ),
        ("orders", f"{ORDERS}, {referring('person', 'basket', 'ON DELETE CASCADE')}"),
    )
    run(mariadb_database, "INSERT INTO basket VALUES (5, 1), (6, 2)")
    run(mariadb_database, "INSERT INTO orders VALUES (7, 6, '2021-03-20')")
    store, refused = store_of(KEPT), []

    def meanwhile():
        try:
            run(mariadb_database, "SET SESSION innodb_lock_wait_timeout = 1", change)
        except sa.exc.OperationalError as error:
            refused.append(error.orig.args[0])

    with maps.connect(store, mariadb_database) as connector:
        person = store.collections["person"]
        acts = [Act(one, True) for one in connector.find(person, maps.phones(maps.HIS))]
        with just_before("DELETE t", meanwhile, times=2):
            erased = {each.act.found.key[0]: each.gone for each in connector.erase(person, acts)}
    assert refused == [1205]  # it had to wait for us
    assert erased == {1: True, 2: False}
    assert set(left(mariadb_database, "person")) == stays
