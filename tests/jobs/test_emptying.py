"""What an erasure empties of other people's records is listed, counted and certified, once."""

from pathlib import Path

import pytest

from tests.jobs.test_mentions import ADDRESS, collection, mapped
from tests.shop import Shop

OURS = "柳树路 2 号 代收 13100001111"
LISTED = [{"table": "purchase", "column": "address"}]
KILLED = -9
LATER = "2021-11-24T08:00:00Z"  # six hours after the first look


def accounted(shop: Shop, reference: str) -> tuple[str, list[int]]:
    shown = collection(shop.erasure(reference), "purchase")
    return shown["verdict"], [shown[name] for name in ("planned", "found", "erased", "kept", "residue")]


@pytest.fixture
def mentioned(shop: Shop, tmp_path: Path) -> Shop:
    """No purchase is Ann's; her number stands in two of Bob's."""
    shop.change(
        "orders",
        f"delete from purchase where customer_id = 1; update purchase set address = '{OURS}';"
        f"insert into purchase (id, customer_id, address) values (77, 2, '{OURS}'), (78, 2, 'elsewhere');",
    )
    mapped(shop, tmp_path, (ADDRESS, ADDRESS + ", mentions: erase"))
    return shop


def others(shop: Shop) -> int:
    return shop.rows("orders", "select count(*) from purchase where address is null")[0][0]


def test_what_is_emptied_of_others_is_listed_counted_and_erased(mentioned: Shop, tmp_path: Path):
    (reference,) = mentioned.confirmed("erasure")
    mentioned.work()
    assert others(mentioned) == 2
    assert accounted(mentioned, reference) == ("ERASED", [0, 2, 2, 0, 0])
    assert collection(mentioned.erasure(reference), "purchase")["where"] == LISTED
    said = mentioned.run("certificate", "write", reference, tmp_path / "certificate", "--json")
    assert said.code == 0, said.err
    assert mentioned.rows("orders", "select address from purchase where id = 78") == [("elsewhere",)]


@pytest.mark.parametrize("point", ["mention.act:before", "mention.act:after", "look.write:before"])
def test_killed_and_repeated_it_counts_once(mentioned: Shop, point: str):
    (reference,) = mentioned.confirmed("erasure")
    assert mentioned.process("work", "--until-idle", DSAR_FAULT=point).code == KILLED
    mentioned.work()
    assert others(mentioned) == 2
    assert accounted(mentioned, reference) == ("ERASED", [0, 2, 2, 0, 0])
    assert collection(mentioned.erasure(reference), "purchase")["where"] == LISTED


def test_what_names_its_row_cannot_be_emptied_and_is_residue(mentioned: Shop):
    made = mentioned.rows("orders", "select sql from sqlite_master where name = 'purchase'")[0][0]
    named = made.replace("primary key", "").rstrip(")\n ") + ", primary key (id, address))"
    mentioned.change(
        "orders",
        f"alter table purchase rename to was; {named}; insert into purchase select * from was; drop table was;",
    )
    (reference,) = mentioned.confirmed("erasure")
    mentioned.work()
    assert others(mentioned) == 0
    assert accounted(mentioned, reference) == ("RESIDUE", [0, 2, 0, 0, 2])
    assert collection(mentioned.erasure(reference), "purchase")["where"] == LISTED


def test_when_all_erasures_are_stopped_in_its_midst_the_rest_stays_until_they_go_on(
    mentioned: Shop, monkeypatch: pytest.MonkeyPatch
):
    (reference,) = mentioned.confirmed("erasure")
    stops = iter([False, True])
    with monkeypatch.context() as one_by_one:
        one_by_one.setattr("dsar.jobs.mentioned.CHUNK", 1)
        one_by_one.setattr("dsar.jobs.mentioned._stopped", lambda: next(stops))
        mentioned.work()
    assert (others(mentioned), accounted(mentioned, reference)) == (1, ("RESIDUE", [0, 2, 1, 0, 1]))
    mentioned.work(DSAR_NOW=LATER)
    assert (others(mentioned), accounted(mentioned, reference)) == (2, ("ERASED", [0, 2, 2, 0, 0]))


def test_a_later_look_forgets_nothing_and_adds_what_was_born_since(mentioned: Shop):
    mentioned.change("orders", "create table stray (note text); insert into stray values ('13100001111')")
    (reference,) = mentioned.confirmed("erasure")
    mentioned.work()
    assert mentioned.erasure(reference)["verdict"] == "RESIDUE"
    mentioned.change("orders", f"update purchase set address = '{OURS}' where id = 78; delete from stray")
    mentioned.work(DSAR_NOW=LATER)
    assert mentioned.erasure(reference)["verdict"] != "RESIDUE"
    assert accounted(mentioned, reference) == ("ERASED", [0, 3, 3, 0, 0])
    assert collection(mentioned.erasure(reference), "purchase")["where"] == LISTED


def test_its_own_records_are_counted_once(shop: Shop, tmp_path: Path):
    """A record that a law keeps is kept, though a field of it was emptied."""
    shop.change("orders", f"update purchase set address = '{OURS}' where customer_id = 1")
    mapped(shop, tmp_path, (ADDRESS, ADDRESS + ", mentions: erase"))
    (reference,) = shop.confirmed("erasure")
    shop.work()
    _, (planned, found, erased, kept, residue) = accounted(shop, reference)
    assert found == planned == erased + kept + residue
