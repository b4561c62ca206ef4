"""What must be so of every page: valid HTML, a language, a title, one h1, labels, nothing inline."""

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.datastructures import MultiDict

FIELDS = ("input", "select", "textarea")
SILENT = ("hidden", "submit", "button")


class Page:
    """A parsed page."""

    def __init__(self, root: Element) -> None:
        self.root = root

    @property
    def lang(self) -> str:
        return self.root.get("lang", "")

    @property
    def title(self) -> str:
        return said(next(self.all("title")))

    @property
    def h1(self) -> str:
        return said(next(self.all("h1")))

    @property
    def text(self) -> str:
        return said(next(self.all("body")))

    @property
    def errors(self) -> list[str]:
        """What the summary of errors says."""
        return [said(e) for ul in self.all("ul", "govuk-error-summary__list") for e in ul.iter("a")]

    def all(self, tag: str, kind: str = "") -> Iterator[Element]:
        """Every element of a tag, and of a class."""
        return (e for e in self.root.iter(tag) if not kind or kind in e.get("class", "").split())

    def link(self, words: str) -> str:
        """Where the link that says so leads."""
        found = [e.get("href") for e in self.all("a") if said(e) == words]
        assert found, f"no link says {words!r}; there are {[said(e) for e in self.all('a')]}"
        return found[0]

    def buttons(self) -> list[str]:
        """What the buttons say."""
        return [said(e) for e in self.all("button") if said(e)]

    def filled(self, button: str | None, answers: dict) -> tuple[str, MultiDict]:
        """The address and the data of the form with that button, filled in; None: the page's question."""
        pressed = next((e for e in self.all("button") if said(e) == button), None)
        assert button is None or pressed is not None, f"no button {button!r}; there are {self.buttons()}"
        form = self._form_of(pressed)
        data = [pair for pair in _standing(form) if pair[0] not in answers]
        for name, value in answers.items():
            data += [(name, one) for one in (value if isinstance(value, (list, tuple)) else [value])]
        if pressed is not None and pressed.get("name"):
            data.append((pressed.get("name", ""), pressed.get("value", "")))
        return form.get("action", ""), MultiDict(data)

    def _form_of(self, pressed: Element | None) -> Element:
        if pressed is None or pressed.get("form"):
            return next(e for e in self.all("form") if e.get("id") == "question")
        return next(e for e in self.all("form") if pressed in list(e.iter("button")))


def checked(html: str) -> Page:
    """The page, after it was looked over."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = Page(parser.parse(html))
    assert page.lang in ("zh-CN", "en")
    assert re.fullmatch(r"\S.*\S", page.title)
    assert len(list(page.all("h1"))) == 1
    assert len(list(page.all("main"))) == 1
    _ids(page)
    _labels(page)
    _nothing_inline(page)
    assert "datetime=" not in page.text, "markup is shown to people"
    _forms(page)
    _levels(page)
    return page


def said(element: Element) -> str:
    """The text of an element, its blanks closed up."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def _standing(form: Element) -> Iterator[tuple[str, str]]:
    for field in form.iter("input"):
        kind = field.get("type", "text")
        if field.get("name") and (kind not in ("checkbox", "radio") or "checked" in field.attrib):
            yield field.get("name", ""), field.get("value", "")


def _ids(page: Page) -> None:
    ids = Counter(e.get("id") for e in page.root.iter() if e.get("id") is not None)
    assert not [id for id, n in ids.items() if n > 1 or not id], "an id stands twice, or is empty"
    for element in page.root.iter():
        for name in ("for", "aria-labelledby", "aria-describedby", "form"):
            for id in (element.get(name) or "").split():
                assert id in ids, f"{element.tag} {name}={id} leads nowhere"
        if (element.get("href") or "").startswith("#"):
            assert element.get("href", "")[1:] in ids, f"the link {element.get('href')} leads nowhere"


def _labels(page: Page) -> None:
    labelled = {e.get("for") for e in page.all("label")}
    for tag in FIELDS:
        for field in page.all(tag):
            if field.get("type") not in SILENT:
                assert field.get("id") in labelled, f"field {field.get('name')} has no label"
    assert all(said(e) for e in page.all("a")), "a link says nothing"
    assert all(said(e) or "hidden" in e.attrib for e in page.all("button")), "a button says nothing"


def _nothing_inline(page: Page) -> None:
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag != "style", "a style sheet inside the page"
        assert element.tag != "script" or element.get("src"), "a script inside the page"
        for name in element.attrib:
            assert name != "style", f"{element.tag} has a style of its own"
            assert not str(name).startswith("on"), f"{element.tag} has {name}"


def _forms(page: Page) -> None:
    for form in page.all("form"):
        if form.get("method") == "post":
            guarded = any(e.get("name") == "csrf_token" and e.get("value") for e in form.iter("input"))
            assert guarded, "a form without its guard"


def _levels(page: Page) -> None:
    before = 0
    for element in page.root.iter():
        if re.fullmatch(r"h[1-6]", str(element.tag)):
            level = int(element.tag[1])
            assert level <= before + 1 or before == 0, f"{element.tag} {said(element)!r} skips a level"
            before = level
