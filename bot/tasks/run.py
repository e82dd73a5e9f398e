"""Running a worker, a courier or the clock until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from typing import Any

import structlog
from celery import Celery, signals

from bot.queue.app import GPU
from bot.tasks.app import runtime_of
from bot.tasks.heartbeat import CourierReport, Heartbeat, Report, worker_report
from bot.tasks.lease import end_leases_of_dead_workers
from bot.tasks.runtime import Runtime
from bot.tasks.samples import GREETING, SamplePainter, greeting_request
from bot.tasks.style_samples import style_requests
from bot.tasks.watchdog import Watchdog
from bot.telemetry import logs, process_metrics

log = structlog.get_logger(__name__)


def run_worker(app: Celery, queue: str, threads: int | None, name: str) -> int:
    """Run the tasks of a queue until the process is told to stop; returns the exit status.

    It is 0 only if the process was told: else its supervisor must start another.

    threads: tasks at a time; None: as many as the painter paints at once. Each waits for its own
    picture only, so more would hold jobs that nobody paints, and fewer would leave places empty.
    """
    runtime = runtime_of(app)
    runtime.database.wait_for_migration()
    # All that a task needs is made before the first message is taken.
    beside = _painting(runtime, name) if queue == GPU else _talking(runtime, name)
    if queue == GPU:
        threads = threads or runtime.painter.slots
    if queue == GPU:
        end_leases_of_dead_workers(runtime.database, runtime.worker_id)
    argv = ["--quiet", "worker", "-Q", queue, "-P", "threads", "-c", str(threads or 1)]
    argv += ["-n", f"{name}-{logs.process_id()}@%h", "--without-mingle", "--without-gossip"]
    argv += ["-l", "WARNING"]
    with ExitStack() as stack:
        for each in (*beside, stopped_by_signal(runtime.stopping)):
            stack.enter_context(each)
        return _run_until_stopped(app, argv)


def _run_until_stopped(app: Celery, argv: list[str]) -> int:
    """Run Celery's worker; returns its exit status, which `worker_main` keeps for itself."""
    workers: list[Any] = []

    def remember(sender: Any, **_kwargs: Any) -> None:
        workers.append(sender)

    signals.worker_init.connect(remember)
    try:
        app.worker_main(argv)
    finally:
        signals.worker_init.disconnect(remember)
    status = workers[0].exitcode if workers else None
    if status is None:
        status = 0 if runtime_of(app).stopping.is_set() else 1
    if status:
        log.critical("worker.crashed", status=status)
    return int(status)


def _painting(runtime: Runtime, name: str) -> list[AbstractContextManager[object]]:
    """Load the painter; returns what runs beside a worker's tasks."""
    with Heartbeat(runtime.database, name, lambda: {"loading": runtime.loading_stage}):
        painter, _ = runtime.painter, runtime.job_painter
    log.info("painter.loaded", slots=painter.slots, **painter.info.__dict__)
    report: Callable[[], Report] = partial(worker_report, painter, runtime.progress)
    return [
        process_metrics.serve_metrics(runtime.settings, report),
        Heartbeat(runtime.database, name, report),
        SamplePainter(
            runtime.settings,
            runtime.database,
            runtime.storage,
            painter,
            stopping=runtime.stopping,
            requests={
                GREETING: greeting_request(runtime.settings.model),
                **style_requests(runtime.settings.model),
            },
        ),
    ]


def _talking(runtime: Runtime, name: str) -> list[AbstractContextManager[object]]:
    """Open the client of LINE, load what reads; returns what runs beside a courier's tasks."""
    settings, database, line = runtime.settings, runtime.database, runtime.line
    runtime.inbox_reader.warm_up()
    return [
        closing(runtime.publisher),
        closing(runtime.animations),
        process_metrics.serve_metrics(settings, None),
        Heartbeat(database, name, CourierReport(line)),
        Watchdog(settings, database, line, runtime.sender),
    ]


@contextmanager
def stopped_by_signal(stopping: threading.Event) -> Iterator[None]:
    """Set `stopping` when Celery's worker begins to shut down, for the length of a `with`."""

    def stop(**_kwargs: Any) -> None:
        stopping.set()

    signals.worker_shutting_down.connect(stop, weak=False)
    try:
        yield
    finally:
        signals.worker_shutting_down.disconnect(stop)


def run_clock(app: Celery) -> int:
    """Run beat until the process is told to stop; its schedule is in memory, nothing is lost."""
    beat = app.Beat(scheduler_cls="celery.beat:Scheduler", quiet=True, loglevel="WARNING")
    beat.run()
    return 0
