"""The Celery application with its tasks: thin adapters between Celery and the rest of the bot.

    queue gpu   draw                                      done by: worker
    queue io    read_inbox, deliver, send, offer_ticket, show_loading,
                erase, know_person, fetch_photo, erase_photo,
                sweep, offer_tickets, forget               done by: courier, paced by the clock

The names are a contract with the messages of other versions that are still queued; so are the
arguments: `draw` and `know_person` once had one.

Celery's pool is threads: a forked child could not use CUDA, and a thread sees the stop flag that
SIGTERM sets, so that a paint ends within one step and its message goes back to the broker.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from celery import Celery
from celery.exceptions import Reject

from bot.line.rich_menus import RichMenuClient
from bot.queue.app import READ_INBOX, TaskMessage, make_celery
from bot.queue.republish import publish_all
from bot.settings import Settings
from bot.store import photos
from bot.tasks import profiles, signals, sweep
from bot.tasks.draw import DrawResult
from bot.tasks.runtime import Runtime

REPEAT_SECONDS = 2.0  # before a job that failed for the moment is painted again


def make_app(settings: Settings) -> Celery:
    """Create the application with its tasks, for a worker, a courier or the clock."""
    app = make_celery(settings)
    runtime = Runtime(settings)
    app.runtime = runtime
    signals.connect()
    # Celery would share them with every other application of the process, runtime and all.
    task = partial(app.task, shared=False)

    def publish(messages: list[TaskMessage], countdown: float | None = None) -> None:
        publish_all(app, runtime.database, messages, countdown)

    @task(name="draw")
    def draw(*_old_arguments: str) -> None:
        if runtime.stopping.is_set():
            raise Reject("the worker is stopping", requeue=True)
        result, job_id = runtime.job_painter.draw_next_job()
        if job_id is None:
            return
        if result in {DrawResult.DRAWN, DrawResult.FAILED}:
            publish([TaskMessage("deliver", job_id)])
        elif result is DrawResult.RETRY:
            publish([TaskMessage("draw", job_id)], countdown=REPEAT_SECONDS)
        elif result is DrawResult.STOPPED:
            raise Reject("the worker is stopping", requeue=True)

    @task(name="read_inbox")
    def read_inbox() -> None:
        delay = runtime.inbox_reader.read()
        if delay is not None:
            publish([READ_INBOX], countdown=delay)

    @task(name="deliver")
    def deliver(job_id: str) -> None:
        runtime.courier.deliver(job_id)

    @task(name="send")
    def send(delivery_id: str) -> None:
        runtime.sender.send(delivery_id)

    @task(name="offer_ticket")
    def offer_ticket(job_id: str) -> None:
        runtime.ticket_office.offer_ticket(job_id)

    @task(name="show_loading")
    def show_loading(job_id: str) -> None:
        runtime.ticket_office.show_loading(job_id)

    @task(name="erase")
    def erase(job_id: str) -> None:
        sweep.erase_job(runtime.database, runtime.storage, settings, job_id)

    @task(name="know_person")
    def know_person(*_old_arguments: str) -> None:
        line = RichMenuClient(settings)
        profiles.fetch_profiles(runtime.database, line, runtime.sender.send)

    @task(name="fetch_photo")
    def fetch_photo(photo_id: str) -> None:
        delay = runtime.photo_fetcher.fetch(photo_id)
        if delay is not None:
            publish([TaskMessage("fetch_photo", photo_id)], countdown=delay)
        else:
            with runtime.database.read() as db:
                awaited = photos.is_awaited(db, photo_id)  # by a courier who is free
                job_ids = [] if awaited else photos.waiting_job_ids(db, photo_id)
            publish([TaskMessage("draw", job_id) for job_id in job_ids])
        publish(
            [TaskMessage("fetch_photo", next_id) for next_id in runtime.photo_fetcher.next_due()]
        )

    @task(name="erase_photo")
    def erase_photo(photo_id: str) -> None:
        runtime.photo_fetcher.erase(photo_id)

    @task(name="sweep")
    def sweep_all() -> None:
        interval = settings.sweep_interval_seconds
        publish(sweep.sweep(runtime.database, settings.max_attempts, interval))

    @task(name="offer_tickets")
    def offer_tickets() -> None:
        publish(sweep.sweep_tickets(runtime.database, settings))

    @task(name="forget")
    def forget() -> None:
        sweep.delete_expired(runtime.database, settings.retention_days)

    return app


def runtime_of(app: Celery) -> Runtime:
    """Return the runtime of an application that `make_app` created."""
    runtime: Any = app.runtime
    assert isinstance(runtime, Runtime)
    return runtime
