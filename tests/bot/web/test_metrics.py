"""Metrics: what Prometheus reads, from a real database; nothing personal; nobody without token."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import REGISTRY, Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse

from bot import cli
from bot.app import create_app
from bot.line import LineClient
from bot.monitoring import alarms, liveness
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import outbox, schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import heartbeat
from bot.tasks.delivery import Courier
from bot.telemetry import process_metrics
from bot.web import metrics
from tests import ROOT
from tests.bot.harness import AOI, TOKEN, WISH, House, Line

OPERATE = ROOT / "docs" / "operate"
BEARER = {"authorization": "Bearer open sesame"}


@pytest.fixture
def app(settings: Settings, own_logs: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(metrics, "MAX_AGE_SECONDS", 0.0)
    entry = create_app(replace(settings, metrics_token="open sesame"))
    yield entry
    entry.extensions["publisher"].close()
    entry.extensions["database"].close()


def text(client: FlaskClient, accept: str = "text/plain") -> str:
    answer = client.get("/metrics", headers={**BEARER, "accept": accept})
    assert answer.status_code == 200
    return answer.text


def families(client: FlaskClient) -> dict[str, Metric]:
    return {entry.name: entry for entry in parse(text(client))}


def value(client: FlaskClient, name: str, **labels: str) -> float:
    """One sample, by its name and (some of) its labels."""
    [matches] = [
        sample.value
        for family in families(client).values()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return float(matches)


def test_nobody_reads_without_the_token(settings: Settings, own_logs: None) -> None:
    closed = create_app(settings)
    assert closed.test_client().get("/metrics", headers=BEARER).status_code == 404
    closed.extensions["publisher"].close()
    closed.extensions["database"].close()


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "open sesame", "Bearer 絵"])
def test_a_wrong_token(client: FlaskClient, given: str) -> None:
    headers = {"authorization": given.encode().decode("latin-1")}
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert "efude" not in answer.text


def test_the_queue_and_since_when_it_waits(client: FlaskClient, house: House) -> None:
    name = "efude_oldest_job_created_timestamp_seconds"
    assert f"{name}{{" not in text(client), "nothing waits"
    created_at = now() - 90
    house.change(house.add(), created_at=created_at)
    house.add()
    house.drawn()
    assert value(client, "efude_jobs", state="queued") == 2
    assert value(client, "efude_jobs", state="drawn") == 1
    assert value(client, name, state="queued") == pytest.approx(created_at, abs=0.01)


def test_processes_and_the_push_quota(
    client: FlaskClient, house: House, line: Line, talking: Settings
) -> None:
    line.set_quota(200, used=150)
    heartbeat.Heartbeat(house.database, "worker", lambda: {"slots": 4}).write()
    courier = heartbeat.Heartbeat(
        house.database, "courier", heartbeat.CourierReport(LineClient(talking))
    )
    courier.id = "another"
    courier.write()
    assert value(client, "efude_processes_alive", process="worker") == 1
    assert value(client, "efude_push_quota_remaining") == 50
    assert value(client, "efude_push_quota_counted") == 0
    assert value(client, "efude_push_reserve") == 20
    house.set(schema.workers, schema.workers.c.process == "worker", seen_at=now() - 60)
    assert value(client, "efude_processes_alive", process="worker") == 0


def test_what_this_bot_pushed_this_month(
    client: FlaskClient, house: House, courier: Courier
) -> None:
    courier.deliver(house.drawn())
    assert value(client, "efude_push_quota_counted") == 1


def test_a_courier_asks_line_now_and_then(line: Line, talking: Settings) -> None:
    line.set_quota(None)
    about = heartbeat.CourierReport(LineClient(talking), interval=60)
    first = about()
    assert first["quota"]["limit"] is None
    calls = len(line.log("quota"))
    assert about() == first
    assert len(line.log("quota")) == calls
    line.fault("*", "500", times=1)
    assert heartbeat.CourierReport(LineClient(talking))()["quota_code"] == "server_error"


def test_nothing_personal_and_both_forms(
    client: FlaskClient, house: House, storage: FolderStorage
) -> None:
    job_id = house.add(token="reply-token")
    house.paint(job_id, storage)
    with house.database.write() as db:
        outbox.add_push(db, job_id, AOI, 1, [{"type": "text", "text": WISH}])
    plain, opened = text(client), text(client, "application/openmetrics-text")
    matches = parse_open(opened)  # type: ignore[no-untyped-call]
    assert {entry.name for entry in matches} >= {"efude_jobs", "efude_processes_alive"}
    job = house.job(job_id)
    for personal in (AOI, WISH, "reply-token", job.secret, job.number, TOKEN, "open sesame"):
        assert personal not in plain + opened


def test_the_database_is_asked_once_in_a_while(house: House, settings: Settings) -> None:
    figures = metrics.DatabaseCollector(house.database, settings, max_age=60)
    first = list(figures.collect())
    house.add()
    assert list(figures.collect()) is not None
    assert [entry.samples for entry in figures.collect()] == [entry.samples for entry in first]


def test_a_database_that_is_away(settings: Settings, tmp_path: Path) -> None:
    gone = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    [matches] = metrics.DatabaseCollector(gone, settings).collect()
    assert [(entry.name, entry.value) for entry in matches.samples] == [("efude_database_up", 0.0)]
    gone.close()


def names(part: Any) -> set[str]:
    """Return the metrics in every query of a dashboard or of alert rules."""
    matches = set(re.findall(r"\befude_[a-z_]+", json.dumps(part)))
    return {name.removesuffix("_bucket") for name in matches}


def process_names() -> set[str]:
    """Return what workers and couriers count for themselves."""
    status: dict[str, Any] = dict.fromkeys(process_metrics.ENGINE_GAUGES, 1)
    status |= {"still": 1, "device_memory": {"used": 1, "total": 2}}
    families = [*REGISTRY.collect(), *process_metrics.EngineCollector(lambda: status).collect()]
    return {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in families
        if family.name.startswith("efude_")
    }


@pytest.fixture
def known(client: FlaskClient, house: House, line: Line, talking: Settings) -> set[str]:
    """Every metric of web, with all kinds of rows in the tables."""
    test_processes_and_the_push_quota(client, house, line, talking)
    with house.database.write() as db:
        liveness.record_tick(db)
    return set(families(client))


def test_alerts_and_dashboard_query_metrics_that_exist(known: set[str]) -> None:
    rules = yaml.safe_load((OPERATE / "alerts.yml").read_text(encoding="utf-8"))
    dashboard = json.loads((OPERATE / "dashboard.json").read_text(encoding="utf-8"))
    assert names(rules) - known - process_names() == set()
    assert names(dashboard) - known - process_names() == set()
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert {"alert", "expr", "for", "labels", "annotations"} == rule.keys()
        assert rule["annotations"].keys() == {"summary", "description"}
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(target["expr"] for panel in panels for target in panel["targets"])


def test_alerts_say_what_the_alarms_say() -> None:
    """Every alarm raises an alert: its own, which names the same first command, or EfudeAlarm."""
    rules = yaml.safe_load((OPERATE / "alerts.yml").read_text(encoding="utf-8"))["groups"][0][
        "rules"
    ]
    by_name = {rule["alert"]: rule for rule in rules}
    assert len(by_name) == len(rules)
    any_alarm = by_name["EfudeAlarm"]
    assert any_alarm["expr"] == "max by (alarm) (efude_alarm_active) == 1", "no alarm is left out"
    said_otherwise = {}
    for alarm, known in alarms.ALARMS.items():
        name = "Efude" + "".join(word.capitalize() for word in alarm.split("_"))
        for rule in (rule for key, rule in by_name.items() if key.startswith(name)):
            if known.first_command not in rule["annotations"]["description"]:
                said_otherwise[rule["alert"]] = known.first_command
    assert not said_otherwise
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        for command in re.findall("python -m bot ([a-z]+)", rule["annotations"]["description"]):
            assert command in cli.cli.commands


def test_the_guide_lists_every_metric_and_no_other(known: set[str]) -> None:
    guide = (OPERATE.parent / "operate.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(efude_[a-z_]+)`", guide)) == known | process_names()


def test_when_ticks_and_webhooks_came_last(client: FlaskClient, house: House) -> None:
    assert "efude_beat_last_tick" not in text(client), "it has never ticked"
    with house.database.write() as db:
        liveness.record_tick(db)
    liveness.WebhookLiveness(house.database).record_rejected()
    tick_at = now() - 90
    house.set(schema.switches, schema.switches.c.name == "heard_clock", at=tick_at)
    at = pytest.approx(tick_at, abs=0.01)
    assert value(client, "efude_beat_last_tick_timestamp_seconds") == at
    name = "efude_webhook_last_received_timestamp_seconds"
    assert now() - 5 < value(client, name, outcome="rejected") <= now()


def test_active_alarms_by_name(client: FlaskClient, house: House) -> None:
    with house.database.write() as db:
        alarms.update_active(db, {"storage": "x"}, 60.0)
    assert value(client, "efude_alarm_active", alarm="storage") == 1
