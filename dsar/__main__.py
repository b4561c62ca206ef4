"""The command line, by whatever name it is called: `dsar`, or `python -m dsar`."""

import sys


def main() -> None:
    """Run the command.  It may be stopped while it still loads: that is no defect to show the insides of."""
    try:
        from dsar import cli
    except KeyboardInterrupt:
        sys.exit("error: stopped")
    cli.main()


if __name__ == "__main__":
    main()
