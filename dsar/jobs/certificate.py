"""Make the certificate of an erasure: what the looks saw, store by store, sealed and recorded."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dsar import clock, db, faults
from dsar.datamap.identifiers import masked
from dsar.datamap.types import DataMap, say
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.jobs.release import digests
from dsar.jobs.sealing import Sealed, Written
from dsar.models import Erasure, ErasureItem, PaperFile, Request, SenderAsk
from dsar.render.certificate import Box, Certificate, ProofKept, Step, Typed
from dsar.render.package import SealShown
from dsar.render.pdf import certificate_pdf
from dsar.render.release import check_certificate
from dsar.services import (
    barring,
    intake,
    keeping,
    keys,
    ledger,
    mailing,
    maps,
    planning,
    relooking,
    reminding,
    self_testing,
    showing,
    verdicts,
    work,
)
from dsar.services.finding import Asked
from dsar.services.work import Claim
from dsar.terms import OPEN_VERDICTS, KeyClass, Stage, Status, Verdict

SEEN = ("store.looked", "erasure.reopened", "request.map_moved")  # acts after which another may be due,
ANSWERED = ("recipient.confirmed", "recipient.refused")  # and those of recipients


@job
def make_certificate(office: Office, claim: Claim, *, reference: str) -> datetime | None:
    """Make it once every collection was looked at; tell the person when no verdict is open.

    Where something was seen or answered while it was made, it says too little, and is made once more.
    """
    with db.read() as session:
        request = intake.get(session, reference)
        erasure = session.get(Erasure, reference)
        if erasure is None or not _is_due(session, request):
            return None
        certificate, relooks = _certificate(session, office, request, erasure)
        known = _is_known(session, reference, certificate) and not _closes(request, certificate)
        key = keys.of(session, office.vault, reference, KeyClass.COPY)
    if known:
        with held(claim) as session:
            _done_as_before(session, intake.get(session, reference))
        return None
    sink = Sealed(office.vault, key, f"{reference}/certificate/{claim.lease}")
    with faults.effect("certificate.make"):
        _make(certificate, sink)
    with faults.effect("certificate.write"), held(claim) as session:
        request = intake.get(session, reference)
        if ledger.newest(session, reference, *SEEN, *ANSWERED) > certificate.seal.entries:
            return clock.real()
        if _is_due(session, request):
            _record(session, office, request, certificate, relooks, sink.written)
    return None


def _is_due(session: Session, request: Request) -> bool:
    """Whether all was looked at, and what was seen is on no certificate yet."""
    made = ledger.newest(session, request.reference, "certificate.made")
    seen = ledger.newest(session, request.reference, *SEEN, *ANSWERED)
    whole = planning.stands(session, request.reference) and not _unseen(session, request.reference)
    held = session.get_one(Erasure, request.reference).stage == Stage.HELD
    return request.status == Status.WORKING and made < seen and whole and not held


def _is_known(session: Session, reference: str, certificate: Certificate) -> bool:
    """Whether the last certificate says the same of the same identifiers: then another look makes no other one."""
    last = (ledger.facts_of(session, reference, "certificate.made") or [{}])[-1]
    sealed_since = ledger.newest(session, reference, "erasure.sealed") > ledger.newest(
        session, reference, "certificate.made"
    )
    said = (last.get("verdict"), last.get("places"), last.get("answers", {}))
    says = (certificate.show["verdict"], _places(certificate), _answers(certificate))
    return said == says and not sealed_since


def _answers(certificate: Certificate) -> dict[str, list[Any]]:
    """For the ledger: what each recipient answered, of those that did, and whether a refusal is final."""
    told = certificate.show["recipients"]
    return {one["name"]: [one["outcome"], one["accepted"]] for one in told if one["outcome"]}


def _closes(request: Request, certificate: Certificate) -> bool:
    """Whether an answered request was opened anew and is settled again: the person is told, and it closes."""
    return request.answered_at is not None and certificate.show["verdict"] not in OPEN_VERDICTS


def _places(certificate: Certificate) -> dict[str, list[int]]:
    """For the ledger: what was erased, kept and left, of each place that held anything."""
    counts = {
        f"{store['name']}.{one['name']}": [one[what] or 0 for what in ("erased", "kept", "residue")]
        for store in certificate.show["stores"]
        for one in store["collections"]
    }
    return {place: of for place, of in counts.items() if any(of)}


def _done_as_before(session: Session, request: Request) -> None:
    erasure = session.get_one(Erasure, request.reference)
    if erasure.stage in (Stage.ERASING, Stage.LOOKING) and _is_due(session, request):
        ledger.record(
            session, "erasure.done", actor="worker", reference=request.reference, at=clock.now(),
            certificate=erasure.certificate,
        )  # fmt: skip
        erasure.stage, erasure.done_at = Stage.DONE, clock.now()


def _unseen(session: Session, reference: str) -> int:
    unseen = select(func.count()).where(ErasureItem.reference == reference, ErasureItem.looked_at.is_(None))
    return session.scalar(unseen) or 0


def _make(certificate: Certificate, sink: Sealed) -> None:
    pdf = certificate_pdf(certificate)
    check_certificate(pdf, certificate)
    sink.file("certificate.pdf", lambda write: write(pdf))
    made = {
        "number": certificate.number, "made_at": clock.text(certificate.made_at), "sha256": sink.written[0].sha256,
    }  # fmt: skip
    plain = {**certificate.show, "certificate": made}
    sink.file(
        "certificate.json",
        lambda write: write(json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n"),
    )


def _certificate(
    session: Session, office: Office, request: Request, erasure: Erasure
) -> tuple[Certificate, list[relooking.Due] | None]:
    """What is to be said, and the looks to be planned with it; None: those that are planned stand."""
    datamap = maps.get(session, request.map_version)
    at = clock.now()
    shown = verdicts.show(session, request) | {"stage": Stage.DONE}
    relooks = _relooks(session, request, datamap, shown["verdict"], at=at)
    if relooks:
        shown["relooks"] = relooking.shown(session, request, relooks, zone=datamap.controller.zone)
    own = reminding.own_identifiers(session, office.vault, request)
    ground = shown["proof"]["ground"]
    last = session.scalar(
        select(func.max(ErasureItem.erased_at)).where(ErasureItem.reference == request.reference)
    )
    certificate = Certificate(
        show=shown, lang=request.lang, controller=datamap.controller,
        identifiers=tuple((datamap.identifier_kinds[one.kind].title, _masked(datamap, one)) for one in own),
        number=erasure.certificate + 1, made_at=at, received_at=request.received_at,
        erased_at=None if erasure.looks_only else last,
        seal=SealShown(shown["ledger"]["entries"], shown["ledger"]["head"]),
        ladder=tuple(_boxes(session, datamap, request.reference, own)),
        proof=ProofKept(ground["text"], date.fromisoformat(ground["until"])),
        verify_url=f"{office.config.public_url}/check", due_on=request.due_on,
        promise=showing.clock_rule(request)["text"],
        pretend=clock.text(at) if office.config.may_pretend and clock.pretended() else None,
    )  # fmt: skip
    return certificate, relooks


def _relooks(
    session: Session, request: Request, datamap: DataMap, verdict: Verdict, *, at: datetime
) -> list[relooking.Due] | None:
    """The looks that are still to come, once nothing of our own is open; an answer of a recipient moves none."""
    made = ledger.newest(session, request.reference, "certificate.made")
    if ledger.newest(session, request.reference, *SEEN) <= made:
        return None
    ours_open = verdict in OPEN_VERDICTS and verdict != Verdict.UNCONFIRMED
    return [] if request.looks_only or ours_open else relooking.to_plan(session, request, datamap, at=at)


def _masked(datamap: DataMap, asked: Asked) -> str:
    return masked(datamap.identifier_kinds[asked.kind], asked.value)


def _boxes(session: Session, datamap: DataMap, reference: str, own: list[Asked]) -> Iterator[Box]:
    """Each search box, with what it offered when each identifier was typed, before the erasure and after."""
    item = ErasureItem
    rows = session.scalars(select(item).where(item.reference == reference, item.mapped).order_by(item.id))
    for row in rows:
        if row.offered is not None and row.store in datamap.stores:
            typed = tuple(_typed(datamap, one, row.offered_before, row.offered) for one in own)
            yield Box(datamap.stores[row.store].title, row.looked_at, typed)


def _typed(datamap: DataMap, asked: Asked, before: dict[str, int] | None, after: dict[str, int]) -> Typed:
    """One identifier, typed to its end; the values themselves stand nowhere."""
    shown = _masked(datamap, asked)
    steps = (
        Step(shown[:n], None if before is None else _offered(before, asked, n), _offered(after, asked, n))
        for n in range(1, len(shown) + 1)
    )
    return Typed(shown, tuple(steps))


def _offered(offered: dict[str, int], asked: Asked, typed: int) -> bool:
    first = offered.get(str(asked.number))
    return first is not None and typed >= first


def _letter(certificate: Certificate) -> str:
    """Which letter says it: that something was erased is said only where something was found."""
    return "nothing" if certificate.show["verdict"] == Verdict.NOTHING_HELD else "erased"


def _record(
    session: Session, office: Office, request: Request, certificate: Certificate,
    relooks: list[relooking.Due] | None, written: list[Written],
) -> None:  # fmt: skip
    reference = request.reference
    erasure = session.get_one(Erasure, reference)
    ledger.record(
        session, "certificate.made", actor="worker", reference=reference, at=certificate.made_at,
        number=certificate.number, made_at=clock.text(certificate.made_at), verdict=certificate.show["verdict"],
        places=_places(certificate), answers=_answers(certificate), files=digests(written),
    )  # fmt: skip
    erasure.certificate, erasure.stage, erasure.done_at = certificate.number, Stage.DONE, certificate.made_at
    session.execute(
        delete(PaperFile).where(PaperFile.reference == reference, PaperFile.paper == "certificate")
    )
    for file in written:
        session.add(
            PaperFile(
                reference=reference, paper="certificate", name=file.name, bytes=file.bytes, sha256=file.sha256,
                sealed=file.sealed,
            )
        )  # fmt: skip
    session.flush()
    if (ends := keeping.ends(session, request)) and not erasure.looks_only:
        work.put(session, "erase_kept", key=f"kept:{reference}", not_before=ends, reference=reference)
    if relooks is not None:
        relooking.plan(session, request, relooks)
    self_testing.wake(session, request)
    _tell(session, office, request, certificate)


def _tell(session: Session, office: Office, request: Request, certificate: Certificate) -> None:
    """Tell the person: that nothing is open, or once, that all is erased here and who has not confirmed yet."""
    verdict = certificate.show["verdict"]
    if barring.barred(session, request):
        return
    if verdict == Verdict.UNCONFIRMED and not mailing.was_raised(session, request, "awaiting"):
        names = "\n".join(_names(certificate))
        mailing.raise_told(session, office.vault, request, "awaiting", at=certificate.made_at, names=names)
    if verdict in OPEN_VERDICTS:
        return
    if session.get(SenderAsk, request.reference):
        reference = request.reference
        work.put(session, "tell_sender", key=f"tell:{reference}", reference=reference)
        return
    raised = [kind for kind in ("awaiting", "confirmed") if mailing.was_raised(session, request, kind)]
    kind = "confirmed" if raised == ["awaiting"] else _letter(certificate)
    mailing.raise_told(
        session, office.vault, request, kind, number=certificate.number, at=certificate.made_at
    )


def _names(certificate: Certificate) -> Iterator[str]:
    """The recipients that have not confirmed yet, in the person's words."""
    for one in certificate.show["recipients"]:
        if one["verdict"] in OPEN_VERDICTS:
            yield say(one["title"], certificate.lang) or one["name"]
