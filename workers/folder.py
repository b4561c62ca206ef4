"""A folder as a broker: each message is a file, whole or not there; for the embedded default.

A file takes its name when it is complete and goes to whoever renames it first.  One
that cannot be read, as after a power cut, is dropped: the outbox sends its work again.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, virtual

SCHEME = "folder"  # of a broker's URL; the folder itself is a transport option


class Channel(virtual.Channel):
    """Puts and gets."""

    do_restore = False  # what a worker held when it ended is sent again by the outbox
    supports_fanout = False  # every process binds its queues by itself; nothing is kept but messages

    @property
    def _folder(self) -> Path:
        return Path(self.connection.client.transport_options["folder"])

    def _put(self, queue: str, message: dict[str, Any], **_: object) -> None:
        fresh = self._folder / f"part-{uuid4().hex}"
        fresh.write_text(json.dumps(message), encoding="utf-8")
        fresh.replace(self._folder / f"{monotonic_ns():020}-{uuid4().hex}.{queue}")

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002
        for file in sorted(self._waiting(queue)):
            taken = file.with_name(f"taken-{uuid4().hex}")
            try:
                file.rename(taken)
                message: dict[str, Any] = json.loads(taken.read_bytes())
            except (FileNotFoundError, ValueError):
                continue  # another has it, or it cannot be read
            finally:
                taken.unlink(missing_ok=True)
            return message
        raise Empty

    def _size(self, queue: str) -> int:
        return sum(1 for _ in self._waiting(queue))

    def _purge(self, queue: str) -> int:
        waiting = list(self._waiting(queue))
        for file in waiting:
            file.unlink(missing_ok=True)
        return len(waiting)

    def _waiting(self, queue: str) -> Iterator[Path]:
        with os.scandir(self._folder) as entries:
            yield from (
                self._folder / entry.name for entry in entries if entry.name.partition(".")[2] == queue
            )


class Transport(virtual.Transport):
    """Many processes on one machine, no server."""

    Channel = Channel
    driver_type = driver_name = SCHEME
    global_state = virtual.BrokerState()  # type: ignore[no-untyped-call]

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)  # type: ignore[no-untyped-call]
        self.state = self.global_state

    def driver_version(self) -> str:
        """There is no driver."""
        return "N/A"


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
