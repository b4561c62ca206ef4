"""A map is drafted from a store on each engine: who is found how, what goes first, and no value of anybody in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import yaml

from dsar.config import Config
from dsar.datamap.loader import MapErrors, load
from dsar.jobs import drafting
from dsar.jobs.stores import compare
from dsar.law import load_rules
from tests.connectors.conftest import sql_url  # noqa: F401

PEOPLE = 12
TABLES = (  # as each engine takes them
    "create table member (id integer primary key, email varchar(200), mobile varchar(30), full_name varchar(60),"
    " password varchar(80), inviter_id integer references member(id))",
    "create table address (id integer primary key, recipient varchar(60), line1 varchar(200), tel varchar(30))",
    "create table product (id integer primary key, title varchar(60), maker_id integer,"
    " foreign key (maker_id) references product(id))",
    "create table purchase (id integer primary key, member_id integer, guest_email varchar(200), address_id integer,"
    " foreign key (member_id) references member(id), foreign key (address_id) references address(id))",
    "create table purchase_item (purchase_id integer not null, place integer not null, product_id integer,"
    " primary key (purchase_id, place), foreign key (purchase_id) references purchase(id),"
    " foreign key (product_id) references product(id))",
    "create table item_remark (id integer primary key, purchase_id integer, place integer, words varchar(200),"
    " foreign key (purchase_id, place) references purchase_item(purchase_id, place))",
    "create table favourite (member_id integer not null, product_id integer not null,"
    " primary key (member_id, product_id),"
    " foreign key (member_id) references member(id), foreign key (product_id) references product(id))",
    "create table visit (member_id integer, seen_at varchar(30), ip varchar(40))",  # no key, and no foreign key
    "create table opinion (id integer primary key, member_id integer, target_type varchar(20), target_id integer,"
    " body varchar(500), foreign key (member_id) references member(id))",
    "create table opinion_vote (id integer primary key, opinion_id integer not null, member_id integer not null,"
    " foreign key (opinion_id) references opinion(id), foreign key (member_id) references member(id))",
    "create table notice (id integer primary key, text varchar(200), written_by_id integer,"
    " foreign key (written_by_id) references member(id))",
    "create table mailing (id integer primary key, email_md5 varchar(32))",
    "create table web_session (session_key varchar(40) primary key, session_data varchar(2000))",
    "create table plan (product_code integer not null, year integer not null, primary key (product_code, year))",
    "create table plan_line (id integer primary key, product_code integer, year integer,"
    " foreign key (product_code, year) references plan(product_code, year))",
    "create table schema_migrations (version varchar(40) primary key)",
)  # fmt: skip


FOUND_BY = {
    "member": {"email": "email", "phone": "mobile"},
    "address": {"address_id": "id"},  # a purchase points at it
    "favourite": {"member_id": "member_id"},
    "mailing": {"email": "email_md5"},
    "notice": {"member_id": "written_by_id"},
    "opinion": {"member_id": "member_id"},
    "opinion_vote": {"member_id": "member_id"},  # whoever votes is not the one who wrote
    "purchase": {"member_id": "member_id", "email": "guest_email"},
    "purchase_item": {"purchase_id": "purchase_id"},
    "visit": {"member_id": "member_id"},  # by its name alone
    "item_remark": {"purchase_id": "purchase_id"},  # one column of a key of two
}  # fmt: skip


def _rows(n: int) -> dict[str, tuple[object, ...]]:
    email = f"person{n}@nowhere.example"
    return {
        "member": (
            n,
            email,
            f"+86131{n:08}",
            f"王小{'明红华丽强军'[n % 6]}",
            "pbkdf2_sha256$1$a$b",
            n - 1 or None,
        ),
        "address": (n, f"李大{'明红华丽强军'[n % 6]}", f"长安街{n}号楼", f"139{n:08}"),
        "product": (n, f"Kettle {n}", None),
        "purchase": (n, n if n % 2 else None, None if n % 2 else f"guest{n}@nowhere.example", n),
        "purchase_item": (n, 1, n),
        "item_remark": (n, n, 1, "as a present"),
        "favourite": (n, n),
        "visit": (n, "2021-03-04", f"10.1.2.{n}"),
        "opinion": (n, n, "product", n, "A very good kettle, it boils and it never burnt anything."),
        "opinion_vote": (n, n, PEOPLE + 1 - n),
        "notice": (n, "Closed on Monday", 1),
        "mailing": (n, hashlib.md5(email.encode()).hexdigest()),  # noqa: S324
        "web_session": (f"{n:040}", "e30:1abc"),
        "plan": (n, 2021),
        "plan_line": (n, n, 2021),
        "schema_migrations": (f"{n:04}",),
    }


def _fill(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.exec_driver_sql(statement)
        for table, row in _rows(1).items():
            places = ", ".join(f":c{place}" for place in range(len(row)))
            rows = [{f"c{p}": v for p, v in enumerate(_rows(n)[table])} for n in range(1, PEOPLE + 1)]
            connection.execute(sa.text(f"insert into {table} values ({places})"), rows)
    engine.dispose()


@pytest.fixture
def draft_of(tmp_path, monkeypatch) -> Callable[[str], str]:
    """The text of the draft of a store, which is filled first."""

    def of(url: str) -> str:
        _fill(url)
        monkeypatch.setenv("SHOP_URL", url)
        monkeypatch.setenv("DSAR_HOME", str(tmp_path / "home"))
        return drafting.of_url("shop", "${SHOP_URL}", Config.from_env(), by="张工", region="CN").yaml

    return of


@pytest.fixture
def drafted(draft_of, tmp_path) -> str:
    """The draft of the shop on SQLite."""
    return draft_of(f"sqlite:///{tmp_path}/shop.sqlite")


def _found(collection: dict) -> dict:
    return {
        kind: [each["column"] for each in item] if isinstance(item, list) else item["column"]
        for kind, item in collection["found_by"].items()
    }


def _answered(text: str) -> str:
    """Every line of a guess taken out: somebody agrees with all of it."""
    lines, indent = [], ""
    for line in text.splitlines():
        if re.match(r" *check:", line):
            indent = line[: line.index("c")]
        elif not ((indent and line.startswith(f"{indent}- (")) or re.match(rf"{indent}- ['\w]", line)):
            lines.append(line)
    return "\n".join(lines)


def test_who_is_found_how_is_told_by_names_keys_and_samples(drafted):
    collections = yaml.safe_load(drafted)["stores"]["shop"]["collections"]
    assert {name: _found(each) for name, each in collections.items()} == FOUND_BY
    assert collections["member"]["found_by"]["phone"]["form"] == "e164"
    assert collections["mailing"]["found_by"]["email"]["form"] == "md5:exact"
    assert collections["member"]["fields"]["password"]["withhold"] == "credential"
    assert collections["address"]["fields"]["tel"]["identifier"] == "phone"
    assert collections["purchase"]["shared"] == "redact"


def test_what_goes_is_proposed_and_what_would_refuse_is_said(drafted):
    collections = yaml.safe_load(drafted)["stores"]["shop"]["collections"]
    acts = {name: each["on_erasure"] for name, each in collections.items()}
    assert {name for name, act in acts.items() if act == "delete"} == collections.keys() - {
        "notice",
        "opinion",
    }
    assert acts["notice"] == {"blank": ["written_by_id"]}
    assert "body" in acts["opinion"]["blank"]  # others voted for it
    said = {name: " ".join(each["check"]) for name, each in collections.items()}
    assert "no primary key" in said["visit"]
    assert "target_id names rows of several tables" in said["opinion"]
    assert "inviter_id leads to another row" in said["member"]


def test_what_nothing_leads_to_is_dismissed_with_doubts(drafted):
    dismissed = yaml.safe_load(drafted)["stores"]["shop"]["dismissed"]
    assert dismissed.keys() == {"product", "plan", "plan_line", "web_session", "schema_migrations"}
    assert {each["by"] for each in dismissed.values()} == {"张工"}
    assert "sessions are personal" in str(dismissed["web_session"]["check"])
    assert "several columns" in str(dismissed["plan_line"]["check"])


def test_no_value_of_anybody_stands_in_it(drafted):
    counted = "12 of 12 look like e-mail addresses"
    assert counted in drafted
    assert not [
        str(value) for n in range(1, PEOPLE + 1) for row in _rows(n).values() for value in row
        if isinstance(value, str) and len(value) > 7 and value in drafted
    ]  # fmt: skip


def test_it_is_refused_until_every_guess_is_answered_and_then_nothing_is_unmapped(
    draft_of,
    sql_url,  # noqa: F811
    tmp_path,
):
    drafted = draft_of(sql_url)
    held = yaml.safe_load(drafted)["stores"]["shop"]
    assert {name: _found(each) for name, each in held["collections"].items()} == FOUND_BY
    file = tmp_path / "map.yaml"
    file.write_text(drafted, encoding="utf-8")
    with pytest.raises(MapErrors) as caught:
        load(file, known_rules=load_rules().keys())
    lines = drafted.splitlines()
    asked = [
        place for place, line in enumerate(lines, 1) if "check: " in line or re.match(r" *- ['(\w]", line)
    ]
    assert [error.line for error in caught.value.errors] == asked
    file.write_text(_answered(drafted), encoding="utf-8")
    compared = compare(load(file, known_rules=load_rules().keys()), Config.from_env())
    assert (compared.errors, compared.unmapped, compared.unreachable) == ([], [], [])


def test_of_a_store_that_the_map_has_it_drafts_what_is_missing(drafted, tmp_path):
    folder = tmp_path / "map"
    folder.mkdir()
    whole = yaml.safe_load(_answered(drafted))
    whole["identifier_kinds"].pop("purchase_id"), whole["identifier_kinds"].pop("address_id")
    shop = whole["stores"]["shop"]
    for name in ("purchase", "purchase_item", "item_remark", "address"):
        del shop["collections"][name]
    del shop["collections"]["member"]["fields"]["full_name"]
    (folder / "10.yaml").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    datamap = load(folder, known_rules=load_rules().keys()).map
    more = drafting.of_store("shop", datamap, Config.from_env(), by="张工", region="CN")
    below = yaml.safe_load(more.yaml)
    assert below.keys() == {"identifier_kinds", "stores"}
    assert below["stores"]["shop"].keys() == {"collections"}
    added = below["stores"]["shop"]["collections"]
    assert added.keys() == {"member", "purchase", "purchase_item", "item_remark", "address"}
    assert added["member"].keys() == {"fields"}
    (folder / "20.yaml").write_text(_answered(more.yaml), encoding="utf-8")
    compared = compare(load(folder, known_rules=load_rules().keys()), Config.from_env())
    assert (compared.errors, compared.unmapped) == ([], [])


def test_an_address_with_a_password_is_not_written_down(tmp_path, monkeypatch):
    monkeypatch.setenv("DSAR_HOME", str(tmp_path / "home"))
    file = tmp_path / "hunter2.sqlite"
    sa.create_engine(f"sqlite:///{file}").connect().close()
    made = drafting.of_url("old shop", f"sqlite:///{file}", Config.from_env(), by="li", region="CN")
    assert "hunter2" not in made.yaml
    assert "${OLD_SHOP_URL}" in made.yaml
