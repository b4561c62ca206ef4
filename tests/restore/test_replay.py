"""A backup from before the erasures is put back: the replay leaves what the erasures left, by tombstones alone."""

import os
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa
from sqlalchemy import select, text

from dsar import db
from dsar.jobs import reerasing, replay
from dsar.models import Alert, Replay, Tombstone
from dsar.services import ledger
from dsar.services.stopping import Stopped
from tests.restore.company import GONE, Company, national
from tests.shop import HANDLER, OFFICER, ROOT

COUNTS = ("found", "erased", "kept", "left", "emptied")


def test_dump_erase_restore_replay_leaves_nobody_who_was_erased_and_everybody_else_as_he_was(
    company: Company,
):
    company.dump()
    before = company.held()
    company.erase(*GONE, destroy=True)
    after = company.held()
    assert after != before
    company.restore()
    assert company.held() == before

    counted = company.replay()
    assert (counted.code, counted.json["dry_run"]) == (0, True)
    assert company.held() == before

    done = company.replay("--yes")
    assert (done.code, done.json["left"], done.json["ended"]) == (0, 0, True), done.out
    assert [counted.json[name] for name in COUNTS] == [done.json[name] for name in COUNTS]
    assert company.held() == after
    assert [hit for n in GONE for hit in company.hits(n) if hit.table != "chat"] == []

    again = company.replay("--yes")
    assert (again.code, again.json["erased"], again.json["emptied"]) == (0, 0, 0)
    assert company.held() == after
    assert company.shop.run("ledger", "verify").code == 0


def test_a_run_that_is_killed_in_its_midst_is_taken_up_and_ends_the_same(on_postgres: Company):
    company = on_postgres
    company.do("INSERT INTO item SELECT 1000 + i, 30, 'x' FROM generate_series(1, 4000) i")
    company.dump()
    company.erase(3, destroy=True)
    after = company.held()
    company.restore()
    assert killed_once(company, "SELECT count(*) FROM item") < 4000
    assert company.do("SELECT count(*) FROM customer WHERE id = 3") == [(1,)]
    done = company.replay("--yes")
    assert (done.code, done.json["left"], done.json["found"]) == (0, 0, 4009), done.out
    assert company.held() == after
    assert len(replays(company)) == 1


def test_whoever_came_back_by_his_own_wish_keeps_his_new_account_and_loses_the_old_one(restored: Company):
    registered_again(restored, 3, number=900)
    before = restored.held()
    assert (restored.replay().json["in_doubt"], restored.held()) == (
        1,
        before,
    )  # nobody said that he came back
    lift(restored, 3)
    done = restored.replay("--yes")
    assert (done.code, done.json["left"]) == (0, 0), done.out
    assert restored.do("SELECT id FROM customer WHERE id IN (3, 900)") == [(900,)]
    assert restored.do("SELECT id FROM purchase WHERE customer_id IN (3, 900) ORDER BY id") == [
        (30,),
        (9000,),
    ]


def test_an_account_that_was_opened_since_is_left_and_somebody_is_told(erased: Company):
    registered_again(erased, 3, number=900)
    done = erased.replay("--yes")
    assert (done.code, done.json["left"], done.json["in_doubt"]) == (1, 1, 1)
    assert erased.do("SELECT id FROM customer WHERE id = 900") == [(900,)]
    assert alerts(erased) == [("restore.left", "shop", {"shop.customer": 1})]
    lift(erased, 3)
    assert erased.replay("--yes").code == 0
    assert alerts(erased) == []


def test_a_number_that_was_given_to_somebody_else_since_takes_nothing_of_his(erased: Company):
    erased.do("INSERT INTO customer VALUES (3, '13999999999', 'else@mail.example', '乙')",
              "INSERT INTO purchase VALUES (31, 3, 'X-1', 0, NULL, NULL, 0)")  # fmt: skip
    before = erased.held()
    done = erased.replay("--yes")
    assert (done.code, done.json["in_doubt"], done.json["erased"]) == (1, 2, 0), (
        done.out
    )  # 30 is hers, 31 is not
    assert erased.held() == before


def test_what_hangs_on_an_account_that_the_erasure_never_saw_goes_with_it(restored: Company):
    """It was closed before the person asked to be erased; the backup is older than both."""
    done = restored.replay("--yes")
    assert (done.code, done.json["left"]) == (0, 0), done.out
    assert restored.do("SELECT id FROM customer WHERE id = 5") == []
    assert restored.do("SELECT id FROM purchase WHERE customer_id = 5") == [(50,)]  # paid: the law keeps it
    assert restored.do("SELECT id FROM item WHERE id IN (50, 51)") == []


def test_what_was_erased_before_the_backup_was_taken_is_not_looked_for(restored: Company):
    done = restored.replay("--yes", "--since", "2021-11-30T00:00:00Z")
    assert done.code == 0
    assert restored.do("SELECT id FROM customer WHERE id IN (3, 4)") == [(3,)]
    assert restored.replay("--yes", "--store", "shop").code == 0
    assert restored.do("SELECT id FROM customer WHERE id IN (3, 4)") == []
    assert suggestions(restored, 3) == 1  # only the shop was named
    assert suggestions(restored, 4) == 0


def test_after_the_law_has_let_go_a_restored_record_goes_for_good(restored: Company):
    restored.shop.env["DSAR_NOW"] = "2024-04-01T02:00:00Z"
    assert restored.replay("--yes").code == 0
    assert restored.do("SELECT id FROM purchase WHERE customer_id IN (3, 4, 5)") == []


def test_while_all_erasures_are_stopped_nothing_goes_and_afterwards_it_goes_on(restored: Company):
    before = restored.held()
    restored.shop.run("erasure", "stop", "--by", HANDLER)
    assert "all erasures are stopped" in restored.replay("--yes").error
    assert restored.held() == before
    assert restored.replay().json["found"] > 0
    restored.shop.run("erasure", "resume", "--by", OFFICER)
    assert restored.replay("--yes").code == 0


def test_a_stop_in_its_midst_holds_between_two_chunks(restored: Company, monkeypatch: pytest.MonkeyPatch):
    counted, asked = restored.replay().json, []

    def stopped_at_the_second() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Stopped("all erasures are stopped")

    with monkeypatch.context() as stop:
        stop.setattr(replay, "may_go_on", stopped_at_the_second)
        assert "all erasures are stopped" in restored.replay("--yes").error
    assert 0 < restored.replay().json["erased"] < counted["erased"]
    done = restored.replay("--yes").json
    assert [done[name] for name in COUNTS] == [counted[name] for name in COUNTS]
    assert len(replays(restored)) == 1


def test_a_store_that_does_not_answer_is_named_and_the_next_run_goes_on_with_it(restored: Company):
    there = restored.shop.env["BOX_URL"]
    restored.shop.env["BOX_URL"] = f"sqlite:///{restored.shop.folder}/away.sqlite"
    done = restored.replay("--yes")
    assert (done.code, done.json["ended"]) == (1, False)
    (box,) = [one for store in done.json["stores"] if store["name"] == "box" for one in store["collections"]]
    assert (box["left"], bool(box["reason"])) == (None, True)
    assert alerts(restored) == [("restore.left", "box", {"box.suggestion": None})]
    restored.shop.env["BOX_URL"] = there
    done = restored.replay("--yes")
    assert (done.code, done.json["ended"], suggestions(restored, 3)) == (0, True, 0)
    assert len(replays(restored)) == 1
    assert alerts(restored) == []


def test_a_store_that_tells_whose_the_numbers_are_must_answer(restored: Company):
    restored.shop.env["SHOP_URL"] = f"sqlite:///{restored.shop.folder}/away.sqlite"
    assert "shop" in restored.replay("--yes", "--store", "shop").error


def test_more_records_than_are_remembered_at_once_go_all_the_same(
    restored: Company, monkeypatch: pytest.MonkeyPatch
):
    counted = restored.replay().json
    monkeypatch.setattr(reerasing, "MOST", 2)
    done = restored.replay("--yes")
    assert done.code == 0, done.out
    assert [done.json[name] for name in COUNTS] == [counted[name] for name in COUNTS]


def test_a_field_that_names_its_row_cannot_be_emptied_and_keeps_nothing_else_from_going(restored: Company):
    restored.do(
        "ALTER TABLE purchase RENAME TO before",
        "CREATE TABLE purchase (id INTEGER, customer_id INTEGER, order_no TEXT, price NUMERIC, done_at TEXT,"
        " receiver TEXT, locked INTEGER NOT NULL, PRIMARY KEY (id, receiver))",
        "INSERT INTO purchase SELECT id, customer_id, order_no, price, done_at, coalesce(receiver, '-'), locked"
        " FROM before",
        "DROP TABLE before",
    )
    done = restored.replay("--yes", "--store", "shop")
    assert (done.code, done.json["left"], done.json["ended"]) == (1, 1, True), done.out
    assert restored.do("SELECT id FROM customer WHERE id IN (3, 4, 5)") == []
    assert restored.do("SELECT receiver FROM purchase WHERE id = 110") == [("131-0000-0003",)]
    with restored.shop.office(), db.read() as session:
        (ended,) = ledger.facts_of(session, ledger.STAFF, "restore.replayed")
    assert ended["found"] == ended["erased"] + ended["kept"] + ended["left"]


def test_who_may_count_and_who_may_erase(erased: Company):
    assert erased.replay(by=HANDLER).code == 0
    assert "a lead or an officer" in erased.replay("--yes", by=HANDLER).error
    assert "there is no user" in erased.replay(by="nobody").error
    assert "'shoe' is not in the map" in erased.replay("--store", "shoe").error
    assert "is not a moment" in erased.replay("--since", "yesterday").error


def test_it_says_how_many_left_nothing_to_tell_them_by(erased: Company):
    with erased.shop.office(), db.begin() as session:
        session.execute(
            text("delete from tombstone where reference = (select min(reference) from tombstone)")
        )
    said = erased.shop.run("restore-replay", "--by", OFFICER)
    assert "1 erasures left nothing to tell the person by" in said.out


def test_what_it_did_stands_in_the_ledger_of_each_person_and_of_the_office(restored: Company):
    done = restored.replay("--yes").json
    with restored.shop.office(), db.read() as session:
        people = session.scalars(select(Tombstone.reference).distinct()).all()
        of_each = [ledger.facts_of(session, reference, "restore.found") for reference in people]
        (begun,) = ledger.facts_of(session, ledger.STAFF, "restore.begun")
        (ended,) = ledger.facts_of(session, ledger.STAFF, "restore.replayed")
    assert [sum(one["records"] for one in facts) for facts in of_each] == [7, 7, 7]
    assert begun["stores"] == ended["stores"] == ["shop", "box"]
    assert [ended[name] for name in ("found", "erased", "kept", "left")] == [
        done[name] for name in ("found", "erased", "kept", "left")
    ]
    assert restored.shop.run("ledger", "verify").code == 0


def killed_once(company: Company, counting: str) -> int:
    """Run the replay as a process and kill it as soon as rows go; how many are left."""
    command = [sys.executable, "-m", "dsar", "restore-replay", "--by", OFFICER, "--yes"]
    environment = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
    } | company.shop.env
    before = company.do(counting)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while company.do(counting) == before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.kill()
    process.communicate()
    return company.do(counting)[0][0]


def registered_again(company: Company, n: int, *, number: int) -> None:
    company.do("INSERT INTO customer VALUES (:id, :phone, NULL, '新')", id=number, phone=national(n))
    company.do("INSERT INTO purchase VALUES (9000, :id, 'N-1', 0, NULL, NULL, 0)", id=number)


def lift(company: Company, n: int) -> None:
    words = ("--by", OFFICER, "--reason", "registered_again", "--identifier", f"phone:{national(n)}")
    assert company.shop.run("suppressed", "lift", *words).code == 0


def suggestions(company: Company, n: int) -> int:
    with sa.create_engine(company.box, poolclass=sa.NullPool).connect() as connection:
        return connection.execute(
            text("SELECT count(*) FROM suggestion WHERE id = :id"), {"id": n * 2}
        ).scalar_one()


def alerts(company: Company) -> list[tuple]:
    with company.shop.office(), db.read() as session:
        open_ones = session.scalars(select(Alert).where(Alert.settled_at.is_(None)))
        return [(one.kind, one.store, one.facts["places"]) for one in open_ones]


def replays(company: Company) -> list[int]:
    with company.shop.office(), db.read() as session:
        return list(session.scalars(select(Replay.id)))
