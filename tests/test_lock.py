"""The lock files pin all that pyproject.toml asks for, by hash and from no named place; each is explained."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDED = PROJECT["dependencies"]
DEVELOPING = PROJECT["optional-dependencies"]["dev"]
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def pins(lock: str) -> dict[str, str]:
    """Package to version, of those that are pinned by hash."""
    return {canonicalize_name(name): version for name, version, _ in PIN.findall((ROOT / lock).read_text())}


@pytest.mark.parametrize(
    ("lock", "asked"), [("requirements.lock", NEEDED), ("requirements-dev.lock", NEEDED + DEVELOPING)]
)
def test_the_lock_holds_what_the_project_asks_for(lock, asked):
    pinned = pins(lock)
    wanted = [Requirement(line) for line in asked]
    missing = [str(one) for one in wanted if pinned.get(canonicalize_name(one.name), "") not in one.specifier]
    assert missing == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_is_by_hash_and_names_no_place(lock):
    text = (ROOT / lock).read_text()
    assert len(pins(lock)) == len(re.findall(r"^[A-Za-z]", text, re.MULTILINE))
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)


def test_both_locks_agree():
    developing = pins("requirements-dev.lock")
    assert {name: developing[name] for name in pins("requirements.lock")} == pins("requirements.lock")


@pytest.mark.parametrize("line", NEEDED + DEVELOPING)
def test_the_choice_of_a_package_is_explained(line):
    decision = (ROOT / "docs/decisions/001-dependencies.md").read_text()
    cells = [row.split("|")[1] for row in decision.splitlines() if row.startswith("|")]
    explained = {word for cell in cells for word in cell.replace(",", " ").split()}
    name = re.split(r"[=>]", line)[0]
    assert name in explained or (name.startswith("types-") and "types-*" in explained)
