"""Reads a data map, a file or a folder of files, checks all of it, and makes it into frozen values."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dsar.datamap import links, reading, sections, seeding
from dsar.datamap.collecting import Known
from dsar.datamap.joining import join
from dsar.datamap.points import collection_points
from dsar.datamap.report import MapError, MapErrors, Mark, Report, error_at
from dsar.datamap.report import Path as Place
from dsar.datamap.spot import Spot
from dsar.datamap.stores import stores
from dsar.datamap.types import Caution, Controller, DataMap, Promise

__all__ = ["Loaded", "MapError", "MapErrors", "build", "canonical", "load"]

LONGEST_UNDO = 720  # hours
RELOOKS, LAST_RELOOK = (1, 7, 30), 365  # days
LOOKED = ("unmapped", "everywhere")  # where a copy is looked for by value; the first unless given
MOST_RECORDS = 1_000_000_000
NOBODY = Controller({}, {}, "", {}, "", {}, (), "UTC")


@dataclass(frozen=True)
class Loaded:
    """A map that was read without an error.

    plain is what was written, as JSON values in the order written; sha256 is that of its
    canonical form, so that order and comments do not count.
    """

    map: DataMap
    plain: dict[str, Any]
    sha256: str
    marks: Mapping[Place, Mark] = field(default_factory=dict, repr=False)

    def error(self, path: str, message: str, nearest: str | None = None) -> MapError:
        """An error found later (by a look at the live stores), with the file and line of its path."""
        return error_at(self.marks, tuple(path.split(".")), message, nearest)


def load(path: Path, *, known_rules: Collection[str]) -> Loaded:
    """Read and check a map; `known_rules` are the ids of the rules that there are.

    Raises MapErrors, with everything that is wrong.
    """
    marks: dict[Place, Mark] = {(): (str(path), 1)}
    report = Report(marks)
    plain = _read(path, report, marks)
    report.marks = marks
    datamap = _datamap(Spot(plain, (), report), known_rules)
    report.raise_any()
    return Loaded(datamap, plain, hashlib.sha256(canonical(plain)).hexdigest(), marks)


def build(plain: Mapping[str, Any]) -> DataMap:
    """The map of a stored version.  Its rules are not looked at: they may have changed since.

    Raises MapErrors when this version of the product cannot read it.
    """
    report = Report()
    datamap = _datamap(Spot(plain, (), report), None)
    report.raise_any()
    return datamap


def canonical(plain: Mapping[str, Any]) -> bytes:
    """The one JSON form of a map: keys sorted, UTF-8, nothing between."""
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _datamap(spot: Spot, known_rules: Collection[str] | None) -> DataMap:
    items = spot.keys(
        "controller promise identifier_kinds stores",
        "purposes recipients collection_points undo erasure copies relooks senders self_test",
    )
    kinds = sections.identifier_kinds(items["identifier_kinds"]) if "identifier_kinds" in items else {}
    purposes = sections.purposes(items["purposes"]) if "purposes" in items else {}
    names = _names(items["stores"]) if "stores" in items else []
    recipients = sections.recipients(items["recipients"], names, kinds) if "recipients" in items else {}
    known = Known(kinds, purposes, recipients, known_rules)
    read = stores(items["stores"], known) if "stores" in items else {}
    has_points = "collection_points" in items
    datamap = DataMap(
        controller=sections.controller(items["controller"], known_rules) if "controller" in items else NOBODY,
        promise=sections.promise(items["promise"]) if "promise" in items else Promise(1, "calendar_days"),
        identifier_kinds=kinds,
        purposes=purposes,
        stores=read,
        recipients=recipients,
        collection_points=collection_points(items["collection_points"], read) if has_points else (),
        undo_hours=_number(items, "undo", "hours", 0, LONGEST_UNDO, 0),
        caution=_caution(items["erasure"]) if "erasure" in items else Caution(),
        relook_days=_relooks(items),
        senders=sections.senders(items["senders"]) if "senders" in items else {},
        self_test=seeding.self_test(items["self_test"], kinds) if "self_test" in items else {},
        everywhere=_looked(items) == "everywhere",
    )
    links.check(datamap, spot.report)
    return datamap


def _names(spot: Spot) -> list[str]:
    return list(spot.value) if isinstance(spot.value, Mapping) else []


def _number(items: Mapping[str, Spot], section: str, key: str, low: int, high: int, default: int) -> int:
    if section not in items:
        return default
    inner = items[section].keys(key)
    return inner[key].whole(low, high) if key in inner else default


def _caution(spot: Spot) -> Caution:
    items, usual = spot.keys("", "go_above share_above share_from others_above"), Caution()

    def whole(key: str, low: int, high: int, default: int) -> int:
        return items[key].whole(low, high) if key in items else default

    return Caution(
        records=whole("go_above", 0, MOST_RECORDS, usual.records),
        share=whole("share_above", 1, 100, usual.share),
        share_from=whole("share_from", 0, MOST_RECORDS, usual.share_from),
        others=whole("others_above", 0, MOST_RECORDS, usual.others),
    )


def _relooks(items: Mapping[str, Spot]) -> tuple[int, ...]:
    inner = items["relooks"].keys("days") if "relooks" in items else {}
    if "days" not in inner:
        return RELOOKS
    return tuple(sorted({each.whole(1, LAST_RELOOK) for each in inner["days"].listed()}))


def _looked(items: Mapping[str, Spot]) -> str:
    inner = items["copies"].keys("look_by_value") if "copies" in items else {}
    return inner["look_by_value"].choice(LOOKED, "answer to `look_by_value`") if inner else LOOKED[0]


def _read(path: Path, report: Report, marks: dict[Place, Mark]) -> dict[str, Any]:
    """What all files say together; a key that two of them give is an error."""
    plain: dict[str, Any] = {}
    for file in _files(path, report):
        reader = _read_file(file, report)
        if reader is None:
            continue
        for mark, place, message in reader.wrong:
            report.wrong_at(mark, place, message)
        if isinstance(reader.plain, dict):
            join(plain, marks, reader, report)
        elif reader.plain is not None or path.is_file():
            report.wrong_at((str(file), 1), (), "this is not a data map: it must have keys such as `stores`")
    return plain


def _files(path: Path, report: Report) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    files = (each for each in path.iterdir() if each.suffix in (".yaml", ".yml"))
    found = sorted(each for each in files if not each.name.startswith("."))
    if not found:
        report.wrong((), "there is no .yaml file in this folder")
    yield from found


def _read_file(file: Path, report: Report) -> reading.Reader | None:
    try:
        return reading.read(file.read_bytes(), str(file))
    except OSError as error:
        report.wrong_at((str(file), 1), (), f"the map cannot be read: {error.strerror}")
    except reading.Unreadable as error:
        report.wrong_at(error.mark, (), error.message)
    return None
