"""A process that has loaded the product and forks one for each command it is given.

So a test can start, and kill, some hundred real processes without waiting a second for
the imports of each.  One JSON object a line comes in: arguments, environment, output
(a file), and after how many seconds to kill it (null: not at all).  Its exit code goes out.
"""

import json
import os
import signal
import sys
import time


def warm() -> None:
    """Load what commands load; open no connection, start no thread."""
    from dsar import cli, connectors, jobs
    from dsar.render.fonts import fonts

    jobs.load_all()
    connectors.load_all()
    fonts()
    assert cli.main


def become(arguments: list[str], environment: dict[str, str], output: str) -> None:
    """Be the command."""
    os.setsid()
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(file, 1)
    os.dup2(os.open(f"{output}.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    os.environ.clear()
    os.environ.update(environment)
    from dsar import cli

    try:
        cli.main(arguments)
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(end.code or 0))
    finally:
        os._exit(99)


def main() -> None:
    """Fork for each line, until there is none."""
    warm()
    for line in sys.stdin:
        wanted = json.loads(line)
        kill_after = wanted.pop("kill_after")
        pid = os.fork()
        if pid == 0:
            become(**wanted)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(pid, signal.SIGKILL)  # not waited for yet, so it is still this process
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
