"""Calls to one server over HTTP: kept connections, a bounded rate, bounded answers, and errors that repeat nothing.

What is asked stands in addresses (`?q=1310`), so no address, body or answer ever gets into an error.
"""

import json
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
    RemoteDisconnected,
)
from itertools import islice
from queue import Empty, LifoQueue
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import urlsplit

from dsar.errors import StoreProblem, StoreRefused, StoreUnreachable

LARGEST = 8 << 20  # bytes of one answer
PIECE = 1 << 16
GONE = (404, 410)
BUSY = (408, 425, 429)


@dataclass(frozen=True, repr=False)
class Asked:
    """One call as it is sent."""

    method: str
    path: str
    body: Any
    headers: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, repr=False)
class Answer:
    """What came back: an answer that says yes, or that there is no such thing."""

    gone: bool
    data: Any


class Http:
    """One server.  Redirects are not followed; a certificate that is not valid is refused."""

    def __init__(self, store: str, url: str, *, parallel: int, per_second: int | None) -> None:
        self._store, self._parallel, self._pause = store, parallel, 1 / per_second if per_second else 0.0
        self._free: LifoQueue[HTTPConnection] = LifoQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._turn, self._next = threading.Lock(), 0.0
        self._secure, self._host, self._port, self._base = _address(store, url)

    def close(self) -> None:
        """Let go of the connections."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        while True:
            try:
                self._free.get_nowait().close()
            except Empty:
                return

    def ask_all(self, calls: Iterable[Asked]) -> Iterator[Answer]:
        """The answers in the order of the calls, of which a few are under way at once."""
        waiting = iter(calls)
        while some := list(islice(waiting, self._parallel * 8)):
            if self._parallel == 1 or len(some) == 1:
                yield from map(self.ask, some)
                continue
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._parallel)
            yield from list(self._pool.map(self.ask, some))

    def ask(self, call: Asked) -> Answer:
        """The answer to one call.

        Raises StoreUnreachable where there is none, or the server is too busy; StoreRefused where it says no,
        sends elsewhere, or answers what is no JSON.
        """
        self._wait_for_turn()
        connection, kept = self._connection()
        try:
            try:
                status, data = self._in_time(connection, call)
            except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if not kept:
                    raise
                connection.close()  # the server let go of it while it lay idle
                status, data = self._in_time(connection, call)
            self._free.put(connection)
        except (OSError, HTTPException, ValueError) as error:
            connection.close()
            raise _trouble(self._store, error) from None
        except StoreProblem:
            connection.close()
            raise
        if status in GONE:
            return Answer(True, None)
        if refusal := _refusal(self._store, status):
            raise refusal
        return Answer(False, self._read(data))

    def _in_time(self, connection: HTTPConnection, call: Asked) -> tuple[int, bytes]:
        """One exchange, cut when its time is over: a server may send headers byte by byte for ever."""
        until = time.monotonic() + call.seconds
        end = threading.Timer(call.seconds, _cut, [connection])
        end.daemon = True
        end.start()
        try:
            told = self._exchange(connection, call)
        except (OSError, HTTPException):
            if time.monotonic() >= until:  # not the server let go of it, so it is not asked again
                raise TimeoutError from None
            raise
        finally:
            end.cancel()
        if time.monotonic() >= until:  # what a cut connection gave may be a part
            raise TimeoutError
        return told

    def _exchange(self, connection: HTTPConnection, call: Asked) -> tuple[int, bytes]:
        connection.timeout = call.seconds
        if connection.sock is not None:
            connection.sock.settimeout(call.seconds)
        headers = {"Accept": "application/json", **call.headers}
        body = None
        if call.body is not None:
            body = json.dumps(call.body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        connection.request(call.method, self._base + call.path, body=body, headers=headers)
        with connection.getresponse() as response:
            if response.getheader("Content-Encoding", "identity").lower() not in ("identity", ""):
                raise StoreRefused(f"store {self._store} answers packed, though it was asked not to")
            return response.status, self._bounded(response)

    def _bounded(self, response: HTTPResponse) -> bytes:
        data = bytearray()
        while piece := response.read1(PIECE):
            data += piece
            if len(data) > LARGEST:
                raise StoreRefused(
                    f"store {self._store} answers with more than {LARGEST >> 20} MB; ask for less"
                )
        if response.length:
            raise IncompleteRead(b"")  # the server hung up before its end
        return bytes(data)

    def _read(self, data: bytes) -> Any:
        if not data.strip():
            return None
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise StoreRefused(
                f"store {self._store} answers what is no JSON; see that its url is right"
            ) from None

    def _connection(self) -> tuple[HTTPConnection, bool]:
        try:
            return self._free.get_nowait(), True
        except Empty:
            if self._secure:
                return HTTPSConnection(self._host, self._port, context=ssl.create_default_context()), False
            return HTTPConnection(self._host, self._port), False

    def _wait_for_turn(self) -> None:
        if not self._pause:
            return
        with self._turn:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + self._pause
        time.sleep(at - now)


def _cut(connection: HTTPConnection) -> None:
    """End a call whose time is over."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(SHUT_RDWR)


def _address(store: str, url: str) -> tuple[bool, str, int | None, str]:
    """Whether it is encrypted, host, port and first part of the path of a url.

    Raises StoreRefused when it is none that can be called; it does not repeat it.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host:
        raise StoreRefused(f"store {store} has a url that cannot be called; it reads https://HOST:PORT")
    if parts.username is not None or parts.query or parts.fragment:
        raise StoreRefused(
            f"store {store} has more in its url than a server; what shows who calls belongs into `auth`"
        )
    return parts.scheme == "https", host, port, parts.path.rstrip("/")


def _trouble(store: str, error: Exception) -> StoreProblem:
    if isinstance(error, ssl.SSLCertVerificationError):
        return StoreRefused(f"store {store} shows a certificate that is not valid; see that its url is right")
    if isinstance(error, OSError | HTTPException):
        return StoreUnreachable(f"store {store} gave no answer; see that it runs and can be reached")
    return StoreRefused(f"store {store} cannot be called: its url or what shows who calls is not plain text")


def _refusal(store: str, status: int) -> StoreProblem | None:
    """What an answer's number says, where it is no yes."""
    if 200 <= status < 300:
        return None
    if status in (401, 403, 407):
        return StoreRefused(f"store {store} refused ({status}); see that `auth` and its rights are right")
    if 300 <= status < 400:
        return StoreRefused(
            f"store {store} sends elsewhere ({status}), which is not followed; correct its url"
        )
    if status in BUSY:
        return StoreUnreachable(
            f"store {store} is called too often ({status}); lower `per_second` or `parallel`"
        )
    if status >= 500:
        return StoreUnreachable(f"store {store} could not answer ({status}); see that it runs")
    return StoreRefused(f"store {store} refused ({status}); see that the calls of the map are right")
