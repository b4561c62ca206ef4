"""Servers that refuse, lie, hang or flood: one clear error each, which repeats nothing of what was typed."""

from __future__ import annotations

import gzip
import ipaddress
import json
import logging
import socket
import socketserver
import ssl
import threading
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dsar.errors import StoreRefused, StoreUnreachable
from tests.connectors import maps
from tests.derived.engine import SETTINGS, Engine, Server, serving
from tests.derived.school import HIS

PLAIN = {"suggest": {"path": "/s?q={prefix}", "answer": "terms[*]"}}


class Saying(socketserver.ThreadingTCPServer):
    """Answers every call with the same bytes, then hangs up."""

    daemon_threads = True

    def __init__(self, said: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Parrot)
        self.said, self.calls = said, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Parrot(socketserver.StreamRequestHandler):
    server: Saying

    def handle(self) -> None:
        while line := self.rfile.readline():
            if line == b"\r\n":
                break
        self.server.calls += 1
        try:
            self.wfile.write(self.server.said)
        except OSError:
            return  # the caller has read enough


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def said(value) -> bytes:
    return answer(json.dumps(value).encode())


ECHO = f'{{"error": "no {HIS} here"}}'.encode()
TROUBLE = {
    "401": (answer(ECHO, "401 Unauthorized"), StoreRefused, "refused (401); see that `auth`"),
    "403": (answer(ECHO, "403 Forbidden"), StoreRefused, "refused (403); see that `auth`"),
    "404": (answer(ECHO, "404 Not Found"), StoreRefused, "no such address (404)"),
    "400": (answer(ECHO, "400 Bad"), StoreRefused, "refused (400); see that the calls"),
    "429": (answer(ECHO, "429 Slow"), StoreUnreachable, "called too often (429); lower `per_second`"),
    "500": (answer(ECHO, "500 Oh"), StoreUnreachable, "could not answer (500)"),
    "503": (answer(ECHO, "503 Later"), StoreUnreachable, "could not answer (503)"),
    "elsewhere": (
        answer(b"", "302 Found", "Location: http://127.0.0.1:1/"),
        StoreRefused,
        "sends elsewhere (302)",
    ),
    "no json": (answer(f"<html>{HIS}</html>".encode()), StoreRefused, "what is no JSON"),
    "deep": (answer(b"[" * 200_000), StoreRefused, "what is no JSON"),
    "no text": (answer(b'"\xff\xfe"'), StoreRefused, "what is no JSON"),
    "huge": (answer(b"[" + b"1," * (5 << 20) + b"1]"), StoreRefused, "more than 8 MB"),
    "packed": (
        answer(gzip.compress(b"{}"), "200 OK", "Content-Encoding: gzip"),
        StoreRefused,
        "answers packed",
    ),
    "cut": (b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"terms', StoreUnreachable, "gave no answer"),
    "silent": (b"", StoreUnreachable, "gave no answer"),
    "no http": (b"220 mail.example ESMTP\r\n", StoreUnreachable, "gave no answer"),
    "headers": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000, StoreUnreachable, "gave no answer"),
    "empty": (answer(b""), StoreRefused, "nothing at terms[*]"),
    "another shape": (said({"term": [HIS]}), StoreRefused, "nothing at terms[*]"),
    "no list": (said({"terms": HIS}), StoreRefused, "nothing at terms[*]"),
    "no words": (said({"terms": [None, {}]}), StoreRefused, "entries of no text"),
}


def place(plain=PLAIN):
    held = maps.collection("entry", ("phone", "entry", "any"))
    return maps.store("http_suggest", held, settings=maps.box(plain)), held


def verbs(connector, held):
    yield connector.check
    yield lambda: list(connector.offers(maps.sought(maps.HIS)))
    yield lambda: list(connector.find(held, maps.phones(maps.HIS)))
    yield lambda: list(connector.sweep(maps.sought(maps.HIS)))


@pytest.mark.parametrize("trouble", TROUBLE)
def test_each_trouble_is_one_line_that_repeats_nothing(trouble, caplog):
    caplog.set_level(logging.DEBUG)
    reply, error, words = TROUBLE[trouble]
    store, held = place()
    with serving(Saying(reply)) as server, maps.connect(store, server.url) as connector:
        for verb in verbs(connector, held):
            with pytest.raises(error) as refusal:
                verb()
            told = str(refusal.value)
            assert words in told
            assert "place" in told
            assert "\n" not in told
            assert not any(part in told for part in (HIS[:3], "http", "127.0.0.1"))
            assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    assert HIS[:4] not in caplog.text


def test_a_server_that_never_answers_is_given_up_in_time():
    store, _ = place()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with maps.connect(store, url, timeout=0.3) as connector, pytest.raises(StoreUnreachable):
            connector.check()


class Dripping(socketserver.StreamRequestHandler):
    """Sends a header that never ends, byte by byte."""

    def handle(self) -> None:
        self.rfile.readline()
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.server.over.wait(0.02):
                self.wfile.write(b"X")


def test_a_server_that_drips_for_ever_is_given_up_in_time():
    store, _ = place()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        server.daemon_threads, server.over = True, threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        last = threading.Timer(10, server.over.set)  # should it not be given up
        last.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with maps.connect(store, url, timeout=0.3) as connector, pytest.raises(StoreUnreachable):
            connector.check()
        assert not server.over.is_set()
        last.cancel()
        server.over.set()
        server.shutdown()


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example", "file:///etc/passwd", "x.example", "http://", "https://u:secret@x.example", "http://x:port",
     "http://x.example/?key=secret", "http://[::1"],
)  # fmt: skip
def test_a_url_that_cannot_be_called_is_refused_and_not_repeated(url):
    store, _ = place()
    with maps.connect(store, url) as connector, pytest.raises(StoreRefused) as refusal:
        connector.check()
    assert "secret" not in str(refusal.value)
    assert "url" in str(refusal.value)


def test_a_secret_that_would_end_a_header_is_refused_and_not_repeated(monkeypatch):
    monkeypatch.setenv("BAD_KEY", "secret\r\nX-Other: 1")
    store, _ = place({**PLAIN, "auth": {"bearer": "${BAD_KEY}"}})
    with serving(Saying(said({"terms": []}))) as server, maps.connect(store, server.url) as connector:
        with pytest.raises(StoreRefused) as refusal:
            connector.check()
        assert "secret" not in str(refusal.value)
        assert server.calls == 0


def test_what_is_typed_stays_in_its_place_of_the_address_and_of_the_body():
    body = {"q": "{value}", "from": "{offset}"}
    plain = {**PLAIN, "search": {"path": "/f", "body": body, "answer": "hits[*]", "key": "id"}}
    store, _ = place({**plain, "parallel": 1})
    seen = []

    class Listening(Parrot):
        def handle(self):
            seen.append(self.rfile.readline())
            length = 0
            while (line := self.rfile.readline()) != b"\r\n":
                length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else length
            seen.append(self.rfile.read(length))
            self.wfile.write(said({"terms": [], "hits": []}))

    value = 'a&b=c#/../"}{x} d'
    with serving(Saying(b"")) as server:
        server.RequestHandlerClass = Listening
        with maps.connect(store, server.url) as connector:
            list(connector.sweep(maps.sought(value, kind="card")))
    assert seen[0] == b"POST /f HTTP/1.1\r\n"
    assert json.loads(seen[1]) == {"q": value, "from": 0}
    assert seen[2] == b"GET /s?q=a%26b%3Dc%23%2F..%2F%22%7D%7Bx%7D%20d HTTP/1.1\r\n"


def test_marks_of_the_typed_part_hide_nothing():
    store, held = place()
    marked = ["<b>1310000</b>8688", "<em class='x'>131</em>00008688 &amp; son", "a &lt;b", "13100008687"]
    with serving(Saying(said({"terms": marked}))) as server, maps.connect(store, server.url) as connector:
        found = list(connector.find(held, maps.phones(maps.HIS)))
        assert {one.row["entry"] for one in found} == {"13100008688", "13100008688 & son"}


def test_an_answer_that_is_only_a_part_is_no_answer():
    store, _ = place({"suggest": {**PLAIN["suggest"], "whole": "complete"}})
    for complete, refused in ((False, True), (None, True), ("true", True), (True, False)):
        reply = said({"terms": [], "complete": complete})
        with ExitStack() as stack:
            server = stack.enter_context(serving(Saying(reply)))
            connector = stack.enter_context(maps.connect(store, server.url))
            if refused:
                stack.enter_context(pytest.raises(StoreUnreachable, match="a part of its answer"))
            connector.check()


def test_a_connection_that_was_dropped_while_it_lay_idle_is_made_again():
    store, _ = place()
    reply = said({"terms": []}).replace(b"Connection: close\r\n", b"")  # it says it will stay, and hangs up
    with serving(Saying(reply)) as server, maps.connect(store, server.url) as connector:
        for _ in range(5):
            connector.check()
        assert server.calls == 5


def test_a_search_that_never_ends_is_refused():
    search = {"path": "/f", "body": {"q": "{value}", "from": "{offset}"}, "answer": "hits[*]", "key": "id"}
    store, held = place({**PLAIN, "search": search, "parallel": 1})
    reply = said({"terms": [], "hits": [{"id": 1}]})
    with (
        serving(Saying(reply)) as server,
        maps.connect(store, server.url) as connector,
        pytest.raises(StoreRefused, match="no end of its own search"),
    ):
        list(connector.find(held, [maps.Probe(0, 0, "card", "ABC-1")]))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a certificate for 127.0.0.1 that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_certificate_is_checked_and_one_of_ones_own_can_be_trusted(certificate, monkeypatch):
    store, _ = place(SETTINGS)
    server = Server(Engine({"1": HIS}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    url = server.url.replace("http:", "https:")
    with serving(server):
        with (
            maps.connect(store, url) as connector,
            pytest.raises(StoreRefused, match="certificate that is not valid"),
        ):
            connector.check()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with maps.connect(store, url) as connector:
            assert len(list(connector.sweep(maps.sought(maps.HIS)))) == 2
