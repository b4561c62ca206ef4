"""Write the letters that go to a person: one whole template a kind and language."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dsar import places
from dsar.datamap.types import DataMap, Recipient, say


class Letter(Protocol):
    """What is to be written."""

    @property
    def kind(self) -> str: ...
    @property
    def lang(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def facts(self) -> dict[str, str]: ...


def written(letter: Letter, datamap: DataMap, due_on: date, public_url: str) -> tuple[str, str]:
    """The subject (the template's first line) and the body."""
    template = _templates().get_template(f"mail/{letter.kind}.{letter.lang}.txt")
    locale = "zh_Hans_CN" if letter.lang.startswith("zh") else "en_GB"
    text = template.render(
        site=public_url,
        day=lambda day: format_date(date.fromisoformat(day), "long", locale=locale),
        reference=f"{letter.reference[:4]}-{letter.reference[4:]}",
        link=f"{public_url}/r/{letter.reference}",
        due=format_date(due_on, "long", locale=locale),
        controller=say(datamap.controller.name, letter.lang),
        contact=datamap.controller.contact,
        **letter.facts,
    )
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"


def to_recipient(
    recipient: Recipient,
    datamap: DataMap,
    reference: str,
    lang: str,
    due_on: date,
    identifiers: Sequence[tuple[str, str]],
) -> str:
    """The letter that asks a recipient to erase what it received, and to say that it did."""
    locale = "zh_Hans_CN" if lang.startswith("zh") else "en_GB"
    return (
        _templates()
        .get_template(f"mail/recipient.{lang}.txt")
        .render(
            recipient=recipient.legal_name,
            controller=say(datamap.controller.legal_name, lang) or say(datamap.controller.name, lang),
            contact=datamap.controller.contact,
            reference=f"{reference[:4]}-{reference[4:]}",
            due=format_date(due_on, "long", locale=locale),
            got=say(recipient.got, lang),
            identifiers=identifiers,
        )
    )


@lru_cache(1)
def _templates() -> Environment:
    loader = FileSystemLoader(places.templates())
    return Environment(loader=loader, undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701  plain text
