"""Calls to recipients and senders over HTTP: bounded in size and time, over TLS that is checked, following nothing."""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from dsar.errors import BadInput, DsarError

SECONDS = 10.0  # that a connection or one read may take
WHOLE = 30.0  # seconds for all of a call
LARGEST = 64 * 1024  # bytes of an answer
HERE = ("127.0.0.1", "localhost", "::1")  # what may be reached without TLS: this machine


class PartyProblem(DsarError):
    """A recipient or sender was not reached, or did not answer as it should.  It is tried again."""

    status = 503


@dataclass(frozen=True, repr=False)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]  # their names in lower case
    body: bytes


def call(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """One call.

    Raises PartyProblem, which repeats neither the address nor what was answered.
    """
    where = address(url)
    connection = _connection(where)
    end = Timer(WHOLE, _cut, [connection])
    end.daemon = True
    end.start()
    try:
        path = f"{where.path or '/'}{'?' if where.query else ''}{where.query}"
        connection.request(method, path, body or None, dict(headers))
        answer = connection.getresponse()
        read = answer.read(LARGEST + 1)
        given = {name.lower(): value for name, value in answer.headers.items()}
    except (OSError, HTTPException, ValueError) as error:
        raise PartyProblem(f"it was not reached: {type(error).__name__}") from error
    finally:
        end.cancel()
        connection.close()
    if len(read) > LARGEST:
        raise PartyProblem(f"it answered with more than {LARGEST // 1024} kB")
    return Answer(answer.status, given, read)


def address(url: str) -> SplitResult:
    """The parts of an address that may be called.  Raises BadInput."""
    try:
        where = urlsplit(url)
        good = bool(where.hostname) and where.port != 0 and not where.username
    except ValueError:
        good = False
    if not good or where.scheme not in ("https", "http"):
        raise BadInput("the address of a channel is no https:// address; see it in the data map")
    if where.scheme == "http" and where.hostname not in HERE:
        raise BadInput(
            "the address of a channel is not https://, and what is sent is personal data; use https://"
        )
    return where


def domain_of(url: str) -> str:
    """The domain that a side is known by: that of its address."""
    return address(url).hostname or ""


def _connection(where: SplitResult) -> HTTPConnection:
    host = where.hostname or ""
    if where.scheme == "http":
        return HTTPConnection(host, where.port, timeout=SECONDS)
    return HTTPSConnection(host, where.port, timeout=SECONDS, context=ssl.create_default_context())


def _cut(connection: HTTPConnection) -> None:
    """End a call that takes too long, byte by byte."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(SHUT_RDWR)
