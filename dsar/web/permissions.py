"""Who may open which page of the desk: one table, and a page that is not in it opens to nobody."""

from dsar.services import staff, stopping
from dsar.terms import Role

EVERYBODY = frozenset(Role)
ANYBODY = None  # not signed in either

MAY: dict[str, frozenset[Role] | None] = {
    "desk.sign_in": ANYBODY,
    "desk.set_up": ANYBODY,
    "desk.sign_out": EVERYBODY,
    "desk.requests": EVERYBODY,
    "desk.request_page": EVERYBODY,
    "desk.alerts": EVERYBODY,
    "desk.settle": staff.ACTING,
    "desk.stop": staff.ACTING,
    "desk.resume": stopping.ENDING,
}
