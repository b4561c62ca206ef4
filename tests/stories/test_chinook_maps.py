"""The maps of Chinook in docs/: each names every column of its dialect, and children go before parents."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from dsar.datamap.identifiers import matches, normal
from dsar.datamap.loader import load
from tests.stories import chinook


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def shop(request, tmp_path):
    if request.param == "sqlite":
        url = chinook.fill_sqlite(tmp_path)
    elif request.param == "postgresql":
        url = chinook.fill_postgresql(request.getfixturevalue("postgres_database"))
    else:
        url = chinook.fill_mariadb(request.getfixturevalue("mariadb_database"))
    engine = create_engine(url)
    yield load(chinook.MAPS / f"{request.param}.yaml", known_rules=()).map, engine
    engine.dispose()


def test_every_column_is_mapped_or_its_table_dismissed(shop):
    datamap, engine = shop
    (store,) = datamap.stores.values()
    there = inspect(engine)
    live = {name: {column["name"] for column in there.get_columns(name)} for name in there.get_table_names()}
    mapped = {each.table: set(each.fields) for each in store.collections.values()}
    dismissed = {each.table for each in store.dismissed}
    assert mapped == {name: columns for name, columns in live.items() if name not in dismissed}
    assert dismissed < set(live)


def test_lines_go_before_invoices_and_invoices_before_customers(shop):
    datamap, _ = shop
    order = [collection.name for collection in datamap.stores["shop"].erase_order()]
    assert order.index("invoice_line") < order.index("invoice") < order.index("customer")


def test_the_number_as_it_stands_there_is_the_number_as_he_gives_it(shop):
    datamap, engine = shop
    kind, collection = datamap.identifier_kinds["phone"], datamap.stores["shop"].collections["customer"]
    (by,) = [each for each in collection.found_by if each.kind == "phone"]
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        numbers = connection.scalars(text(f"select {quote(by.column)} from {quote(collection.table)}")).all()
    value = normal(kind, chinook.LUIS["phone"])
    assert [number for number in numbers if matches(kind, value, by.forms, number)] == [
        chinook.LUIS_PHONE_AS_STORED
    ]


def test_the_number_is_read_however_he_writes_it(shop):
    datamap, _ = shop
    kind = datamap.identifier_kinds["phone"]
    for written in ("+551239235555", "+55 (12) 3923-5555", "+55 12 3923 5555"):
        assert normal(kind, written) == chinook.LUIS["phone"]
