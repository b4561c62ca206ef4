"""How a search box over HTTP is called: what a map writes for one, or takes from a preset."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from dsar.datamap.answers import JsonPath
from dsar.datamap.answers import known as known_path
from dsar.datamap.report import nearest
from dsar.datamap.spot import Spot
from dsar.datamap.types import Collection

PRESETS = Path(__file__).with_name("search_boxes.yaml")
ENTRY = "entry"  # the one column that a record of a search box has
CALLS = {
    "suggest": "prefix",
    "search": "value",
    "all": "",
    "get": "key",
    "delete": "key",
    "remedy": "",
}  # what each must say
ALSO = {"search": ("offset",), "all": ("offset", "cursor")}  # what it may say besides
LISTING = ("suggest", "search", "all")
NAMES = ("index", "field", "id_field")  # what a preset leaves open
SETTINGS = ("preset", *NAMES, "auth", "erase_auth", *CALLS, "shortest", "parallel", "per_second")
METHODS = ("GET", "POST", "PUT", "DELETE")
LONGEST_WAIT, MOST_PARALLEL, MOST_A_SECOND, LONGEST_PREFIX = 86_400, 32, 10_000, 20
USUAL_SECONDS = {"remedy": 600, "delete": 60}  # of other calls: the time allowed for any statement
USUAL_PARALLEL, USUAL_SHORTEST = 4, 2
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_PLAIN_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")  # no blank, no backslash
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9\-]{0,63}")
_OUR_HEADERS = (
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "accept-encoding",
)


@dataclass(frozen=True)
class Wait:
    """How it is known that something an engine does later is done."""

    path: str
    task: JsonPath  # in the answer to the call: the number that `{task}` stands for
    state: JsonPath
    done: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """One call: what is asked, and where in the answer the entries stand."""

    method: str
    path: str
    body: Any
    answer: JsonPath | None
    text: JsonPath | None  # below one entry; None: all of it
    key: JsonPath | None  # below one entry: what names it
    whole: JsonPath | None  # a flag that must be true
    wait: Wait | None
    seconds: int | None
    cursor: JsonPath | None = None  # in the answer: where the next page begins
    first: str = ""  # where the first one does

    def says(self, placeholder: str) -> bool:
        """Whether the call has a place for this."""
        return any(placeholder in _PLACEHOLDER.findall(text) for text in (self.path, *_texts(self.body)))


@dataclass(frozen=True)
class Auth:
    """How the caller shows who he is; `${NAME}` unresolved."""

    bearer: str = ""
    user: str = ""
    password: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Box:
    """A search box: its calls, and how often it may be called."""

    suggest: Call
    search: Call | None
    all: Call | None
    get: Call | None
    delete: Call | None
    remedy: tuple[Call, ...]
    auth: Auth
    erase_auth: Auth | None
    shortest: int  # characters
    parallel: int
    per_second: int | None


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """The calls of engines that are well known, by name."""
    read: dict[str, Any] = yaml.safe_load(PRESETS.read_text(encoding="utf-8"))
    return {name: calls for name, calls in read.items() if not name.startswith("_")}


def settings(items: Mapping[str, Spot]) -> dict[str, object]:
    """The settings of a search box among the keys of its store: `box`, whole, preset and all."""
    store = items["connector"]
    above = Spot(None, store.path[:-1], store.report)
    if "preset" in items and items["preset"].choice(presets(), "preset") not in presets():
        return {}
    preset = dict(presets()[items["preset"].text()]) if "preset" in items else {}
    given = {name: items[name].text() for name in NAMES if name in items}
    for name in preset.pop("needs", []):
        if name not in given:
            above.wrong(f"`{name}` is missing; the preset wants it")
    calls: dict[str, Any] = {
        name: _merged(items.get(name), preset.get(name), given, above, name) for name in CALLS
    }
    if calls["suggest"] is None:
        above.wrong("`suggest` is missing; write how the box is asked, or name a `preset`")
        return {}
    remedy = calls.pop("remedy")
    read = {name: _call(spot, name) if spot else None for name, spot in calls.items()}
    suggest, search = read["suggest"], read["search"]
    assert suggest is not None  # noqa: S101
    if read["delete"] and not read["get"] and ((search and search.key) or suggest.key):
        above.wrong(
            "`get` is missing; without it nobody can see that a record is still this person's when it goes"
        )
    return {
        "box": Box(
            suggest=suggest,
            search=search,
            all=read["all"],
            get=read["get"],
            delete=read["delete"],
            remedy=tuple(_call(each, "remedy") for each in remedy.listed()) if remedy else (),
            auth=_auth(items["auth"]) if "auth" in items else Auth(),
            erase_auth=_auth(items["erase_auth"]) if "erase_auth" in items else None,
            shortest=_number(items, "shortest", LONGEST_PREFIX, USUAL_SHORTEST),
            parallel=_number(items, "parallel", MOST_PARALLEL, USUAL_PARALLEL),
            per_second=_number(items, "per_second", MOST_A_SECOND, 0) or None,
        )
    }


def check(collections: Mapping[str, Collection], spot: Spot) -> None:
    """Report what a search box cannot hold: it is one list of entries, each of which is one text."""
    for name in list(collections)[1:]:
        spot.at(name).wrong("a search box has one collection; make a store for each box")
    for name, collection in collections.items():
        for by in collection.found_by:
            if by.column != ENTRY:
                spot.at(name).at("found_by").at(by.kind).wrong(
                    f"a search box has no column {by.column!r}; its entries are found by `entry`"
                )


def _number(items: Mapping[str, Spot], name: str, most: int, usual: int) -> int:
    return items[name].whole(1, most) if name in items else usual


def _merged(spot: Spot | None, preset: Any, names: Mapping[str, str], above: Spot, call: str) -> Spot | None:
    """What is written of a call over what the preset has of it, with the names filled in that a preset leaves open."""
    if spot is None and preset is None:
        return None
    written = spot.value if spot else None
    plain = preset if written is None else written
    if isinstance(written, Mapping) and isinstance(preset, Mapping):
        plain = {**preset, **written}
    return above.at(call, _named(plain, names))


def _named(plain: Any, names: Mapping[str, str], key: str = "") -> Any:
    if isinstance(plain, str):
        quoted = {name: quote(value, safe=",") if key == "path" else value for name, value in names.items()}
        return _PLACEHOLDER.sub(lambda found: quoted.get(found[1], found[0]), plain)
    if isinstance(plain, Mapping):
        return {name: _named(value, names, name) for name, value in plain.items()}
    return [_named(value, names, key) for value in plain] if isinstance(plain, list) else plain


def _call(spot: Spot, name: str) -> Call:
    items = spot.keys("path", "method body answer text key whole wait seconds cursor first")
    if name in LISTING and "answer" not in items and isinstance(spot.value, Mapping):
        spot.wrong("`answer` is missing; say where in the answer the entries stand")
    body = items["body"].value if "body" in items else None
    usual = "POST" if body is not None else "DELETE" if name == "delete" else "GET"
    call = Call(
        method=items["method"].choice(METHODS, "method of HTTP") if "method" in items else usual,
        path=_path(items["path"]) if "path" in items else "/",
        body=body,
        answer=_json_path(items, "answer"),
        text=_json_path(items, "text"),
        key=_json_path(items, "key"),
        whole=_json_path(items, "whole"),
        wait=_wait(items["wait"]) if "wait" in items else None,
        seconds=items["seconds"].whole(1, LONGEST_WAIT) if "seconds" in items else USUAL_SECONDS.get(name),
        cursor=_json_path(items, "cursor"),
        first=items["first"].text() if "first" in items else "",
    )
    _check_said(spot, call, name)
    return call


def _check_said(spot: Spot, call: Call, name: str) -> None:
    wanted = CALLS[name]
    may = [each for each in (wanted, *ALSO.get(name, ())) if each]
    _check_filled(
        spot, [each for text in (call.path, *_texts(call.body)) for each in _PLACEHOLDER.findall(text)], may
    )
    if wanted and isinstance(spot.value, Mapping) and "path" in spot.value and not call.says(wanted):
        spot.wrong(f"{{{wanted}}} stands nowhere in it, neither in `path` nor in `body`")
    if name == "all" and call.says("cursor") != (call.cursor is not None):
        spot.wrong("`cursor`, where the next page begins in the answer, goes together with {cursor}")


def _check_filled(spot: Spot, said: Iterable[str], may: Sequence[str]) -> None:
    for each in said:
        if each not in may:
            listed = " and ".join(f"{{{one}}}" for one in may) or "nothing"
            spot.wrong(f"there is no {{{each}}} to fill in here, but {listed}", nearest(each, [*may, *NAMES]))


def _path(spot: Spot) -> str:
    path = spot.text()
    if path and not _PLAIN_PATH.fullmatch(path):
        spot.wrong("must begin with one / and go on in plain letters; the server is named by `url`")
    return path


def _json_path(items: Mapping[str, Spot], name: str) -> JsonPath | None:
    if name not in items:
        return None
    text = items[name].text()
    if text and not known_path(text):
        items[name].wrong("is no path into an answer; write it as hits.hits[*] or terms[*]")
    return JsonPath(text)


def _wait(spot: Spot) -> Wait | None:
    items = spot.keys("path task state done", "failed")
    if not {"path", "task", "state", "done"} <= items.keys():
        return None
    task, state = _json_path(items, "task"), _json_path(items, "state")
    assert task is not None  # noqa: S101
    assert state is not None  # noqa: S101
    failed = items["failed"].names() if "failed" in items else ()
    path = _path(items["path"])
    _check_filled(items["path"], _PLACEHOLDER.findall(path), ["task"])
    if "{task}" not in path:
        items["path"].wrong("{task} stands nowhere in it")
    return Wait(path, task, state, items["done"].names(), failed)


def _auth(spot: Spot) -> Auth:
    items = spot.keys("", "bearer user password headers")
    for name in [name for name in ("bearer", "password") if name in items]:
        if "${" not in (items[name].text() or "${"):
            items[name].wrong("is a secret; write ${NAME} and put it into the environment")
    if ("user" in items) != ("password" in items):
        spot.wrong("`user` and `password` go together")
    return Auth(
        bearer=items["bearer"].text() if "bearer" in items else "",
        user=items["user"].text() if "user" in items else "",
        password=items["password"].text() if "password" in items else "",
        headers=tuple(_headers(items["headers"])) if "headers" in items else (),
    )


def _headers(spot: Spot) -> Iterator[tuple[str, str]]:
    for name, item in spot.items().items():
        if not _HEADER.fullmatch(name) or name.lower() in _OUR_HEADERS:
            item.wrong("is no header that can be set here")
        yield name, item.text()


def _texts(plain: Any) -> Iterator[str]:
    """Every text of a body, keys too."""
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, Mapping):
        for key, value in plain.items():
            yield key
            yield from _texts(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from _texts(value)
