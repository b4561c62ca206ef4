"""A real search engine (tantivy) behind a small HTTP server of our own: documents, search, and a box of suggestions.

The suggestions are the engine's own term dictionary (`Searcher.terms_with_prefix`), which keeps the terms of deleted
documents until the engine merges their segment or the index is built anew.  Nothing here plays at that.
"""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import tantivy

HEAP = 15_000_000  # bytes, the least that the engine takes
WORD = re.compile(r"\w+")
SETTINGS: Mapping[str, Any] = {
    "suggest": {"path": "/suggest?q={prefix}", "answer": "terms[*]", "text": "term"},
    "search": {
        "method": "POST",
        "path": "/search",
        "body": {"q": "{value}", "from": "{offset}"},
        "answer": "hits[*]",
        "key": "id",
        "text": "entry",
    },
    "all": {"path": "/documents?from={offset}", "answer": "hits[*]", "key": "id", "text": "entry"},
    "get": {"path": "/documents/{key}", "text": "entry"},
    "delete": {"path": "/documents/{key}"},
    "remedy": {"method": "POST", "path": "/rebuild"},
    "shortest": 1,
}


class Engine:
    """One index of documents, each an id and a text."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("entry", stored=True, tokenizer_name="default")
        self._schema = builder.build()
        self._lock = threading.Lock()
        self._build(documents)

    def _build(self, documents: Mapping[str, str]) -> None:
        self._index = tantivy.Index(self._schema, tempfile.mkdtemp(prefix="dsar-engine-"))
        writer = self._index.writer(HEAP, 1)
        for name, entry in documents.items():
            writer.add_document(tantivy.Document(id=name, entry=entry))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def terms(self, prefix: str, limit: int = 50) -> list[str]:
        """What the term dictionary holds that begins so; words are in small letters there."""
        with self._lock:
            found = self._index.searcher().terms_with_prefix("entry", prefix.lower(), None, limit)
        return [term for term, _ in found]

    def search(self, text: str, start: int = 0, size: int = 100) -> list[tuple[str, str]]:
        """The documents that hold every word of a text, as (id, entry)."""
        words = [tantivy.Query.term_query(self._schema, "entry", word) for word in WORD.findall(text.lower())]
        every = tantivy.Query.boolean_query([(tantivy.Occur.Must, word) for word in words])
        with self._lock:
            return self._found(every, start, size)

    def documents(self) -> dict[str, str]:
        """Every document that is not deleted."""
        with self._lock:
            return dict(self._found(tantivy.Query.all_query(), 0, 1_000_000))

    def get(self, name: str) -> str | None:
        with self._lock:
            found = self._found(tantivy.Query.term_query(self._schema, "id", name), 0, 1)
        return found[0][1] if found else None

    def delete(self, name: str) -> None:
        """Delete a document and commit: all that an application does."""
        with self._lock:
            writer = self._index.writer(HEAP, 1)
            writer.delete_documents_by_term("id", name)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()

    def rebuild(self) -> None:
        """Build the index anew from the documents that are there."""
        documents = self.documents()
        with self._lock:
            self._build(documents)

    def _found(self, query: tantivy.Query, start: int, size: int) -> list[tuple[str, str]]:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit=size, offset=start).hits
        documents = [searcher.doc(address) for _, address in hits]
        return [(each.get_first("id"), each.get_first("entry")) for each in documents]


class Server(ThreadingHTTPServer):
    """Serves one engine on a free port; `asked` is every call, `connections` how many there were."""

    daemon_threads = True

    def __init__(self, engine: Engine, token: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.engine, self.token = engine, token
        self.asked: list[tuple[str, str]] = []
        self.down: set[str] = set()  # paths that answer 503
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class Answering(BaseHTTPRequestHandler):
    """One connection; kept, as real servers keep theirs."""

    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Nothing is written anywhere."""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_DELETE = do_GET

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        self.server.asked.append((self.command, self.path))
        if self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return self._send(401, {"error": "who are you"})
        address = urlsplit(self.path)
        if address.path in self.server.down:
            return self._send(503, {"error": "later"})
        said = {name: values[0] for name, values in parse_qs(address.query).items()}
        status, answer = self._route(address.path, {**said, **body})
        return self._send(status, answer)

    def _route(self, path: str, said: Mapping[str, Any]) -> tuple[int, Any]:
        engine = self.server.engine
        if (self.command, path) == ("GET", "/suggest"):
            return 200, {"terms": [{"term": term} for term in engine.terms(said["q"])]}
        if (self.command, path) == ("POST", "/search"):
            hits = engine.search(said["q"], said["from"])
            return 200, {"hits": [{"id": name, "entry": entry} for name, entry in hits]}
        if (self.command, path) == ("GET", "/documents"):
            some = sorted(engine.documents().items())[int(said["from"]) :][:100]
            return 200, {"hits": [{"id": name, "entry": entry} for name, entry in some]}
        if (self.command, path) == ("POST", "/rebuild"):
            engine.rebuild()
            return 200, {"done": True}
        if path.startswith("/documents/"):
            name = unquote(path.removeprefix("/documents/"))
            entry = engine.get(name)
            if entry is not None and self.command == "DELETE":
                engine.delete(name)
            return (404, {}) if entry is None else (200, {"id": name, "entry": entry})
        return 404, {}

    def _send(self, status: int, answer: Any) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[ThreadingHTTPServer]:
    """Serve in a thread of its own until the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def numbered(entries: Iterable[str]) -> dict[str, str]:
    """Documents named 0, 1, 2, …"""
    return {str(place): entry for place, entry in enumerate(entries)}
