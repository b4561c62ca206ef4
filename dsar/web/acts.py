"""The acts of the ledger in words, for the desk; the ledger itself keeps their names."""

from collections.abc import Mapping

from flask_babel import gettext as _


def words(act: str) -> str:
    """What was done; an act of an earlier release that has no words any more keeps its name."""
    return known().get(act, act)


def who(actor: str) -> str:
    """Who did it: a member of staff by name, anybody else in words."""
    others = {
        "subject": _("the person"), "operator": _("the operator"), "worker": _("a worker"), "system": _("the system"),
    }  # fmt: skip
    return others.get(actor, actor)


def known() -> Mapping[str, str]:
    """Every act that there are words for, in the reader's language."""
    return {**_of_requests(), **_of_stores(), **_of_copies(), **_of_erasures(), **_of_the_office()}


def _of_requests() -> dict[str, str]:
    return {
        "request.opened": _("Request received"),
        "code.sent": _("Code sent"),
        "identity.confirmed": _("Identity proven"),
        "subject.returned": _("The person came back with a code"),
        "request.map_moved": _("Went on with a new version of the data map"),
        "request.told": _("The person was told"),
        "request.answered": _("Answer given"),
        "request.reopened": _("Opened again"),
        "request.closed": _("Closed"),
        "proof.destroyed": _("The proof of the request destroyed"),
    }


def _of_stores() -> dict[str, str]:
    return {
        "store.found": _("System searched"),
        "store.failed": _("System did not answer"),
        "store.counted": _("Records counted before erasing"),
        "store.erased": _("Records erased"),
        "mentions.counted": _("Records of others counted that mention the person"),
        "mentions.emptied": _("Fields that mention the person emptied"),
        "store.looked": _("Looked again, in another way"),
        "store.relooked": _("Looked again, days later"),
    }


def _of_copies() -> dict[str, str]:
    return {
        "copy.made": _("Copy made"),
        "copy.downloaded": _("Copy downloaded"),
        "copy.fetched": _("Copy handed over"),
        "copy.expired": _("Copy destroyed"),
    }


def _of_erasures() -> dict[str, str]:
    return {
        "erasure.sealed": _("What to erase by sealed"),
        "erasure.planned": _("Erasure planned"),
        "erasure.gone": _("Erasure let go"),
        "erasure.held": _("Erasure held"),
        "erasure.released": _("Erasure no longer held"),
        "erasure.suspended": _("Erasure stopped until it is planned anew"),
        "erasure.started": _("Erasure begun"),
        "erasure.reopened": _("Erasure opened again"),
        "erasure.done": _("Looked at again: the last certificate still holds"),
        "recipient.asked": _("Recipient asked to erase"),
        "letters.written": _("Letters to recipients written"),
        "certificate.made": _("Certificate made"),
    }


def _of_the_office() -> dict[str, str]:
    return {
        "map.applied": _("Data map applied"),
        "user.added": _("Member of staff added"),
        "user.set_up": _("Member of staff set up the account"),
        "alert.settled": _("Alert seen to"),
        "erasures.stopped": _("All erasures stopped"),
        "erasures.resumed": _("Erasures go on"),
    }
