"""The desk: staff sign in, see which requests are open, and how each stands."""

from dsar.web.desk import requests, signing
from dsar.web.desk.door import bp

__all__ = ["bp", "requests", "signing"]
