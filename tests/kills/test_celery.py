"""Real workers on each broker and database: killed amid their work, their broker emptied, two clocks at once."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from tests.kills.celery_workers import drop_messages, own_database, until, workers
from tests.kills.story import Story, differences, places

LEASED = "select count(*) from work where leased_until is not null"
REFERENCE = re.compile("[2-9B-DF-HJ-NP-TV-Z]{8}")
STORES = ("crm", "crm_suggest", "orders", "media", "sms_gateway", "oral_app", "oral_suggest", "class_app")
SENT = "select count(*) from work where sent_at is not null"
ONCE = (
    "store.found",
    "copy.made",
    "store.counted",
    "store.erased",
    "mentions.counted",
    "mentions.emptied",
    "store.looked",
    "certificate.made",
    "request.told",
)


@pytest.fixture(params=["folder and sqlite", "redis and postgresql", "rabbitmq and postgresql"])
def settings(request) -> dict[str, str]:
    broker = request.param.split()[0]
    if broker == "folder":
        return {}
    urls = {name: request.getfixturevalue(name) for name in (f"{broker}_url", "postgres_database")}
    return {"DSAR_BROKER_URL": urls[f"{broker}_url"], "DSAR_DATABASE_URL": urls["postgres_database"]}


@pytest.fixture
def story(settings, a_stem, tmp_path) -> Story:
    """The company with its whole map, and a copy and an erasure asked; nothing is done yet."""
    made = Story(a_stem, tmp_path / "story", settings, allied=False)
    made.folder.mkdir()
    made.open("after.yaml")
    return made


def closed(story: Story, reference: str) -> bool:
    return story.dsar("request", "show", reference, "--json").json["status"] == "closed"


def how_often(story: Story) -> Counter[tuple[str, ...]]:
    """How often each act that is done once stands in the ledger; fails if it is not whole."""
    assert story.dsar("ledger", "verify", "--json").json["whole"]
    exported = story.folder / "ledger.jsonl"
    assert story.dsar("ledger", "export", str(exported)).code == 0
    lines = [line for line in map(json.loads, exported.read_text().splitlines()) if line.get("act") in ONCE]
    return Counter((line["reference"], line["act"], line["facts"].get("store", "")) for line in lines)


def verdicts(shown: dict[str, Any]) -> dict[str, tuple]:
    return {
        f"{store['name']}.{one['name']}": tuple(
            one[key] for key in ("verdict", "found", "erased", "kept", "residue")
        )
        for store in shown["stores"]
        for one in store["collections"]
    }


def only_rows(message: list[Any]) -> bool:
    """Whether a message carries a list of row numbers, or nothing."""
    arguments, named, _ = message
    return not named and (not arguments or all(isinstance(id, int) for id in arguments[0]))


def only_names(args: Any) -> bool:
    """Whether a piece of work is called with a reference, the name of a store or the row of a mail, or nothing."""
    plain: dict[str, Any] = json.loads(args) if isinstance(args, str) else args
    meant = {
        "mail": lambda v: isinstance(v, int),
        "store": STORES.__contains__,
        "reference": REFERENCE.fullmatch,
    }
    return all(meant[key](value) for key, value in plain.items())


def test_workers_die_and_the_broker_forgets_and_all_is_done_once(story, settings, told):
    pool = "prefork" if "redis" in settings.get("DSAR_BROKER_URL", "") else "threads"
    with workers(story, pool) as at_work:
        first = at_work.start()
        until(lambda: own_database(story, SENT)[0][0], "the clock sent something")
        assert [one for one in drop_messages(story) if not only_rows(one)] == []
        assert [one for (one,) in own_database(story, "select args from work") if not only_names(one)] == []
        until(lambda: own_database(story, LEASED)[0][0], "somebody works")
        at_work.kill(first)
        drop_messages(story)
        second, third = at_work.start(), at_work.start()
        until(lambda: closed(story, story.copy), "the copy is there and he was told")
        story.prepare("erase")
        until(lambda: own_database(story, LEASED)[0][0], "somebody erases")
        at_work.kill(second)
        drop_messages(story)
        until(lambda: closed(story, story.erasure), "all is erased and he was told")
        assert third.poll() is None
        assert "Traceback" not in at_work.logs()
    assert differences(places(story.folder / "stores"), told.outcome["stores"]) == []
    shown = story.dsar("erasure", "show", story.erasure, "--json").json
    assert verdicts(shown) == verdicts(told.outcome["erasure"])
    assert set(how_often(story).values()) == {1}
    copy = json.loads((story.folder / "out" / "copy.json").read_text())
    assert copy["totals"] == told.outcome["out/copy.json"]["totals"]
