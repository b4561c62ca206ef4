"""What is known of a store before a map is drafted: which columns lead from table to table."""

import time

from dsar.datamap.drafting.facts import Facts
from dsar.datamap.schema import Column, Schema, Table


def table(name, *columns):
    return Table(name, {each: Column(each, "int", True, True) for each in ("id", *columns)}, ("id",))


def test_columns_called_after_a_table_lead_to_it_and_one_called_after_two_leads_nowhere():
    tables = [
        table("customers"),
        table("box", "BoxId"),
        table("boxes"),
        table("visit", "CustomerId", "box_id"),
    ]
    facts = Facts(Schema({each.name: each for each in tables}), [], {})
    assert [(link.table, link.column, link.parent) for link in facts.links()] == [
        ("box", "BoxId", "boxes"),
        ("visit", "CustomerId", "customers"),
    ]


def test_a_store_of_many_tables_is_told_quickly():
    tables = [
        table(f"table{n}", *(f"table{(n + step) % 300}_id" for step in range(1, 9))) for n in range(300)
    ]
    facts = Facts(Schema({each.name: each for each in tables}), [], {})
    began = time.process_time()
    assert len(facts.links()) == 8 * 300
    assert [facts.composite(each.name) for each in tables] == [[]] * 300
    assert time.process_time() - began < 5
