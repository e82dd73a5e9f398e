"""GET /metrics of web: gauges computed from the database at the moment of the scrape.

Every web process answers alike, so scraping one is enough. What has happened is counted by the
workers and couriers themselves (bot.telemetry.process_metrics). Off without METRICS_TOKEN.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from flask import Blueprint, Flask, Response, request
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import Connection

from bot.monitoring import alarms, liveness, stats
from bot.settings import Settings
from bot.store import inbox, workers
from bot.store.database import Database
from bot.telemetry.process_metrics import has_bearer_token

MAX_AGE_SECONDS = 5.0  # an answer is given again for that long


def init_app(app: Flask, settings: Settings, database: Database) -> None:
    """Register GET /metrics if METRICS_TOKEN is set."""
    token = settings.metrics_token
    if token is None:
        return
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector(database, settings, MAX_AGE_SECONDS))
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not has_bearer_token(request.headers.get("authorization", ""), token):
            return Response("unauthorized", 401, {"WWW-Authenticate": "Bearer"})
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        response = Response(encode(registry), content_type=content_type)
        response.headers["Cache-Control"] = "no-store"
        return response

    app.register_blueprint(blueprint)


class DatabaseCollector(Collector):
    """All gauges that are computed from the tables; queries them at most every few seconds."""

    def __init__(
        self, database: Database, settings: Settings, max_age: float = MAX_AGE_SECONDS
    ) -> None:
        self._database, self._settings, self._max_age = database, settings, max_age
        self._lock = threading.Lock()
        self._collected_at = -max_age
        self._metrics: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not query the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return the gauges; only `efude_database_up 0` while the database is away."""
        with self._lock:
            if time.monotonic() - self._collected_at >= self._max_age:
                self._metrics = self._query()
                self._collected_at = time.monotonic()
            return self._metrics

    def _query(self) -> list[Metric]:
        try:
            with self._database.read() as db:
                metrics = [
                    *_queue(db),
                    *_inbox(db),
                    *_processes(db),
                    *_push_quota(db, self._settings),
                ]
                metrics += [*_liveness(db), _alarms(db)]
        except Exception:
            return [_gauge("database_up", "Whether the database answers.", 0)]
        return [_gauge("database_up", "Whether the database answers.", 1), *metrics]


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"efude_{name}", meaning, value)


def _labelled(name: str, meaning: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    metric = GaugeMetricFamily(f"efude_{name}", meaning, labels=[label])
    for label_value, value in values:
        metric.add_metric([label_value], value)
    return metric


def _queue(db: Connection) -> Iterator[Metric]:
    counts = ((state, float(count)) for state, count in stats.count_by_state(db).items())
    yield _labelled("jobs", "Jobs in the database, by state.", "state", counts)
    yield _labelled(
        "oldest_job_created_timestamp_seconds",
        "When the oldest job of an unfinished state was created; absent if there is none.",
        "state",
        stats.oldest_created_at(db).items(),
    )


def _inbox(db: Connection) -> Iterator[Metric]:
    backlog = inbox.backlog(db)
    counts = [("waiting", float(backlog.waiting)), ("parked", float(backlog.parked))]
    yield _labelled("inbox_events", "Events of LINE that are not handled.", "state", counts)
    meaning = "For how long the oldest waiting event has waited; 0 if none does."
    yield _gauge("inbox_oldest_age_seconds", meaning, backlog.oldest_age)


def _processes(db: Connection) -> Iterator[Metric]:
    alive = Counter(worker.process for worker in workers.all_workers(db) if worker.alive)
    values = [(process, float(alive[process])) for process in ("worker", "courier")]
    yield _labelled("processes_alive", "Processes with a recent heartbeat.", "process", values)


def _push_quota(db: Connection, settings: Settings) -> Iterator[Metric]:
    """Yield the month's push quota as a courier read it from LINE, and our own count."""
    counted = stats.pushes_this_month(db)
    yield _gauge("push_quota_counted", "Messages that this bot's pushes cost this month.", counted)
    yield _gauge("push_reserve", "Pushes that pictures never use.", settings.push_reserve)
    budget = stats.push_budget(workers.all_workers(db))
    if budget is None:
        return
    yield _gauge("push_quota_used", "Messages used this month, by LINE.", budget.quota.used)
    if budget.quota.limit is not None:
        remaining = budget.quota.remaining or 0
        yield _gauge("push_quota_limit", "Messages a month in LINE's plan.", budget.quota.limit)
        yield _gauge("push_quota_remaining", "Messages left this month, by LINE.", remaining)


def _liveness(db: Connection) -> Iterator[Metric]:
    """Yield when ticks and webhooks were last seen; nothing before the first."""
    last = liveness.last_seen(db)
    if last.tick_at is not None:
        meaning = "When a courier last received the clock's tick."
        yield _gauge("beat_last_tick_timestamp_seconds", meaning, last.tick_at)
    times = (("accepted", last.webhook_accepted_at), ("rejected", last.webhook_rejected_at))
    yield _labelled(
        "webhook_last_received_timestamp_seconds",
        "When a signed webhook last came, by outcome; up to half a minute too early.",
        "outcome",
        [(outcome, at) for outcome, at in times if at is not None],
    )


def _alarms(db: Connection) -> Metric:
    active = [(alarm.name, 1.0) for alarm in alarms.list_active(db)]
    return _labelled("alarm_active", "1 for each active alarm.", "alarm", active)
