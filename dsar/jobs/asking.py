"""Write the letters that ask recipients to erase: those that are no store of the map."""

from functools import partial
from pathlib import Path

from sqlalchemy import select

from dsar import clock, db
from dsar.datamap.types import say
from dsar.errors import NotFound
from dsar.jobs.office import Office
from dsar.jobs.sealing import Folder, Written, pour
from dsar.models import RecipientAsk
from dsar.render.letters import to_recipient
from dsar.services import finding, intake, keys, ledger, maps
from dsar.terms import KeyClass


def write_letters(office: Office, reference: str, folder: Path, *, actor: str) -> list[Written]:
    """One letter for each recipient that was asked (PIPL 21, 23; GB/T 35273-2020, 8.3: tell the recipients).

    A letter names the person's proven identifiers, for the recipient has to find him.
    Raises NotFound when no recipient is to be written to.
    """
    with db.begin() as session:
        request = intake.get(session, reference)
        names = session.scalars(
            select(RecipientAsk.name).where(RecipientAsk.reference == request.reference)
        ).all()
        if not names:
            raise NotFound(f"request {request.reference} has no recipient to write to")
        datamap = maps.get(session, request.map_version)
        identity = {request.reference: keys.of(session, office.vault, request.reference, KeyClass.IDENTITY)}
        asked = finding.identifiers_of(session, office.vault, [request.reference], identity)[
            request.reference
        ]
        ledger.record(
            session,
            "letters.written",
            actor=actor,
            reference=request.reference,
            at=clock.now(),
            recipients=list(names),
        )
    own = [
        (say(datamap.identifier_kinds[a.kind].title, request.lang), a.value) for a in asked if not a.internal
    ]
    sink = Folder(folder)
    for name in names:
        text = to_recipient(
            datamap.recipients[name], datamap, request.reference, request.lang, request.due_on, own
        )
        sink.file(f"letters/{name}.txt", partial(pour, [text.encode()]))
    return sink.written
