"""What every connector promises, over every kind of store and every database it runs on."""

from __future__ import annotations

import pytest

from dsar.connectors import Act, Place, Probe, Sought
from dsar.datamap.identifiers import matches
from dsar.datamap.tombstones import WITHIN, read, texts_of
from dsar.errors import CannotErase, StoreUnreachable
from tests.connectors import maps


def probes(store, *values, **more):
    return [Probe(subject, 0, store.kind, value, **more) for subject, value in enumerate(values)]


def found(store, *asked):
    with store.connect() as connector:
        return list(connector.find(store.collection, asked or probes(store, store.his)))


def erased(store, records):
    with store.connect() as connector:
        return [each.gone for each in connector.erase(store.collection, [Act(one, True) for one in records])]


def swept(store, value, places=None):
    with store.connect() as connector:
        return list(connector.sweep([Sought(7, store.kind, value)], places))


class TestEveryConnector:
    """One class over every kind of store; a new kind brings one filled store."""

    def test_it_finds_his_records_and_nobody_elses(self, store):
        records = found(store)
        assert [(one.subject, one.number, one.problem) for one in records] == [(0, 0, None)] * len(store.ours)
        assert len({one.key for one in records}) == len(store.ours)

    def test_it_serves_many_people_at_once_in_their_order(self, store):
        records = found(store, *probes(store, store.twin, store.his, store.his))
        each = len(store.ours)
        assert [one.subject for one in records] == [0] + [1] * each + [2] * each
        assert [one.key for one in records[1 : 1 + each]] == [one.key for one in records[1 + each :]]

    def test_it_finds_nothing_for_no_probe_and_for_one_that_is_done(self, store):
        with store.connect() as connector:
            assert list(connector.find(store.collection, [])) == []
        assert found(store, *probes(store, store.his, done=True)) == []

    def test_a_record_counts_for_the_first_identifier_that_leads_to_it(self, store):
        twice = [Probe(0, 3, store.kind, store.his), Probe(0, 1, store.kind, store.his)]
        assert {one.number for one in found(store, *twice)} == {1}
        assert len(found(store, *twice)) == len(store.ours)
        assert (
            found(store, Probe(0, 3, store.kind, store.his), Probe(0, 9, store.kind, store.his, done=True))
            == []
        )

    def test_it_erases_what_was_found_and_leaves_the_rest_as_it_was(self, store):
        before = store.held()
        records = found(store)
        assert erased(store, records) == [True] * len(records)
        assert store.held() == {name: row for name, row in before.items() if name not in store.ours}
        assert found(store) == []

    def test_erasing_twice_is_harmless(self, store):
        records = found(store)
        erased(store, records)
        after = store.held()
        assert erased(store, records) == [False] * len(records)
        assert store.held() == after

    def test_a_sweep_sees_by_value_what_stands_there(self, store):
        if not store.by_value:
            assert swept(store, store.his)
            return
        seen = swept(store, store.his)
        assert {(one.subject, one.table) for one in seen} == {(7, store.collection.table)}
        assert {one.key for one in seen} >= {one.key for one in found(store)}
        erased(store, found(store))
        assert {one.key for one in swept(store, store.his)}.isdisjoint({one.key for one in found(store)})

    def test_a_sweep_looks_only_where_it_is_told(self, store):
        column = store.collection.found_by[0].column
        assert swept(store, store.his, [Place(store.collection.table, (column,))])
        assert swept(store, store.his, []) == []

    def test_what_a_store_says_of_its_own_records_is_no_place_for_an_identifier(self, store):
        with store.connect() as connector:
            columns = set(connector.describe().tables[store.collection.table].columns)
        technical = columns - {by.column for by in store.collection.found_by}
        assert swept(store, store.his, [Place(store.collection.table, tuple(sorted(technical)))]) == []

    def test_capitals_tell_two_people_apart(self, store):
        kind, *values = store.cased
        with store.connect() as connector:
            records = [list(connector.find(store.collection, [Probe(0, 0, kind, value)])) for value in values]
            hits = [{hit.key for hit in connector.sweep([Sought(0, kind, value)])} for value in values]
            offered = [{hit.key for hit in connector.offers([Sought(0, kind, value)])} for value in values]
        keys = [{one.key for one in each} for each in records]
        assert [len(each) for each in keys] == [1, 1]
        assert keys[0] != keys[1]
        assert hits == keys
        assert offered in (keys, [set(), set()])

    def test_a_scan_asks_of_every_record_whose_it_is_and_brings_it_as_a_find_does(self, store):
        kind, forms = (
            maps.KINDS[store.kind],
            [by.forms for by in store.collection.found_by if by.kind == store.kind],
        )
        asked = []

        def whose(row):
            asked.append(row)
            entries = store.connect().has_search_box
            known = texts_of(kind, store.his, WITHIN) if entries else ()
            within = (read(kind, WITHIN, held) for held in row.values()) if entries else ()
            by_form = any(matches(kind, store.his, each, held) for each in forms for held in row.values())
            his = any(not known.isdisjoint(each) for each in within) if entries else by_form
            return [7] if his else []

        with store.connect() as connector:
            if store.store.connector in ("redis_cache", "http_suggest"):
                with pytest.raises(CannotErase, match="record by record"):
                    list(connector.scan(store.collection, whose))
                return
            scanned = list(connector.scan(store.collection, whose))
        assert len(asked) >= len(store.held()) - 3  # files of other folders are not asked about
        assert {one.subject for one in scanned} == {7}
        assert {one.key: (one.row, one.problem) for one in scanned} == {
            one.key: (one.row, one.problem) for one in found(store)
        }
        assert erased(store, scanned) == [True] * len(store.ours)

    def test_it_describes_every_table_that_the_map_names(self, store):
        with store.connect() as connector:
            table = connector.describe().tables[store.collection.table]
            connector.check()
        assert {by.column for by in store.collection.found_by} <= set(table.columns)

    def test_reading_changes_nothing(self, store):
        before = store.held()
        found(store)
        swept(store, store.his)
        with store.connect() as connector:
            list(connector.offers([Sought(0, store.kind, store.his)]))
            connector.check()
        assert store.held() == before


GONE = {
    "sql": [
        "sqlite:////nowhere/at/all.sqlite",
        "postgresql://u:secret@127.0.0.1:1/x",
        "mysql://u:secret@127.0.0.1:1/x",
    ],
    "http_suggest": ["http://127.0.0.1:1", "https://127.0.0.1:1/secret"],
    "redis_cache": ["redis://:secret@127.0.0.1:1/0"],
    "redis_suggest": ["redis://:secret@127.0.0.1:1/0"],
    "folder": [""],
}


@pytest.mark.parametrize(("kind", "url"), [(kind, url) for kind, urls in GONE.items() for url in urls])
def test_a_store_that_is_not_there_is_unreachable_in_one_line_without_its_password(kind, url):
    box = maps.box({"suggest": {"path": "/s?q={prefix}", "answer": "[*]"}})
    settings = {"root": "/nowhere/at/all", "key": "k", "order": "scored", **box}
    place = maps.store(kind, maps.collection("t", ("phone", "name", "exact")), settings=settings)
    with maps.connect(place, url, timeout=2) as connector:
        for verb in (
            connector.check,
            connector.describe,
            lambda: list(connector.find(place.collections["t"], maps.phones(maps.HIS))),
            lambda: list(connector.sweep(maps.sought(maps.HIS))),
        ):
            with pytest.raises(StoreUnreachable) as refusal:
                verb()
            said = str(refusal.value)
            assert "place" in said
            assert "secret" not in said
            assert "8688" not in said
            assert "\n" not in said
            assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
