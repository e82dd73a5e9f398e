"""Prometheus metrics of one worker or courier: what it has done since it started.

The counters live in the process's default registry and are served at METRICS_PORT; web serves
what is computed from the tables (bot.web.metrics).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    make_wsgi_app,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.settings import Settings

log = structlog.get_logger(__name__)

MAX_PORTS = 10  # tried in turn: several workers of one machine share their settings
WAIT_BUCKETS = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 45.0, 90.0, 180.0, 600.0, 3600.0)
PAINT_BUCKETS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 45.0, 90.0, 180.0, 600.0)
TASK_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0)

PICTURES_PAINTED = Counter("efude_pictures_painted", "Pictures painted and stored.")
JOB_ATTEMPTS = Counter(
    "efude_job_attempts",
    "Attempts at jobs, by outcome: drawn, failed, again, stopped, nothing.",
    ["outcome"],
)
JOB_FAILURES = Counter("efude_job_failures", "Failed attempts at jobs, by error code.", ["code"])
LINE_SENDS = Counter(
    "efude_line_sends",
    "Attempts to send a message to LINE, by kind, method (reply or push) and result.",
    ["kind", "method", "result"],
)
WAIT_DURATION = Histogram(
    "efude_job_wait_duration_seconds",
    "Seconds from a request to the first claim of its job.",
    buckets=WAIT_BUCKETS,
)
DELIVERY_DURATION = Histogram(
    "efude_job_delivery_duration_seconds",
    "Seconds from a request to the message that tells its outcome.",
    buckets=WAIT_BUCKETS,
)
PAINT_DURATION = Histogram(
    "efude_paint_duration_seconds",
    "Seconds from claiming a job to its last denoised picture.",
    buckets=PAINT_BUCKETS,
)
TASK_DURATION = Histogram(
    "efude_task_duration_seconds", "Seconds that a Celery task ran.", ["task"], buckets=TASK_BUCKETS
)

# Key of the engine's status (inference.Painter.status) -> (metric, help).
ENGINE_GAUGES = {
    "slots": ("batch_slots", "Jobs that this worker paints at a time."),
    "slots_now": (
        "batch_slots_available",
        "Pictures that one call of the UNet may hold now; lower while memory is short.",
    ),
    "active": ("active_requests", "Requests in the running batch."),
    "waiting": ("waiting_requests", "Requests that wait for room in the batch."),
    "rows": ("unet_rows", "Rows of the last call of the UNet."),
    "steps_per_second": (
        "steps_per_second",
        "Denoising steps per second over the last ten seconds, summed over pictures.",
    ),
}
LAST_PROGRESS = "efude_worker_last_progress_timestamp_seconds"


def observe_attempt(outcome: str) -> None:
    """Count the end of an attempt at a job."""
    JOB_ATTEMPTS.labels(outcome).inc()


def observe_painting(pictures: int, seconds: float) -> None:
    """Count stored pictures; seconds: from claiming the job to its last step."""
    PICTURES_PAINTED.inc(pictures)
    PAINT_DURATION.observe(seconds)


def observe_wait(seconds: float) -> None:
    """Record how long a job waited for its first claim."""
    WAIT_DURATION.observe(seconds)


def observe_delivery(seconds: float) -> None:
    """Record how long after its request a job's outcome was sent."""
    DELIVERY_DURATION.observe(seconds)


def observe_failure(code: str) -> None:
    """Count a failed attempt by its error code."""
    JOB_FAILURES.labels(code).inc()


def observe_send(kind: str, method: str, result: str) -> None:
    """Count one attempt to send a message; result: a value of bot.tasks.sending.SendResult."""
    LINE_SENDS.labels(kind, method, result).inc()


def observe_task(name: str, seconds: float) -> None:
    """Count a finished Celery task and how long it ran."""
    TASK_DURATION.labels(name).observe(seconds)


@contextmanager
def serve_metrics(
    settings: Settings, engine_status: Callable[[], Mapping[str, Any]] | None
) -> Iterator[str | None]:
    """Serve this process's metrics for the length of a `with`; yields the URL.

    Yields None without METRICS_PORT, or if no port is free: that is logged and costs the process
    nothing else. engine_status: the status of a worker's engine; None in a courier.
    """
    server = _listen(settings)
    if server is None:
        yield None
        return
    engine = EngineCollector(engine_status) if engine_status is not None else None
    if engine is not None:
        REGISTRY.register(engine)
    server.set_app(_require_token(make_wsgi_app(), settings.metrics_token))
    host = f"[{settings.metrics_host}]" if ":" in settings.metrics_host else settings.metrics_host
    url = f"http://{host}:{server.server_port}/metrics"
    log.info("metrics.started", url=url)
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()
        if engine is not None:
            REGISTRY.unregister(engine)


class EngineCollector(Collector):
    """Gauges read from the painter's engine at the moment of the scrape."""

    def __init__(self, engine_status: Callable[[], Mapping[str, Any]]) -> None:
        self._engine_status = engine_status

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not ask the engine."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield a gauge for each figure that the engine reports."""
        status = self._engine_status()
        for key, (name, meaning) in ENGINE_GAUGES.items():
            if (value := status.get(key)) is not None:
                yield GaugeMetricFamily(f"efude_worker_{name}", meaning, value)
        if (stalled_seconds := status.get("still")) is not None:
            meaning = "When the engine last made progress, in seconds since 1970; now if it idles."
            yield GaugeMetricFamily(LAST_PROGRESS, meaning, time.time() - stalled_seconds)
        for kind, size in (status.get("device_memory") or {}).items():
            meaning = f"Memory of the CUDA device in bytes: {kind}."
            yield GaugeMetricFamily(f"efude_worker_device_memory_{kind}_bytes", meaning, size)


def has_bearer_token(header: str, token: str) -> bool:
    """Return whether an Authorization header holds this token, by constant-time comparison.

    header: as WSGI hands it over, its bytes decoded as Latin-1.
    """
    return hmac.compare_digest(header.encode("latin-1"), f"Bearer {token}".encode())


def _require_token(app: Callable[..., Any], token: str | None) -> Callable[..., Any]:
    """Wrap a WSGI app so that it answers 401 without the token; token None: open to everybody."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if token is not None and not has_bearer_token(environ.get("HTTP_AUTHORIZATION", ""), token):
            headers = [("WWW-Authenticate", "Bearer"), ("Content-Type", "text/plain")]
            start_response("401 Unauthorized", headers)
            return [b"unauthorized\n"]
        return app(environ, start_response)

    return guarded


def _listen(settings: Settings) -> WSGIServer | None:
    """Listen at METRICS_PORT or the next free port; serves an empty registry until set_app().

    Returns None if METRICS_PORT is not set or no port is free.
    """
    first = settings.metrics_port
    if first is None:
        return None
    error: OSError | None = None
    for port in range(first, min(first + MAX_PORTS, 65_536)):
        try:
            server, _ = start_http_server(port, settings.metrics_host, CollectorRegistry())
        except OSError as taken:
            error = taken
        else:
            return server
    log.warning(
        "metrics.start_failed",
        port=first,
        error=str(error),
        meaning="see METRICS_PORT, METRICS_HOST",
    )
    return None
