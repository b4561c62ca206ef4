"""The door for other systems: JSON, no session and no page; a bearer token, or the signature of a known party."""

from dsar.web.api import signed, suppressed
from dsar.web.api.door import bp

__all__ = ["bp", "signed", "suppressed"]
