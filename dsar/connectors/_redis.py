"""What every kind of store on Redis shares: its connection, the names of its keys, the keys that no map names."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice

from redis import Redis
from redis.exceptions import AuthenticationError, ConnectionError, RedisError, TimeoutError

from dsar.connectors import Column, Raw, Residue, Table
from dsar.connectors._redis_values import Client, contents
from dsar.connectors._texts import Owner, Texts
from dsar.datamap.types import Store
from dsar.errors import StoreProblem, StoreRefused, StoreUnreachable

TOGETHER = 16  # values that are looked into at once; each may be a megabyte
OTHERS = "other keys"  # the table of every key of the database that the map's own tables do not hold
OTHERS_TABLE = Table(
    OTHERS, {name: Column(name, "text", False, True) for name in ("name", "value")}, ("name",)
)


class OnRedis:
    """The connection of a connector, opened at its first use."""

    store: Store
    url: str
    timeout: float
    _opened: Client = None

    def close(self) -> None:
        """Let go of the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            if self._opened is None:
                bounds = {"socket_timeout": self.timeout, "socket_connect_timeout": self.timeout}
                self._opened = Redis.from_url(self.url, **bounds)
            yield self._opened
        except (RedisError, ValueError) as error:
            raise _answer(self.store.name, error) from None


def _answer(store: str, error: Exception) -> StoreProblem:
    if isinstance(error, ValueError):
        return StoreRefused(
            f"store {store} has a url that is none of Redis; it reads redis://HOST:PORT/NUMBER"
        )
    if isinstance(error, ConnectionError | TimeoutError) and not isinstance(error, AuthenticationError):
        return StoreUnreachable(f"store {store} gave no answer; see that it runs and can be reached")
    return StoreRefused(
        f"store {store} refused ({type(error).__name__}); see that its key and account are right"
    )


def with_others(tables: Mapping[str, Table], keys: Iterable[bytes]) -> Mapping[str, Table]:
    """The map's own tables, and one for the keys that these do not hold, where there are any."""
    return {**tables, OTHERS: OTHERS_TABLE} if any(True for _ in keys) else tables


def swept_others(
    client: Client, keys: Iterable[bytes], texts: Texts[int], asked: Callable[[str, str], bool]
) -> Iterator[Residue]:
    """Where the identifiers stand in keys that the map's own tables do not hold, in the columns that are asked for."""
    columns = [column for column in OTHERS_TABLE.columns if asked(OTHERS, column)]
    for key, values in contents(client, keys) if columns else ():
        where = {"name": within([texts], [key])[0], "value": within([texts], values)[0]}
        for column in columns:
            yield from (Residue(subject, OTHERS, column, named(key)) for subject in where[column])


def within(several: Sequence[Texts[Owner]], values: Iterable[bytes]) -> list[list[Owner]]:
    """Whose identifiers stand in values that are read once, for each of several sets of them, each owner once."""
    found: list[dict[Owner, None]] = [{} for _ in several]
    waiting = iter(values)
    while some := list(islice(waiting, TOGETHER)):
        joined = b"\n".join(some)
        for texts, owners in zip(several, found, strict=True):
            if texts.may_hold(joined):
                owners.update((owner, None) for value in some for owner in texts.within(text(value)))
    return [list(owners) for owners in found]


def text(data: bytes) -> str:
    """What can be read of it."""
    return data.decode(errors="replace")


def named(data: bytes) -> tuple[Raw, ...]:
    """What names an entry or a key: its text, or its bytes where it is none."""
    try:
        return (data.decode(),)
    except UnicodeDecodeError:
        return (b64encode(data).decode(), "base64")


def bytes_of(key: tuple[Raw, ...]) -> bytes:
    """The entry or key that `named` names."""
    return b64decode(str(key[0])) if len(key) == 2 else str(key[0]).encode()


def literal(text: str) -> str:
    """The text for a pattern of Redis, in which it stands for itself."""
    return "".join(f"\\{letter}" if letter in "*?[]^-\\" else letter for letter in text)
