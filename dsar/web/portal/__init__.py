"""The portal: ask, prove, follow, fetch.  It has no accounts."""

from dsar.web.portal import asking, checking, confirming, following, papers, proof
from dsar.web.portal.door import bp

__all__ = ["asking", "bp", "checking", "confirming", "following", "papers", "proof"]
