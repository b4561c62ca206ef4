"""Who may open which page of the desk: one table, and a page that is not in it opens to nobody."""

from dsar.services import inspecting, reviewing, staff, stopping
from dsar.terms import Role

EVERYBODY = frozenset(Role)
STAFF = EVERYBODY - {Role.INSPECTOR}  # who belongs to the controller
ANYBODY = None  # not signed in either

MAY: dict[str, frozenset[Role] | None] = {
    "desk.sign_in": ANYBODY,
    "desk.set_up": ANYBODY,
    "desk.sign_out": EVERYBODY,
    "desk.requests": STAFF,
    "desk.request_page": STAFF,
    "desk.recipient": staff.ACTING,
    "desk.plan": STAFF,
    "desk.let_go": staff.ACTING,
    "desk.hold": staff.ACTING,
    "desk.release": staff.ACTING,
    "desk.alerts": STAFF,
    "desk.settle": staff.ACTING,
    "desk.review": STAFF,
    "desk.gap": STAFF,
    "desk.dismiss": reviewing.DISMISSING,
    "desk.stop": staff.ACTING,
    "desk.resume": stopping.ENDING,
    "desk.inspect": inspecting.INSPECTING,
    "desk.inspection": inspecting.INSPECTING,
    "desk.fetch_inspection": inspecting.INSPECTING,
}
