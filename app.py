"""The web application, for a WSGI server: `gunicorn app:app`."""

from dsar.config import Config
from dsar.jobs.office import Office
from dsar.web import create_app

app = create_app(Office.open(Config.from_env()))
