"""Signing in and out, and the first password."""

import re

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from dsar import clock, db
from dsar.services import staff
from dsar.web.desk.door import bp, first_page, member
from dsar.web.desk.forms import SetUpForm, SignInForm
from dsar.web.desk.tries import Tries

OWN = re.compile(
    r"/desk/(r/[0-9A-Za-z]{1,20}(/plan|/recipients/[0-9A-Za-z_-]{1,80})?|alerts|(inspections|review)(/[0-9]{1,9})?)?"
    r"(\?[0-9A-Za-z_=&.-]*)?"
)  # a page of the desk


@bp.record_once
def install(state) -> None:
    """Each application counts failures by itself."""
    state.app.extensions["tries"] = Tries()


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    """Name and password."""
    form = SignInForm()
    if not form.answered():
        return render_template("desk/sign_in.html", form=form), form.status
    who, tries = (form.name.data.strip(), request.remote_addr or ""), current_app.extensions["tries"]
    if tries.too_many(who):
        abort(429)
    with db.read() as data:
        user = staff.signed_in(data, who[0], form.password.data)
    if user is None:
        tries.failed(who)
        form.password.errors = [_("This name and password do not belong together. Check both and try again.")]
        return render_template("desk/sign_in.html", form=form), form.status
    if staff.ended(user, at=clock.now()):
        form.name.errors = [_("Your access has ended. Ask whoever gave it to you.")]
        return render_template("desk/sign_in.html", form=form), form.status
    _begin_session(user)
    return redirect(_way_on())


@bp.post("/sign-out")
def sign_out():
    """Leave."""
    logout_user()
    _forget()
    return redirect(url_for("desk.sign_in"))


@bp.route("/set-up/<token>", methods=["GET", "POST"])
def set_up(token: str):
    """The first password, by a link that works once."""
    form = SetUpForm()
    now = clock.now()
    with db.read() as data:
        user = staff.to_set_up(data, token, at=now)
    if user is None:
        return render_template("desk/set_up_over.html"), 404
    if not form.answered():
        return render_template("desk/set_up.html", form=form, name=user.name), form.status
    with db.begin() as data:
        user = staff.to_set_up(data, token, at=now)
        if user is None:
            abort(409)
        staff.set_password(data, user, form.password.data, at=now)
    _begin_session(user)
    return redirect(url_for(first_page()))


def _begin_session(user) -> None:
    """A new session: nothing of the one before goes on but the language."""
    _forget()
    login_user(member(user))


def _forget() -> None:
    lang = session.get("lang")
    session.clear()
    if lang:
        session["lang"] = lang


def _way_on() -> str:
    """Where the person was going, if that is a page of the desk."""
    wanted = request.args.get("next", "")
    return wanted if OWN.fullmatch(wanted) else url_for(first_page())
