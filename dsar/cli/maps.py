"""Check and apply the data map."""

import sys
from pathlib import Path
from typing import Any

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, office
from dsar.config import Config
from dsar.datamap.loader import Loaded, MapErrors, load
from dsar.datamap.phones import REGIONS
from dsar.datamap.report import MapError
from dsar.datamap.types import DataMap
from dsar.errors import BadInput
from dsar.jobs import drafting, watch
from dsar.jobs.stores import compare
from dsar.law import load_rules
from dsar.services import gaps, maps, moving, work


@click.group("map")
def map_() -> None:
    """The data map: which stores hold what of whom, and why."""


@map_.command()
@click.argument("file", envvar="DSAR_MAP", type=click.Path(path_type=Path, readable=False))
@click.option("--offline", is_flag=True, help="Do not compare with the live stores.")
@as_json
def check(file: Path, offline: bool, as_json: bool) -> int:
    """Report every error of a map at once, and compare it with the live stores."""
    shown: dict[str, Any] = {"ok": False, "errors": [], "unmapped": [], "cascades": [], "refusing": []}
    shown["unreachable"] = []
    try:
        loaded = read(file)
        if not offline:
            compared = compare(loaded, Config.from_env())
            shown |= vars(compared) | {"errors": [vars(e) for e in compared.errors]}
    except MapErrors as error:
        shown["errors"] = [vars(e) for e in error.errors]
    shown["ok"] = not shown["errors"]
    answer(shown, as_json, "" if as_json else _words(shown))
    return 0 if shown["ok"] else 1


@map_.command()
@click.argument("file", envvar="DSAR_MAP", type=click.Path(path_type=Path, readable=False))
@click.option("--by", metavar="NAME", help="Who signs for removing a store that open requests need.")
@click.option("--reason", metavar="TEXT", help="Why it is removed.")
@as_json
def apply(file: Path, by: str | None, reason: str | None, as_json: bool) -> None:
    """Make a map the newest version, and move open requests to it."""
    loaded = read(file)
    with office() as here, db.begin() as session:
        at = clock.now()
        applied = maps.apply(session, loaded.map, loaded.plain, loaded.sha256, by=by or "operator", at=at)
        session.flush()
        if applied.new:
            if by and reason and applied.removed:
                moving.keep_reason(session, here.vault, applied.version, by=by, reason=reason, at=at)
            moving.move_open(session, applied.version, applied.removed, by=by, reason=reason, at=at)
    shown = {
        "version": applied.version, "sha256": applied.sha256, "stores": len(loaded.map.stores),
        "added": applied.added, "removed": applied.removed,
    }  # fmt: skip
    answer(
        shown, as_json, f"Version {applied.version} of the map is in force, with {shown['stores']} stores."
    )


@map_.command()
@click.argument("store")
@click.option(
    "--map", "file", envvar="DSAR_MAP", type=click.Path(path_type=Path, readable=False), help="The map."
)
@click.option("--url", metavar="URL", help="Where the store is, when no map has it: as '${SHOP_URL}'.")
@click.option("--by", required=True, metavar="NAME", help="Who signs for what is dismissed as not personal.")
@click.option("--region", default="CN", show_default=True, help="Whose phone numbers have no country code.")
@as_json
def draft(store: str, file: Path | None, url: str | None, by: str, region: str, as_json: bool) -> None:
    """Propose what a map lacks of a store, every guess marked `check:` (with --url: a whole new map)."""
    if region not in REGIONS:
        raise BadInput(f"{region!r} is no region of ISO 3166, such as CN")
    config = Config.from_env()
    if url is not None:
        made = drafting.of_url(store, url, config, by=by, region=region)
    else:
        made = drafting.of_store(store, _map_of(file), config, by=by, region=region)
    if not as_json:
        click.echo(
            f"{made.collections} collections, {made.dismissed} tables dismissed, {made.checks} guesses to answer.",
            err=True,
        )
    answer(vars(made), as_json, made.yaml.rstrip())


def _map_of(file: Path | None) -> DataMap:
    """The map of a file or, where none is named, the one in force."""
    if file is not None:
        return read(file).map
    with office(), db.read() as session:
        return maps.current(session)[1]


@map_.command("watch")
@click.option("--queue", is_flag=True, help="Leave it to the workers.")
@as_json
def watch_(queue: bool, as_json: bool) -> None:
    """Compare every store with the map in force now: what differs goes to the review list."""
    with office() as here:
        with db.begin() as session:
            maps.current(session)
            work.put(session, "watch_stores", key="watch")
        if not queue:
            watch.now(here)
        with db.read() as session:
            shown = {"stores": len(maps.current(session)[1].stores), **gaps.shown(session)}
    lines = [f"not compared: {one['store']}: {one['reason']}" for one in shown["not_compared"]]
    lines += [f"{one['place']}: {one['kind']}{_looking(one)}" for one in shown["listed"]]
    lines.append(f"{shown['open']} places are on the review list, {shown['personal']} of them look personal.")
    answer(shown, as_json, "\n".join(lines))


def _looking(one: dict[str, Any]) -> str:
    alike = [f"{name} like {seen['like']}" for name, seen in one["columns"].items() if seen["like"]]
    return f" ({', '.join(alike)})" if alike else ""


def read(file: Path) -> Loaded:
    """A map from its file or folder.  Raises BadInput when there is none, MapErrors for what is wrong in it."""
    if not file.exists():
        raise BadInput(f"{file} is not there; name the map's file or folder")
    return load(file, known_rules=load_rules().keys())


def _words(shown: dict[str, Any]) -> str:
    for error in shown["errors"]:
        print(MapError(**error), file=sys.stderr)
    lines = [f"not reachable: {one['store']}: {one['reason']}" for one in shown["unreachable"]]
    lines += [
        f"not in the map: {p['store']}.{p['table']}: {', '.join(p['columns'])}" for p in shown["unmapped"]
    ]
    lines += [
        f"deleting {c['store']}.{c['collection']} takes rows of table {c['table']} along, {c['reason']}"
        f" (foreign key {c['foreign_key']})"
        for c in shown["cascades"]
    ]
    lines += [
        f"{c['store']}.{c['collection']} is not deleted from while rows of table {c['table']} refer to it,"
        f" {c['reason']} (foreign key {c['foreign_key']})"
        for c in shown["refusing"]
    ]
    lines.append("The map is right." if shown["ok"] else f"{len(shown['errors'])} errors.")
    return "\n".join(lines)


COMMANDS = [map_]
