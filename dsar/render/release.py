"""The last look at a PDF before release: our fonts only, every glyph there, every count the sealed one."""

from collections.abc import Iterator, Mapping
from typing import Any

from dsar.errors import ReleaseRefused
from dsar.render.certificate import Certificate
from dsar.render.fonts import FAMILY, RARE_FAMILY
from dsar.render.package import Package, StoreShown
from dsar.render.pdf_text import Page, pages
from dsar.render.searched import MANY
from dsar.render.texts import Texts
from dsar.render.typeset import visible
from dsar.render.verdicts import kept_label, so_far
from dsar.terms import StoreState

_OURS = {family.replace(" ", "-") + weight for family in (FAMILY, RARE_FAMILY) for weight in ("", "-Bold")}


def check_pdf(pdf: bytes, package: Package) -> None:
    """Read a copy's PDF back and compare it with what was sealed.

    Raises ReleaseRefused, naming what is wrong: a font that is not ours, a character
    that no font has, a page with no text, a count that is not the sealed one.
    """
    text = _text(pdf)
    _in_order(text, iter([package.reference]))
    _anywhere(text, _contents(package))
    _in_order(text, _counts(package))


def check_certificate(pdf: bytes, certificate: Certificate) -> None:
    """The same for a certificate's PDF: fonts, glyphs, text, and the sums on its first page."""
    texts = Texts(certificate.lang, certificate.controller.zone)
    _ = texts.say
    labels = _("Found") + _("Erased") + _(kept_label(certificate)) + _("Left over")
    sums = "".join(so_far(certificate.total(name)) for name in ("found", "erased", "kept", "residue"))
    text = _text(pdf)
    _in_order(text, iter([certificate.reference]))
    _in_order(text, iter([labels + sums, _("System by system")]))


def check_inspection(pdf: bytes, shown: Mapping[str, Any]) -> None:
    """The same for the record of an inspection: every system stands on it, with what it answered by key."""
    texts = Texts(shown["lang"], shown["zone"])
    text = _text(pdf)
    _in_order(text, iter([shown["identifier"]["masked"], texts.say("System by system")]))
    _in_order(text, _asked(shown, texts))


def _asked(shown: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    for store in shown["stores"]:
        yield texts.words(store["title"])
        for one in store["collections"]:
            yield texts.words(one["title"]) + ("–" if one["records"] is None else f"{one['records']:,}")


def _text(pdf: bytes) -> str:
    """All text of the PDF without its blanks, once its type is known to be sound."""
    told = []
    for number, page in enumerate(pages(pdf), start=1):
        _check_type(number, page)
        told.append(page.text)
    if not told:
        raise ReleaseRefused("the PDF has no page")
    return "".join("".join(told).split())


def _check_type(number: int, page: Page) -> None:
    if foreign := page.families - _OURS:
        raise ReleaseRefused(f"page {number} is set in a font that is not ours: {', '.join(sorted(foreign))}")
    if page.missing:
        raise ReleaseRefused(f"page {number} shows {page.missing} characters that no font has (.notdef)")
    if not page.text.strip():
        raise ReleaseRefused(f"page {number} has no text that can be read back")


def _counts(package: Package) -> Iterator[str]:
    """What must stand on the paper, in this order: titles with their counts."""
    texts = Texts(package.lang, package.controller.zone)
    ngettext, held = texts.ngettext, [store for store in package.stores if store.records]
    for store in package.stores:  # what was searched
        yield texts.words(store.title)
        inside = [
            texts.words(each.title) + ngettext("%(n)s record", "%(n)s records", each.records)
            for each in store.collections
        ]
        result = list(_result(store, texts))
        yield from result + inside if len(inside) > MANY else inside + result
    for store in held:  # the parts
        yield texts.words(store.title) + ngettext("%(n)s record", "%(n)s records", store.records)
        for collection in store.collections:
            told = ngettext("%(n)s record", "%(n)s records", collection.records)
            yield from [texts.words(collection.title) + told] if collection.records else []


def _result(store: StoreShown, texts: Texts) -> Iterator[str]:
    _, ngettext, records = texts.say, texts.ngettext, store.records
    if store.state == StoreState.SEARCHED and records:
        yield _("Found: %(n)s", n=ngettext("%(n)s record", "%(n)s records", records))
    elif store.state == StoreState.SEARCHED and not store.withheld:
        yield _("Nothing about you")


def _contents(package: Package) -> Iterator[str]:
    """What must stand in the contents; they are set in columns, which a reader may take in any order."""
    texts = Texts(package.lang, package.controller.zone)
    for store in package.stores:
        if store.records:
            yield texts.words(store.title) + texts.ngettext("%(n)s record", "%(n)s records", store.records)


def _anywhere(text: str, expected: Iterator[str]) -> None:
    for words in expected:
        _in_order(text, iter([words]))


def _in_order(text: str, expected: Iterator[str]) -> None:
    place = 0
    for words in expected:
        wanted = "".join(visible(words).striptags().split())
        found = text.find(wanted, place)
        if found < 0:
            raise ReleaseRefused(f"the PDF does not say “{words}” where it must")
        place = found + len(wanted)
