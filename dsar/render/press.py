"""The press: our HTML into a tagged PDF, with our stylesheet and our fonts and nothing else.

Import it late: it loads WeasyPrint, which asks for its fonts as it is imported.
"""

import gc
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydyf

from dsar import places
from dsar.render.fonts import fonts

_lock = threading.Lock()
_thread = threading.local()


@contextmanager
def _only_our_fonts() -> Iterator[None]:
    """Fontconfig reads its file's name from the environment, and only while WeasyPrint asks for fonts."""
    with _lock:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(fonts().conf)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


with _only_our_fonts():
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher


def stylesheet() -> Path:
    return places.templates() / "copy" / "paper.css"


def ground() -> Path:
    """What elements do by themselves, in place of WeasyPrint's own sheet for all of HTML."""
    return places.templates() / "copy" / "ground.css"


class OursOnly(URLFetcher):  # type: ignore[misc]
    """Records are hostile text: nothing is fetched but our stylesheet and fonts, by their exact address."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"file"}, allow_redirects=False)
        made = fonts()
        files = (stylesheet(), ground(), made.regular, made.bold, made.rare)
        self._ours = {path.resolve().as_uri() for path in files}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """Raises FatalURLFetchingError, which stops the press, for any other address."""
        if url not in self._ours:
            raise FatalURLFetchingError("a paper asked for something that is not ours")
        return super().fetch(url, headers)


class _Paper(HTML):  # type: ignore[misc]
    """A document whose elements behave as our sheet says, and no other."""

    def _ua_stylesheets(self, _forms: bool = False) -> list[Any]:
        return [_loaded()[0]]


def press(html: str) -> bytes:
    """A PDF that is tagged and declares PDF/UA-1, of a whole HTML document."""
    _basis, types, style = _loaded()
    document = _Paper(string=html, base_url="about:blank", url_fetcher=OursOnly())
    with _no_collecting():
        made = document.write_pdf(
            stylesheets=[style], font_config=types, pdf_variant="pdf/ua-1", finisher=_finish
        )
    return bytes(made)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A document's boxes all live to its end: to look for garbage among them costs a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _loaded() -> tuple[Any, Any, Any]:
    """The ground, fonts and stylesheet, loaded once a thread: Pango's font maps are not shared between threads."""
    if not hasattr(_thread, "loaded"):
        with _only_our_fonts():
            types = FontConfiguration()
        basis, style = (_sheet(path, types) for path in (ground(), stylesheet()))
        _thread.loaded = basis, types, style
    return _thread.loaded  # type: ignore[no-any-return]


def _sheet(path: Path, types: Any) -> Any:
    return CSS(filename=str(path), font_config=types, url_fetcher=OursOnly())


def _finish(_document: Any, pdf: Any) -> None:
    """Add what WeasyPrint 70 leaves out of PDF/UA: the scope of header cells, the print flag of links."""
    by_reference = {item.reference: item for item in pdf.objects if isinstance(item, pydyf.Dictionary)}
    for item in by_reference.values():
        if item.get("S") == "/TH" and "A" in item:
            group = by_reference[by_reference[item["P"]]["P"]]
            item["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"
        if item.get("Subtype") == "/Link":
            item["F"] = 4
