"""Commands for the people who run the product: `dsar --help`."""

import logging
import os
import sys
import traceback
from pathlib import Path

import click

from dsar.cli import ledgers, maps, operating, papers, people, requests
from dsar.datamap.loader import MapErrors
from dsar.errors import DsarError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def root() -> None:
    """Answer people who ask what is held about them."""


for module in (maps, requests, papers, ledgers, people, operating):
    for command in module.COMMANDS:
        root.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run one command.  Exit 0: done; 1: refused, bad input, or a check that found something; 2: wrong usage."""
    logging.basicConfig(level=os.environ.get("DSAR_LOG", "WARNING"), format="%(levelname)s %(name)s %(message)s")
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        code = root.main(arguments, prog_name="dsar", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.UsageError as error:
        _say(error.format_message())
        return 2
    except MapErrors as error:
        for one in error.errors:
            print(one, file=sys.stderr)
    except DsarError as error:
        _say(str(error))
    except (click.Abort, KeyboardInterrupt):
        _say("stopped")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except click.ClickException as error:
        _say(error.format_message())
    except OSError as error:
        _say(f"{error.strerror or type(error).__name__}: {error.filename or 'input or output'}")
    except Exception as error:  # a defect of ours: said in one line, with no value that a store holds
        _say(f"this is a defect of the product: {type(error).__name__} at {_where(error)}; nothing was half done")
        if os.environ.get("DSAR_LOG") == "DEBUG":
            traceback.print_exc()
    return 1


def _say(text: str) -> None:
    line = " ".join(text.split())
    print(f"error: {line}", file=sys.stderr)


def _where(error: Exception) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if f"{os.sep}dsar{os.sep}" in frame.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
