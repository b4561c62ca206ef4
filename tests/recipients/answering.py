"""A recipient of its own make: an HTTP server that answers as it is told to."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dsar.services import messaging
from dsar.services.messaging import ANSWER, NONCE, Key

SECRET = "a secret of forty characters, at the least"
KEY = Key("parent", SECRET)
Reply = Callable[[BaseHTTPRequestHandler, bytes], tuple[int, dict, bytes]]


class Handler(BaseHTTPRequestHandler):
    """Answers as it is told to."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, body))
        status, headers, answer = self.server.reply(self, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(reply: Reply, context: ssl.SSLContext | None = None) -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads, made.reply, made.asked = True, reply, []
    if context:
        made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join(5)


def signed(handler: BaseHTTPRequestHandler, plain: object, *, nonce: str | None = None, key: Key = KEY):
    body = json.dumps(plain).encode()
    return 201, messaging.signed(key, ANSWER, body, nonce=nonce or handler.headers[NONCE]), body


def done_when_asked(handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict, bytes]:
    """The answer of a recipient that has erased by the time it is asked how far it is."""
    if handler.command == "POST":
        return signed(handler, {"subject_request_id": json.loads(body)["subject_request_id"]})
    id = handler.path.rpartition("/")[2]
    return signed(handler, {"subject_request_id": id, "request_status": "completed"})
