"""Inspect: ask every store for one identifier, write the signed record of it, and check one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, by_staff, given, office, with_identifiers
from dsar.datamap.identifiers import normal
from dsar.errors import BadInput
from dsar.jobs import inspection as inspections
from dsar.jobs.office import Office
from dsar.services import inspected, inspecting, maps, signing
from dsar.services.inspecting import Wanted
from dsar.services.intake import Given
from dsar.services.signing import Checked
from dsar.terms import language

KEY = 32  # bytes


@click.group()
def inspection() -> None:
    """Inspections: what every store answers to one identifier, and the signed record of it."""


@inspection.command("open")
@with_identifiers
@by_staff
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands in the record.")
@click.option("--case", default="", metavar="TEXT", help="Number of the case or of the order.")
@click.option("--lang", default="zh-CN", show_default=True, metavar="L", help="zh-CN or en, of the record.")
@as_json
def open_(
    identifiers: tuple[str, ...], identifier_file: str | None, by: str, reason: str, case: str, lang: str, as_json: bool
) -> None:  # fmt: skip
    """Ask every store for one identifier; the workers do it, or `dsar work --until-idle`."""
    wanted = Wanted(by, _one(given(identifiers, identifier_file)), reason, case, _language(lang))
    with office() as here, db.begin() as session:
        opened = inspecting.open_inspection(
            session, here.vault, wanted, a_day=here.config.inspections,
            kept=timedelta(days=here.config.inspection_days), at=clock.now(),
        )  # fmt: skip
        shown = {
            "number": opened.number,
            "by": opened.by,
            "stores": len(maps.get(session, opened.map_version).stores),
        }
    answer(shown, as_json, f"Inspection {shown['number']}: {shown['stores']} stores are being asked.")


@inspection.command()
@click.argument("number", type=int)
@as_json
def show(number: int, as_json: bool) -> None:
    """How far an inspection is; what was found stands in its record alone."""
    with office(), db.read() as session:
        row = inspected.get(session, number)
        asked = dict(inspecting.progress(session, number))
        stores = maps.get(session, row.map_version).stores
        shown: dict[str, Any] = {
            "number": row.number, "by": row.by, "opened_at": clock.text(row.opened_at),
            "stores": len(stores), "asked": len(asked),
            "unanswered": sorted(name for name, answered in asked.items() if not answered),
            "made_at": clock.moment(row.made_at),
            "destroyed_at": clock.moment(row.destroyed_at),
            "files": [{"name": name, "bytes": f["bytes"], "sha256": f["sha256"]} for name, f in row.files.items()],
        }  # fmt: skip
    state = "made" if row.made_at else f"{len(asked)} of {len(stores)} stores asked"
    answer(shown, as_json, f"Inspection {number}: {state}")


@inspection.command()
@click.argument("number", type=int)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
def write(number: int, folder: Path, as_json: bool) -> None:
    """Write the signed record as PDF and JSON."""
    with office() as here:
        written = inspections.write(here, number, folder, by="operator")
    files = [{"name": one.name, "bytes": one.bytes, "sha256": one.sha256} for one in written]
    answer(
        {"number": number, "files": files}, as_json, f"wrote the record of inspection {number} to {folder}"
    )


@inspection.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, readable=False))
@click.option(
    "--key", metavar="HEX", help="The public key to check by; needs no database.  Default: our own."
)
@with_identifiers
@as_json
def verify(
    file: Path, key: str | None, identifiers: tuple[str, ...], identifier_file: str | None, as_json: bool
) -> int:
    """Check the signature of a record, JSON or PDF; exit 1 if it was changed, or signed by another."""
    checked = signing.check(_bytes(file))
    typed = given(identifiers, identifier_file)
    if key is not None and not typed:
        ours, same = _key(key).hex() == checked.public_key, None
    else:
        with office() as here:
            by = _key(key) if key is not None else here.vault.public_key
            ours, same = by.hex() == checked.public_key, _is_of(here, checked, _one(typed)) if typed else None
    shown = {
        "ok": checked.whole and ours and same is not False, "kind": checked.kind, "whole": checked.whole,
        "ours": ours, "public_key": checked.public_key, "number": checked.record.get("number"), "same_identifier": same,
    }  # fmt: skip
    answer(shown, as_json, _verdict(shown))
    return 0 if shown["ok"] else 1


@inspection.command("key")
@as_json
def public_key(as_json: bool) -> None:
    """Print the public key that our records are signed by, to be published."""
    with office() as here:
        key = here.vault.public_key.hex()
    answer({"algorithm": "Ed25519", "public_key": key}, as_json, key)


def _verdict(shown: dict[str, Any]) -> str:
    if not shown["whole"]:
        return "The signature does NOT hold: the file was changed after it was signed."
    if not shown["ours"]:
        return f"The signature holds, but is NOT by the key asked for: it is by {shown['public_key']}."
    if shown["same_identifier"] is False:
        return "The signature holds, but something else was typed in this inspection."
    return "The signature holds: nothing was changed since the file was signed by this key."


def _is_of(here: Office, checked: Checked, typed: Given) -> bool:
    """Whether this is what was typed: the keyed digest is made anew."""
    if checked.kind != "record":
        raise BadInput("a PDF says only what it prints; check inspection.json with an identifier")
    number, said = checked.record.get("number"), checked.record.get("identifier")
    with db.read() as session:
        kinds = inspecting.asked_by(maps.current(session)[1])
    if not isinstance(number, int) or not isinstance(said, dict) or typed.kind not in kinds:
        return False
    digest = inspected.digest(here.vault, number, normal(kinds[typed.kind], typed.value))
    return typed.kind == said.get("kind") and digest == said.get("keyed_digest")


def _one(identifiers: list[Given]) -> Given:
    if len(identifiers) != 1:
        raise BadInput("an inspection is of one identifier; give one, as phone:+8613100008688")
    return identifiers[0]


def _language(tag: str) -> str:
    try:
        return language(tag)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY:
        raise BadInput(f"a public key is {KEY} bytes in hex, as the record prints it")
    return key


COMMANDS = [inspection]
