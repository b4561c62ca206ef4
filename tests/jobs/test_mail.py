"""Mail goes to a real server on this machine: raised once, sent again under the same Message-ID when nobody took it."""

import asyncio
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.shop import CARD, EMAIL, PHONE, Shop


class Server:
    """As much of SMTP as a client needs; refuses the first so many messages."""

    def __init__(self, refusing: int = 0) -> None:
        self.refusing, self.taken, self.port = refusing, [], 0
        self._loop, ready = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,))
        self._thread.start()
        assert ready.wait(5)

    def _run(self, ready: threading.Event) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self._take(await reader.readuntil(b"\r\n.\r\n"), writer)
            else:
                writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 yes\r\n")
        writer.close()

    def _take(self, content: bytes, writer: asyncio.StreamWriter) -> None:
        self.taken.append(message_from_bytes(content, policy=policy.default))
        self.refusing -= 1
        writer.write(b"451 not now\r\n" if self.refusing >= 0 else b"250 taken\r\n")

    def stop(self) -> list[EmailMessage]:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        return self.taken

    @property
    def settings(self) -> dict[str, str]:
        return {"DSAR_SMTP_URL": f"smtp://127.0.0.1:{self.port}", "DSAR_MAIL_FROM": "privacy@shop.example"}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("identifier", "to"), [(f"phone:{PHONE}", "8613100001111@text.localhost"), (f"email:{EMAIL}", EMAIL)]
)
def test_the_person_is_told_where_he_can_be_reached(shop: Shop, server: Server, identifier: str, to: str):
    (reference,) = shop.confirmed("copy", lang="en", identifiers=[identifier])
    shop.work(**server.settings)
    (mail,) = server.taken
    assert (mail["To"], mail["From"], mail["Content-Language"]) == (to, "privacy@shop.example", "en")
    assert f"{reference[:4]}-{reference[4:]}" in mail["Subject"] + mail.get_content()
    assert "http://127.0.0.1:8020/" in mail.get_content()
    assert shop.show(reference)["status"] == "closed"
    shop.work(**server.settings)
    assert len(server.taken) == 1


def test_what_nobody_took_is_sent_again_as_the_same_message(shop: Shop):
    server = Server(refusing=2)
    try:
        (reference,) = shop.confirmed("copy", identifiers=[f"email:{EMAIL}"])
        for status in ("working", "working", "closed"):
            shop.work(**server.settings)
            assert shop.show(reference)["status"] == status
    finally:
        taken = server.stop()
    assert len({mail["Message-ID"] for mail in taken}) == 1
    assert len(taken) == 3
    assert shop.acts(reference).count("request.told") == 1


def test_a_letter_says_nothing_of_what_was_found(shop: Shop, server: Server):
    shop.confirmed("copy", identifiers=[f"email:{EMAIL}"])
    shop.work(**server.settings)
    (mail,) = server.taken
    text = str(mail["Subject"]) + mail.get_content()
    assert [value for value in ("13100001111", "安妮", "槐树路", CARD, "A-1") if value in text] == []


def test_no_address_puts_a_line_into_the_head_of_a_mail(shop: Shop):
    words = ("request", "open", "--right", "copy", "--identifier", "email:a@b.example\r\nBcc: c@d.example")
    assert shop.run(*words).error


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_where_tls_is_asked_nothing_goes_in_the_clear(shop: Shop, server: Server, scheme: str):
    """This server knows no TLS: then nothing is sent, and nobody counts as told."""
    (reference,) = shop.confirmed("copy", identifiers=[f"email:{EMAIL}"])
    query = "?starttls" if scheme == "smtp" else ""
    shop.work(**server.settings | {"DSAR_SMTP_URL": f"{scheme}://127.0.0.1:{server.port}{query}"})
    assert server.taken == []
    assert shop.show(reference)["status"] == "working"
