"""From YAML text to plain values, each with its line; bounded in size, depth and aliases."""

import re
from typing import Any, NoReturn

import yaml

from dsar.datamap.report import Mark, Path

LARGEST = 2_000_000  # bytes of one file
DEEPEST = 40  # mappings and lists inside one another
MOST = 200_000  # values, after aliases are written out
LONGEST = 4_000_000  # characters of all values, after aliases are written out

_TAG = "tag:yaml.org,2002:"
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_PART = re.compile(r"[-+]?[0-9]+\.[0-9]+")
# YAML ends a plain word at the brace of ${NAME} inside {…}; these stand for the braces while it is read.
_SECRET, _HIDDEN = re.compile(r"\$\{([A-Za-z_]\w*)\}"), re.compile("\uf8f0([A-Za-z_]\\w*)\uf8f1")


class Unreadable(Exception):
    """The text is no map at all; `mark` is where reading stopped."""

    def __init__(self, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.message, self.mark = message, mark


def read(data: bytes, file: str) -> "Reader":
    """Read one file's bytes: `.plain` is its value, `.marks` the line of each path, `.wrong` what is amiss.

    Raises Unreadable when it is not YAML, or too large, too deep or a bomb of aliases.
    """
    if len(data) > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST // 1_000_000} MB", (file, 1))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable("the file is not UTF-8 text; save it as UTF-8", (file, line)) from error
    if unseen := _UNSEEN.search(text):
        line = text.count("\n", 0, unseen.start()) + 1
        raise Unreadable("there is a control character; take it out", (file, line))
    reader = Reader(file)
    reader.read(_SECRET.sub("\uf8f0\\1\uf8f1", text))
    return reader


class Reader:
    """Walks the nodes of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.plain: Any = None
        self.marks: dict[Path, Mark] = {}
        self.wrong: list[tuple[Mark, Path, str]] = []
        self._values = self._characters = 0

    def read(self, text: str) -> None:
        """Fill plain, marks and wrong; the depth is looked at first, for the composer recurses."""
        try:
            self._check_depth(text)
            node = yaml.compose(text, Loader=_SAFE)
        except yaml.MarkedYAMLError as error:
            at_end = error.problem_mark is None or error.problem_mark.line >= text.count("\n")
            mark = (at_end and error.context_mark) or error.problem_mark  # what was opened and never closed
            self._stop(f"this is not YAML: {error.problem or error.context}", mark)
        except yaml.YAMLError as error:
            self._stop(f"this is not YAML: {str(error).splitlines()[0]}", None)
        if node is not None:
            self.plain = self._value(node, (), 0)

    def _check_depth(self, text: str) -> None:
        depth = 0
        for event in yaml.parse(text, Loader=_SAFE):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                self._stop(f"things lie inside one another more than {DEEPEST} deep", event.start_mark)

    def _value(self, node: yaml.Node, path: Path, depth: int) -> Any:
        self._count(node, depth)
        self.marks.setdefault(path, (self.file, node.start_mark.line + 1))
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self._value(each, (*path, str(n)), depth + 1) for n, each in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self._amiss(node, path, f"the tag {node.tag.removeprefix(_TAG)} is not read here; leave it out")
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, path)
            if key in lines:
                self._amiss(key_node, (*path, key), f"{key} is given twice, on line {lines[key]} too")
            elif key:
                lines[key] = line
                self.marks[(*path, key)] = (self.file, line)
                plain[key] = self._value(value_node, (*path, key), depth + 1)
        return plain

    def _key(self, node: yaml.Node, path: Path) -> str:
        """The text of a key, whatever YAML takes it for; '' when it cannot be one."""
        kind = node.tag.removeprefix(_TAG)
        if not isinstance(node, yaml.ScalarNode) or kind in ("merge", "null"):
            self._amiss(node, path, "a key must be one word; `<<` is not read, write its keys out")
            return ""
        if kind == "bool":
            self._amiss(node, path, f"YAML takes the key {node.value} for yes or no; put it in quotes")
            return ""
        return _shown(node)

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind, text = node.tag.removeprefix(_TAG), _shown(node)
        match kind:
            case "str" | "timestamp" | "value":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() in ("yes", "true", "on")
            case "int" if _WHOLE.fullmatch(text) and len(text) < 20:
                return int(text)
            case "float" if _PART.fullmatch(text) and len(text) < 20:
                return float(text)
            case "int" | "float":
                self._amiss(node, path, f"YAML takes {text[:40]} for another number; put it in quotes")
            case _:
                self._amiss(node, path, f"the tag {kind} is not read here; leave it out")
        return None

    def _count(self, node: yaml.Node, depth: int) -> None:
        self._values += 1
        self._characters += len(node.value) if isinstance(node, yaml.ScalarNode) else 0
        if self._values > MOST or self._characters > LONGEST or depth > DEEPEST:
            self._stop("aliases (*name) make the map too large or too deep; write it out", node.start_mark)

    def _amiss(self, node: yaml.Node, path: Path, message: str) -> None:
        self.wrong.append(((self.file, node.start_mark.line + 1), path, message))

    def _stop(self, message: str, mark: Any) -> NoReturn:
        raise Unreadable(message, (self.file, mark.line + 1 if mark else 1))


def _shown(node: yaml.ScalarNode) -> str:
    return _HIDDEN.sub(r"${\1}", str(node.value))
