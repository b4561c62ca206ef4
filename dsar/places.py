"""Where the files that come with the product lie, in a checkout and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent


def templates() -> Path:
    """The folder of the Jinja templates: pages, papers, mail."""
    return _packed("_templates", "templates")


def migrations() -> Path:
    """The folder of the Alembic migrations: env.py and versions/."""
    return _packed("_alembic", "alembic")


def translations() -> Path:
    """The folder of the gettext catalogues, <language>/LC_MESSAGES/messages.mo."""
    return PACKAGE / "translations"


def static() -> Path:
    """The folder that the web server serves as /static."""
    return PACKAGE / "static"


def _packed(in_wheel: str, in_checkout: str) -> Path:
    packed = PACKAGE / in_wheel
    return packed if packed.is_dir() else CHECKOUT / in_checkout
