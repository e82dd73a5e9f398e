"""The tasks: thin doors between Celery and the rest of the bot.

    queue gpu   draw                                      done by: worker
    queue io    deliver, send, offer_ticket, show_loading,
                erase, know_person, fetch_photo, erase_photo,
                sweep, offer_tickets, forget               done by: courier, paced by the clock

Celery's pool is threads: a forked child could not use CUDA, and a thread sees the stop flag that
SIGTERM sets, so that a paint ends within one step and its message goes back to the broker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from typing import Any

import structlog
from celery import Celery, signals
from celery.exceptions import Reject

from bot import counting, fetching, jobs, logs, people, photos, pulse, sweeping, tracing, waking
from bot.drawing import Result
from bot.drawing import draw as draw_job
from bot.line import LineClient
from bot.line.rich_menus import RichMenuClient
from bot.queue import Wake, make_celery
from bot.runtime import Runtime
from bot.settings import Settings
from bot.watchdog import Watchdog

log = structlog.get_logger(__name__)


def make_app(settings: Settings) -> Celery:
    """The Celery application with its tasks, for a worker, a courier or the clock."""
    app = make_celery(settings)
    runtime = Runtime(settings)
    app.runtime = runtime
    # Celery would share them with every other application of the process, runtime and all.
    task = partial(app.task, shared=False)

    def wake(wakes: list[Wake], countdown: float | None = None) -> None:
        waking.wake(app, runtime.database, wakes, countdown)

    @task(name="draw", bind=True)
    def draw(self: Any, _job_id: str) -> None:
        if runtime.stopping.is_set():
            raise Reject("the worker is stopping", requeue=True)
        result, job_id = draw_job(runtime)
        if job_id is None:
            return
        if result in {Result.DRAWN, Result.FAILED}:
            wake([Wake("deliver", job_id)])
        elif result is Result.AGAIN:
            wake([Wake("draw", job_id)], countdown=2.0)
        elif result is Result.STOPPED:
            raise Reject("the worker is stopping", requeue=True)

    @task(name="deliver")
    def deliver(job_id: str) -> None:
        runtime.courier.deliver(job_id)

    @task(name="send")
    def send(delivery_id: str) -> None:
        runtime.courier.send(delivery_id)

    @task(name="offer_ticket")
    def offer_ticket(job_id: str) -> None:
        runtime.courier.offer_ticket(job_id)

    @task(name="show_loading")
    def show_loading(job_id: str) -> None:
        runtime.courier.show_loading(job_id)

    @task(name="erase")
    def erase(job_id: str) -> None:
        sweeping.erase(runtime, job_id)

    @task(name="know_person")
    def know_person(_whom: str) -> None:
        people.know(runtime.database, RichMenuClient(settings))

    @task(name="fetch_photo")
    def fetch_photo(photo_id: str) -> None:
        again = fetching.fetch(runtime, photo_id)
        if again is not None:
            wake([Wake("fetch_photo", photo_id)], countdown=again)
            return
        with runtime.database.read() as db:
            waiting = photos.waiting_for(db, photo_id)
        wake([Wake("draw", it) for it in waiting])

    @task(name="erase_photo")
    def erase_photo(photo_id: str) -> None:
        fetching.erase(runtime, photo_id)

    @task(name="sweep")
    def sweep() -> None:
        wake(sweeping.sweep(runtime))

    @task(name="offer_tickets")
    def offer_tickets() -> None:
        wake(sweeping.tickets(runtime))

    @task(name="forget")
    def forget() -> None:
        sweeping.forget(runtime)

    return app


@signals.setup_logging.connect
def _logging(**_kwargs: Any) -> None:
    """Keeps Celery from setting up logging of its own; bot.__main__ has done it."""


# The clock's tasks come every few seconds; what they find, they say themselves.
_OF_THE_CLOCK = frozenset(("sweep", "offer_tickets", "forget"))
_started = threading.local()


@signals.task_prerun.connect
def _bind(task: Any, args: Any, **_kwargs: Any) -> None:
    """What every line of a task says: what is done, and for which job."""
    structlog.contextvars.clear_contextvars()
    about = {} if task.name in _OF_THE_CLOCK else _about(task.app, task.name, *args[:1])
    of_job = about.pop("trace", None)
    trace = tracing.read(task.request.get(tracing.HEADER)) or of_job
    structlog.contextvars.bind_contextvars(stage=task.name, **about)
    tracing.follow(trace)
    _started.at = time.monotonic()
    _started.span = ExitStack()
    if trace and task.name != "draw":  # which takes the job whose turn it is
        number = about.get("number")
        _started.span.enter_context(tracing.span(task.name, "consumer", number=number))


@signals.task_postrun.connect
def _unbind(task: Any, state: str | None = None, **_kwargs: Any) -> None:
    _started.span.close()
    counting.task(task.name, time.monotonic() - _started.at)
    if task.name not in _OF_THE_CLOCK:
        ms = round((time.monotonic() - _started.at) * 1000)
        log.info("task ended", ms=ms, state=state)
    tracing.follow(None)
    structlog.contextvars.clear_contextvars()


def _about(app: Celery, name: str, an_id: str = "") -> dict[str, Any]:
    """Which job a task is about. A database that is away is the task's own trouble, not this."""
    try:
        with app.runtime.database.read() as db:
            return jobs.named(db, an_id, delivery=name == "send")
    except Exception:
        return {}


@signals.worker_shutting_down.connect
def _stop(**_kwargs: Any) -> None:
    for runtime in _running:
        runtime.stopping.set()


_running: list[Runtime] = []


def work(app: Celery, queues: str, threads: int | None, name: str) -> int:
    """Run a worker process on these queues until it is told to stop; returns the exit status.

    threads: tasks at a time; None: as many as the painter paints at once. Each blocks on its own
    picture only, so more would hold jobs that nobody paints, and fewer would leave places empty.
    """
    runtime: Runtime = app.runtime
    _running.append(runtime)
    if "gpu" in queues.split(","):
        painter = runtime.painter  # loaded before the first message is taken
        threads = threads or painter.slots
        log.info("painter ready", slots=threads, **painter.info.__dict__)
        about: Callable[[], pulse.About] = partial(pulse.of_worker, painter, runtime.headway)
        engine: Callable[[], pulse.About] | None = about
    else:
        runtime.courier  # noqa: B018  the same
        about = pulse.OfCourier(LineClient(runtime.settings))
        engine = None
    runtime.database.await_migration()
    argv = ["--quiet", "worker", "-Q", queues, "-P", "threads", "-c", str(threads or 1)]
    argv += ["-n", f"{name}-{logs.process_id()}@%h", "--without-mingle", "--without-gossip"]
    argv += ["-l", "WARNING"]
    with (
        counting.told(runtime.settings, engine),
        pulse.Pulse(runtime.database, name, about),
        _beside(runtime, queues),
    ):
        status: int = app.worker_main(argv) or 0
    return status


def _beside(runtime: Runtime, queues: str) -> AbstractContextManager[object]:
    """What goes on beside a courier's tasks."""
    return Watchdog(runtime) if "io" in queues.split(",") else nullcontext()


def tick(app: Celery) -> int:
    """Run the clock until it is told to stop; its schedule is in memory, nothing of it is lost."""
    beat = app.Beat(scheduler_cls="celery.beat:Scheduler", quiet=True, loglevel="WARNING")
    beat.run()
    return 0
