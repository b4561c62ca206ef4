"""Commands for the people who run the product: `dsar --help`."""

import logging
import os
import sys
import traceback
from pathlib import Path

import click

from dsar.cli import (
    erasures,
    inspections,
    ledgers,
    maps,
    operating,
    papers,
    people,
    recipients,
    requests,
    restoring,
    self_tests,
    suppressed,
)
from dsar.cli.speaking import shown_safely
from dsar.datamap.loader import MapErrors
from dsar.errors import BadInput, DsarError

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")  # of DSAR_LOG


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def root() -> None:
    """Answer people who ask what is held about them."""


for module in (
    maps, requests, erasures, recipients, papers, inspections, ledgers, people, operating, suppressed, restoring,
    self_tests,
):  # fmt: skip
    for command in module.COMMANDS:
        root.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run one command.  Exit 0: done; 1: refused, bad input, or a check that found something; 2: wrong usage."""
    code = _run(arguments)
    try:
        sys.stdout.flush()
    except OSError:  # full, or whoever read has enough; what is held back goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def _run(arguments: list[str] | None) -> int:
    try:
        _log_to_stderr()
        code = root.main(arguments, prog_name="dsar", standalone_mode=False)
    except click.UsageError as error:
        _say(error.format_message())
        return 2
    except MapErrors as error:
        for one in error.errors:
            _say(str(one))
        return 1
    except BrokenPipeError:
        return 1
    except (Exception, KeyboardInterrupt) as error:
        _say(_words(error))
        if os.environ.get("DSAR_LOG") == "DEBUG":
            traceback.print_exc()
        return 1
    return code if isinstance(code, int) else 0


def _log_to_stderr() -> None:
    """Only our own log is set: those of libraries, told to say more, would say what a store holds."""
    level = os.environ.get("DSAR_LOG", "").upper() or "WARNING"
    if level not in LEVELS:
        raise BadInput(f"DSAR_LOG is {level!r}; use one of {', '.join(LEVELS)}")
    if level == "DEBUG" and os.environ.get("DSAR_ENV") == "production":
        raise BadInput(
            "DSAR_LOG is DEBUG, which may show what a store holds; production refuses it, use INFO"
        )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("dsar").setLevel(level)


def _words(error: BaseException) -> str:
    """One line for whatever went wrong, with no value that a store holds."""
    if isinstance(error, DsarError):
        return str(error)
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return "stopped"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}: {error.filename or 'input or output'}"
    return (
        f"this is a defect of the product: {type(error).__name__} at {_where(error)}; nothing was half done"
    )


def _say(text: str) -> None:
    line = shown_safely(" ".join(text.split()))
    print(f"error: {line}", file=sys.stderr)


def _where(error: BaseException) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if f"{os.sep}dsar{os.sep}" in frame.filename
    ]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
