"""The manual is complete: every setting and every command is in it, and no link of any page leads nowhere."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTING = re.compile(r"""["'](DSAR_[A-Z_]+[A-Z])["']""")
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)")


def manual() -> str:
    return (ROOT / "docs" / "operator.md").read_text()


def settings() -> set[str]:
    """Each setting of Config, and each other DSAR_ name that the code reads."""
    from dsar.config import Config

    source = "".join(
        path.read_text() for folder in ("dsar", "workers") for path in (ROOT / folder).rglob("*.py")
    )
    return {f"DSAR_{field.name.upper()}" for field in dataclasses.fields(Config)} | set(
        SETTING.findall(source)
    )


def commands(group: click.Group, words: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}"


def test_every_setting_is_in_the_manual():
    text = manual()
    assert sorted(name for name in settings() if f"`{name}`" not in text) == []


def test_every_command_is_in_the_manual():
    from dsar.cli import root

    text = manual()
    known = list(commands(root, "dsar"))
    assert len(known) > 10
    assert [command for command in known if not re.search(rf"`{command}[ `]", text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    targets = LINK.findall(page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []
