"""The calls of a search box, filled in, sent, and their answers taken apart."""

import html
import os
import re
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dsar.connectors._http import Answer, Asked, Http
from dsar.datamap.answers import Astray, JsonPath, words
from dsar.datamap.calls import Auth, Box, Call, Wait
from dsar.datamap.secrets import resolve
from dsar.errors import BadInput, StoreRefused, StoreUnreachable

MOST_PAGES = 1000  # of one search
MOST_OF_ALL = 1_000_000  # pages of all documents
POLL = 0.5  # seconds between two looks at work that an engine does later
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,100}>")


@dataclass(frozen=True, repr=False)
class Entry:
    """One entry of an answer: what names it, where anything does, and its text as a person reads it."""

    key: str | None
    text: str


class Calling:
    """A search box of one store, opened at the first call."""

    def __init__(self, store: str, box: Box, url: str, timeout: float) -> None:
        self._store, self._box, self._url, self._timeout = store, box, url, timeout
        self._http: Http | None = None

    def close(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def suggestions(self, prefixes: Sequence[str]) -> Iterator[tuple[str, list[Entry]]]:
        """What the box offers for each prefix."""
        answers = self._ask_all(self._box.suggest, [{"prefix": prefix} for prefix in prefixes])
        for prefix, answer in zip(prefixes, answers, strict=True):
            yield prefix, self._entries(self._box.suggest, self._there(answer))

    def search(self, values: Sequence[str]) -> Iterator[list[Entry]]:
        """What a search for each value brings, page by page where the call can turn pages."""
        call = self._box.search
        if call is None:
            return
        begun = dict.fromkeys(values, 0)
        for _ in range(MOST_PAGES):
            given = [{"value": value, "offset": offset} for value, offset in begun.items()]
            answers = zip(list(begun.items()), self._ask_all(call, given), strict=True)
            begun = {}
            for (value, offset), answer in answers:
                if entries := self._entries(call, self._there(answer)):
                    yield entries
                    if call.says("offset"):
                        begun[value] = offset + len(entries)
            if not begun:
                return
        raise StoreRefused(f"store {self._store} finds no end of its own search; see `offset` in its call")

    def everything(self) -> Iterator[list[Entry]]:
        """All documents, page by page.

        Raises StoreRefused where the pages have no end.
        """
        call = self._box.all
        assert call is not None  # noqa: S101
        offset, cursor = 0, call.first
        for _ in range(MOST_OF_ALL):
            answer = self._there(next(self._ask_all(call, [{"offset": offset, "cursor": cursor}])))
            entries = self._entries(call, answer)
            yield entries
            offset, before = offset + len(entries), cursor
            cursor = words(call.cursor.one(answer.data)) if call.cursor else ""
            if not entries or not (call.says("offset") or (cursor and cursor != before)):
                return
        raise StoreRefused(f"store {self._store} finds no end of its documents; see `all` in the map")

    def held(self, keys: Sequence[str]) -> Iterator[str | None]:
        """The text of each record that there is; None where there is none."""
        call = self._box.get
        assert call is not None  # noqa: S101
        for answer in self._ask_all(call, [{"key": key} for key in keys]):
            data = None if answer.gone else answer.data
            value = call.text.one(data) if call.text else data
            yield _plain(words(value)) or None

    def delete(self, keys: Sequence[str]) -> list[bool]:
        """Delete each record; which of them there were."""
        call = self._box.delete
        assert call is not None  # noqa: S101
        answers = list(self._ask_all(call, [{"key": key} for key in keys], erasing=True))
        for answer in answers:
            if call.wait and not answer.gone:
                self._wait(call, call.wait, answer.data)
        return [not answer.gone for answer in answers]

    def remedy(self) -> None:
        """Have the engine let go of what was deleted; it may take as long as the map allows."""
        for call in self._box.remedy:
            answer = self._there(next(self._ask_all(call, [{}], erasing=True)))
            self._whole(call, answer.data)
            if call.wait:
                self._wait(call, call.wait, answer.data)

    def _ask_all(
        self, call: Call, given: Iterable[Mapping[str, Any]], *, erasing: bool = False
    ) -> Iterator[Answer]:
        if self._http is None:
            self._http = Http(
                self._store, self._url, parallel=self._box.parallel, per_second=self._box.per_second
            )
        auth = self._box.erase_auth if erasing and self._box.erase_auth else self._box.auth
        headers, seconds = self._shown(auth), float(call.seconds or self._timeout)
        return self._http.ask_all(
            Asked(call.method, filled_path(call.path, each), filled(call.body, each), headers, seconds)
            for each in given
        )

    def _entries(self, call: Call, answer: Answer) -> list[Entry]:
        self._whole(call, answer.data)
        assert call.answer is not None  # noqa: S101
        found = self._all(call.answer, answer.data)
        texts = [words(call.text.one(each) if call.text else each) for each in found]
        if found and not any(texts):
            raise StoreRefused(f"store {self._store} answers with entries of no text; see `text` in its call")
        keys = [words(next(iter(self._all(call.key, each)), "")) if call.key else None for each in found]
        return [Entry(key, _plain(text)) for key, text in zip(keys, texts, strict=True)]

    def _all(self, path: JsonPath, data: Any) -> list[Any]:
        try:
            return list(path.all(data))
        except Astray:
            raise StoreRefused(
                f"store {self._store} answers with nothing at {path.text}; correct the map"
            ) from None

    def _whole(self, call: Call, data: Any) -> None:
        if call.whole and call.whole.one(data) is not True:
            raise StoreUnreachable(f"store {self._store} gave a part of its answer only; it is asked again")

    def _there(self, answer: Answer) -> Answer:
        if answer.gone:
            raise StoreRefused(f"store {self._store} has no such address (404); see the calls of the map")
        return answer

    def _wait(self, call: Call, wait: Wait, data: Any) -> None:
        """Until what an engine does later is done."""
        task = words(wait.task.one(data))
        if not task:
            raise StoreRefused(f"store {self._store} names no work to wait for; see `wait` in its call")
        asking = Call("GET", wait.path, None, None, None, None, None, None, None)
        until = time.monotonic() + (call.seconds or self._timeout)
        while True:
            answer = self._there(next(self._ask_all(asking, [{"task": task}], erasing=True)))
            state = words(wait.state.one(answer.data))
            if state in wait.done:
                return
            if state in wait.failed:
                raise StoreRefused(f"store {self._store} says that what was asked of it failed")
            if time.monotonic() > until:
                raise StoreUnreachable(f"store {self._store} is not done yet; it is asked again")
            time.sleep(POLL)

    def _shown(self, auth: Auth) -> dict[str, str]:
        """The headers that show who calls."""
        try:
            headers = {name: resolve(value, os.environ) for name, value in auth.headers}
            if auth.bearer:
                headers["Authorization"] = f"Bearer {resolve(auth.bearer, os.environ)}"
            elif auth.user:
                pair = f"{resolve(auth.user, os.environ)}:{resolve(auth.password, os.environ)}"
                headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        except BadInput as error:
            raise StoreRefused(f"store {self._store}: {error}") from error
        return headers


def filled_path(path: str, given: Mapping[str, Any]) -> str:
    """A path with what is given in its places, so written that it stays in them."""
    return _PLACEHOLDER.sub(lambda found: quote(str(given[found[1]]), safe=""), path)


def filled(body: Any, given: Mapping[str, Any]) -> Any:
    """A body with what is given in its places; a number stays one where it stands alone."""
    if isinstance(body, str):
        alone = _PLACEHOLDER.fullmatch(body)
        if alone and isinstance(given[alone[1]], int):
            return given[alone[1]]
        return _PLACEHOLDER.sub(lambda found: str(given[found[1]]), body)
    if isinstance(body, Mapping):
        return {filled(name, given): filled(value, given) for name, value in body.items()}
    return [filled(value, given) for value in body] if isinstance(body, list) else body


def _plain(text: str) -> str:
    """An entry without what marks the typed part of it: `<b>131</b>00008688`."""
    return html.unescape(_TAG.sub("", text)) if "<" in text or "&" in text else text
