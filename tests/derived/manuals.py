"""Answers as the engines' manuals write them: enough of each engine for its preset, over documents in memory.

It knows the addresses and the shapes of the manuals and nothing of how an engine works inside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Said = Mapping[str, Any]


@dataclass
class Index:
    """Documents, and the terms that the engine has not let go of yet."""

    documents: dict[str, str]
    terms: set[str] = field(default_factory=set)
    lags: bool = False  # whether terms outlive their documents until `forget`
    tasks: dict[str, int] = field(default_factory=dict)  # work done later: how often it was asked after

    def __post_init__(self) -> None:
        self.forget()

    def starting(self, prefix: str) -> list[tuple[str | None, str]]:
        live = [(name, text) for name, text in self.documents.items() if text.startswith(prefix)]
        return [(None, term) for term in sorted(self.terms) if term.startswith(prefix)] if self.lags else live

    def holding(self, text: str) -> dict[str, str]:
        return {name: entry for name, entry in self.documents.items() if text.strip('"') in entry}

    def forget(self) -> None:
        self.terms = set(self.documents.values())

    def later(self) -> int:
        self.tasks[str(len(self.tasks) + 1)] = 0
        return len(self.tasks)


Route = tuple[str, str, Callable[[Index, "re.Match[str]", Said], Any]]


def lucene_search(index: Index, _: object, said: Said) -> Any:
    if "suggest" in said:
        box = said["suggest"]["box"]
        typed = box.get("prefix", box.get("text"))
        options = [{"text": text, **({"_id": name} if name else {})} for name, text in index.starting(typed)]
        return {"suggest": {"box": [{"text": typed, "offset": 0, "length": len(typed), "options": options}]}}
    match = said["query"]["multi_match"]
    assert match["type"] == "phrase"
    found = list(index.holding(match["query"]).items())[said["from"] : said["from"] + said["size"]]
    hits = [{"_index": "i", "_id": name, "_source": {"entry": text}} for name, text in found]
    return {"timed_out": False, "hits": {"total": {"value": len(hits)}, "hits": hits}}


def terms_enum(index: Index, _: object, said: Said) -> Any:
    return {"terms": [text for _, text in index.starting(said["string"])], "complete": True}


def settings(index: Index, _: object, said: Said) -> Any:
    assert said == {"index.merge.policy.expunge_deletes_allowed": 0}
    return {"acknowledged": True}


def merge(index: Index, _: object, said: Said) -> Any:
    assert said["only_expunge_deletes"] == "true"
    index.forget()
    return {"_shards": {"failed": 0}}


def remove(index: Index, match: re.Match[str], _: object) -> Any:
    return {"result": "deleted"} if index.documents.pop(unquote(match[1]), None) else None


def held(wrap: Callable[[str, str], Any]) -> Callable[..., Any]:
    def answer(index: Index, match: re.Match[str], said: Said) -> Any:
        name = unquote(match[1]) if match.re.groups else said["id"]
        return wrap(name, index.documents[name]) if name in index.documents else None

    return answer


LUCENE: list[Route] = [
    ("POST", r"/i/_search", lucene_search),
    ("POST", r"/i/_terms_enum", terms_enum),
    (
        "GET",
        r"/i/_doc/([^/]+)",
        held(lambda name, text: {"_id": name, "found": True, "_source": {"entry": text}}),
    ),
    ("DELETE", r"/i/_doc/([^/]+)", remove),
    ("POST", r"/i/_refresh", lambda *_: {"_shards": {"failed": 0}}),
    ("PUT", r"/i/_settings", settings),
    ("POST", r"/i/_forcemerge", merge),
]


def solr_suggest(index: Index, _: object, said: Said) -> Any:
    assert (said["suggest"], said["suggest.dictionary"]) == ("true", "f")
    if said.get("suggest.build") == "true":
        index.forget()
        return {"responseHeader": {"status": 0}, "command": "build"}
    terms = [{"term": text, "weight": 0, "payload": ""} for _, text in index.starting(said["suggest.q"])]
    return {"suggest": {"f": {said["suggest.q"]: {"numFound": len(terms), "suggestions": terms}}}}


def solr_pages(index: Index, _: object, said: Said) -> Any:
    """Two documents a page, whatever is asked for; the last page repeats its own mark."""
    assert (said["q"], said["sort"]) == ("*:*", "id asc")
    start = 0 if said["cursorMark"] == "*" else int(said["cursorMark"][1:])
    some = [{"id": name, "entry": text} for name, text in sorted(index.documents.items())][start : start + 2]
    mark = f"m{start + len(some)}" if some else said["cursorMark"]
    return {"response": {"docs": some}, "nextCursorMark": mark}


def solr_select(index: Index, _: object, said: Said) -> Any:
    docs = [{"id": n, "entry": text} for n, text in index.holding(said["params"]["entry"]).items()]
    docs = docs[said["offset"] : said["offset"] + said["limit"]]
    return {"response": {"numFound": len(docs), "start": said["offset"], "docs": docs}}


def solr_update(index: Index, _: object, said: Said) -> Any:
    if "delete" in said:
        index.documents.pop(said["delete"]["id"], None)
    return {"responseHeader": {"status": 0}}


def solr_get(index: Index, _: object, said: Said) -> Any:
    text = index.documents.get(said["id"])
    return {"doc": {"id": said["id"], "entry": text} if text else None}


SOLR: list[Route] = [
    ("GET", r"/solr/i/suggest", solr_suggest),
    ("POST", r"/solr/i/select", solr_select),
    ("GET", r"/solr/i/select", solr_pages),
    ("GET", r"/solr/i/get", solr_get),
    ("POST", r"/solr/i/update", solr_update),
    ("GET", r"/solr/i/update", solr_update),
]


def meili_search(index: Index, _: object, said: Said) -> Any:
    found = index.holding(said["q"]) if said["q"].startswith('"') else dict(index.starting(said["q"]))  # type: ignore[arg-type]
    hits = [{"id": name, "entry": text} for name, text in found.items()]
    return {
        "hits": hits[said.get("offset", 0) :][: said["limit"]],
        "query": said["q"],
        "estimatedTotalHits": len(hits),
    }


def meili_documents(index: Index, _: object, said: Said) -> Any:
    all_ = [{"id": name, "entry": text} for name, text in sorted(index.documents.items())]
    return {"results": all_[int(said["offset"]) :][:2], "offset": int(said["offset"]), "total": len(all_)}


def later(task: str) -> Callable[..., Any]:
    def answer(index: Index, match: re.Match[str], _: object) -> Any:
        index.documents.pop(unquote(match[1]), None)
        return {task: index.later()}

    return answer


def task_state(before: str, after: str) -> Callable[..., Any]:
    def answer(index: Index, match: re.Match[str], _: object) -> Any:
        index.tasks[match[1]] += 1
        return {"status": after if index.tasks[match[1]] > 1 else before}

    return answer


MEILISEARCH: list[Route] = [
    ("POST", r"/indexes/i/search", meili_search),
    ("GET", r"/indexes/i/documents", meili_documents),
    ("GET", r"/indexes/i/documents/([^/]+)", held(lambda name, text: {"id": name, "entry": text})),
    ("DELETE", r"/indexes/i/documents/([^/]+)", later("taskUid")),
    ("GET", r"/tasks/(\d+)", task_state("enqueued", "succeeded")),
]


def typesense_search(index: Index, _: object, said: Said) -> Any:
    (one,) = said["searches"]
    assert (one["collection"], one["query_by"]) == ("i", "f")
    documents = [{"id": name, "entry": text} for name, text in index.holding(one["q"]).items()]
    return {
        "results": [
            {"found": len(documents), "hits": [{"document": each, "highlights": []} for each in documents]}
        ]
    }


TYPESENSE: list[Route] = [
    ("POST", r"/multi_search", typesense_search),
    ("GET", r"/collections/i/documents/([^/]+)", held(lambda name, text: {"id": name, "entry": text})),
    ("DELETE", r"/collections/i/documents/([^/]+)", remove),
]


def algolia_query(index: Index, _: object, said: Said) -> Any:
    hits = [{"objectID": name, "entry": text} for name, text in index.holding(said["query"]).items()]
    return {"hits": hits[: said["hitsPerPage"]], "nbHits": len(hits), "page": 0}


ALGOLIA: list[Route] = [
    ("POST", r"/1/indexes/i/query", algolia_query),
    ("GET", r"/1/indexes/i/task/(\d+)", task_state("notPublished", "published")),
    ("GET", r"/1/indexes/i/([^/]+)", held(lambda name, text: {"objectID": name, "entry": text})),
    ("DELETE", r"/1/indexes/i/([^/]+)", later("taskID")),
]

ROUTES = {
    "elasticsearch": LUCENE,
    "opensearch": [route for route in LUCENE if "_terms_enum" not in route[1]],
    "solr": SOLR,
    "meilisearch": MEILISEARCH,
    "typesense": TYPESENSE,
    "algolia": ALGOLIA,
}


class Manual(ThreadingHTTPServer):
    """One engine by its manual, on a free port."""

    daemon_threads = True

    def __init__(self, engine: str, index: Index) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.routes, self.index = ROUTES[engine], index
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Page(BaseHTTPRequestHandler):
    """Answers what the manual has an address for, and nothing else."""

    protocol_version = "HTTP/1.1"
    server: Manual
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Nothing is written anywhere."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        said = {name: values[0] for name, values in parse_qs(address.query).items()}
        said |= json.loads(body) if body else {}
        self.server.asked.append((self.command, self.path))
        answers = (
            answer(self.server.index, match, said)
            for method, path, answer in self.server.routes
            if method == self.command and (match := re.fullmatch(path, address.path))
        )
        answer = next(answers, None)
        data = json.dumps({"error": "not found"} if answer is None else answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_DELETE = do_GET
