"""A draft as YAML that reads like a form: one thing a line, and every guess with a line `check:` of its own."""

from collections.abc import Mapping
from typing import Any

import yaml

from dsar.datamap.spot import CHECK

WIDTH = 110  # of what is written in one line
_ENDLESS = 1_000_000  # so that YAML folds no line: an answer takes one line out


def written(plain: Mapping[str, Any], heading: str) -> str:
    """The text of a draft, under a heading of comment lines; the heading alone where nothing is to be drafted."""
    comment = "".join(f"# {line}\n" if line else "#\n" for line in heading.splitlines())
    if not plain:
        return f"{comment}# The map lacks nothing of this store.\n"
    return comment + str(
        yaml.serialize(_node(plain, 0), Dumper=yaml.SafeDumper, allow_unicode=True, width=_ENDLESS)
    )


def _node(value: object, depth: int) -> yaml.Node:
    if isinstance(value, Mapping):
        pairs = [(_node(key, depth), _node(_alone(key, each), depth + 1)) for key, each in value.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=_in_one_line(value, depth))
    if isinstance(value, list | tuple):
        nodes = [_node(each, depth + 1) for each in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=False)
    word = str(value) if isinstance(value, str) else value  # a word of an enumeration too
    return yaml.SafeDumper("").represent_data(word)  # type: ignore[arg-type]


def _alone(key: str, value: object) -> object:
    """One thing to answer stands in the line of its `check:`, several below it."""
    return value[0] if key == CHECK and isinstance(value, list) and len(value) == 1 else value


def _in_one_line(value: Mapping[str, object], depth: int) -> bool:
    """Whether a mapping stands in one line: a leaf of the form, in which nothing is to be answered."""
    inner = [each for each in value.values() if isinstance(each, Mapping)]
    if CHECK in value or depth < 3 or any(CHECK in each for each in inner) or len(str(dict(value))) > WIDTH:
        return False
    return all(not isinstance(each, Mapping | list) for one in inner for each in one.values())
