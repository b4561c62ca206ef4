"""What a store refuses in one table is that table's alone: the others finish, it is named, and it follows by itself."""

from __future__ import annotations

import pytest
import yaml
from sqlalchemy import create_engine

from dsar.terms import Right
from tests.oracle import oracle
from tests.own_database.opened import store_of
from tests.scale import shop
from tests.servers import database_on
from tests.stories.driving import verdicts

HER = shop.email(3)
KEEP = {
    "keep": "CN-ECL31-RETENTION-3Y", "where": {"price": {"above": 0}}, "fields": ["id", "account_id", "price", "day"],
    "until": {"column": "day"}, "else": "delete",
}  # fmt: skip
HELD = "that stay refer to it, so it is not deleted"
LATER = "2024-03-22T02:00:00Z"
HOURS_LATER = ("2021-11-24T09:00:00Z", "2021-11-24T16:00:00Z")


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/one.sqlite"
        return
    server, _ = request.getfixturevalue(f"private_{request.param}")
    with database_on(server) as empty:
        yield empty


def run(url, *statements):
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            held = connection.exec_driver_sql(statement)
            answer = held.all() if held.returns_rows else []
    engine.dispose()
    return answer


def fill(url, then=""):
    """Accounts 1 to 6, each with a note and an order that refer to it; named so that the account comes first."""
    refers = f"account_id integer not null, foreign key (account_id) references account (id) {then}"
    run(
        url,
        "create table account (id integer primary key, email varchar(80))",
        f"create table note (id integer primary key, words varchar(80), {refers})",
        f"create table orders (id integer primary key, price integer, day date, {refers})",
        *(f"insert into account values ({n}, '{shop.email(n)}')" for n in range(1, 7)),
        *(f"insert into note (id, words, account_id) values ({n}, 'words', {n})" for n in range(1, 7)),
        *(
            f"insert into orders (id, price, day, account_id) values ({n}, 0, '2021-03-20', {n})"
            for n in range(1, 7)
        ),
    )


def mapped(tmp_path, *names, **changed):
    """A map of one store `one`: what accounts, notes and orders are found by, all of them by the e-mail's account."""
    file = shop.write_map(tmp_path / "map.yaml", "accounts")
    plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    account = plain["stores"].pop("accounts")["collections"]["account"]
    account["fields"].pop("name")
    held = {"account": account}
    for name, fields in {
        "note": ["id", "words", "account_id"],
        "orders": ["id", "price", "day", "account_id"],
    }.items():
        held[name] = {
            **account, "found_by": {"account_id": {"column": "account_id"}},
            "fields": {field: {"title": {"zh": field, "en": field}} for field in fields},
        }  # fmt: skip
        held[name].pop("gives")
    held = {name: held[name] | changed.get(name, {}) for name in names}
    plain["stores"]["one"] = {
        "title": {"zh": "一", "en": "one"}, "connector": "sql", "url": "${ONE_URL}", "collections": held,
    }  # fmt: skip
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def left(url):
    return {
        table: [row[0] for row in run(url, f"select id from {table} order by id")]
        for table in ("account", "note", "orders")
    }


def key_of_orders(url):
    """The name that each server gives the key."""
    names = {"sqlite": "orders(account_id)", "postgresql": "orders_account_id_fkey"}
    return names.get(url.split(":")[0].split("+")[0], "orders_ibfk_1")


EVERYBODY = [1, 2, 3, 4, 5, 6]
OTHERS = [1, 2, 4, 5, 6]


def test_what_refers_to_a_table_goes_before_it(url, tmp_path, open_desk):
    fill(url)
    plain = {"note": {"found_by": {"email": {"column": "words", "form": "exact"}}}}
    run(
        url, f"update note set words = '{HER}' where id = 3"
    )  # found by herself: no map leads from account to note
    desk = open_desk(mapped(tmp_path, "account", "note", "orders", **plain), {"ONE_URL": url})
    (reference,) = desk.file([Right.ERASURE], [("email", HER)])
    assert desk.work()[1] == 0
    assert set(verdicts(desk.erasure(reference)).values()) == {"ERASED"}
    assert left(url) == dict.fromkeys(("account", "note", "orders"), OTHERS)
    assert desk.ledger_is_whole()


def dismissed(file):
    """The same map, its author sure that orders hold nothing personal."""
    plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    plain["stores"]["one"]["dismissed"] = {"orders": {"reason": "goods only", "by": "li"}}
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("named", [lambda file: file, dismissed], ids=["unmapped", "dismissed"])
def test_rows_of_a_table_that_nobody_mapped_stop_their_parent_alone(url, tmp_path, open_desk, named):
    fill(url)
    run(url, "delete from orders where account_id = 4")
    desk = open_desk(named(mapped(tmp_path, "account", "note")), {"ONE_URL": url})
    hers, his = (desk.file([Right.ERASURE], [("email", shop.email(n))])[0] for n in (3, 4))
    assert desk.work()[1] == 0
    assert desk.erasure(his)["verdict"] == "ERASED"  # of the same batch
    shown = desk.erasure(hers)
    mapped_ones = {
        place: one for place, one in verdicts(shown).items() if "(" not in place
    }  # not what derives
    assert mapped_ones == {"one.account": "CANNOT", "one.note": "ERASED"}
    account = store_of(shown, "one")["collections"][0]
    assert (account["found"], account["erased"], account["kept"], account["residue"]) == (1, 0, 1, 0)
    assert account["reason_text"]["en"] == f"rows of orders {HELD} (foreign key {key_of_orders(url)})"
    assert (shown["stage"], shown["certificate"]["number"], desk.show(hers)["status"]) == (
        "done",
        1,
        "working",
    )
    (wait,) = desk.show(hers)["waits_for"]
    assert (wait["who"], wait["name"], wait["reason"]) == (
        "staff",
        "one.account",
        account["reason_text"]["en"],
    )
    assert left(url) == {"account": [1, 2, 3, 5, 6], "note": [1, 2, 5, 6], "orders": [1, 2, 3, 5, 6]}
    assert "store.failed" not in desk.acts(hers)


def test_what_nobody_mapped_is_looked_at_again_and_its_parent_goes_when_it_has_gone(
    url, tmp_path, open_desk, monkeypatch
):
    fill(url)
    desk = open_desk(mapped(tmp_path, "account", "note"), {"ONE_URL": url})
    (hers,) = desk.file([Right.ERASURE], [("email", HER)])
    desk.work()
    monkeypatch.setenv("DSAR_NOW", HOURS_LATER[0])
    desk.work()
    assert verdicts(desk.erasure(hers))["one.account"] == "CANNOT"  # still
    assert desk.acts(hers).count("store.erased") == 1
    run(url, "delete from orders where account_id = 3")
    monkeypatch.setenv("DSAR_NOW", HOURS_LATER[1])
    desk.work()
    shown = desk.erasure(hers)
    assert verdicts(shown) == {"one.account": "ERASED", "one.note": "ERASED"}
    assert [(c["found"], c["erased"]) for c in store_of(shown, "one")["collections"]] == [(1, 1), (1, 1)]
    assert (desk.show(hers)["status"], desk.show(hers)["waits_for"]) == ("closed", [])
    assert desk.ledger_is_whole()


def test_a_map_that_names_the_rows_lets_them_and_their_parent_go(url, tmp_path, open_desk):
    fill(url)
    desk = open_desk(mapped(tmp_path, "account", "note"), {"ONE_URL": url})
    (hers,) = desk.file([Right.ERASURE], [("email", HER)])
    desk.work()
    assert verdicts(desk.erasure(hers))["one.account"] == "CANNOT"
    desk.apply(mapped(tmp_path, "account", "note", "orders"))
    desk.work()
    assert set(verdicts(desk.erasure(hers)).values()) == {"ERASED"}
    assert desk.show(hers)["status"] == "closed"
    assert left(url) == dict.fromkeys(("account", "note", "orders"), OTHERS)


@pytest.mark.parametrize("then", ["", "on delete cascade"])
def test_an_account_that_a_kept_order_refers_to_cannot_go_until_that_goes(
    url, tmp_path, open_desk, monkeypatch, then
):
    fill(url, then)
    run(url, "update orders set price = 5 where id in (2, 3)")
    desk = open_desk(
        mapped(tmp_path, "account", "note", "orders", orders={"on_erasure": KEEP}), {"ONE_URL": url}
    )
    (reference,) = desk.file([Right.ERASURE], [("email", HER)])
    assert desk.work()[1] == 0
    shown = desk.erasure(reference)
    assert verdicts(shown) == {"one.account": "CANNOT", "one.note": "ERASED", "one.orders": "KEPT"}
    account = store_of(shown, "one")["collections"][0]
    assert (account["found"], account["erased"], account["kept"], account["residue"]) == (1, 0, 1, 0)
    assert "rows of orders that stay refer to it" in account["reason_text"]["en"]
    assert "orders 表中" in account["reason_text"]["zh"]
    assert desk.show(reference)["status"] == "closed"
    assert left(url) == {"account": EVERYBODY, "note": OTHERS, "orders": EVERYBODY}
    monkeypatch.setenv("DSAR_NOW", LATER)
    desk.work()
    shown = desk.erasure(reference)
    assert verdicts(shown) == {"one.account": "ERASED", "one.note": "ERASED", "one.orders": "ERASED"}
    assert left(url) == dict.fromkeys(("account", "note", "orders"), OTHERS)
    assert oracle.hits(url, oracle.person(oracle.email(HER))) == []
