"""The Chinese words are complete: every message of code and templates, none doubtful, the same blanks."""

import re
import subprocess
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PLACE = re.compile(r"%\(\w+\)[a-z]|%[sdf]|\{\w*\}")


@pytest.fixture(scope="module")
def wanted(tmp_path_factory) -> list[Message]:
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    subprocess.run([ROOT / "scripts" / "messages", template], check=True)
    with template.open("rb") as file:
        return [message for message in read_po(file) if message.id]


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with (ROOT / "dsar/translations/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def forms(text: str | list[str] | tuple[str, ...]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def places(text: str) -> set[str]:
    return set(PLACE.findall(text.replace("%%", "")))


def test_there_is_something_to_translate(wanted):
    assert len(wanted) > 100


def test_every_message_has_its_chinese(wanted, chinese):
    found = [chinese.get(message.id, message.context) for message in wanted]
    missing = [
        forms(message.id)[0]
        for message, entry in zip(wanted, found, strict=True)
        if entry is None or not all(forms(entry.string))
    ]
    assert missing == []


def test_no_translation_is_doubtful_or_left_over(wanted, chinese):
    asked = {(forms(message.id)[0], message.context) for message in wanted}
    entries = [entry for entry in chinese if entry.id]
    assert [entry.id for entry in entries if entry.fuzzy] == []
    assert [entry.id for entry in entries if (forms(entry.id)[0], entry.context) not in asked] == []


def test_both_languages_have_the_same_places_to_fill_in(chinese):
    different = [
        (entry.id, said)
        for entry in chinese
        for said in forms(entry.string)
        if entry.id and said and places(said) != places(forms(entry.id)[-1])
    ]
    assert different == []


def test_places_are_seen():
    assert places("%(n)d of {m}, %s, 100%%, {}") == {"%(n)d", "{m}", "%s", "{}"}
