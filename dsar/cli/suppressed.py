"""Ask who is to stay erased, before anybody is written to or imported."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, by_staff, given, office, with_identifiers
from dsar.datamap.types import DataMap
from dsar.errors import BadInput
from dsar.services import askers, maps, suppressing
from dsar.services.intake import Given
from dsar.services.suppressing import Answer, Reason
from dsar.vault import Vault

TOGETHER = 1000  # lines that are asked at once
SHOWN = 1000  # answers that stand in the object, one by one
LONGEST = 4096  # bytes of a line
TELL_EVERY = 50_000  # lines


@click.group(invoke_without_command=True)
@with_identifiers
@click.option("--filter", "sieve", is_flag=True, help="Write the lines of the file that may be written to.")
@click.option("--check", is_flag=True, help="Exit 1 when anybody is suppressed.")
@as_json
@click.pass_context
def suppressed(
    context: click.Context, identifiers: tuple[str, ...], identifier_file: str | None, sieve: bool, check: bool,
    as_json: bool,
) -> int | None:  # fmt: skip
    """Say who is to stay erased, and must be neither written to nor imported."""
    if context.invoked_subcommand:
        return None
    if sieve and (as_json or identifiers or not identifier_file):
        raise click.UsageError(
            "--filter takes --identifier-file FILE (or -), and neither --json nor --identifier"
        )
    if not identifiers and not identifier_file:
        raise click.UsageError("name --identifier KIND:VALUE or --identifier-file FILE")
    asked = _Asked()
    with office() as here:
        with db.read() as session:
            datamap = maps.current(session)[1]
        for one in given(identifiers, None):
            suppressing.kind_of(datamap, one.kind)
        _ask(here.vault, datamap, [os.fsencode(word) for word in identifiers], asked)
        if identifier_file:
            with _lines(identifier_file) as lines:
                _ask_all(here.vault, datamap, lines, asked, sieve=sieve)
    _say(asked, as_json=as_json, sieve=sieve)
    return 1 if check and asked.suppressed else 0


@dataclass
class _Asked:
    """What the answers came to."""

    asked: int = 0
    suppressed: int = 0
    unreadable: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)  # the first of them

    def note(self, given: Given | None, one: Answer) -> None:
        """Count one answer."""
        self.asked += 1
        self.suppressed += one.suppressed is True
        self.unreadable += one.suppressed is None
        if len(self.entries) < SHOWN:
            kind = given.kind if given and one.suppressed is not None else None
            shown = {"number": self.asked, "kind": kind, "suppressed": one.suppressed, "problem": one.problem}
            self.entries.append(shown)


def _ask_all(vault: Vault, datamap: DataMap, lines: Iterator[bytes], asked: _Asked, *, sieve: bool) -> None:
    """Ask for a file of any length, so many lines at a time; who may be written to is written out."""
    told = 0
    while batch := list(islice(lines, TOGETHER)):
        free = _ask(vault, datamap, batch, asked)
        if sieve:
            sys.stdout.buffer.writelines(line + b"\n" for line in free)
        if sys.stderr.isatty() and asked.asked - told >= TELL_EVERY:
            told = asked.asked
            click.echo(f"\r{told} asked, {asked.suppressed} suppressed", err=True, nl=False)
    if told:
        click.echo("", err=True)


def _ask(vault: Vault, datamap: DataMap, lines: list[bytes], asked: _Asked) -> list[bytes]:
    """Ask for some lines; those of people who may be written to."""
    pairs = [_pair(line) for line in lines]
    readable = [pair for pair in pairs if pair is not None]
    for kind in {pair.kind for pair in readable}:
        suppressing.kind_of(datamap, kind)  # a wrong kind is wrong in every line of it
    with db.read() as session:
        answers = iter(suppressing.answers(session, vault, datamap, readable))
    free = []
    for line, pair in zip(lines, pairs, strict=True):
        one = next(answers) if pair else Answer(None, "an identifier is written KIND:VALUE")
        asked.note(pair, one)
        if one.suppressed is False:
            free.append(line)
    return free


def _pair(line: bytes) -> Given | None:
    try:
        kind, colon, value = line.decode().partition(":")
    except UnicodeDecodeError:
        return None
    usable = len(line) <= LONGEST and kind.strip() and colon and value.strip()
    return Given(kind.strip(), value.strip()) if usable else None


@contextmanager
def _lines(file: str) -> Iterator[Iterator[bytes]]:
    """The lines of a file or of standard input that are not empty, as they come."""
    if file == "-":
        yield _cut(sys.stdin.buffer)
        return
    try:
        opened = Path(file).open("rb")  # noqa: SIM115  closed below; what goes wrong in between is not its fault
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    with opened:
        yield _cut(opened)


def _cut(file: BinaryIO) -> Iterator[bytes]:
    """Line by line; of one that is too long no more than shows that it is."""
    first = True
    while line := file.readline(LONGEST + 2):
        held = line
        while held and not held.endswith(b"\n"):
            held = file.readline(LONGEST)
        line = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n") if first else line.rstrip(b"\r\n")
        first = False
        if line.strip():
            yield line


def _say(asked: _Asked, *, as_json: bool, sieve: bool) -> None:
    words = f"{asked.asked} asked, {asked.suppressed} suppressed, {asked.unreadable} not readable"
    if sieve:
        sys.stdout.buffer.flush()
        click.echo(words, err=True)
        return
    numbers = [str(one["number"]) for one in asked.entries if one["suppressed"]]
    lines = [words, *([f"suppressed: number {', '.join(numbers)}"] if numbers else [])]
    lines += [f"number {one['number']}: {one['problem']}" for one in asked.entries if one["problem"]]
    shown = {
        "asked": asked.asked, "suppressed": asked.suppressed, "unreadable": asked.unreadable,
        "entries": asked.entries, "more": asked.asked > len(asked.entries),
    }  # fmt: skip
    answer(shown, as_json, "\n".join(lines))


@suppressed.command()
@by_staff
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), required=True)
@with_identifiers
@as_json
def lift(
    by: str, reason: str, identifiers: tuple[str, ...], identifier_file: str | None, as_json: bool
) -> None:
    """Let people be written to again who came back by their own wish; an officer can."""
    chosen = given(identifiers, identifier_file)
    if not chosen:
        raise click.UsageError("name --identifier KIND:VALUE or --identifier-file FILE")
    with office() as here, db.begin() as session:
        datamap = maps.current(session)[1]
        lifted = suppressing.lift(
            session, here.vault, datamap, chosen, by=by, reason=Reason(reason), at=clock.now()
        )
    answer({"asked": len(chosen), "lifted": lifted}, as_json, f"{lifted} of {len(chosen)} lifted.")


@suppressed.group()
def token() -> None:
    """Tokens of systems that ask over HTTP."""


@token.command()
@click.argument("name")
@as_json
def add(name: str, as_json: bool) -> None:
    """Make a token for a system; it is shown once."""
    with office(), db.begin() as session:
        made = askers.add(session, name, at=clock.now())
    words = made or f"{name} has a token already. Nothing was changed; to replace it, revoke it first."
    answer({"name": name, "token": made}, as_json, words)


@token.command()
@click.argument("name")
@as_json
def revoke(name: str, as_json: bool) -> None:
    """End the token of a system at once."""
    with office(), db.begin() as session:
        askers.revoke(session, name, at=clock.now())
    answer({"name": name, "revoked": True}, as_json, f"The token of {name} has ended.")


@token.command("list")
@as_json
def list_(as_json: bool) -> None:
    """The systems that have a token, or had one."""
    with office(), db.read() as session:
        shown = [
            {
                "name": one.name, "made_at": clock.text(one.made_at),
                "revoked_at": clock.moment(one.revoked_at),
            }
            for one in askers.listed(session)
        ]  # fmt: skip
    lines = [
        f"{one['name']}: since {one['made_at']}, revoked {one['revoked_at'] or 'never'}" for one in shown
    ]
    answer({"tokens": shown}, as_json, "\n".join(lines) or "There is none.")


COMMANDS = [suppressed]
