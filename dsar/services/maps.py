"""Versions of the data map: the newest, the one a request pins, and what a new one changes."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dsar.datamap.loader import build
from dsar.datamap.types import DataMap
from dsar.errors import NotFound
from dsar.models import MapVersion
from dsar.services import ledger

_CACHE: OrderedDict[str, DataMap] = OrderedDict()  # by digest: a version never changes
_LOCK = Lock()
CACHED = 16


@dataclass(frozen=True)
class Applied:
    """What applying a map came to."""

    version: int
    sha256: str
    map: DataMap
    added: list[str]
    removed: list[str]
    new: bool  # False: this was the newest already


def apply(
    session: Session, map: DataMap, plain: Mapping[str, Any], sha256: str, *, by: str, at: datetime
) -> Applied:
    """Make the map the newest version; the same map twice changes nothing."""
    number = newest(session)
    before = list(get(session, number).stores) if number else []
    if number and session.get_one(MapVersion, number).sha256 == sha256:
        return Applied(number, sha256, map, [], [], new=False)
    version = (number or 0) + 1
    added = [name for name in map.stores if name not in before]
    removed = [name for name in before if name not in map.stores]
    ledger.open_book(session, ledger.MAP)
    ledger.record(
        session, "map.applied", actor=by, reference=ledger.MAP, at=at,
        version=version, sha256=sha256, stores=len(map.stores), added=added, removed=removed,
    )  # fmt: skip
    session.add(MapVersion(version=version, sha256=sha256, plain=dict(plain), applied_at=at))
    return Applied(version, sha256, map, added, removed, new=True)


def newest(session: Session) -> int | None:
    """The number of the newest version; None before the first."""
    return session.scalar(select(func.max(MapVersion.version)))


def current(session: Session) -> tuple[int, DataMap]:
    """The newest version and its map.

    Raises NotFound before the first, saying what to do.
    """
    last = select(MapVersion.version, MapVersion.sha256).order_by(MapVersion.version.desc()).limit(1)
    found = session.execute(last).one_or_none()
    if found is None:
        raise NotFound("no data map was applied yet; apply one: dsar map apply FILE")
    return found.version, _built(session, found.version, found.sha256)


def get(session: Session, version: int) -> DataMap:
    """The map of one version."""
    return _built(session, version, digest(session, version))


def _built(session: Session, version: int, digest: str) -> DataMap:
    """The map of a version, made once for its digest."""
    with _LOCK:
        if digest in _CACHE:
            _CACHE.move_to_end(digest)
            return _CACHE[digest]
    made = build(session.get_one(MapVersion, version).plain)
    with _LOCK:
        _CACHE[digest] = made
        while len(_CACHE) > CACHED:
            _CACHE.popitem(last=False)
    return made


def digest(session: Session, version: int) -> str:
    """SHA-256 of one version's canonical form."""
    return session.scalars(select(MapVersion.sha256).where(MapVersion.version == version)).one()
