"""What a database says when it fails, as one of our two errors; its own words stay out, they quote values."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from dsar.errors import RowsRefused, StoreProblem, StoreRefused, StoreUnreachable

Answer = tuple[type[StoreProblem], str]

_SILENT: Answer = StoreUnreachable, "gave no answer; see that it runs and can be reached"
_SLOW: Answer = StoreUnreachable, "took longer than it is allowed; an index may be missing"
_LOCKED: Answer = StoreUnreachable, "is locked by another program; it will be tried again"
_FILE: Answer = StoreUnreachable, "cannot be opened; see that the file is there and is a SQLite database"
_DENIED: Answer = StoreRefused, "does not let this account do that; grant it the right"
_LOGIN: Answer = StoreRefused, "does not let this account in; correct its url"
_CHANGED: Answer = StoreRefused, "has no such table or column any more; correct the map"
_TIED: Answer = RowsRefused, "forbids it: other rows refer to these, or a column must be filled"
_TRIGGER: Answer = RowsRefused, "forbids it by a trigger of its own; the trigger must let an erasure pass"
_READ_ONLY: Answer = StoreRefused, "can only be read; give it an account or a file that may be written"
_OTHER: Answer = StoreRefused, "refused; look the code up in its manual"

_SQLITE = {  # primary result codes
    1: _CHANGED, 3: _DENIED, 5: _LOCKED, 6: _LOCKED, 8: _READ_ONLY, 9: _SLOW, 10: _SILENT, 11: _FILE,
    14: _FILE, 17: _CHANGED, 19: _TIED, 23: _DENIED, 26: _FILE,
}  # fmt: skip
_STATES = {  # SQLSTATE, whole or its class
    "57014": _SLOW, "55P03": _LOCKED, "42501": _DENIED, "25006": _READ_ONLY, "08": _SILENT, "23": _TIED,
    "28": _LOGIN, "3D": _LOGIN, "40": _LOCKED, "42": _CHANGED, "53": _SILENT, "57": _SILENT, "58": _SILENT,
    "XX": _SILENT, "P0": _TRIGGER,
}  # fmt: skip
_MARIADB = {
    1044: _LOGIN, 1045: _LOGIN, 1048: _TIED, 1049: _LOGIN, 1054: _CHANGED, 1062: _TIED, 1142: _DENIED,
    1143: _DENIED, 1146: _CHANGED, 1205: _LOCKED, 1213: _LOCKED, 1227: _DENIED, 1290: _READ_ONLY, 1364: _TIED,
    1451: _TIED, 1452: _TIED, 1644: _TRIGGER, 1698: _LOGIN, 1792: _READ_ONLY,
    1836: _READ_ONLY, 1969: _SLOW, 3024: _SLOW,
    4025: _TIED,
}  # fmt: skip


@contextmanager
def answering(store: str, table: str = "") -> Iterator[None]:
    """Turn a database's failure into StoreUnreachable or StoreRefused, which names the table where one is given."""
    try:
        yield
    except DBAPIError as error:
        raise _problem(store, table, error) from None
    except (ArgumentError, NoSuchModuleError):
        words = "has a url of no database known here; see docs/connectors.md"
        raise StoreRefused(f"store {store} {words}") from None


def _problem(store: str, table: str, error: DBAPIError) -> StoreProblem:
    code, (kind, words) = _reading(error)
    where = f", table {table}," if table and issubclass(kind, StoreRefused) else ""
    shown = f" ({code})" if code and kind is not RowsRefused else ""  # there the words say all that it does
    return kind(f"store {store}{where} {words}{shown}")


def _reading(error: DBAPIError) -> tuple[str | int | None, Answer]:
    cause: BaseException | None = error.orig
    if (number := getattr(cause, "sqlite_errorcode", None)) is not None:
        return getattr(cause, "sqlite_errorname", None), _SQLITE.get(number & 0xFF, _OTHER)
    if cause is not None and cause.args and isinstance(code := cause.args[0], int):
        return code, _MARIADB.get(code, _SILENT if isinstance(error, OperationalError) else _OTHER)
    if state := getattr(cause, "sqlstate", None):
        return state, _STATES.get(state) or _STATES.get(state[:2], _OTHER)
    return None, _SILENT
