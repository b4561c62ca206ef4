"""Our own database: one way to read, one way to write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from dsar.errors import BadInput, DsarError

BUSY_MS = 20_000  # how long a write waits for another on SQLite

Id = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: Instant,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[str]: JSON,
        StrEnum: Enum(StrEnum, values_callable=lambda e: [m.value for m in e], native_enum=False, length=32),
    }


class DatabaseProblem(DsarError):
    """Our own database gives no answer, or is not what it should be."""

    status = 503


class _Bound:
    write: Engine | None = None
    read: Engine | None = None
    make = sessionmaker(expire_on_commit=False)


def connect(url: str) -> Engine:
    """Bind this process to its database; opens no connection yet.

    Raises BadInput for a URL that names no database this product runs on.
    """
    disconnect()
    if not url.startswith(("sqlite:///", "postgresql")):
        raise BadInput("DSAR_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        _Bound.write = _engine(url, "BEGIN IMMEDIATE")
    except (ArgumentError, ImportError) as error:
        raise BadInput(
            "DSAR_DATABASE_URL is no URL of a database; write postgresql+psycopg://USER@HOST/NAME"
        ) from error
    _Bound.read = _engine(url, "BEGIN", query_only=True) if url.startswith("sqlite") else _Bound.write
    return _Bound.write


def disconnect() -> None:
    """Let go of every connection: before another database is connected, and at the end."""
    _let_go(close=True)


def forget() -> None:
    """Let go of the connections that a fork brought along, and leave them to the process whose they are."""
    _let_go(close=False)


def _let_go(*, close: bool) -> None:
    for engine in {_Bound.write, _Bound.read} - {None}:
        engine.dispose(close=close)  # type: ignore[union-attr]
    _Bound.write = _Bound.read = None


def engine() -> Engine:
    """The engine that writes go through."""
    if _Bound.write is None:
        raise DatabaseProblem("no database is connected")
    return _Bound.write


@contextmanager
def begin() -> Iterator[Session]:
    """One short transaction that writes: committed at the end, rolled back on any error."""
    with told(), _Bound.make(bind=engine(), info={"writes": True}) as session, session.begin():
        yield session


@contextmanager
def read() -> Iterator[Session]:
    """One transaction that only reads, and holds nobody up."""
    engine()
    with told(), _Bound.make(bind=_Bound.read) as session:
        yield session


def insert(session: Session) -> Any:
    """INSERT in the words of a session's database: it may say what is done where such a row is there already."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


@contextmanager
def told() -> Iterator[None]:
    """Say in one line what the database said; its own words hold parameters, so they are left out."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, (ValueError, TypeError)):
            raise
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        if error.connection_invalidated or _is_operational(error):
            raise DatabaseProblem(f"the database cannot do this now: {reason}") from error
        raise


def _is_operational(error: SQLAlchemyError) -> bool:
    return type(error).__name__ in ("OperationalError", "InterfaceError", "DatabaseError")


@lru_cache(maxsize=4)
def _engine(url: str, begin_with: str, *, query_only: bool = False) -> Engine:
    """Kept, with the statements that it has compiled, for whoever connects to the same database again."""
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args={"connect_timeout": 10}
        )
    waiting = {"timeout": BUSY_MS / 1000, "check_same_thread": False}
    made = create_engine(url, hide_parameters=True, connect_args=waiting)
    event.listen(made, "connect", _on_connect(query_only))
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql(begin_with))
    return made


def _on_connect(query_only: bool) -> Callable[..., None]:
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own loses updates
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={BUSY_MS}",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "secure_delete=FAST",  # a destroyed key leaves nothing behind in its page
        ):
            connection.execute(f"PRAGMA {pragma}")
        if query_only:
            connection.execute("PRAGMA query_only=ON")

    return set_up
