"""The staff's door: its blueprint, its guard, and who is signed in."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user

from dsar import clock, db
from dsar.models import User
from dsar.services import staff
from dsar.terms import Role
from dsar.web import here, permissions, words

bp = Blueprint("desk", __name__, url_prefix="/desk")
bp.context_processor(lambda: {"role_name": words.role, "may": may})


@dataclass(frozen=True)
class Member(UserMixin):
    """Who is signed in; `mark` changes with the password, and ends every session that was begun before."""

    id: int
    name: str
    role: Role
    mark: str
    ends_at: datetime | None = None

    def get_id(self) -> str:
        return f"{self.id}.{self.mark}"


@bp.record_once
def install(state) -> None:
    """Load the member of staff of each session."""
    manager = LoginManager()
    manager.session_protection = "basic"
    manager.init_app(state.app)
    manager.user_loader(_load)


def member(user: User) -> Member:
    """A member of staff as a session knows him."""
    mark = hashlib.sha256((user.password or "").encode()).hexdigest()[:16]
    return Member(user.id, user.name, Role(user.role), mark, user.ends_at)


def may(page: str) -> bool:
    """Whether who is signed in may open a page."""
    allowed = permissions.MAY[page]
    return allowed is permissions.ANYBODY or current_user.role in allowed


def first_page() -> str:
    """The page that a member of staff begins with: an inspector sees no list of requests."""
    return "desk.requests" if may("desk.requests") else "desk.inspect"


@bp.before_request
def guard():
    """Let in whom the table names, and nobody where it is silent."""
    here.datamap()
    endpoint = request.endpoint or ""
    if endpoint not in permissions.MAY:
        current_app.logger.error("%s is not in the table of permissions", endpoint)
        abort(403)
    allowed = permissions.MAY[endpoint]
    if allowed is permissions.ANYBODY:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("desk.sign_in", next=request.full_path if request.method == "GET" else None))
    if current_user.role not in allowed:
        abort(403)
    return None


def _load(id: str) -> Member | None:
    number, _, mark = id.partition(".")
    if not number.isdecimal():
        return None
    with db.read() as session:
        user = session.get(User, int(number))
    good = user and user.password and not staff.ended(user, at=clock.now())
    found = member(user) if user and good else None
    return found if found and found.mark == mark else None
