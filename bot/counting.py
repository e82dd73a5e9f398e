"""What one worker or courier has done since it started, as counters for Prometheus.

/metrics of web (bot.metrics) tells how the house is, from the tables; this tells what a process
does, also while the database is away, and can be put through `rate`. Off without METRICS_PORT: then
the library is not imported, and to count is one comparison.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog

from bot.settings import Settings

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from bot.pulse import About

log = structlog.get_logger(__name__)

PORTS = 10  # that are tried: several workers of one machine share their settings
PAINT = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 45.0, 90.0, 180.0, 600.0)  # seconds
TASK = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0)
# What a sign of life (bot.pulse) says, and how it is told here.
GAUGES = {
    "slots": "Jobs that this worker takes at a time.",
    "slots_now": "Pictures that a call of the UNet may hold now; lower while memory is short.",
    "active": "Requests in the batch.",
    "waiting": "Requests that wait for a place in the batch.",
    "rows": "Rows of the last call of the UNet.",
    "steps_per_second": "Steps of single pictures in a second, over the last ten.",
    "still_seconds": "Seconds without a sign of headway, while something is painted.",
}


class _Counts:
    """The counters of this process."""

    def __init__(self, registry: CollectorRegistry, *, paints: bool) -> None:
        from prometheus_client import Counter, Histogram

        self.messages = Counter(
            "efude_process_messages",
            "Tries to send something to LINE, by kind, way and how they ended.",
            ["kind", "way", "end"],
            registry=registry,
        )
        self.tasks = Histogram(
            "efude_process_task_seconds",
            "Seconds that tasks took.",
            ["task"],
            buckets=TASK,
            registry=registry,
        )
        if not paints:
            return
        self.pictures = Counter(
            "efude_process_pictures", "Pictures painted and stored.", registry=registry
        )
        self.jobs = Counter(
            "efude_process_attempts",
            "Attempts at jobs, by how they ended (drawn, failed, again, stopped, nothing).",
            ["outcome"],
            registry=registry,
        )
        self.paint = Histogram(
            "efude_process_paint_seconds",
            "Seconds from taking a job to its painted pictures.",
            buckets=PAINT,
            registry=registry,
        )
        self.failures = Counter(
            "efude_process_failures", "Failed attempts, by error code.", ["code"], registry=registry
        )


_counts: _Counts | None = None


def attempted(outcome: str) -> None:
    """An attempt at a job ended so."""
    if _counts:
        _counts.jobs.labels(outcome).inc()


def painted(pictures: int, seconds: float) -> None:
    """So many pictures were painted and stored; seconds: from taking the job to the last step."""
    if _counts:
        _counts.pictures.inc(pictures)
        _counts.paint.observe(seconds)


def failed(code: str) -> None:
    """An attempt failed from this."""
    if _counts:
        _counts.failures.labels(code).inc()


def sent(kind: str, way: str, end: str) -> None:
    """A try to send something ended so (bot.sending.End)."""
    if _counts:
        _counts.messages.labels(kind, way, end).inc()


def task(name: str, seconds: float) -> None:
    """A task of Celery's is over."""
    if _counts:
        _counts.tasks.labels(name).observe(seconds)


@contextmanager
def told(settings: Settings, about: Callable[[], About] | None) -> Iterator[str | None]:
    """Count, and answer at METRICS_PORT, for the length of a `with`: the address, or None.

    about: what a worker says of itself in its signs of life; None: this process does not paint. A
    port that cannot be had costs the figures, not the process.
    """
    global _counts
    if settings.metrics_port is None:
        yield None
        return
    from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
    from prometheus_client.exposition import make_wsgi_app

    registry = CollectorRegistry(auto_describe=False)
    server = _server(settings, _guarded(make_wsgi_app(registry), settings.metrics_token))
    if server is None:
        yield None
        return
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    if about is not None:
        registry.register(_Now(about))
    _counts = _Counts(registry, paints=about is not None)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    host = f"[{settings.metrics_host}]" if ":" in settings.metrics_host else settings.metrics_host
    url = f"http://{host}:{server.server_port}/metrics"
    log.info("metrics", url=url)
    try:
        yield url
    finally:
        _counts = None
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Now:
    """What the process is at when it is asked: its last word is not old."""

    def __init__(self, about: Callable[[], About]) -> None:
        self._about = about

    def describe(self) -> Iterable[Any]:
        """Nothing in advance."""
        return []

    def collect(self) -> Iterator[Any]:
        """Gauges of what is known."""
        from prometheus_client.core import GaugeMetricFamily

        about = self._about()
        for name, meaning in GAUGES.items():
            value = about.get(name.removesuffix("_seconds"))
            if value is not None:
                yield GaugeMetricFamily(f"efude_process_{name}", meaning, value=value)
        for name, size in (about.get("device_memory") or {}).items():
            meaning = f"A CUDA device's memory: {name}."
            yield GaugeMetricFamily(f"efude_process_device_memory_{name}_bytes", meaning, size)


def bears(header: str, token: str) -> bool:
    """Whether an Authorization header holds this token; takes the same time wherever it differs.

    header: as WSGI hands it over, bytes as Latin-1.
    """
    return hmac.compare_digest(header.encode("latin-1"), f"Bearer {token}".encode())


def _guarded(app: Callable[..., Any], token: str | None) -> Callable[..., Any]:
    """The same, for whoever has the token; for all who can reach it where there is none."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("PATH_INFO") != "/metrics":
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"Look at /metrics\n"]
        if token is not None and not bears(environ.get("HTTP_AUTHORIZATION", ""), token):
            headers = [("WWW-Authenticate", "Bearer"), ("Content-Type", "text/plain")]
            start_response("401 Unauthorized", headers)
            return [b"unauthorized\n"]
        return app(environ, start_response)

    return guarded


class _Silent(WSGIRequestHandler):
    """It would write a line to stderr for each scrape."""

    def log_message(self, format: str, *_args: Any) -> None:
        """Nothing."""


class _Server(ThreadingMixIn, WSGIServer):
    """One slow scraper does not hold up another."""

    daemon_threads = True
    allow_reuse_address = False  # or two workers would listen at one port


def _server(settings: Settings, app: Callable[..., Any]) -> WSGIServer | None:
    """A server at METRICS_PORT, or at one of the next; None where all are taken."""
    first = settings.metrics_port or 0
    error: OSError | None = None
    for port in range(first, min(first + PORTS, 65_536)):
        try:
            return make_server(settings.metrics_host, port, app, _Server, _Silent)
        except OSError as taken:
            error = taken
    log.warning(
        "no metrics", port=first, error=str(error), meaning="see METRICS_PORT, METRICS_HOST"
    )
    return None
