"""A recipient that answers anything but a receipt of its own is not taken for asked; it is reached safely or not."""

import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dsar.errors import BadInput
from dsar.jobs import wire
from dsar.jobs.wire import PartyProblem, call
from dsar.services import messaging
from dsar.services.messaging import CALLBACK, Key
from dsar.web import create_app
from tests import shop as shops
from tests.recipients.answering import KEY, Reply, server, signed
from tests.recipients.pair import RECIPIENTS, SECRET
from tests.recipients.told import alerts, apply, recipient, recipients_map
from tests.shop import HANDLER, PHONE


def id_of(body: bytes) -> str:
    return json.loads(body)["subject_request_id"]


ANOTHER = "b7551968-d5d6-44b2-9831-815ac9017798"
GARBAGE: dict[str, Reply] = {
    "a page": lambda *_: (200, {}, b"<html>Welcome"),
    "nothing": lambda *_: (204, {}, b""),
    "a refusal": lambda *_: (403, {}, b"{}"),
    "a redirect": lambda *_: (307, {"Location": "http://127.0.0.1:1/"}, b""),
    "too much": lambda *_: (201, {}, b"x" * (wire.LARGEST + 1)),
    "an unsigned receipt": lambda _, body: (
        201,
        {},
        json.dumps({"subject_request_id": id_of(body)}).encode(),
    ),
    "the key of another": lambda h, body: signed(
        h, {"subject_request_id": id_of(body)}, key=Key("parent", SECRET[::-1])
    ),
    "an answer to another": lambda h, body: signed(h, {"subject_request_id": id_of(body)}, nonce="0" * 32),
    "another id": lambda h, _: signed(h, {"subject_request_id": ANOTHER}),
    "no object": lambda h, _: signed(h, ["yes"]),
    "a status of its own": lambda h, body: signed(
        h, {"subject_request_id": id_of(body), "request_status": "ok"}
    ),
}


@pytest.fixture(scope="module")
def asking_shop(built_shop, tmp_path_factory):
    """An erasure that has begun; the recipient is not reached yet."""
    folder = tmp_path_factory.mktemp("asking")
    shop = shops.copy_of(built_shop, folder / "shop")
    shop.env |= {"ALLY_KEY": SECRET, "ALLY_URL": "http://127.0.0.1:9/ask"}
    apply(shop, folder / "map.yaml", recipients_map("ally", RECIPIENTS))
    (reference,) = shop.confirmed("erasure")
    shop.run("work", "--until-idle")
    return shop, reference


@pytest.fixture
def asking(asking_shop, tmp_path):
    shop, reference = asking_shop
    return shops.copy_of(shop, tmp_path / "asking"), reference


def test_whatever_is_no_receipt_of_its_own_leaves_it_to_be_asked(asking):
    shop, reference = asking
    for way, reply in GARBAGE.items():
        with server(reply) as ally:
            said = shop.run(
                "work", "--until-idle", "--retry-now", ALLY_URL=f"http://127.0.0.1:{ally.server_port}/ask"
            )
        assert said.code == 0, way
        one = recipient(shop, reference, "ally")
        assert (one["step"], one["asked_at"]) == ("to_ask", None), way
        assert PHONE not in said.err, way
    assert alerts(shop) == [("recipient.unreached", reference, "ally")]
    assert shop.erasure(reference)["verdict"] == "UNCONFIRMED"


def test_the_message_says_what_opendsr_says_and_tells_no_more_than_was_proven(asking):
    shop, reference = asking
    with server(lambda h, body: signed(h, {"subject_request_id": id_of(body)})) as ally:
        shop.work(ALLY_URL=f"http://127.0.0.1:{ally.server_port}/ask")
    ((path, body), *_) = ally.asked
    told = json.loads(body)
    assert path == "/ask"
    assert (told["subject_request_type"], told["submitted_time"]) == ("erasure", "2021-11-24T02:00:00Z")
    assert told["subject_identities"] == []  # OpenDSR has no word for a telephone number
    sent = [{"identity_type": "phone", "identity_value": PHONE, "identity_format": "raw"}]
    assert told["extensions"]["127.0.0.1"]["identities"] == sent
    assert told["status_callback_urls"][0].endswith("/api/recipients/ally/callback")
    assert recipient(shop, reference, "ally")["step"] == "received"


@pytest.mark.parametrize(
    ("status", "more", "outcome"),
    [
        ("completed", {}, "erased"),
        ("completed", {"outcome": "kept_by_law"}, "kept_by_law"),
        ("cancelled", {}, "no_ground"),
        ("cancelled", {"outcome": "own_basis"}, "own_basis"),
        ("cancelled", {"outcome": "erased"}, "no_ground"),
    ],
)
def test_a_recipient_may_answer_at_once(asking, status, more, outcome):
    shop, reference = asking
    told = {"request_status": status, "extensions": {"ally.example": more}}
    with server(lambda h, body: signed(h, {"subject_request_id": id_of(body), **told})) as ally:
        shop.work(ALLY_URL=f"http://127.0.0.1:{ally.server_port}/ask")
    assert recipient(shop, reference, "ally")["outcome"] == outcome
    assert shop.show(reference)["status"] == ("working" if status == "cancelled" else "closed")


def test_a_refusal_that_is_told_again_does_not_undo_that_staff_took_it_for_final(asking):
    shop, reference = asking
    told = {"request_status": "cancelled"}
    with server(lambda h, body: signed(h, {"subject_request_id": id_of(body), **told})) as ally:
        url = f"http://127.0.0.1:{ally.server_port}/ask"
        shop.work(ALLY_URL=url)
    final = ("--by", HANDLER, "--evidence", "their letter", "--ground", "others_too")
    assert shop.run("recipient", "refuse", reference, "ally", *final).code == 0
    shop.work(ALLY_URL=url)
    assert shop.show(reference)["status"] == "closed"
    body = json.dumps({"subject_request_id": id_of(ally.asked[0][1]), **told}).encode()
    with shop.office() as office:
        client = create_app(office, TESTING=True).test_client()
        headers = messaging.signed(KEY, CALLBACK, body)
        assert client.post("/api/recipients/ally/callback", data=body, headers=headers).status_code == 200
    one = recipient(shop, reference, "ally")
    assert (one["outcome"], one["verdict"]) == ("others_too", "CANNOT")
    assert alerts(shop) == []


def test_an_address_is_over_tls_or_on_this_machine():
    for url in (
        "http://ally.example/ask",
        "ftp://127.0.0.1/",
        "https://",
        "https://me:secret@ally.example/",
        "x" * 9,
    ):
        with pytest.raises(BadInput) as refused:
            call("POST", url, {})
        assert "ally.example" not in str(refused.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "both.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    unknown = pytest.raises(PartyProblem, match="SSLCertVerificationError")
    with server(lambda *_: (200, {}, b""), context) as ally, unknown:
        call("POST", f"https://localhost:{ally.server_port}/", {})
    assert ally.asked == []


def test_an_answer_that_drips_is_cut(monkeypatch):
    monkeypatch.setattr(wire, "WHOLE", 0.3)
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> tuple[int, dict, bytes]:
        over.wait(5)
        return 200, {}, b""

    with server(drip) as ally:
        with pytest.raises(PartyProblem):
            call("POST", f"http://127.0.0.1:{ally.server_port}/", {})
        over.set()
