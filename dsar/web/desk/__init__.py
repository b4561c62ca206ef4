"""The desk: staff sign in, see which requests are open, and how each stands."""

from dsar.web.desk import alerts, inspections, plan, recipients, requests, review, signing
from dsar.web.desk.door import bp

__all__ = ["alerts", "bp", "inspections", "plan", "recipients", "requests", "review", "signing"]
