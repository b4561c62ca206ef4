"""What this browser may see, kept in its session: what it filed, and what a code opened."""

from datetime import timedelta

from flask import session
from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.models import Request
from dsar.services import intake

OPEN_FOR = timedelta(minutes=30)
KEPT = 5  # submissions opened in one session


class NotOpen(Exception):
    """Nothing of this request may be shown before a code; the same whether there is such a request or not."""

    def __init__(self, reference: str, *, ended: bool) -> None:
        super().__init__()
        self.reference, self.ended = reference, ended


def file(submission: str) -> None:
    """Remember what was filed in this browser, to prove and to show its receipt."""
    session["filed"] = submission


def filed() -> str | None:
    """The submission filed, or opened to prove more of it, in this browser."""
    return session.get("filed")


def open_up(submission: str) -> None:
    """Open a submission for half an hour."""
    opened = {**session.get("open", {}), submission: clock.text(clock.now() + OPEN_FOR)}
    session["open"] = dict(sorted(opened.items(), key=lambda one: one[1])[-KEPT:])


def close(submission: str) -> None:
    """Leave: whoever sits here next asks for a code again."""
    session["open"] = {key: until for key, until in session.get("open", {}).items() if key != submission}
    if session.get("filed") == submission:
        del session["filed"]


def known(data: Session, reference: str) -> Request | None:
    """The request of a reference, or None."""
    return data.scalar(select(Request).where(Request.reference == intake.reference(reference)))


def opened(data: Session, reference: str) -> Request:
    """The request, if a code has opened it here.  Raises NotOpen, BadInput."""
    request = known(data, reference)
    until = session.get("open", {}).get(request.submission) if request else None
    if request is None or until is None or clock.parse(until) <= clock.now():
        raise NotOpen(intake.reference(reference), ended=until is not None)
    return request
