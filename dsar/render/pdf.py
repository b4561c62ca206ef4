"""The papers as PDF: the copy, the certificate of erasure, the record of an inspection."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dsar import places
from dsar.render.certificate import Certificate
from dsar.render.certificate_paper import certificate_paper
from dsar.render.copy_paper import copy_paper
from dsar.render.inspection_paper import Shown, inspection_paper
from dsar.render.package import Package
from dsar.render.texts import Texts
from dsar.render.typeset import Typeset


def copy_pdf(package: Package, *, rows: int) -> bytes:
    """The copy; it lists so many rows of a collection and names the CSV for the rest.

    Raises ReleaseRefused when a collection has more or fewer rows than it says.
    """
    setting = Typeset(Texts(package.lang, package.controller.zone))
    paper = copy_paper(package, setting, rows=rows)
    return _printed("copy/copy.html", setting, paper=paper, house=setting.words(package.controller.name))


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate; every identifier in it is masked."""
    setting = Typeset(Texts(certificate.lang, certificate.controller.zone))
    return _printed(
        "certificate/certificate.html",
        setting,
        paper=certificate_paper(certificate, setting),
        house=setting.words(certificate.controller.name),
        looks_only=certificate.show["looks_only"],
    )


def inspection_pdf(shown: Shown, signature: Mapping[str, str]) -> bytes:
    """The record of an inspection, not signed yet; signature: sha256, public_key and value of the record, in hex."""
    setting = Typeset(Texts(shown["lang"], shown["zone"]))
    return _printed(
        "inspection/inspection.html",
        setting,
        paper=inspection_paper(shown, signature, setting),
        house=setting.words(shown["controller"]["name"]),
    )


def _printed(template: str, setting: Typeset, **values: Any) -> bytes:
    from dsar.render.press import press  # late: it loads WeasyPrint and the fonts

    words = {"_": setting.say, "ngettext": setting.ngettext, "join": setting.join, "lang": setting.texts.lang}
    return press(_templates().get_template(template).render(words | values))


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(places.templates()),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
