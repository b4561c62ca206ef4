"""A message that is forged, of another time, sent again, or no message at all opens nothing."""

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from dsar import clock
from dsar.services import messaging
from dsar.services.messaging import ANSWER, ASK, NONCE, SIGNATURE, STATUS, TIME, Key
from dsar.web import create_app
from tests import shop as shops
from tests.recipients.pair import SECRET, SENDERS
from tests.recipients.told import apply
from tests.shop import MAP, PHONE, VALUES, Shop

ADDRESS = "/api/opendsr/v2/requests"
ID = "a7551968-d5d6-44b2-9831-815ac9017798"
KEY = Key("parent", SECRET)


def identity(type="phone", value=PHONE, format="raw"):
    return {"identity_type": type, "identity_value": value, "identity_format": format}


def asking(id=ID, type="erasure", identities=None, **more) -> bytes:
    plain = {"subject_request_id": id, "subject_request_type": type, "submitted_time": "2021-11-23T02:00:00Z"}
    given = [identity()] if identities is None else identities
    plain |= {"extensions": {"ally.example": {"identities": given}}, "api_version": "2.0", **more}
    return json.dumps(plain).encode()


@dataclass
class Door:
    """The ally's door for messages."""

    client: FlaskClient
    shop: Shop

    def post(self, body, headers=None, path=ADDRESS):
        signed = headers if headers is not None else messaging.signed(KEY, ASK, body)
        return self.client.post(path, data=body, headers={"Content-Type": "application/json", **signed})

    def opened(self) -> int:
        with closing(sqlite3.connect(self.shop.home / "dsar.sqlite")) as database:
            ((count,),) = database.execute("select count(*) from request")
        return count


@pytest.fixture(scope="module")
def ally(built_shop, tmp_path_factory) -> Shop:
    folder = tmp_path_factory.mktemp("ally")
    shop = shops.copy_of(built_shop, folder / "shop")
    shop.env |= {"PARENT_KEY": SECRET, "PARENT_URL": "https://parent.example/callback"}
    return apply(shop, folder / "map.yaml", MAP.read_text(encoding="utf-8") + SENDERS)


@pytest.fixture
def door(ally, tmp_path) -> Iterator[Door]:
    shop = shops.copy_of(ally, tmp_path / "ally")
    with shop.office() as office:
        yield Door(create_app(office, TESTING=True).test_client(), shop)


def test_a_receipt_is_signed_and_says_what_opendsr_says(door):
    body = asking()
    headers = messaging.signed(KEY, ASK, body)
    answer = door.post(body, headers)
    assert answer.status_code == 201
    assert messaging.verified(KEY, ANSWER, dict(answer.headers), answer.data, nonce=headers[NONCE])
    told = answer.json
    assert base64.b64decode(told.pop("encoded_request")) == body
    assert (told["controller_id"], told["subject_request_id"]) == ("parent", ID)
    assert (told["received_time"], told["expected_completion_time"]) == (
        "2021-11-24T02:00:00Z",
        "2021-12-09T15:59:59Z",
    )
    assert answer.headers["X-OpenDSR-Processor-Domain"] == "127.0.0.1"
    headers = messaging.signed(KEY, f"{STATUS} {ID}", b"")
    asked = door.client.get(f"{ADDRESS}/{ID}", headers=headers)
    assert (asked.status_code, asked.json["request_status"]) == (200, "in_progress")


def test_the_same_ask_signed_anew_gives_the_same_receipt_and_opens_one_request(door):
    body = asking()
    references = {door.post(body).json["extensions"]["127.0.0.1"]["reference"] for _ in range(3)}
    assert (len(references), door.opened()) == (1, 1)


def test_a_message_that_is_sent_again_is_refused(door):
    body = asking()
    headers = messaging.signed(KEY, ASK, body)
    assert [door.post(body, headers).status_code for _ in range(3)] == [201, 409, 409]
    assert door.opened() == 1


def later(seconds: int) -> Callable[[bytes], dict]:
    def signed(body: bytes) -> dict:
        at = clock.text(clock.real() + timedelta(seconds=seconds))
        return {
            **messaging.signed(KEY, ASK, body),
            TIME: at,
            SIGNATURE: messaging._signature(KEY, ASK, at, "n", body),
            NONCE: "n",
        }

    return signed


FORGED: dict[str, tuple[Callable[[bytes], dict], str]] = {
    "another key": (lambda body: messaging.signed(Key("parent", SECRET[::-1]), ASK, body), "the key"),
    "another purpose": (lambda body: messaging.signed(KEY, ANSWER, body), "the purpose"),
    "another body": (lambda body: messaging.signed(KEY, ASK, body + b" "), "a byte of the message"),
    "another nonce": (lambda body: messaging.signed(KEY, ASK, body) | {NONCE: "0"}, "signature"),
    "nobody": (lambda body: messaging.signed(Key("stranger", SECRET), ASK, body), "names nobody"),
    "no signature": (lambda _: {"X-DSAR-Party": "parent"}, "signature"),
    "no headers": (lambda _: {}, "names nobody"),
    "a clock that is slow": (later(-400), "set the clock right"),
    "a clock that is fast": (later(400), "set the clock right"),
}


@pytest.mark.parametrize("way", FORGED)
def test_what_is_forged_is_refused_and_opens_nothing(door, way):
    sign, words = FORGED[way]
    answer = door.post(asking(), sign(asking()))
    assert answer.status_code == 403
    assert words in answer.json["error"]["message"]
    assert door.opened() == 0


WRONG = {
    "no JSON": (b"\xff\x00", "no JSON object"),
    "a list": (b"[]", "no JSON object"),
    "deep": (b"[" * 60_000, "no JSON object"),
    "no id": (asking(id=None), "subject_request_id"),
    "no GUID": (asking(id="A7551968-D5D6-44B2-9831-815AC9017798"), "subject_request_id"),
    "a copy": (asking(type="access"), "only erasure is served here"),
    "nobody": (asking(identities=[]), "give 1 to 50 identities"),
    "too many": (asking(identities=[identity()] * 51), "give 1 to 50 identities"),
    "half an identity": (asking(identities=[{"identity_type": "phone"}]), "identity_value"),
    "a digest": (asking(identities=[identity(format="sha256")]), "only raw is served"),
    "our own number": (asking(identities=[identity(type="customer_id", value="1")]), "customer_id"),
    "an unknown kind": (asking(identities=[identity(type="ios_vendor_id")]), "ios_vendor_id"),
    "no number": (asking(identities=[identity(value="call me")]), ""),
    "half a character": (asking(identities=[identity(value="+86131\ud800")]), "no text"),
    "half a character in a kind": (asking(identities=[identity(type="em\ud800ail")]), "no text"),
}


@pytest.mark.parametrize("way", WRONG)
def test_what_cannot_be_asked_is_one_clear_error_that_repeats_no_value(door, way):
    body, words = WRONG[way]
    answer = door.post(body)
    assert answer.status_code == 422
    assert words in answer.json["error"]["message"]
    assert not any(value in answer.text for value in (*VALUES, "call me"))
    assert door.opened() == 0


def test_another_ask_under_the_same_id_is_refused(door):
    assert door.post(asking()).status_code == 201
    assert door.post(asking(identities=[identity(value="+8613100002222")])).status_code == 409
    assert door.opened() == 1


def test_what_is_too_large_or_no_post_is_refused(door):
    large = asking(more="x" * 70_000)
    assert door.post(large).status_code == 413
    assert door.client.get(ADDRESS).status_code == 405
    headers = messaging.signed(KEY, f"{STATUS} {ID}", b"")
    assert door.client.get(f"{ADDRESS}/{ID}", headers=headers).status_code == 404


def test_a_callback_from_whom_nothing_was_asked_is_refused(door):
    for name in ("ally", "nobody"):
        assert door.post(asking(), path=f"/api/recipients/{name}/callback").status_code == 404


def test_a_key_that_is_not_set_or_too_short_is_for_the_operator_to_mend(ally, tmp_path):
    for secret in ("", "short"):
        shop = shops.copy_of(ally, tmp_path / f"ally-{len(secret)}")
        with shop.office(PARENT_KEY=secret) as office:
            door = Door(create_app(office, TESTING=True).test_client(), shop)
            answer = door.post(asking())
            assert answer.status_code == 503
            assert "PARENT" not in answer.text
            assert "characters" not in answer.text
        assert door.opened() == 0
