"""The Celery application: transport for work whose truth is in the database."""

from pathlib import Path

from celery import Celery
from celery.signals import worker_init, worker_process_init

from dsar import db
from dsar.config import Config
from dsar.jobs.office import Office
from dsar.services import work
from workers import folder

EVERY = 1.0  # seconds between two looks at what is due


def transport(config: Config) -> dict[str, object]:
    """Celery's settings for the broker; the embedded one is a folder and needs no server."""
    if not config.broker_url.startswith("filesystem://"):
        # Redis gives back what a dead worker held only after this long; the outbox sends again before that.
        return {"broker_url": config.broker_url, "broker_transport_options": {"visibility_timeout": 3600}}
    place = Path(config.broker_url.removeprefix("filesystem://"))
    place.mkdir(parents=True, exist_ok=True)
    options = {"folder": str(place), "polling_interval": 0.05}
    return {"broker_url": f"{folder.SCHEME}://localhost", "broker_transport_options": options}


def application(config: Config) -> Celery:
    """The application for these settings."""
    made = Celery("dsar", include=["workers.tasks"])
    made.conf.update(
        **transport(config),
        task_ignore_result=True,  # the database holds every result
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        beat_schedule={
            "send-due": {"task": "dsar.send_due", "schedule": EVERY, "options": {"expires": 10 * EVERY}},
        },
        beat_scheduler="celery.beat:Scheduler",  # nothing to remember, so no file that two clocks could spoil
    )
    return made


config = Config.from_env()
celery = application(config)
office: Office | None = None


@worker_init.connect
@worker_process_init.connect
def open_office(**_: object) -> None:
    """Each worker process opens its own connections, never those of its parent."""
    global office
    db.forget()
    office = Office.open(config)
    with db.begin() as session:
        work.ensure(session, "make_checkpoint", key="checkpoint")
        work.ensure(session, "watch_stores", key="watch")
        work.ensure(session, "call_self_test", key="self-test")
