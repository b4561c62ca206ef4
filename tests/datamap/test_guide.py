"""The guide to the map: its example is a map, and it tells of every key and every closed set's words."""

import re
from pathlib import Path

import pytest

from dsar.datamap import collecting, erasing, fields, points, sections
from dsar.datamap.identifiers import known_forms
from dsar.datamap.settings import SETTINGS

GUIDE = Path(__file__).parents[2].joinpath("docs/map.md").read_text(encoding="utf-8")
SOURCES = Path(fields.__file__).parent


def keys() -> set[str]:
    """Every key that a place of the map is asked for, as the sources name them."""
    found = set()
    for file in SOURCES.glob("*.py"):
        for call in re.findall(r"\.keys\(\s*((?:f?\"[^\"]*\",?\s*)+)\)", file.read_text(encoding="utf-8")):
            found |= {
                word for word in re.sub(r"\{.*?\}", "", call).replace('"', " ").split() if word.isidentifier()
            }
    return found - {"f"}


def test_the_example_is_a_right_map(read):
    example = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[1]
    loaded = read(example)
    assert list(loaded.map.stores) == ["crm", "orders", "crm_suggest"]
    assert loaded.map.collection_points[1].state == "not_kept"


def test_the_sources_name_the_keys_this_test_looks_for():
    assert {"found_by", "rebuilt_from", "legal_basis", "kept_days", "until", "place"} <= keys()


@pytest.mark.parametrize("key", sorted(keys()))
def test_every_key_is_in_the_guide(key):
    assert re.search(rf"[`{{ ]{key}[`:,}} ]", GUIDE), f"docs/map.md does not tell of {key}"


@pytest.mark.parametrize(
    "word",
    [
        *fields.CATEGORIES, *fields.FILE_TYPES, *collecting.SHARED, *erasing.TESTS, *points.STATES,
        *sections.NORMALS, *sections.PROOFS, *sections.UNITS, *SETTINGS,
        *(name for kind in SETTINGS.values() for name in kind.settings),
        *(form for form in known_forms("e164") if ":" not in form),
    ],
)  # fmt: skip
def test_every_word_of_a_closed_set_is_in_the_guide(word):
    assert f"`{word}`" in GUIDE or f"`{word}:" in GUIDE
