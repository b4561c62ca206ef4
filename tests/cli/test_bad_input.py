"""Whatever is typed: one clear line, exit 1 (2 for wrong usage), nothing lost, and no value repeated."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import shop as shops
from tests.shop import HANDLER, OFFICER, PHONE, ROOT, VALUES, Shop, stores

UNKNOWN = "ZZZZ-9999"


def opening(*more: str) -> tuple[str, ...]:
    return ("request", "open", "--right", "copy", *more)


REFUSED = {
    "a kind that the map does not have": (
        opening("--identifier", "passport:E1234567"),
        "identifier kind 'passport'",
    ),
    "a kind of the company's own": (
        opening("--identifier", "customer_id:1"),
        "identifier kind 'customer_id'",
    ),
    "a phone that cannot exist": (
        opening("--identifier", "phone:+861310000111199999"),
        "not a telephone number",
    ),
    "a phone of letters": (opening("--identifier", "phone:call me"), "not a telephone number"),
    "an e-mail without a domain": (opening("--identifier", "email:ann.example.com"), "not an e-mail address"),
    "an e-mail with a line in it": (
        opening("--identifier", "email:a@b.example\nBcc: c@d.example"),
        "cannot be read as email",
    ),
    "bytes that are no text": (opening("--identifier", "email:\udcff@b.example"), "cannot be read as email"),
    "an identifier without its kind": (opening("--identifier", "13100001111"), "KIND:VALUE"),
    "an identifier without its value": (opening("--identifier", "phone: "), "KIND:VALUE"),
    "no identifier at all": (opening(), "at least one right and one identifier"),
    "the same right twice": (opening("--right", "copy", "--identifier", f"phone:{PHONE}"), "twice"),
    "a right that is not served yet": (
        ("request", "open", "--right", "portability", "--identifier", f"phone:{PHONE}"),
        "not served yet",
    ),
    "a language nobody has": (opening("--lang", "fr", "--identifier", f"phone:{PHONE}"), "use zh-CN or en"),
    "a receipt in the future": (
        opening("--received-at", "2021-12-24T02:00:00Z", "--identifier", f"phone:{PHONE}"),
        "in the past",
    ),
    "a receipt before there were computers": (
        opening("--received-at", "1901-12-24T02:00:00Z", "--identifier", f"phone:{PHONE}"),
        "20 years back",
    ),
    "a receipt without a zone": (
        opening("--received-at", "2021-11-20T02:00:00", "--identifier", f"phone:{PHONE}"),
        "not a moment",
    ),
    "a receipt on no day": (
        opening("--received-at", "2021-02-30T02:00:00Z", "--identifier", f"phone:{PHONE}"),
        "not a moment",
    ),
    "a receipt before the calendar": (
        opening("--received-at", "0001-01-01T00:00:00+14:00", "--identifier", f"phone:{PHONE}"),
        "not a moment",
    ),
    "a receipt after the calendar": (
        opening("--received-at", "9999-12-31T23:59:59-14:00", "--identifier", f"phone:{PHONE}"),
        "not a moment",
    ),
    "an identifier file that is not there": (
        opening("--identifier-file", "/nowhere/who"),
        "/nowhere/who cannot be read",
    ),
    "a folder for an identifier file": (opening("--identifier-file", "/etc"), "/etc cannot be read"),
    "a reference that nobody has": (("request", "show", UNKNOWN), "no request ZZZZ-9999"),
    "a reference that is too short": (("request", "show", "ABC"), "8 letters and digits"),
    "a reference with a vowel": (("request", "show", "AAAA-AAAA"), "8 letters and digits"),
    "a reference that is a query": (("request", "show", "' or 1=1 --"), "8 letters and digits"),
    "an erasure that nobody asked": (("erasure", "show", UNKNOWN), "no request"),
    "a copy of nothing": (("copy", "write", UNKNOWN, "/nowhere/written"), "no request"),
    "a certificate of nothing": (("certificate", "write", UNKNOWN, "/nowhere/written"), "no request"),
    "a confirmation of nothing": (
        ("request", "confirm", UNKNOWN, "--by", HANDLER, "--evidence", "seen"),
        "no request",
    ),
    "a user's name with a blank": (("user", "add", "li lei", "--role", "lead"), "1 to 64 letters"),
    "a user's name that is none": (("user", "add", "", "--role", "lead"), "1 to 64 letters"),
    "a user who is something else": (("user", "add", HANDLER, "--role", "lead"), "already handler"),
    "an export into no folder": (("ledger", "export", "/nowhere/ledger"), "/nowhere"),
    "an export that is not there": (("ledger", "verify", "--from", "/nowhere/ledger"), "/nowhere/ledger"),
    "a map that is not there": (("map", "apply", "/nowhere/map.yaml"), "/nowhere/map.yaml is not there"),
    "a revision that is none": (("db", "downgrade", "nonsense"), "nonsense"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_one_line(shop: Shop, case: str):
    arguments, said = REFUSED[case]
    before = (shop.home / "dsar.sqlite").read_bytes()
    refused = shop.run(*arguments)
    assert said in refused.error
    assert not any(value in refused.err for value in VALUES), "a refusal repeats a value"
    assert (shop.home / "dsar.sqlite").read_bytes() == before


@pytest.mark.parametrize("case", REFUSED)
def test_with_json_it_prints_nothing_on_standard_output(shop: Shop, case: str):
    arguments, _ = REFUSED[case]
    refused = shop.run(*arguments, "--json")
    assert (refused.code, refused.out) == (1, "")


USAGE = {
    "no such command": ("erase",),
    "no such option": ("request", "show", UNKNOWN, "--all"),
    "no reference": ("request", "show"),
    "a right that is none": ("request", "open", "--right", "everything", "--identifier", f"phone:{PHONE}"),
    "no right": ("request", "open", "--identifier", f"phone:{PHONE}"),
    "a role that is none": ("user", "add", "chen", "--role", "king"),
    "work without an end": ("work",),
    "nobody who confirms": ("request", "confirm", UNKNOWN, "--evidence", "seen"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_one_line_and_exit_2(shop: Shop, case: str):
    said = shop.run(*USAGE[case])
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert said.err.startswith("error: ")


@pytest.mark.parametrize("words", [(), ("request",), ("--help",), ("request", "open", "--help")])
def test_help_is_to_be_had_everywhere(shop: Shop, words: tuple[str, ...]):
    said = shop.run(*words)
    assert "Usage: dsar" in said.out + said.err
    assert said.code == (0 if "--help" in words else 2)


@pytest.mark.parametrize("written", ["lower", "hyphen", "spaces", "both"])
def test_a_reference_may_be_written_as_people_do(shop: Shop, written: str):
    (reference,) = shop.opened("copy")
    hyphen = f"{reference[:4]}-{reference[4:]}"
    ways = {"lower": reference.lower(), "hyphen": hyphen, "spaces": f" {reference} ", "both": hyphen.lower()}
    assert shop.show(ways[written])["reference"] == reference


@pytest.mark.parametrize("act", ["confirm", "go", "hold"])
def test_only_a_known_user_acts(shop: Shop, act: str):
    (reference,) = shop.confirmed("erasure")
    words = {
        "confirm": ("request", "confirm", reference, "--by", "nobody", "--evidence", "seen"),
        "go": ("erasure", "go", reference, "--by", "nobody"),
        "hold": ("erasure", "hold", reference, "--by", "nobody", "--reason", "why"),
    }
    shop.work()
    assert "no user nobody" in shop.run(*words[act]).error


@pytest.mark.parametrize("evidence", ["", "   ", "\udcff"], ids=["empty", "blank", "no text"])
def test_evidence_and_reasons_say_something(shop: Shop, evidence: str):
    _copy, reference = shop.confirmed("copy", "erasure")
    (fresh,) = shop.opened("copy")
    confirm = shop.run("request", "confirm", fresh, "--by", HANDLER, "--evidence", evidence)
    assert "evidence" in confirm.error
    shop.work()
    hold = shop.run("erasure", "hold", reference, "--by", OFFICER, "--reason", evidence)
    assert "reason" in hold.error


def test_an_identifier_that_the_person_did_not_give_is_not_confirmed(shop: Shop):
    (reference,) = shop.opened("copy")
    words = ("request", "confirm", reference, "--by", HANDLER, "--evidence", "seen", "--identifier")
    refused = shop.run(*words, "phone:+8613100002222")
    assert "no such phone" in refused.error
    assert "13100002222" not in refused.err
    assert shop.show(reference)["status"] == "verifying"
    assert "identifier kind 'fax'" in shop.run(*words, "fax:1").error


def test_identifiers_come_from_a_file_or_from_standard_input(shop: Shop, tmp_path: Path):
    file = tmp_path / "who"
    file.write_bytes(b"\xef\xbb\xbfphone: +86 131 0000 1111\r\n\r\nemail:Ann.Hill@Shop.example\r\n")
    by_file = shop.run(*opening("--identifier-file", file, "--json")).json
    by_input = shop.run(*opening("--identifier-file", "-", "--json"), given=file.read_bytes()).json
    for one in (by_file, by_input):
        masked = [(i["kind"], i["masked"]) for i in shop.show(one["reference"])["identifiers"]]
        assert masked == [("phone", "131****1111"), ("email", "a***@shop.example")]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"phone +8613100001111\n", b""], ids=["no UTF-8", "no colon", "empty"]
)
def test_an_identifier_file_that_is_none_is_refused(shop: Shop, tmp_path: Path, content: bytes):
    file = tmp_path / "who"
    file.write_bytes(content)
    refused = shop.run(*opening("--identifier-file", str(file)))
    assert refused.error
    assert "13100001111" not in refused.err


def test_before_a_map_there_is_nothing_to_ask(tmp_path: Path):
    env = {"DSAR_HOME": str(tmp_path / "home"), "DSAR_ENV": "test"}
    shops.run(env, "user", "add", HANDLER, "--role", "handler")  # makes the keys, and says so
    assert "dsar map apply" in shops.run(env, *opening("--identifier", f"phone:{PHONE}")).error
    assert shops.run(env, "work", "--until-idle").code == 0
    doctor = shops.run(env, "doctor", "--json")
    assert (doctor.code, doctor.json["ok"]) == (1, False)


def test_a_certificate_or_copy_is_not_written_before_there_is_one(shop: Shop, tmp_path: Path):
    copy, erasure = shop.confirmed("copy", "erasure")
    assert "no store has answered" in shop.run("copy", "write", copy, tmp_path / "a").error
    assert "no plan of erasure" in shop.run("erasure", "show", erasure).error
    assert "no plan of erasure" in shop.run("erasure", "go", erasure, "--by", OFFICER).error
    assert (
        "no plan of erasure" in shop.run("erasure", "hold", erasure, "--by", OFFICER, "--reason", "x").error
    )
    assert "it is no erasure" in shop.run("erasure", "show", copy).error
    assert "has no certificate" in shop.run("certificate", "write", erasure, tmp_path / "b").error
    assert "has no copy" in shop.run("copy", "write", erasure, tmp_path / "c").error
    assert list(tmp_path.glob("[abc]")) == []


def test_a_folder_that_cannot_be_written_is_named(served: tuple[Shop, str], tmp_path: Path):
    shop, reference = served
    (tmp_path / "file").write_text("here already")
    assert "cannot be written" in shop.run("copy", "write", reference, tmp_path / "file" / "below").error
    assert shop.run("copy", "write", reference, tmp_path / "file").code == 2
    assert "copy.fetched" not in shop.acts(reference)


def test_what_ends_a_pipe_early_leaves_no_traceback(served: tuple[Shop, str]):
    shop, reference = served
    line = (
        f"{sys.executable} -m dsar request show {reference} | true; {sys.executable} -m dsar faults | head -1"
    )
    done = subprocess.run(
        ["bash", "-c", line], env=shop.env | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    assert done.stdout.decode() == "search.read:before\n"


def test_a_process_says_the_same_as_the_command_here(shop: Shop):
    assert shop.process("request", "show", UNKNOWN) == shop.run("request", "show", UNKNOWN)
    refused = shop.process(*opening("--identifier", "phone:call me"))
    assert (refused.code, refused.out) == (1, "")
    assert len(refused.err.splitlines()) == 1


def test_forgotten_words_in_a_store_never_reach_a_message(shop: Shop):
    """A table that is gone, a column that is gone, a value that breaks a statement: no value is said."""
    shop.change("crm", "alter table customer rename column email to mail;" + stores.FORGOTTEN)
    (reference,) = shop.confirmed("copy")
    said = shop.run("work", "--until-idle")
    shown = shop.run("request", "show", reference)
    assert said.code == 0
    assert "crm" in said.out
    assert not any(value in said.out + said.err + shown.out + shown.err for value in VALUES)
