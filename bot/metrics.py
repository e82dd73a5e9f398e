"""GET /metrics: figures for Prometheus, computed from the database when they are asked for.

So every process behind one address answers the same, and nothing is counted in the way of a
picture. Figures about the past are of the last hour: they fall as well as rise, and `rate` is not
for them. Off without METRICS_TOKEN, which a scraper sends as a bearer token.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from flask import Blueprint, Flask, Response, request
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import Connection, func, select

from bot import alarms, counting, figures, heard, pulse
from bot.database import Database, now
from bot.figures import HOUR, STAGES
from bot.settings import Settings
from bot.tables import deliveries

FRESH = 5.0  # seconds for which an answer is given again
BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 45.0, 90.0, 180.0, 600.0, 1800.0)


def init_app(app: Flask, settings: Settings, database: Database) -> None:
    """Register the page, if there is a token for it."""
    token = settings.metrics_token
    if token is None:
        return
    collector = Figures(database, settings, FRESH)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not counting.bears(request.headers.get("authorization", ""), token):
            return Response("unauthorized", 401, {"WWW-Authenticate": "Bearer"})
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        answer = Response(encode(registry), content_type=content_type)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    app.register_blueprint(blueprint)


class Figures(Collector):
    """All figures; asks the database at most every few seconds, whoever scrapes."""

    def __init__(self, database: Database, settings: Settings, fresh: float = FRESH) -> None:
        self._database, self._settings, self._fresh = database, settings, fresh
        self._lock = threading.Lock()
        self._at = -fresh
        self._found: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The figures; only `efude_database_up 0` while the database is away."""
        with self._lock:
            if time.monotonic() - self._at >= self._fresh:
                self._found = self._ask()
                self._at = time.monotonic()
            return self._found

    def _ask(self) -> list[Metric]:
        try:
            with self._database.read() as db:
                found = [*_queue(db), *_past(db), *_deliveries(db), *_workers(db)]
                found += [*_budget(db, self._settings), *_heard(db), _alarms(db)]
        except Exception:
            return [_gauge("database_up", "Whether the database answers.", 0)]
        return [_gauge("database_up", "Whether the database answers.", 1), *found]


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"efude_{name}", about, value=value)


def _labelled(
    name: str, about: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]
) -> Metric:
    metric = GaugeMetricFamily(f"efude_{name}", about, labels=labels)
    for label, value in values:
        metric.add_metric(label, value)
    return metric


def _queue(db: Connection) -> Iterator[Metric]:
    """How many jobs are in each state, and since when the oldest waits."""
    counted = [((state,), float(many)) for state, many in figures.by_state(db).items()]
    yield _labelled("jobs", "Jobs by state, of all time.", ["state"], counted)
    yield _labelled(
        "oldest_job_seconds",
        "Age of the oldest job in a state; 0: there is none.",
        ["state"],
        [((state,), age) for state, age in figures.oldest(db).items()],
    )


def _past(db: Connection) -> Iterator[Metric]:
    """What became of the jobs of the last hour, and how long each stage took."""
    rows = figures.past(db, now() - HOUR)
    stages = GaugeHistogramMetricFamily(
        "efude_stage_seconds",
        "Seconds that each stage took, of the jobs asked for within the last hour.",
        labels=["stage"],
    )
    for stage in STAGES:
        took = figures.took(rows, stage)
        stages.add_metric([stage], _buckets(took), gsum_value=sum(took))
    yield stages
    failures = Counter(row.error_code or "unknown" for row in rows if row.state == "failed")
    yield _labelled(
        "failures_last_hour",
        "Jobs of the last hour that failed, by error code.",
        ["code"],
        [((code,), float(many)) for code, many in sorted(failures.items())],
    )
    yield _gauge("jobs_last_hour", "Jobs asked for within the last hour.", len(rows))
    again = sum(max(0, row.attempts - 1) for row in rows)
    yield _gauge("retries_last_hour", "Second and later attempts at jobs of the last hour.", again)
    painted = sum(row.pictures for row in rows)
    yield _gauge("pictures_last_hour", "Pictures of the jobs of the last hour.", painted)


def _buckets(ordered: list[float]) -> list[tuple[str, float]]:
    """(upper bound, how many are not above it), as Prometheus wants them."""
    found = [(str(bound), float(_up_to(ordered, bound))) for bound in BUCKETS]
    return [*found, ("+Inf", float(len(ordered)))]


def _up_to(ordered: list[float], bound: float) -> int:
    return bisect_left(ordered, bound + 1e-9)


def _deliveries(db: Connection) -> Iterator[Metric]:
    """Replies, tickets and pushes of the last hour, and the month's pushes by our own count."""
    kinds = (deliveries.c.kind, deliveries.c.way, deliveries.c.state)
    query = select(*kinds, func.count()).where(deliveries.c.created_at > now() - HOUR)
    rows = db.execute(query.group_by(*kinds)).all()
    yield _labelled(
        "messages_last_hour",
        "Messages to LINE of the last hour: kind result, ticket, answer, again; way reply, push.",
        ["kind", "way", "state"],
        [((kind, way, state), float(many)) for kind, way, state, many in sorted(rows)],
    )
    price = figures.pushes_this_month(db)
    yield _gauge("pushes_this_month", "What this bot's pushes cost this month, in messages.", price)


def _workers(db: Connection) -> Iterator[Metric]:
    """Who is alive, and what they are at."""
    found = pulse.all_workers(db)
    alive = Counter(it.process for it in found if it.alive)
    kinds = ("worker", "courier")
    values = [((kind,), float(alive[kind])) for kind in kinds]
    yield _labelled("processes_alive", "Processes that gave a sign of life.", ["process"], values)
    names = ["process", "host", "pid"]
    about = [((it.process, it.host, str(it.pid)), it.about) for it in found if it.alive]
    for name, meaning in (
        ("memory", "Bytes of memory of a process."),
        ("slots", "Jobs that a worker takes at a time."),
        ("active", "Requests in a worker's batch."),
        ("waiting", "Requests that wait for a place in a worker's batch."),
        ("rows", "Rows of a worker's last call of the UNet."),
        ("steps_per_second", "Steps of single pictures that a worker takes in a second."),
    ):
        told = [(who, float(it[name])) for who, it in about if it.get(name) is not None]
        unit = "memory_bytes" if name == "memory" else name
        yield _labelled(f"worker_{unit}", meaning, names, told)
    devices = [(who, it["device_memory"]) for who, it in about if it.get("device_memory")]
    for name, meaning in (("used", "in use, by whomever"), ("total", "in all")):
        used = [(who, float(it[name])) for who, it in devices]
        yield _labelled(
            f"worker_device_memory_{name}_bytes",
            f"A CUDA device's memory {meaning}.",
            names,
            used,
        )


def _heard(db: Connection) -> Iterator[Metric]:
    """How long ago that came which comes by itself; nothing before it first did."""
    last, moment = heard.read(db), now()
    if last.swept_at is not None:
        about = "Seconds since a courier heard the clock tick."
        yield _gauge("clock_silent_seconds", about, max(0.0, moment - last.swept_at))
    outcomes = (("taken", last.taken_at), ("refused", last.refused_at))
    yield _labelled(
        "webhook_silent_seconds",
        "Seconds since LINE's webhooks were taken, or something signed was refused; "
        "up to half a minute too many.",
        ["outcome"],
        [((outcome,), max(0.0, moment - at)) for outcome, at in outcomes if at is not None],
    )


def _alarms(db: Connection) -> Metric:
    """What the watchdog finds wrong, and for how long."""
    values = [((it.name,), max(0.0, now() - it.since)) for it in alarms.every(db)]
    about = "Seconds for which an alarm has stood; none: all is well."
    return _labelled("alarm_seconds", about, ["alarm"], values)


def _budget(db: Connection, settings: Settings) -> Iterator[Metric]:
    """The month's push budget as a courier heard it from LINE last; nothing without a courier."""
    yield _gauge("push_reserve", "Pushes that pictures never use.", settings.push_reserve)
    found = figures.budget(pulse.all_workers(db))
    if found is None:
        return
    quota = found.quota
    yield _gauge("push_quota_used", "Messages of the month that count.", quota.used)
    if quota.limit is not None:
        yield _gauge("push_quota_limit", "The plan's messages a month.", quota.limit)
        yield _gauge("push_quota_left", "Messages of the month that are left.", quota.left or 0)
