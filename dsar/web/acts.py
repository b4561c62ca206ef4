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
        "recipient": _("the recipient"), "self-test": _("the self-test"),
    }  # fmt: skip
    if actor.startswith("sender:"):
        return _("%(name)s, who asked for the person", name=actor.partition(":")[2])
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
        "request.withdrawn": _("Withdrawn"),
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
        "derived.counted": _("Places counted that are derived from records"),
        "derived.cleaned": _("Places derived from records brought up to date"),
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
        "tombstones.written": _("Digests kept, so that the person stays erased"),
        "restore.found": _("Records that a restored backup brought back are erased again"),
        "suppression.lifted": _("The person may be written to again"),
        "erasure.done": _("Looked at again: the last certificate still holds"),
        "recipient.named": _("Recipient to be asked to erase"),
        "recipient.asked": _("Recipient asked to erase"),
        "recipient.written": _("Letter to a recipient written"),
        "recipient.unreached": _("Nothing has reached the recipient yet"),
        "recipient.reminded": _("Recipient reminded"),
        "recipient.silent": _("Recipient silent past its day"),
        "recipient.received": _("Recipient has the request"),
        "sender.asked": _("Asked by another controller"),
        "sender.told": _("The sender was told what came of it"),
        "recipient.confirmed": _("Recipient confirmed"),
        "recipient.refused": _("Recipient refused"),
        "letters.written": _("Letters to recipients written"),
        "certificate.made": _("Certificate made"),
    }


def _of_the_office() -> dict[str, str]:
    return {
        "map.applied": _("Data map applied"),
        "review.listed": _("Places that differ from the data map listed"),
        "review.settled": _("Places on the review list settled"),
        "review.dismissed": _("A place on the review list dismissed"),
        "user.added": _("Member of staff added"),
        "user.set_up": _("Member of staff set up the account"),
        "restore.begun": _("Going through restored systems began"),
        "restore.replayed": _("Restored systems gone through: who was erased is erased again"),
        "token.added": _("Token for a system made"),
        "token.revoked": _("Token of a system ended"),
        "user.ends": _("Access of a member of staff given another end"),
        "inspection.opened": _("Inspection begun"),
        "inspection.made": _("Record of an inspection signed"),
        "inspection.fetched": _("Record of an inspection taken along"),
        "inspection.destroyed": _("What an inspection found destroyed"),
        "self_test.begun": _("Self-test begun"),
        "self_test.ended": _("Self-test ended"),
        "alert.settled": _("Alert seen to"),
        "erasures.stopped": _("All erasures stopped"),
        "erasures.resumed": _("Erasures go on"),
    }
