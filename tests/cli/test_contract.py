"""Every object that the contract promises, at every point of a request's life, on standard output alone."""

import hashlib
import json

import pytest
from jsonschema import Draft202012Validator

from tests import shop as shops
from tests.cli import shapes
from tests.shop import CARD, EMAIL, HANDLER, OFFICER, PHONE, Said, Shop, stores


def holds(said: Said, shape: shapes.Schema, code: int = 0) -> dict:
    """The object, once it has every key that was promised."""
    assert said.code == code, said.err
    plain = said.json
    problems = [
        f"{'/'.join(map(str, e.path))}: {e.message}" for e in Draft202012Validator(shape).iter_errors(plain)
    ]
    assert problems == []
    return plain


def test_a_shape_refuses_an_object_that_lacks_a_promised_key():
    known = Draft202012Validator(shapes.WORK)
    assert known.is_valid({"done": 1, "failed": 0, "waiting": [], "more": 1})
    assert not known.is_valid({"done": 1, "failed": 0})
    assert not known.is_valid({"done": None, "failed": 0, "waiting": []})


def test_the_map_is_checked_and_applied(shop: Shop, tmp_path):
    shop.change("crm", stores.FORGOTTEN)
    shown = holds(shop.run("map", "check", shops.MAP, "--json"), shapes.MAP_CHECK)
    assert shown["ok"] is True
    assert shown["unmapped"] == [{"store": "crm", "table": "callback", "columns": ["mobile", "remark"]}]
    assert holds(shop.run("map", "apply", shops.MAP, "--json"), shapes.MAP_APPLY)["version"] == 1
    changed = tmp_path / "map.yaml"
    changed.write_text(shops.MAP.read_text().replace("days: 15", "days: 10"))
    shown = holds(shop.run("map", "apply", changed, "--json"), shapes.MAP_APPLY)
    assert (shown["version"], shown["stores"], shown["added"], shown["removed"]) == (2, 3, [], [])


def test_rows_that_a_store_would_delete_unseen_are_named_by_the_check_of_the_map(shop: Shop):
    key = "foreign key (customer) references customer (id) on delete cascade"
    shop.change("crm", f"create table visit (id integer primary key, customer integer, {key})")
    shown = holds(shop.run("map", "check", shops.MAP, "--json"), shapes.MAP_CHECK)
    told = [(one["store"], one["collection"], one["table"], one["foreign_key"]) for one in shown["cascades"]]
    assert told == [("crm", "customer", "visit", "visit(customer)")]
    said = shop.run("map", "check", shops.MAP).out
    assert "deleting crm.customer takes rows of table visit along, which the map does not name" in said


def test_rows_of_no_collection_that_stop_an_erasure_are_named_by_the_check_of_the_map(shop: Shop):
    key = "foreign key (customer) references customer (id)"
    shop.change("crm", f"create table visit (id integer primary key, customer integer, {key})")
    shown = holds(shop.run("map", "check", shops.MAP, "--json"), shapes.MAP_CHECK)
    told = [(one["store"], one["collection"], one["table"], one["foreign_key"]) for one in shown["refusing"]]
    assert told == [("crm", "customer", "visit", "visit(customer)")]
    assert shown["cascades"] == []
    said = shop.run("map", "check", shops.MAP).out
    assert (
        "crm.customer is not deleted from while rows of table visit refer to it, which the map does not"
        in said
    )


def test_a_map_with_errors_prints_its_object_and_exits_with_1(shop: Shop, tmp_path):
    wrong = tmp_path / "map.yaml"
    wrong.write_text(
        shops.MAP.read_text().replace("column: phone,", "column: phone_no,").replace("form: any", "form: all")
    )
    shown = holds(shop.run("map", "check", wrong, "--json"), shapes.MAP_CHECK, code=1)
    assert [error["line"] for error in shown["errors"]] != []
    assert shown["ok"] is False


def test_a_store_out_of_reach_is_named_by_the_check_of_the_map(shop: Shop):
    shown = holds(
        shop.run("map", "check", shops.MAP, "--json", BOX_URL="sqlite:////nowhere/box"), shapes.MAP_CHECK
    )
    assert [one["store"] for one in shown["unreachable"]] == ["box"]


def test_a_request_from_opening_to_the_copy(shop: Shop, tmp_path):
    words = [
        "--right",
        "copy",
        "--right",
        "erasure",
        "--identifier",
        f"phone:{PHONE}",
        "--identifier",
        f"email:{EMAIL}",
    ]
    opened = holds(shop.run("request", "open", *words, "--json"), shapes.REQUEST_OPEN)
    copy, erasure = (one["reference"] for one in opened["requests"])
    assert {one["due_on"] for one in opened["requests"]} == {"2021-12-09"}
    before = holds(shop.run("request", "show", copy, "--json"), shapes.REQUEST_SHOW)
    assert (before["status"], before["complete"], before["copy"]) == ("verifying", False, None)
    assert {c["records"] for s in before["stores"] for c in s["collections"]} == {None}

    confirm = ["request", "confirm", copy, "--by", HANDLER, "--evidence", "seen"]
    one = holds(shop.run(*confirm, "--identifier", f"phone:{PHONE}", "--json"), shapes.REQUEST_CONFIRM)
    assert (one["confirmed"], one["unconfirmed"]) == (1, 1)
    both = holds(shop.run(*confirm, "--json"), shapes.REQUEST_CONFIRM)
    assert (both["confirmed"], both["unconfirmed"], both["status"]) == (2, 0, "working")

    assert holds(shop.run("work", "--until-idle", "--json"), shapes.WORK)["waiting"] == []
    after = holds(shop.run("request", "show", copy, "--json"), shapes.REQUEST_SHOW)
    assert (after["complete"], after["status"], after["copy"]["state"]) == (True, "closed", "ready")
    frozen = holds(shop.run("erasure", "show", erasure, "--json"), shapes.ERASURE_SHOW)
    assert (frozen["stage"], frozen["verdict"]) == ("frozen", "PENDING")

    written = holds(shop.run("copy", "write", copy, tmp_path / "copy", "--json"), shapes.COPY_WRITE)
    assert written["complete"] is True
    for file in written["files"]:
        content = (tmp_path / "copy" / file["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])

    shop.work()
    done = holds(shop.run("erasure", "show", erasure, "--json"), shapes.ERASURE_SHOW)
    assert (done["stage"], done["verdict"]) == ("done", "KEPT")
    holds(shop.run("request", "show", erasure, "--json"), shapes.REQUEST_SHOW)
    papers = holds(
        shop.run("certificate", "write", erasure, tmp_path / "paper", "--json"), shapes.CERTIFICATE_WRITE
    )
    assert {file["name"] for file in papers["files"]} == {"certificate.pdf", "certificate.json"}
    certified = json.loads((tmp_path / "paper" / "certificate.json").read_text())
    assert list(Draft202012Validator(shapes.ERASURE_SHOW).iter_errors(certified)) == []


def test_found_is_always_erased_and_kept_and_left(shop: Shop):
    shop.change("crm", stores.FORGOTTEN)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    shown = holds(shop.run("erasure", "show", reference, "--json"), shapes.ERASURE_SHOW)
    parts = {(s["name"], c["name"]): c for s in shown["stores"] for c in s["collections"]}
    assert shown["verdict"] == "RESIDUE"
    assert parts["crm", "callback"]["mapped"] is False
    assert all(p["found"] == p["erased"] + p["kept"] + p["residue"] for p in parts.values())
    counted = {name: (p["found"], p["erased"], p["kept"], p["residue"]) for (_, name), p in parts.items()}
    assert counted == {
        "customer": (1, 1, 0, 0),
        "callback": (1, 0, 0, 1),
        "purchase": (3, 2, 1, 0),
        "entry": (2, 2, 0, 0),
    }


def test_work_names_what_waits_and_a_partial_copy_says_so(shop: Shop, tmp_path):
    (reference,) = shop.confirmed("copy", lang="en")
    down = {"BOX_URL": "sqlite:////nowhere/box.sqlite"}
    worked = holds(shop.run("work", "--until-idle", "--json", **down), shapes.WORK)
    assert [(one["reference"], one["store"]) for one in worked["waiting"]] == [(reference, "box")]
    shown = holds(shop.run("request", "show", reference, "--json", **down), shapes.REQUEST_SHOW)
    assert {s["name"]: s["state"] for s in shown["stores"]} == {
        "crm": "searched",
        "orders": "searched",
        "box": "unreachable",
    }
    assert shown["complete"] is False
    written = holds(shop.run("copy", "write", reference, tmp_path / "part", "--json"), shapes.COPY_WRITE)
    assert written["complete"] is False
    assert json.loads((tmp_path / "part" / "copy.json").read_text())["complete"] is False
    assert shop.show(reference)["answered_at"] is None
    shop.work()
    assert shop.show(reference)["complete"] is True


def test_an_erasure_is_held_and_goes_on(shop: Shop):
    _copy, erasure = shop.confirmed("copy", "erasure")
    shop.work()
    held = holds(
        shop.run("erasure", "hold", erasure, "--by", OFFICER, "--reason", "a dispute", "--json"),
        shapes.ERASURE_ACT,
    )
    assert held["stage"] == "held"
    assert (
        holds(shop.run("erasure", "go", erasure, "--by", OFFICER, "--json"), shapes.ERASURE_ACT)["stage"]
        == "frozen"
    )


def test_the_ledger_is_proved_and_exported(served: tuple[Shop, str], tmp_path):
    shop, _ = served
    proved = holds(shop.run("ledger", "verify", "--json"), shapes.LEDGER_VERIFY)
    assert (proved["whole"], proved["chains"], proved["broken"]) == (
        True,
        3,
        [],
    )  # the request, the map, the staff
    exported = holds(shop.run("ledger", "export", tmp_path / "ledger", "--json"), shapes.LEDGER_EXPORT)
    assert exported["entries"] == proved["entries"]
    assert exported["sha256"] == hashlib.sha256((tmp_path / "ledger").read_bytes()).hexdigest()
    offline = shops.run({}, "ledger", "verify", "--from", tmp_path / "ledger", "--json")
    assert holds(offline, shapes.LEDGER_VERIFY) == proved


def test_a_user_is_added(shop: Shop):
    added = holds(shop.run("user", "add", "chen", "--role", "lead", "--json"), shapes.USER_ADD)
    assert added["set_up_link"].startswith("http://127.0.0.1:8020/desk/set-up/")


def test_the_doctor_and_the_faults_print_one_object(shop: Shop):
    assert holds(shop.run("doctor", "--json"), shapes.thing(ok=shapes.FLAG))["ok"] is True
    assert (
        len(holds(shop.run("faults", "--json"), shapes.thing(faults=shapes.some(shapes.TEXT)))["faults"]) > 10
    )


@pytest.mark.parametrize("key", ["status", "stores"])
def test_the_words_for_people_and_the_object_say_the_same(served: tuple[Shop, str], key: str):
    shop, reference = served
    words, shown = shop.run("request", "show", reference).out, shop.show(reference)
    told = [shown["status"]] if key == "status" else [store["name"] for store in shown["stores"]]
    assert all(one in words for one in told)


def test_an_erasure_by_a_card_alone_has_its_whole_answer(shop: Shop):
    (reference,) = shop.confirmed("erasure", identifiers=[f"card:{CARD}"])
    shop.work()
    shown = holds(shop.run("erasure", "show", reference, "--json"), shapes.ERASURE_SHOW)
    assert {c["name"]: c["verdict"] for s in shown["stores"] for c in s["collections"]} == {
        "customer": "ERASED", "purchase": "KEPT", "entry": "NOTHING_HELD",
    }  # fmt: skip
