"""The web: the portal for data subjects, the desk for staff."""

from flask import Flask
from jinja2 import StrictUndefined

from dsar import places
from dsar.config import Config, key_bytes
from dsar.jobs.office import Office
from dsar.web import api, desk, errors, health, language, outbox, portal, security, sessions


def create_app(office: Office, **settings: object) -> Flask:
    """The application, for a WSGI server; `settings` go over Flask's own.

    Raises BadInput when DSAR_SECRET_KEY is no key.
    """
    app = Flask(__name__, template_folder=str(places.templates()), static_folder=str(places.static()))
    app.config.from_mapping(_flask_settings(office.config))
    app.config.update(settings)
    app.extensions["office"] = office
    app.session_interface = sessions.SealedSessions(app.config["SECRET_KEY"])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.install(app)
    security.install(app)
    errors.install(app)
    for blueprint in (portal.bp, desk.bp, health.bp, outbox.bp, api.bp, api.signed.bp):
        app.register_blueprint(blueprint)
    return app


def _flask_settings(config: Config) -> dict[str, object]:
    https = config.public_url.startswith("https:")
    return {
        "SECRET_KEY": key_bytes(config.secret_key, "DSAR_SECRET_KEY"),
        "SESSION_COOKIE_NAME": "__Host-dsar" if https else "dsar",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # it ends with the session
        "MAX_CONTENT_LENGTH": 64 * 1024,  # bytes: no page takes a file
        "MAX_FORM_PARTS": 100,
        "BABEL_TRANSLATION_DIRECTORIES": str(places.translations()),
    }
