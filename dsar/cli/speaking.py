"""What every command shares: the office it works in, and how it says what it did."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from dsar import db
from dsar.config import Config
from dsar.errors import BadInput
from dsar.jobs.office import Office
from dsar.services.intake import Given

F = TypeVar("F", bound=Callable[..., Any])
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
by_staff = click.option("--by", required=True, metavar="USER", help="The member of staff who does this.")
identifier_options = (
    click.option(
        "--identifier", "identifiers", multiple=True, metavar="KIND:VALUE", help="As phone:+8613100008688."
    ),
    click.option(
        "--identifier-file", metavar="FILE", help="One KIND:VALUE a line; - reads from standard input."
    ),
)


def with_identifiers(command: F) -> F:
    """Take identifiers as arguments or, so that they stay out of process lists, from a file."""
    for option in identifier_options:
        command = option(command)
    return command


@contextmanager
def office() -> Iterator[Office]:
    """The office of the settings, closed at the end."""
    opened = Office.open(Config.from_env())
    try:
        yield opened
    finally:
        db.disconnect()


def answer(shown: Mapping[str, Any], as_json: bool, text: str) -> None:
    """Print the object, or the same in words."""
    if as_json:
        sys.stdout.buffer.write(json.dumps(shown, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()
    else:
        click.echo(shown_safely(text))


def shown_safely(text: str) -> str:
    """A text for a terminal: what would steer it, in the name of a table say, becomes one mark."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def given(identifiers: tuple[str, ...], file: str | None) -> list[Given]:
    """The identifiers of the arguments and of the file.  Raises BadInput, never repeating a value."""
    lines = list(identifiers)
    if file:
        lines += [line for line in _read(file).splitlines() if line.strip()]
    pairs = []
    for line in lines:
        kind, colon, value = line.partition(":")
        if not (kind.strip() and colon and value.strip()):
            raise BadInput("an identifier is written KIND:VALUE, like email:ann@example.com")
        pairs.append(Given(kind.strip(), value.strip()))
    return pairs


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 text") from error
