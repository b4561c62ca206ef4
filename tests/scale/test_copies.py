"""Where the map says so, copies are looked for by value in mapped fields too: one statement however many people."""

from __future__ import annotations

from dsar.terms import Right
from tests.scale import counting, shop
from tests.scale.test_statements import do, execute, file

PEOPLE = 60


def test_a_store_is_read_by_value_once_a_batch_however_many_copies_are_wanted(tmp_path, open_desk):
    urls = {name: f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("accounts", "notes")}
    for name, url in urls.items():
        getattr(shop, f"fill_{name}")(url, PEOPLE + 1)
    execute(urls["notes"], f"update note set words = 'ask {shop.email(2)}' where account_id in (1, 2)")
    environment = {f"{name.upper()}_URL": url for name, url in urls.items()}
    map_file = shop.write_map(tmp_path / "map.yaml", *urls, copies={"look_by_value": "everywhere"})
    desk = open_desk(map_file, environment)
    asked, references = {}, []
    for persons in ([PEOPLE + 1], list(range(1, PEOPLE + 1))):
        references = file(desk, persons, Right.COPY)
        with counting.SqliteCounter(tmp_path).counted() as said:
            do(desk, "search_store")
        asked[len(persons)] = {name: sum(map(of_a_table, said[name])) for name in urls}
    # one to find, one to look by value, and one more where a row may hold somebody
    assert all(2 <= n <= 3 for counts in asked.values() for n in counts.values())
    held = [
        (reference, each["table"], each["undeclared"], each["records"])
        for reference in references
        for each in desk.show(reference)["unmapped"]
        if each["records"]
    ]
    assert held == [(references[1], "note", ["words"], shop.EACH)]  # the other person's, not her own


def of_a_table(statement: str) -> bool:
    """Whether a statement reads the records of a table, not the shapes of all."""
    return statement.startswith("SELECT") and (' "account" t' in statement or ' "note" t' in statement)
