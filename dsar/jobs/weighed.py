"""Weigh what a search finds, for the plan of an erasure: how large its collections are, and whom else records name."""

from collections.abc import Sequence

from dsar.connectors import Connector, Found
from dsar.datamap.types import Collection
from dsar.jobs.erase import today
from dsar.services import weighing
from dsar.services.finding import Finding

MOST = 10_000  # records of one person that are looked at in a pass: a plan with more is stopped for that


def note(connector: Connector, collection: Collection, finding: Finding, found: Found) -> None:
    """Count a record that is to be deleted and names somebody else."""
    if finding.person.kept or finding.weighed >= MOST:
        return
    finding.weighed += 1
    known = finding.person.identifiers
    if weighing.names_others(connector.map, collection, found.row, known, today(connector.map)):
        finding.others[collection.name] = finding.others.get(collection.name, 0) + 1


def size(connector: Connector, collection: Collection, findings: Sequence[Finding]) -> None:
    """Count a collection as far as it matters: where nothing is found, or all of it is for copies, not at all."""
    due = [one for one in findings if not one.person.kept and _probes(one, collection.name)]
    if not due:
        return
    records = max(one.person.held.get(collection.name, 0) + _found(one, collection.name) for one in due)
    counted = connector.size(collection, weighing.most(connector.map.caution, records)) if records else None
    for one in due:
        one.sizes[collection.name] = counted


def _probes(finding: Finding, collection: str) -> set[int]:
    return {probe for (name, _), probe in finding.person.open.items() if name == collection}


def _found(finding: Finding, collection: str) -> int:
    probes = _probes(finding, collection)
    return sum(part.records for part in finding.parts if part.probe in probes)
