"""Which dialect a database speaks."""

from sqlalchemy import URL

from dsar.connectors._sql.dialect import Dialect
from dsar.connectors._sql.mariadb import Mariadb
from dsar.connectors._sql.other import Other
from dsar.connectors._sql.postgresql import Postgresql
from dsar.connectors._sql.sqlite import Sqlite

_KNOWN: dict[str, type[Dialect]] = {
    "sqlite": Sqlite,
    "postgresql": Postgresql,
    "mysql": Mariadb,
    "mariadb": Mariadb,
}


def dialect_of(url: URL) -> Dialect:
    """The dialect of a database, or the plainest SQL for one that we know nothing of."""
    return _KNOWN.get(url.get_backend_name(), Other)()
