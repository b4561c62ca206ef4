"""Run the migrations on the database this process is connected to."""

from alembic import context
from dsar import db
from dsar.config import Config
from dsar.models import Request  # noqa: F401  importing the models fills the metadata


def run() -> None:
    """Migrate online, in one transaction; the database is the process's own, or the settings'."""
    try:
        engine = db.engine()
    except db.DatabaseProblem:
        engine = db.connect(Config.from_env().database_url)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=db.Base.metadata, transaction_per_migration=True
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET lock_timeout = '5s'")
                connection.exec_driver_sql("SET statement_timeout = '10min'")
            context.run_migrations()
        connection.commit()


run()
