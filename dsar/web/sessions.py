"""Sessions in a sealed cookie: nothing to store, nothing to read on the way or on a shared computer."""

import base64
import json
import secrets
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, Request, Response
from flask import request as flask_request
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin

from dsar import clock

IDLE = timedelta(minutes=60)  # a cookie not renewed for so long is no session any more
WITHOUT = (
    "static",
    "health.alive",
    "health.ready",
    "api.suppressed",
)  # answers that are no part of a session
NONCE = 12  # bytes, AES-GCM


class SealedSessions(SessionInterface):
    """Flask's session, encrypted and not only signed: it holds what a person typed."""

    def __init__(self, secret: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"dsar-1 session").derive(secret)
        self._cipher = AESGCM(key)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session of the cookie; an empty one when there is none, it is too old, or it was changed."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        return SecureCookieSession(self._opened(cookie) if cookie else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Seal the session anew, so that its hour begins again."""
        if flask_request.endpoint in WITHOUT:
            return
        name, path = self.get_cookie_name(app), self.get_cookie_path(app)
        secure = self.get_cookie_secure(app)
        if session:
            sealed = self._sealed(dict(session))
            response.set_cookie(name, sealed, path=path, secure=secure, httponly=True, samesite="Lax")
        elif session.modified:
            response.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="Lax")

    def _sealed(self, values: dict[str, object]) -> str:
        plain = json.dumps({"at": clock.text(clock.now()), "values": values}, ensure_ascii=False).encode()
        nonce = secrets.token_bytes(NONCE)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, plain, None)).decode()

    def _opened(self, cookie: str) -> dict[str, object] | None:
        try:
            sealed = base64.urlsafe_b64decode(cookie.encode())
            plain = json.loads(self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None))
        except (InvalidTag, ValueError):
            return None
        age = clock.now() - datetime.fromisoformat(plain["at"])
        return plain["values"] if timedelta(minutes=-5) <= age <= IDLE else None
