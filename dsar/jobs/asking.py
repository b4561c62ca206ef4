"""Write the letters that ask recipients to erase: those that are no store of the map."""

from functools import partial
from pathlib import Path

from dsar import clock, db
from dsar.datamap.types import say
from dsar.errors import NotFound
from dsar.jobs.office import Office
from dsar.jobs.sealing import Folder, Written, pour
from dsar.render.letters import to_recipient
from dsar.services import intake, ledger, maps, recipients, reminding


def write_letters(office: Office, reference: str, folder: Path, *, actor: str) -> list[Written]:
    """One letter for each recipient that has not answered (PIPL 21, 23; GB/T 35273-2020, 8.3: tell the recipients).

    A letter names the person's proven identifiers, for the recipient has to find him.  A recipient that
    nothing had reached before counts as asked.
    Raises NotFound when no recipient is to be written to.
    """
    with db.begin() as session:
        request = intake.get(session, reference)
        datamap = maps.get(session, request.map_version)
        open_ones = {
            name: ask
            for name, ask in recipients.asks(session, request.reference).items()
            if ask.outcome is None and name in datamap.recipients
        }
        if not open_ones:
            raise NotFound(f"request {request.reference} has no recipient to write to")
        own = [
            (say(datamap.identifier_kinds[one.kind].title, request.lang), one.value)
            for one in reminding.own_identifiers(session, office.vault, request)
        ]
        facts = {"recipients": list(open_ones)}
        ledger.record(
            session, "letters.written", actor=actor, reference=request.reference, at=clock.now(), **facts
        )
        for name in open_ones:
            recipients.left(session, request, name, at=clock.now())
        due = {name: ask.due_on for name, ask in open_ones.items()}
    sink = Folder(folder)
    for name, day in due.items():
        text = to_recipient(datamap.recipients[name], datamap, request.reference, request.lang, day, own)
        sink.file(f"letters/{name}.txt", partial(pour, [text.encode()]))
    return sink.written
