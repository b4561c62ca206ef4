"""One map of several files: what they give together, and what two of them give."""

from collections.abc import Iterator, Mapping
from typing import Any

from dsar.datamap.reading import Reader
from dsar.datamap.report import Mark, Path, Report

_SECTIONS = ("identifier_kinds", "purposes", "stores")  # name by name; every other section stands in one file


def join(plain: dict[str, Any], marks: dict[Path, Mark], reader: Reader, report: Report) -> None:
    """Add a file's keys.  A store may be told by several files: each adds collections, fields, dismissed tables."""
    twice = list(_add(plain, reader.plain, ()))
    for place in twice:
        file, line = marks[place]
        report.wrong_at(reader.marks[place], place, f"is given twice, in {file} line {line} too")
    for place, mark in reader.marks.items():
        if place and not any(place[: len(each)] == each for each in twice):
            marks.setdefault(place, mark)


def _add(plain: dict[str, Any], more: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """Add what is not there; the paths of what is."""
    for key, value in more.items():
        place = (*path, key)
        if key not in plain:
            plain[key] = value
        elif _goes_on(place) and _is_filled(plain[key]) and _is_filled(value):
            plain[key] = dict(plain[key])
            yield from _add(plain[key], value, place)
        else:
            yield place


def _goes_on(place: Path) -> bool:
    """Whether several files may give keys below a place."""
    match place:
        case (section,):
            return section in _SECTIONS
        case ("stores", _) | ("stores", _, "collections" | "dismissed"):
            return True
        case ("stores", _, "collections", _) | ("stores", _, "collections", _, "fields" | "gives"):
            return True
    return False


def _is_filled(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value)
