"""Check, before anything is handed over, that it agrees with what was sealed and recorded."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar.errors import ReleaseRefused, SealBroken
from dsar.jobs import parts
from dsar.jobs.office import Office
from dsar.jobs.sealing import Written
from dsar.models import PaperFile, Probe, Request
from dsar.models.search import UNMAPPED
from dsar.services import keys, ledger, maps, searching
from dsar.terms import KeyClass
from dsar.vault import Vault

OF_NOTHING = hashlib.sha256().hexdigest()  # what ledgers say of a store without parts that were begun before


def check_parts(session: Session, office: Office, request: Request) -> None:
    """Open every sealed part and compare its digest and its count with the ledger.

    Raises ReleaseRefused, naming the store and collection.
    """
    key = keys.of(session, office.vault, request.reference, KeyClass.FOUND)
    recorded = {facts["store"]: facts for facts in ledger.facts_of(session, request.reference, "store.found")}
    by_store: dict[str, list[Probe]] = defaultdict(list)
    wanted = select(Probe).where(Probe.reference == request.reference, Probe.collection != UNMAPPED)
    for probe in session.scalars(wanted):
        by_store[probe.store].append(probe)
    searched = recorded.keys() & maps.get(session, request.map_version).stores.keys()
    for store in sorted(by_store.keys() | searched):  # a part that is gone is missed too
        _check_store(office.vault, key, request.reference, store, by_store[store], recorded.get(store))


def check_files(session: Session, office: Office, reference: str, paper: str) -> list[PaperFile]:
    """Open every sealed file of a copy or certificate and compare it with the ledger.

    Raises ReleaseRefused, naming the file.
    """
    key = keys.of(session, office.vault, reference, KeyClass.COPY)
    made = ledger.facts_of(session, reference, f"{paper}.made")
    recorded: dict[str, str] = made[-1]["files"] if made else {}
    wanted = select(PaperFile).where(PaperFile.reference == reference, PaperFile.paper == paper)
    files = list(session.scalars(wanted.order_by(PaperFile.id)))
    if {label(file.name) for file in files} != set(recorded):
        raise ReleaseRefused(f"{paper} of {reference}: its files are not those of the ledger; make it again")
    for file in files:
        if _digest(office.vault, key, file) != recorded[label(file.name)]:
            raise ReleaseRefused(
                f"{paper} of {reference}: {label(file.name)} is not what was made; nothing is released"
            )
    return files


def digests(written: Sequence[Written]) -> dict[str, str]:
    """For the ledger: each file's label and digest."""
    return {label(file.name): file.sha256 for file in written}


def label(name: str) -> str:
    """A file's name without what a store calls it: that may be personal data."""
    if not name.startswith("files/"):
        return name
    *folders, last = name.split("/")
    return "/".join([*folders, last.split("-", 1)[0]])


def _check_store(
    vault: Vault,
    key: bytes,
    reference: str,
    store: str,
    probes: Iterable[Probe],
    recorded: dict[str, Any] | None,
) -> None:
    found: list[tuple[str, str]] = []
    records = 0
    for probe in probes:
        if probe.records:
            digest, count = _read(vault, key, reference, probe)
            if digest != probe.sha256 or count != probe.records:
                raise ReleaseRefused(
                    f"copy of {reference}: the sealed part {store}.{probe.collection} is not what was found"
                )
            found.append((probe.collection, digest))
            records += count
    sealed = searching.digest_of(found)
    same = recorded is not None and recorded["sha256"] in ((sealed,) if sealed else (None, OF_NOTHING))
    if recorded is None or not same or records != recorded["records"]:
        raise ReleaseRefused(f"copy of {reference}: the sealed parts of {store} are not those of the ledger")


def _read(vault: Vault, key: bytes, reference: str, probe: Probe) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    try:
        for piece in parts.plain(vault, key, probe):
            digest.update(piece)
            count += piece.count(b"\n")
    except SealBroken as error:
        place = f"{probe.store}.{probe.collection}"
        raise ReleaseRefused(f"copy of {reference}: the sealed part {place} does not open") from error
    return digest.hexdigest(), count


def _digest(vault: Vault, key: bytes, file: PaperFile) -> str:
    digest = hashlib.sha256()
    try:
        for piece in vault.read(key, file.sealed):
            digest.update(piece)
    except SealBroken as error:
        raise ReleaseRefused(f"{file.paper} of {file.reference}: {label(file.name)} does not open") from error
    return digest.hexdigest()
