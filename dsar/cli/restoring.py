"""Apply past erasures to what was restored from a backup."""

import sys
from typing import Any

import click

from dsar import clock
from dsar.cli.speaking import answer, as_json, by_staff, office
from dsar.jobs import replay
from dsar.jobs.replay import Came
from dsar.services.replaying import Tally

COUNTS = ("found", "erased", "kept", "left", "in_doubt", "emptied")


@click.command("restore-replay")
@click.option(
    "--store", "stores", multiple=True, metavar="NAME", help="A restored store; all when none is named."
)
@click.option("--since", metavar="T", help="When the backup was taken: erasures done before it are in it.")
@by_staff
@click.option("--yes", is_flag=True, help="Erase; without it everything is only counted.")
@as_json
def restore_replay(stores: tuple[str, ...], since: str | None, by: str, yes: bool, as_json: bool) -> int:
    """Erase again, in stores restored from a backup, whoever was erased; exit 1 when anything is left."""
    with office() as here:
        came = replay.run(
            here, stores=stores, since=clock.parse(since) if since else None, by=by, only_count=not yes,
            told=_progress(),
        )  # fmt: skip
    shown = _shown(came, dry_run=not yes, since=since)
    answer(shown, as_json, _words(shown))
    return 1 if yes and (shown["left"] or came.failed) else 0


def _progress() -> replay.Told:
    """Tells how far it is, where somebody sits at a terminal."""
    at_terminal = sys.stderr.isatty()

    def told(store: str, collection: str, records: int) -> None:
        if at_terminal:
            click.echo(f"\r{store}.{collection}: {records:,} read   ", err=True, nl=False)

    return told


def _shown(came: Came, *, dry_run: bool, since: str | None) -> dict[str, Any]:
    stores: dict[str, list[dict[str, Any]]] = {}
    for (store, name), tally in sorted(came.parts.items()):
        stores.setdefault(store, []).append({"name": name} | _counts(tally) | {"reason": tally.reason})
    for (store, name), reason in sorted(came.failed.items()):
        unknown: dict[str, Any] = dict.fromkeys(COUNTS)
        stores.setdefault(store, []).append({"name": name} | unknown | {"reason": reason})
    all_ = list(came.parts.values())
    sums = {name: sum(_counts(tally)[name] for tally in all_) for name in COUNTS}
    return {
        "replay": came.number, "dry_run": dry_run, "ended": came.ended, "since": since,
        "stores": [{"name": name, "collections": collections} for name, collections in stores.items()],
        **sums, "without_tombstones": came.without, "on_hold": came.on_hold,
    }  # fmt: skip


def _counts(tally: Tally) -> dict[str, int]:
    erased = tally.found - tally.kept - tally.left
    counts = (tally.found, erased, tally.kept, tally.left, tally.in_doubt, tally.emptied)
    return dict(zip(COUNTS, counts, strict=True))


def _words(shown: dict[str, Any]) -> str:
    would = "to be erased" if shown["dry_run"] else "erased"
    lines = []
    for store in shown["stores"]:
        for one in store["collections"]:
            place = f"{store['name']}.{one['name']}"
            if one["found"] is None:
                lines.append(f"{place}: {one['reason']}")
                continue
            reason = f" ({one['reason']})" if one["reason"] else ""
            lines.append(
                f"{place}: {one['found']} found, {one['erased']} {would}, {one['kept']} kept, {one['left']} left,"
                f" {one['in_doubt']} of them in doubt, {one['emptied']} mentions {would}{reason}"
            )
    if shown["without_tombstones"]:
        lines.append(
            f"{shown['without_tombstones']} erasures left nothing to tell the person by: they were done before this"
            " version, and their identifiers have been destroyed. What a backup brings back of them is not found."
        )
    if shown["on_hold"]:
        lines.append(
            f"{shown['on_hold']} erasures are held or wait to be let go: nothing of theirs was touched."
        )
    if shown["dry_run"]:
        lines.append("Nothing was changed. To erase: the same with --yes.")
    elif not shown["ended"]:
        lines.append("Not all could be gone through; see to it and run the same again.")
    return "\n".join(lines)


COMMANDS = [restore_replay]
