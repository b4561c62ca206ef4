"""A draft answered by rules: what the answers name is changed, to everything else somebody agreed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ANSWERS = Path(__file__).with_name("answers.yaml")


def answered(draft: str) -> str:
    """The map that a draft becomes."""
    plain = yaml.safe_load(draft)
    for path, value in yaml.safe_load(ANSWERS.read_text(encoding="utf-8")).items():
        *way, last = path.split(".")
        place = plain
        for step in way:
            place = place[step]
        assert last in place, f"the draft has no {path}"
        place[last] = value
    return yaml.safe_dump(_agreed(plain), allow_unicode=True, sort_keys=False)


def _agreed(plain: Any) -> Any:
    """The same without the guesses' `check:`; no table and no column of the shop is called so."""
    if isinstance(plain, dict):
        return {key: _agreed(value) for key, value in plain.items() if key != "check"}
    return [_agreed(each) for each in plain] if isinstance(plain, list) else plain
