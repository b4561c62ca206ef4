"""A database that no dialect of ours knows: the plainest SQL, tried on one that we do know."""

from __future__ import annotations

import pytest

from dsar.connectors import Act, Probe
from dsar.connectors._sql import dialects
from dsar.connectors._sql.other import CHUNK, Other
from dsar.errors import StoreRefused
from tests.connectors import maps
from tests.connectors.filled import insert, run


@pytest.fixture
def url(tmp_path, monkeypatch):
    monkeypatch.setitem(dialects._KNOWN, "sqlite", Other)
    url = f"sqlite:///{tmp_path}/store.sqlite"
    run(
        url,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, phone VARCHAR(40), mail VARCHAR(40), n BIGINT, day DATE)",
    )
    return url


def test_people_are_found_in_chunks_and_in_order(url):
    people = CHUNK * 2 + 5
    run(
        url,
        f"INSERT INTO person VALUES {', '.join(f'''({n}, '131{n:08d}', NULL, {n}, NULL)''' for n in range(people))}",
    )
    held = maps.collection("person", ("phone", "phone", "national"), ("student_id", "n", "exact"))
    probes = [Probe(n, 0, "phone", f"+86131{n:08d}") for n in range(people)]
    with maps.connect(maps.store("sql", held), url) as connector:
        connector.check()
        assert [one.subject for one in connector.find(held, probes)] == list(range(people))
        assert [one.key for one in connector.find(held, [Probe(0, 0, "student_id", "7")])] == [(7,)]
        assert len(list(connector.sweep(maps.sought("+8613100000003")))) == 1


def test_however_it_is_written_and_erased_exactly(url):
    people = [
        (1, "+86 131-0000-8688", "Ann@x.cn "),
        (2, "13100008687", "x"),
        (3, "（131）０００0 8688", None),
    ]
    insert(url, "person", [(*person, None, None) for person in people])
    held = maps.collection("person", ("phone", "phone", "any"), ("email", "mail", "any"))
    with maps.connect(maps.store("sql", held), url) as connector:
        found = list(connector.find(held, [*maps.phones(maps.HIS), Probe(0, 1, "email", "ann@x.cn")]))
        assert maps.led(found) == [(0, 0, (1,)), (0, 0, (3,))]
        run(url, "UPDATE person SET phone = '13100008688' WHERE id = 3")
        acts = [Act(found[0], False, ("mail",)), Act(found[1], True)]
        assert [each.gone for each in connector.erase(held, acts)] == [True, False]
        assert [each.gone for each in connector.erase(held, acts)] == [False, False]
    assert [tuple(row)[:3] for row in run(url, "SELECT * FROM person")] == [
        (1, "+86 131-0000-8688", None), (2, "13100008687", "x"), (3, "13100008688", None),
    ]  # fmt: skip


def test_a_table_without_a_key_is_refused_until_the_map_names_one(url):
    run(url, "CREATE TABLE log (phone VARCHAR(40), n INTEGER)")
    run(url, "INSERT INTO log VALUES ('13100008688', 1)")
    held = maps.collection("log", ("phone", "phone", "national"))
    with (
        maps.connect(maps.store("sql", held), url) as connector,
        pytest.raises(StoreRefused, match="name its key"),
    ):
        list(connector.find(held, maps.phones(maps.HIS)))
