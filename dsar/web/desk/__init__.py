"""The desk: staff sign in, see which requests are open, and how each stands."""

from dsar.web.desk import alerts, requests, signing
from dsar.web.desk.door import bp

__all__ = ["alerts", "bp", "requests", "signing"]
