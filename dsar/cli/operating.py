"""Run the product, see that it is well, and show it."""

import os
from pathlib import Path
from typing import Any

import click

from dsar import db, faults
from dsar.cli.speaking import answer, as_json, office
from dsar.config import Config
from dsar.errors import DsarError
from dsar.jobs import migration
from dsar.services import maps


@click.command()
def run() -> None:
    """Start web, worker and clock as one; Ctrl-C stops all of them."""
    from dsar.cli.serving import serve  # the web is imported only by who serves it

    serve(Config.from_env())


@click.command("faults")
@as_json
def faults_(as_json: bool) -> None:
    """List the points at which DSAR_FAULT makes a process die."""
    answer({"faults": faults.names()}, as_json, "\n".join(faults.names()))


@click.group("db")
def database() -> None:
    """Our own database."""


@database.command()
@as_json
def upgrade(as_json: bool) -> None:
    """Bring the database to this version; twice changes nothing."""
    db.connect(Config.from_env().database_url)
    migration.upgrade()
    answer({"revision": migration.current()}, as_json, f"The database is at {migration.current()}.")


@database.command()
@click.argument("revision")
@as_json
def downgrade(revision: str, as_json: bool) -> None:
    """Take the database back to a revision; `base` empties it."""
    db.connect(Config.from_env().database_url)
    migration.downgrade(revision)
    answer(
        {"revision": migration.current()}, as_json, f"The database is at {migration.current() or 'nothing'}."
    )


@click.command()
@as_json
def doctor(as_json: bool) -> int:
    """See whether database, vault, map and fonts are there; exit 1 and name what is not."""
    from dsar.render.fonts import fonts  # heavy, and needed by nobody else here

    found: list[dict[str, Any]] = []
    try:
        with office() as here:
            found += [_well("settings"), _well("database"), _well("vault")]
            with db.read() as session:
                number = maps.newest(session)
            found.append(
                _well(
                    "map", None if number else "no data map was applied yet; apply one: dsar map apply FILE"
                )
            )
            mail = here.config.smtp_url or here.config.may_pretend
            found.append(
                _well("mail", None if mail else "DSAR_SMTP_URL is not set, so no mail can be sent; set it")
            )
    except DsarError as error:
        found.append(_well("office", str(error)))
    fonts()
    found.append(_well("fonts"))
    wrong = [one for one in found if one["problem"]]
    lines = [f"{one['part']}: {one['problem'] or 'well'}" for one in found]
    answer({"ok": not wrong, "parts": found}, as_json, "\n".join(lines))
    return 1 if wrong else 0


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-out"), show_default=True
)
@click.option("--people", default=5000, show_default=True, help="How many other people stand around.")
def demo(folder: Path, people: int) -> None:
    """Tell the story on the demonstration company's stores; then serve the pages, unless SERVE=0."""
    from dsar.demo.story import tell  # nothing but this command knows the demonstration

    tell(folder.absolute(), people)
    if os.environ.get("SERVE", "1") != "0":
        from dsar.cli.serving import serve

        serve(Config.from_env())


def _well(part: str, problem: str | None = None) -> dict[str, Any]:
    return {"part": part, "problem": problem}


COMMANDS = [run, faults_, database, doctor, demo]
