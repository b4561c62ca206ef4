"""An inspection sees what every store answers, writes it down signed, and keeps it for its days."""

import json
import sqlite3
from pathlib import Path

import pytest

from dsar.errors import BadInput
from dsar.jobs import inspection, questioning
from dsar.services import inspecting, signing
from tests import shop as shops
from tests.shop import CARD, EMAIL, OFFICER, PHONE, VALUES, Shop, stores

BOB = "+8613100002222"
CASE = "（2021）京0491民初5094号"
AFTER = "2021-12-24T02:00:00Z"  # its thirty days are over


def opened(shop: Shop, *, identifier: str = f"phone:{PHONE}", by: str = OFFICER, **settings: str) -> int:
    asked = ("--identifier-file", "-", "--by", by, "--reason", "法院勘验", "--case", CASE, "--lang", "en")
    said = shop.run("inspection", "open", *asked, "--json", given=identifier.encode(), **settings)
    assert said.code == 0, said.err
    return int(said.json["number"])


def record_of(shop: Shop, number: int, folder: Path) -> dict:
    assert shop.run("inspection", "write", number, folder, "--json").code == 0
    record = json.loads((folder / "inspection.json").read_text())["record"]
    assert isinstance(record, dict)
    return record


def held(record: dict) -> dict[str, int | None]:
    return {store["name"]: store["records"] for store in record["stores"]}


@pytest.fixture(scope="module")
def inspected(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Ann, inspected: nothing was asked or erased before."""
    shop = shops.copy_of(built_shop, tmp_path_factory.mktemp("shop") / "inspected")
    shop.change("crm", stores.FORGOTTEN)
    assert opened(shop) == 1
    assert shop.work()["failed"] == 0
    return shop


@pytest.fixture
def seen(inspected: Shop, tmp_path: Path) -> tuple[Shop, dict, Path]:
    """A shop of the test's own in which she was inspected, the record, and where its files are."""
    shop = shops.copy_of(inspected, tmp_path / "shop")
    return shop, record_of(shop, 1, tmp_path / "out"), tmp_path / "out"


def test_every_store_says_what_it_holds_in_every_way_there_is(seen):
    _, record, _ = seen
    assert held(record) == {"crm": 2, "orders": 3, "box": 2}
    crm, orders, box = record["stores"]
    assert [(one["name"], one["by"], one["records"]) for one in crm["collections"]] == [
        ("customer", ["phone"], 1)
    ]
    assert [(one["table"], one["column"], one["records"], one["mapped"]) for one in crm["places"]] == [
        ("callback", "mobile", 1, False), ("customer", "phone", 1, True),
    ]  # fmt: skip
    assert orders["collections"][0]["by"] == ["customer_id"], (
        "led to by the number that the customer record gives"
    )
    assert box["box"]["offered"] == [1] * len("13100001111"), "the other entry begins with her name"


def test_the_record_holds_no_value_of_anybody(seen):
    _, record, out = seen
    told = json.dumps(record, ensure_ascii=False) + (out / "inspection.json").read_text()
    assert [value for value in (*VALUES, BOB, "13100002222", "B-1") if value in told] == []
    assert record["identifier"]["masked"] == "131****1111"
    assert (record["by"], record["reason"], record["case"]) == (
        {"name": OFFICER, "role": "officer"}, "法院勘验", CASE,
    )  # fmt: skip


def test_nothing_of_it_lies_open_anywhere(shop: Shop):
    number = opened(shop)
    shop.work()
    assert shop.run("inspection", "show", number, "--json").json["made_at"]
    kept = b"".join(path.read_bytes() for path in shop.home.rglob("*") if path.is_file())
    assert [value for value in (*VALUES, CASE, "法院勘验") if value.encode() in kept] == []
    with sqlite3.connect(shop.home / "dsar.sqlite") as database:
        entries = database.execute(
            "select act, actor, facts from ledger_entry where reference = 'inspections'"
        ).fetchall()
    assert [(act, actor) for act, actor, _ in entries] == [
        ("inspection.opened", OFFICER), ("inspection.made", "worker"),
    ]  # fmt: skip
    assert json.loads(entries[1][2])["records"] == 6
    assert shop.run("ledger", "verify").code == 0


def test_after_an_erasure_it_finds_what_a_law_keeps_and_shows_the_ledger_beside_it(
    shop: Shop, tmp_path: Path
):
    """The record that leads to the order is gone; the sealed set of the request still leads there."""
    (reference,) = shop.confirmed("erasure")
    shop.work()
    number = opened(shop)
    shop.work()
    record = record_of(shop, number, tmp_path)
    assert held(record) == {"crm": 0, "orders": 1, "box": 0}
    (request,) = record["requests"]
    assert (request["reference"], request["proven"], request["verdict"]) == (reference, True, "KEPT")
    assert [(one["collection"], one["ground"]["until"], one["locked"]) for one in request["kept"]] == [
        ("purchase", "2024-03-20", True)
    ]
    assert [one["act"] for one in request["entries"]] == shop.acts(reference)
    assert request["ledger"]["entries"] == len(shop.acts(reference))


def test_a_store_that_gives_no_answer_is_named_and_holds_nothing_up(shop: Shop, tmp_path: Path):
    number = opened(shop)
    down = {"CRM_URL": "sqlite:////nowhere/crm"}
    assert shop.work(**down)["failed"] == 0
    shown = shop.run("inspection", "show", number, "--json").json
    assert (shown["asked"], shown["unanswered"]) == (3, ["crm"])
    record = record_of(shop, number, tmp_path)
    assert held(record) == {"crm": None, "orders": 0, "box": 2}
    assert record["stores"][0]["state"] == "unreachable"
    assert "nowhere" not in json.dumps(record)


def test_an_account_that_erases_and_gives_no_answer_is_named_beside_what_was_answered(shop: Shop, tmp_path):
    both = shops.MAP.read_text().replace(
        "url: ${CRM_URL}\n", "url: ${CRM_URL}\n    erase_url: ${ERASE_URL}\n"
    )
    (tmp_path / "map.yaml").write_text(both)
    assert shop.run("map", "apply", tmp_path / "map.yaml").code == 0
    number = opened(shop)
    assert shop.work(ERASE_URL="sqlite:////nowhere/crm")["failed"] == 0
    crm = record_of(shop, number, tmp_path)["stores"][0]
    assert (crm["state"], crm["records"], "the account that erases" in crm["reason"]) == ("answered", 1, True)


def test_a_defect_of_ours_holds_nothing_up_for_ever_and_says_no_value(
    shop: Shop, tmp_path: Path, monkeypatch
):
    asked = questioning.ask

    def broken(opened, store, task):
        if store.name == "box":
            raise ValueError(task.typed.value)
        return asked(opened, store, task)

    monkeypatch.setattr(questioning, "ask", broken)
    number = opened(shop)
    for tries in range(1, 3):
        said = shop.run("work", "--until-idle", "--retry-now", "--json")
        assert said.json["failed"] == 1, tries
        assert PHONE not in said.err
    assert shop.work()["failed"] == 0
    record = record_of(shop, number, tmp_path)
    assert held(record) == {"crm": 1, "orders": 3, "box": None}
    assert record["stores"][2]["reason"] == inspection.BROKEN


def test_whoever_is_not_proven_leads_to_no_number_of_ours(shop: Shop, tmp_path: Path):
    shop.opened("erasure")
    shop.change("crm", "delete from customer where id = 1")
    number = opened(shop)
    shop.work()
    record = record_of(shop, number, tmp_path)
    assert held(record)["orders"] == 0
    assert [one["proven"] for one in record["requests"]] == [False]


@pytest.mark.parametrize("identifier", [f"email:{EMAIL}", f"card:{CARD}"])
def test_other_identifiers_lead_to_the_same_person(shop: Shop, tmp_path: Path, identifier: str):
    number = opened(shop, identifier=identifier)
    shop.work()
    assert held(record_of(shop, number, tmp_path))["orders"] == 3


@pytest.mark.parametrize("name", ["inspection.pdf", "inspection.json"])
def test_a_changed_file_is_told_from_the_one_that_was_signed(seen, name: str):
    shop, _, out = seen
    file = out / name
    assert shop.run("inspection", "verify", file, "--json").json["ok"]
    content = file.read_bytes()
    for place in (len(content) // 3, len(content) // 2):
        changed = bytearray(content)
        changed[place] ^= 1
        file.write_bytes(changed)
        said = shop.run("inspection", "verify", file)
        assert said.code == 1
        assert "Traceback" not in said.err
    file.write_bytes(content + b"more")
    assert shop.run("inspection", "verify", file).code == 1


def test_a_record_that_says_a_thing_twice_or_more_than_was_signed_does_not_hold(seen):
    """A program reads the last of two; a person reads the first."""
    _, _, out = seen
    content = (out / "inspection.json").read_bytes()
    assert signing.check(content).whole
    for more in (b'"record": {"stores": []},', b'"note": "nothing was found",', b" "):
        assert not signing.check(content[:1] + more + content[1:]).whole
    for place in range(content.index(b'"signature"') + 12, len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        try:
            assert not signing.check(bytes(changed)).whole, content[place - 20 : place + 1]
        except BadInput:  # not even a record any more
            continue


def test_anybody_can_check_it_by_the_public_key_without_our_database(seen, tmp_path: Path):
    shop, _, out = seen
    key = json.loads((out / "inspection.json").read_text())["signature"]["public_key"]
    assert shop.run("inspection", "key", "--json").json["public_key"] == key
    elsewhere = {"DSAR_HOME": str(tmp_path / "empty")}
    for name in ("inspection.pdf", "inspection.json"):
        assert shop.run("inspection", "verify", out / name, "--key", key, **elsewhere).code == 0
        said = shop.run("inspection", "verify", out / name, "--key", "00" * 32, "--json", **elsewhere)
        assert (said.code, said.json["whole"], said.json["ours"]) == (1, True, False)
    assert not (tmp_path / "empty").exists()
    assert "32 bytes in hex" in shop.run("inspection", "verify", out / "inspection.pdf", "--key", "xyz").error


def test_it_can_be_proven_which_identifier_was_typed(seen):
    shop, _, out = seen
    same = shop.run(
        "inspection", "verify", out / "inspection.json", "--identifier", f"phone:{PHONE}", "--json"
    )
    assert same.json["same_identifier"] is True
    other = shop.run(
        "inspection", "verify", out / "inspection.json", "--identifier", f"phone:{BOB}", "--json"
    )
    assert (other.code, other.json["same_identifier"]) == (1, False)


def test_what_is_no_signed_record_is_said_to_be_none(shop: Shop, tmp_path: Path):
    for content in (b"", b"{}", b"[1]", b"%PDF-1.7\n%%EOF\n", b'{"record": 1, "signature": {}}', b"\xff"):
        (tmp_path / "x").write_bytes(content)
        assert "as it was handed over" in shop.run("inspection", "verify", tmp_path / "x").error
    assert "cannot be read" in shop.run("inspection", "verify", tmp_path / "none").error


def test_its_time_over_it_is_destroyed_and_the_ledger_still_proves_it(seen):
    shop, _, out = seen
    shop.work(DSAR_NOW=AFTER)
    shown = shop.run("inspection", "show", 1, "--json").json
    assert shown["destroyed_at"] == AFTER
    assert not list((shop.home / "vault" / "inspections").glob("1/**/*"))
    assert "destroyed" in shop.run("inspection", "write", 1, out).error
    with sqlite3.connect(shop.home / "dsar.sqlite") as database:
        assert database.execute("select wrapped, sealed from inspection").fetchall() == [(None, None)]
        assert database.execute("select distinct sealed from inspected_store").fetchall() == [(None,)]
    assert shop.run("inspection", "verify", out / "inspection.pdf").code == 0
    assert shop.run("ledger", "verify").code == 0
    shop.work(DSAR_NOW=AFTER)


def test_who_inspects_very_often_is_told_of_and_then_stopped(shop: Shop):
    few = {"DSAR_INSPECTIONS": "2"}
    for _ in range(4):
        opened(shop, **few)
    with sqlite3.connect(shop.home / "dsar.sqlite") as database:
        ((kind, facts),) = database.execute("select kind, facts from alert").fetchall()
    assert (kind, json.loads(facts)) == (inspecting.MANY, {"by": OFFICER, "most": 2})
    said = shop.run(
        "inspection", "open", "--identifier", f"phone:{PHONE}", "--by", OFFICER, "--reason", "x", **few
    )
    assert "4 times within a day" in said.error
    assert opened(shop, DSAR_NOW="2021-11-25T02:00:01Z", **few) == 5


def test_nobody_inspects_without_the_right_a_reason_or_an_identifier(shop: Shop):
    def refused(*words: str, reason: str = "x") -> str:
        return shop.run("inspection", "open", *words, "--reason", reason).error

    mine = ("--identifier", f"phone:{PHONE}")
    assert "cannot inspect" in refused(*mine, "--by", "lin")
    assert "there is no user" in refused(*mine, "--by", "nobody")
    assert "empty" in refused(*mine, "--by", OFFICER, reason=" ")
    assert "one identifier" in refused("--by", OFFICER)
    assert "one identifier" in refused(*mine, "--identifier", f"email:{EMAIL}", "--by", OFFICER)
    assert "is not one of" in refused("--identifier", "customer_id:1", "--by", OFFICER), "no number of ours"
    assert "too short" in refused("--identifier", "card:M-7", "--by", OFFICER)
    assert "at most" in refused(*mine, "--by", OFFICER, reason="x" * 501)
    assert "no text" in refused(*mine, "--by", OFFICER, "--case", "\udcff")


def test_an_inspector_has_an_end(shop: Shop):
    added = shop.run("user", "add", "wu", "--role", "inspector", "--json").json
    assert added["until"] == "2021-11-25T02:00:00Z", "a day, where none is given"
    assert opened(shop, by="wu") == 1
    late = {"DSAR_NOW": "2021-11-25T02:00:00Z"}
    asked = ("inspection", "open", "--identifier", f"phone:{PHONE}", "--by", "wu", "--reason", "x")
    assert "has ended" in shop.run(*asked, **late).error
    again = ("user", "add", "wu", "--role", "inspector", "--until", "2021-11-26T02:00:00Z")
    assert shop.run(*again, **late).code == 0
    assert shop.run(*asked, **late).code == 0
    assert "ended already" in shop.run(*again[:-1], "2020-01-01T00:00:00Z").error
