"""Erasing in SQL: exactly what was found, while it is still that; blanks, locks, files, mentions."""

from __future__ import annotations

import pytest

from dsar.connectors import Act
from dsar.datamap.types import Field, FileOf
from dsar.errors import BadInput, CannotErase, StoreRefused
from tests.connectors import maps
from tests.connectors.filled import insert, run

HELD = maps.collection("person", ("phone", "phone", "national"), ("email", "mail", "any"))


def filled(url, key="id INTEGER PRIMARY KEY"):
    run(url, f"CREATE TABLE person ({key}, phone VARCHAR(40), mail VARCHAR(40), name VARCHAR(40) NOT NULL, "
             "age INTEGER NOT NULL, born DATE NOT NULL, price NUMERIC(9,2), locked INTEGER)")  # fmt: skip
    phones = enumerate(["13100008688", "13100008687", "13100008688", None], 1)
    insert(url, "person", [(n, phone, f"p{n}@x.cn", "Luo", 30, "2001-02-03", 19, 0) for n, phone in phones])


def rows(url):
    return {row[0]: tuple(row)[1:] for row in run(url, "SELECT * FROM person")}


def find(connector, collection=HELD, *probes):
    return list(connector.find(collection, probes or maps.phones(maps.HIS)))


def connected(url, collection=HELD):
    return maps.connect(maps.store("sql", collection), url)


def gone(connector, acts, collection=HELD):
    return [each.gone for each in connector.erase(collection, acts)]


@pytest.mark.parametrize(
    "change", ["phone = '13100008687'", "phone = NULL", "mail = 'P1@x.cn'", "phone = '13100008688 '"]
)
def test_a_row_that_changed_since_it_was_found_is_left_alone(sql_url, change):
    filled(sql_url)
    with connected(sql_url) as connector:
        found = find(connector)
        run(sql_url, f"UPDATE person SET {change} WHERE id = 1")
        before = rows(sql_url)
        assert gone(connector, [Act(one, True) for one in found]) == [False, True]
    assert rows(sql_url) == {place: row for place, row in before.items() if place != 3}


def test_only_the_rows_asked_for_go(sql_url):
    filled(sql_url)
    before = rows(sql_url)
    with connected(sql_url) as connector:
        assert gone(connector, [Act(find(connector)[1], True)]) == [True]
    assert rows(sql_url) == {place: row for place, row in before.items() if place != 3}


def test_fields_are_emptied_as_their_columns_allow(sql_url):
    filled(sql_url)
    before = rows(sql_url)
    with connected(sql_url) as connector:
        acts = [Act(one, False, ("mail", "name", "age", "born", "price")) for one in find(connector)]
        assert gone(connector, acts) == [True, True]
        assert gone(connector, acts) == [False, False]  # the address that it was found with is empty now
    after = rows(sql_url)
    assert [after[2], after[4]] == [before[2], before[4]]
    phone, mail, name, age, born, price, locked = after[1]
    assert (phone, mail, name, age, price, locked) == ("13100008688", None, "", 0, None, 0)
    assert str(born) == "1970-01-01"


def test_a_kept_row_is_reduced_and_locked_while_another_goes(sql_url):
    filled(sql_url)
    with connected(sql_url) as connector:
        one, other = find(connector)
        acts = [Act(one, False, ("mail",), ("locked", 1)), Act(other, True)]
        assert gone(connector, acts) == [True, True]
    assert 3 not in rows(sql_url)
    assert (rows(sql_url)[1][0], rows(sql_url)[1][1], rows(sql_url)[1][-1]) == ("13100008688", None, 1)


def test_a_row_of_two_people_is_gone_for_both(sql_url):
    filled(sql_url)
    run(sql_url, "UPDATE person SET mail = 'both@x.cn' WHERE id = 1")
    with connected(sql_url) as connector:
        probes = [*maps.phones(maps.HIS), *maps.phones("x@x.cn", "both@x.cn", kind="email")[1:]]
        found = [one for one in find(connector, HELD, *probes) if one.key == (1,)]
        assert [one.subject for one in found] == [0, 1]
        assert gone(connector, [Act(one, True) for one in found]) == [True, True]


def test_a_column_of_the_key_cannot_be_emptied(sql_url):
    filled(sql_url)
    with connected(sql_url) as connector, pytest.raises(CannotErase, match="column id"):
        gone(connector, [Act(find(connector)[0], False, ("id",))])


FORBIDDEN = {  # the record numbered 3 may not be deleted
    "sqlite": ["CREATE TRIGGER no BEFORE DELETE ON person WHEN OLD.id = 3 BEGIN SELECT RAISE(ABORT, 'no'); END"],
    "mysql": [
        "CREATE TRIGGER no BEFORE DELETE ON person FOR EACH ROW"
        " IF OLD.id = 3 THEN SIGNAL SQLSTATE '45000'; END IF"
    ],
    "postgresql": [
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$",
        "CREATE TRIGGER no BEFORE DELETE ON person FOR EACH ROW WHEN (OLD.id = 3) EXECUTE FUNCTION no()",
    ],
}  # fmt: skip


def test_what_the_store_forbids_is_refused_and_nothing_goes(sql_url):
    filled(sql_url)
    for statement in next(said for name, said in FORBIDDEN.items() if sql_url.startswith(name)):
        run(sql_url, statement)
    before = rows(sql_url)
    with (
        connected(sql_url) as connector,
        pytest.raises(StoreRefused, match="store place, table person"),
    ):
        gone(connector, [Act(one, True) for one in find(connector)])
    assert rows(sql_url) == before


@pytest.mark.parametrize("declared", [(), ("n", "phone")])
def test_rows_of_a_table_without_a_primary_key_go_too(sql_url, declared):
    run(sql_url, "CREATE TABLE person (n INTEGER, phone VARCHAR(40), mail VARCHAR(40), price NUMERIC(9,2))")
    same = (1, "13100008688", None, 1.5)
    his, twins = [(2, "13100008688", "a", None), (3, "13100008688", "b", 2)], (2, "13100008687", "a", None)
    insert(sql_url, "person", [same, same, *his, twins])
    held = maps.collection("person", ("phone", "phone", "national"), ("email", "mail", "any"), key=declared)
    with connected(sql_url, held) as connector:
        found = find(connector, held)
        assert len(found) == 4
        run(sql_url, "UPDATE person SET mail = 'c' WHERE n = 3")
        changed = {one.key for one in found if one.row["n"] == 3}
        erased = list(connector.erase(held, [Act(one, True) for one in found]))
        assert {each.act.found.key for each in erased if not each.gone} == changed
    left = run(sql_url, "SELECT n, phone, mail FROM person ORDER BY n, phone")
    assert [tuple(row) for row in left] == [(2, "13100008687", "a"), (3, "13100008688", "c")]


def test_a_key_of_text_that_a_collation_confuses_names_one_row(sql_url):
    collation = {"m": " COLLATE utf8mb4_bin", "s": "", "p": ""}[sql_url[0]]
    run(
        sql_url,
        f"CREATE TABLE person (code VARCHAR(9){collation} PRIMARY KEY, phone VARCHAR(40), mail VARCHAR(40))",
    )
    run(
        sql_url,
        "INSERT INTO person VALUES ('ann', '13100008688', ''), ('ánn', '13100008688', ''), ('ANN', 'x', '')",
    )
    with connected(sql_url) as connector:
        found = {one.key: one for one in find(connector)}
        assert gone(connector, [Act(found[("ann",)], True)]) == [True]
    assert {row[0] for row in run(sql_url, "SELECT code FROM person")} == {"ánn", "ANN"}


@pytest.mark.parametrize("act", ["delete", "blank"])
def test_a_file_that_a_row_names_goes_with_it_unless_another_row_names_it_too(sql_url, tmp_path, act):
    run(
        sql_url,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(40), mail VARCHAR(40), avatar VARCHAR(40))",
    )
    his = enumerate(["leo.png", "default.png", None, "lost.png"])
    rows = [(place, "13100008688", "", picture) for place, picture in his]
    insert(sql_url, "person", [*rows, (9, "13100008687", "", "default.png")])
    for name in ("leo.png", "default.png", "Leo.png"):
        (tmp_path / name).write_bytes(name.encode())
    picture = Field("avatar", maps.TEXT, "basic", file=FileOf(str(tmp_path), "image"))
    held = maps.collection("person", ("phone", "phone", "national"), fields={"avatar": picture})
    with connected(sql_url, held) as connector:
        found = find(connector, held)
        assert b"".join(connector.read_file(held, found[0].row, "avatar")) == b"leo.png"
        acts = [Act(one, act == "delete", () if act == "delete" else ("avatar",)) for one in found]
        assert gone(connector, acts, held) == [True] * 4
    assert {path.name for path in tmp_path.glob("*.png")} == {"default.png", "Leo.png"}


def test_a_file_that_cannot_be_removed_brings_its_row_back(sql_url, tmp_path):
    run(sql_url, "CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(40), avatar VARCHAR(40))")
    run(sql_url, "INSERT INTO person VALUES (1, '13100008688', 'status')")
    picture = Field(
        "avatar", maps.TEXT, "basic", file=FileOf("/proc/self", "image")
    )  # not even root removes there
    held = maps.collection("person", ("phone", "phone", "national"), fields={"avatar": picture})
    with (
        connected(sql_url, held) as connector,
        pytest.raises(StoreRefused, match="a file that column avatar names"),
    ):
        gone(connector, [Act(find(connector, held)[0], True)], held)
    assert len(run(sql_url, "SELECT id FROM person")) == 1


LEADING_OUT = ["../leo.png", "/leo.png", "a" * 300, "media/../../leo.png", "link/leo.png", "media"]


def test_a_name_that_leads_out_of_its_folder_removes_nothing_and_is_not_read(sql_url, tmp_path):
    run(sql_url, "CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(40), avatar VARCHAR(400))")
    insert(sql_url, "person", [(place, "13100008688", name) for place, name in enumerate(LEADING_OUT)])
    (tmp_path / "root" / "media").mkdir(parents=True)
    (tmp_path / "root" / "link").symlink_to(tmp_path)
    (tmp_path / "leo.png").write_bytes(b"x")
    picture = Field("avatar", maps.TEXT, "basic", file=FileOf(str(tmp_path / "root"), "image"))
    held = maps.collection("person", ("phone", "phone", "national"), fields={"avatar": picture})
    with connected(sql_url, held) as connector:
        found = find(connector, held)
        for one in found:
            with pytest.raises(BadInput):
                connector.read_file(held, one.row, "avatar")
        assert gone(connector, [Act(one, True) for one in found], held) == [True] * len(LEADING_OUT)
    assert (tmp_path / "leo.png").exists()
    assert (tmp_path / "root" / "media").is_dir()


def test_a_mention_is_emptied_and_nothing_else_of_its_row(sql_url):
    filled(sql_url)
    before = rows(sql_url)
    with connected(sql_url) as connector:
        hits = [hit for hit in connector.sweep(maps.sought(maps.TWIN)) if hit.column == "phone"]
        assert connector.blank_mentions(HELD, hits, lambda _, held: held == "13100008687") == 1
        assert connector.blank_mentions(HELD, [], lambda *_: True) == 0
    assert rows(sql_url) == {**before, 2: (None, *before[2][1:])}


def test_a_field_that_was_written_to_since_it_was_swept_keeps_what_it_holds(sql_url):
    run(sql_url, "CREATE TABLE chat (id INTEGER PRIMARY KEY, said VARCHAR(90))")
    insert(sql_url, "chat", [(1, "call 13100008688"), (2, "call 13100008688")])
    held = maps.collection("chat", ("phone", "said", "any"))
    with connected(sql_url, held) as connector:
        hits = list(connector.sweep(maps.sought(maps.HIS)))
        run(sql_url, "UPDATE chat SET said = 'I moved to Ulm' WHERE id = 1")
        assert connector.blank_mentions(held, hits, lambda _, said: "13100008688" in said) == 1
    assert run(sql_url, "SELECT id, said FROM chat ORDER BY id") == [(1, "I moved to Ulm"), (2, None)]
