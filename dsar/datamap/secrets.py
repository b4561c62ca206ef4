"""Secrets of the map: `${NAME}` stands for one and is resolved only where it is used."""

import re
from collections.abc import Mapping

from dsar.errors import BadInput

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def resolve(text: str, environ: Mapping[str, str]) -> str:
    """The text with each `${NAME}` replaced by the variable of that name, once.

    Raises BadInput, naming the variable, when it is not set or is empty.
    """
    return _REFERENCE.sub(lambda found: _value(found[1], environ), text)


def names(text: str) -> list[str]:
    """The variables that a text refers to, in their order."""
    return _REFERENCE.findall(text)


def _value(name: str, environ: Mapping[str, str]) -> str:
    if not environ.get(name):
        raise BadInput(f"the variable {name}, which the data map refers to, is not set; set it")
    return environ[name]
