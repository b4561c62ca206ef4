"""A sweep says which hits stand in the person's own records: those that `find` brings, and no others."""

from __future__ import annotations

from dsar.connectors import Probe, Sought
from tests.connectors import maps
from tests.connectors.filled import insert, run


def test_what_find_brings_is_marked_as_the_persons_own_and_nothing_else(store):
    people = store.his, store.twin
    probes = maps.phones(*people, kind=store.kind)
    with store.connect() as connector:
        found = {
            (one.subject, store.collection.table, one.key) for one in connector.find(store.collection, probes)
        }
        sought = maps.sought(*people, kind=store.kind)
        hits = list(connector.sweep(sought, own=probes))
        # what a box offers of a document goes with that document, and is found as it
        brought = [hit for hit in hits if hit.own and hit.key[-1] != "offered"]
        assert {(hit.subject, hit.table, hit.key) for hit in brought} <= found
        assert not {(hit.subject, hit.table, hit.key) for hit in hits if not hit.own} & found
        assert {hit.subject for hit in hits if hit.own} == {0, 1}
        assert not any(hit.own for hit in connector.sweep(sought))


def test_a_record_is_his_own_by_our_number_and_another_by_nothing(sql_url):
    run(
        sql_url,
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, student INTEGER, phone VARCHAR(40), remark VARCHAR(90))",
    )
    rows = [
        (1, 7, None, "call 13100008688"),  # by our number
        (2, None, "13100008688", None),  # by the declared form
        (3, 8, None, "his friend's: 13100008688"),
        (4, None, "131 0000 8688", None),  # a form that the map does not declare
    ]
    insert(sql_url, "visit", rows)
    held = maps.collection("visit", ("student_id", "student", "exact"), ("phone", "phone", "national"))
    own = [Probe(0, 0, "phone", maps.HIS), Probe(0, 1, "student_id", "7")]
    with maps.connect(maps.store("sql", held), sql_url) as connector:
        hits = connector.sweep([Sought(0, "phone", maps.HIS)], own=own)
        assert {(*hit.key, hit.column, hit.own) for hit in hits} == {
            (1, "remark", True), (2, "phone", True), (3, "remark", False), (4, "phone", False),
        }  # fmt: skip
