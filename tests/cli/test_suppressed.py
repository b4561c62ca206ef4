"""Asking who is to stay erased, from the command line; and what lets a person come back."""

from pathlib import Path

import pytest

from tests import shop as shops
from tests.shop import CARD, EMAIL, HANDLER, OFFICER, PHONE, VALUES, Said, Shop

BOB = "+8613100002222"


@pytest.fixture(scope="module")
def erased_once(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop once Ann was erased, by her phone and her card."""
    shop = shops.copy_of(built_shop, tmp_path_factory.mktemp("shop") / "erased")
    shop.confirmed("erasure", identifiers=[f"phone:{PHONE}", f"card:{CARD}"])
    shop.work()
    return shop


@pytest.fixture
def erased(erased_once: Shop, tmp_path: Path) -> Shop:
    """That shop, of the test's own."""
    return shops.copy_of(erased_once, tmp_path / "shop")


def asked(shop: Shop, *words: object, **more: bytes) -> Said:
    return shop.run("suppressed", *words, **more)


def test_who_was_erased_is_suppressed_however_the_identifier_is_written(erased: Shop):
    his = ["phone:131 0000 1111", "phone:+8613100001111", f"card:{CARD}"]
    words = [word for one in (*his, f"phone:{BOB}", f"email:{EMAIL}") for word in ("--identifier", one)]
    said = asked(erased, *words, "--json")
    assert said.code == 0
    assert [one["suppressed"] for one in said.json["entries"]] == [True, True, True, False, False]
    assert (said.json["asked"], said.json["suppressed"], said.json["more"]) == (5, 3, False)
    assert [value for value in VALUES if value in said.out] == []


def test_a_check_exits_with_1_when_anybody_is(erased: Shop):
    assert asked(erased, "--identifier", f"phone:{BOB}", "--check").code == 0
    assert asked(erased, "--identifier", f"phone:{PHONE}", "--check").code == 1
    assert asked(erased, "--identifier", f"phone:{PHONE}").code == 0


def test_a_list_is_filtered_line_by_line_and_what_cannot_be_read_is_held_back(erased: Shop):
    lines = [f"phone:{BOB}", f"phone:{PHONE}", "phone:nonsense", "no kind", f"email:{EMAIL}", "", "x" * 9000,
             " phone:131-0000-3333 "]  # fmt: skip
    given = "﻿".encode() + "\r\n".join(lines).encode() + b"\n\xff\xfe:1"
    said = asked(erased, "--identifier-file", "-", "--filter", given=given)
    assert said.code == 0
    assert said.out == f"phone:{BOB}\nemail:{EMAIL}\n phone:131-0000-3333 \n"
    assert said.err == "8 asked, 1 suppressed, 4 not readable\n"


def test_a_file_of_any_length_is_asked_in_little_memory(erased: Shop, tmp_path, proof):
    lines = 1_000_000 if proof else 3_000
    file = tmp_path / "list"
    with file.open("w") as out:
        out.writelines(f"card:N-{number}\n" for number in range(lines))
        out.write(f"card:{CARD}\n")
    said = asked(erased, "--identifier-file", file, "--json").json
    assert (said["asked"], said["suppressed"], len(said["entries"]), said["more"]) == (
        lines + 1,
        1,
        1000,
        True,
    )


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["--identifier", "nonsense"], 1, "KIND:VALUE"),
        (["--identifier", "mobile:13100001111"], 1, "card, email, phone"),
        (["--identifier", "customer_id:1"], 1, "card, email, phone"),
        (["--identifier-file", "/nothing/there"], 1, "cannot be read"),
        ([], 2, "--identifier"),
        (["--filter", "--identifier", f"phone:{PHONE}"], 2, "--filter"),
        (
            ["lift", "--by", OFFICER, "--reason", "because", "--identifier", f"phone:{PHONE}"],
            2,
            "registered_again",
        ),
        (["lift", "--by", OFFICER, "--reason", "asked"], 2, "--identifier"),
        (
            ["lift", "--by", HANDLER, "--reason", "asked", "--identifier", f"phone:{PHONE}"],
            1,
            "an officer can",
        ),
        (["token", "add", "a b"], 1, "1 to 64"),
        (["token", "revoke", "nobody"], 1, "token list"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(erased: Shop, words, code, reason):
    said = asked(erased, *words)
    assert (said.code, said.out) == (code, "")
    assert reason in said.err
    assert len(said.err.splitlines()) == 1
    assert "13100001111" not in said.err


def test_a_wrong_kind_in_a_file_is_refused_at_once(erased: Shop):
    assert "card, email, phone" in asked(erased, "--identifier-file", "-", given=b"mobile:1\n").error


def test_bytes_that_are_no_text_are_an_identifier_that_cannot_be_read(erased: Shop):
    (one,) = asked(erased, "--identifier", "phone:\udcff", "--json").json["entries"]
    assert one == {
        "number": 1,
        "kind": None,
        "suppressed": None,
        "problem": "an identifier is written KIND:VALUE",
    }


def test_an_officer_lifts_what_was_erased_and_the_number_of_the_old_account_stays(erased: Shop):
    words = (
        "lift",
        "--by",
        OFFICER,
        "--reason",
        "registered_again",
        "--identifier",
        f"phone:{PHONE}",
        "--json",
    )
    assert asked(erased, *words).json == {"asked": 1, "lifted": 1}
    assert asked(erased, *words).json == {"asked": 1, "lifted": 0}
    both = asked(erased, "--identifier", f"phone:{PHONE}", "--identifier", f"card:{CARD}", "--json").json
    assert [one["suppressed"] for one in both["entries"]] == [False, True]
    assert erased.run("ledger", "verify").code == 0


def test_looks_still_to_come_are_not_made_for_whoever_came_back(erased: Shop):
    reference = erased_reference(erased)
    assert erased.erasure(reference)["relooks"] != []
    asked(erased, "lift", "--by", OFFICER, "--reason", "registered_again", "--identifier", f"phone:{PHONE}")
    erased.change("crm", "insert into customer values (9, '13100001111', null, null, '安妮', null, null)")
    erased.work(DSAR_NOW="2021-12-30T02:00:00Z")
    assert erased.rows("crm", "select id from customer where id = 9") == [(9,)]


def erased_reference(shop: Shop) -> str:
    shop.run("ledger", "export", shop.folder / "ledger")
    text = (shop.folder / "ledger").read_text()
    return text.split('"tombstones.written"')[1].split('"reference": "')[1][:8]


def test_a_token_is_shown_once_and_may_be_ended(shop: Shop):
    made = asked(shop, "token", "add", "newsletter", "--json").json
    assert len(made["token"]) > 40
    assert asked(shop, "token", "add", "newsletter", "--json").json == {"name": "newsletter", "token": None}
    for _ in range(2):
        assert asked(shop, "token", "revoke", "newsletter", "--json").json == {
            "name": "newsletter",
            "revoked": True,
        }
    (listed,) = asked(shop, "token", "list", "--json").json["tokens"]
    assert listed["revoked_at"] is not None
    again = asked(shop, "token", "add", "newsletter", "--json").json["token"]
    assert again not in (None, made["token"])
    kept = (shop.home / "dsar.sqlite").read_bytes()
    assert made["token"].encode() not in kept
    assert again.encode() not in kept
