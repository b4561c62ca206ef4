"""What the self-test missed, in words."""

from flask_babel import gettext as _

from dsar.models import Alert


def words(alert: Alert) -> list[str]:
    """Each thing that was missed and where, and what to do."""
    known = {
        "taken": _("Somebody is known by the self-test's own identifiers; nothing was seeded. Choose others"),
        "reused": _(
            "Records stand under the number that the system gave; it may have been somebody's, "
            "so that nobody was copied or erased. Number people anew, or seed nothing that gives this number"
        ),
        "refused": _("A system refused"),
        "not_found": _("Put in and not found again; look for it there and delete it"),
        "not_copied": _("In the system and not, or not the same, in the copy"),
        "twin_copied": _("In the copy although it is of the near twin, somebody else"),
        "not_erased": _("Not erased"),
        "left": _("Erased by the verdict, and still there"),
        "offered": _("Still offered by the search box"),
        "twin_changed": _("Changed or gone although it is of the near twin, somebody else"),
        "unfinished": _("Not finished within its 20 hours; it stood at the step"),
        "not_cleared": _("Could not be cleared away afterwards"),
    }
    lines = [
        _("%(what)s: %(places)s", what=known.get(what, what), places=_(", ").join(places))
        for what, places in sorted(alert.facts.get("misses", {}).items())
    ]
    ends = _(
        "What happens to the self-test's people happens to real ones. Find the cause, then run it again."
    )
    return [_("Run %(number)s of the self-test", number=alert.facts.get("number")), *lines, ends]
