"""Metrics: what Prometheus reads, from a real database; nothing personal; nobody without token."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse

from bot import alarms, counting, heard, jobs, metrics, outbox, pulse, tables
from bot.app import create_app
from bot.database import Database, now
from bot.delivery import Courier
from bot.line import LineClient
from bot.settings import Settings
from bot.storage import FolderStorage
from tests.bot.house import AOI, TOKEN, WISH, House, Line

OPERATE = Path(__file__).parent.parent.parent / "docs" / "operate"
BEARER = {"authorization": "Bearer open sesame"}


@pytest.fixture
def app(settings: Settings, own_logs: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(metrics, "FRESH", 0.0)
    it = create_app(replace(settings, metrics_token="open sesame"))
    yield it
    it.extensions["publisher"].close()
    it.extensions["database"].close()


def text(client: FlaskClient, accept: str = "text/plain") -> str:
    answer = client.get("/metrics", headers={**BEARER, "accept": accept})
    assert answer.status_code == 200
    return answer.text


def families(client: FlaskClient) -> dict[str, Metric]:
    return {it.name: it for it in parse(text(client))}


def value(client: FlaskClient, name: str, **labels: str) -> float:
    """One sample, by its name and (some of) its labels."""
    [found] = [
        sample.value
        for family in families(client).values()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return float(found)


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


def test_the_queue_and_its_age(client: FlaskClient, house: House) -> None:
    assert value(client, "efude_oldest_job_seconds", state="queued") == 0
    house.change(house.add(), created_at=now() - 90)
    house.add()
    house.drawn()
    assert value(client, "efude_jobs", state="queued") == 2
    assert value(client, "efude_jobs", state="drawn") == 1
    assert 89 < value(client, "efude_oldest_job_seconds", state="queued") < 100
    assert value(client, "efude_jobs_last_hour") == 3
    assert value(client, "efude_pictures_last_hour") == 1


def test_stages_are_a_histogram_of_the_last_hour(client: FlaskClient, house: House) -> None:
    moment = now() - 600
    for seconds in (0.2, 3.0, 3.0):
        times = {"created_at": moment, "drawing_at": moment + 1, "drawn_at": moment + 5}
        house.change(house.drawn(), **times, painted_at=moment + 1 + seconds)
    house.change(house.drawn(), created_at=now() - 7200)
    name = "efude_stage_seconds_bucket"
    assert value(client, name, stage="paint", le="0.25") == 1
    assert value(client, name, stage="paint", le="2.5") == 1
    assert value(client, name, stage="paint", le="5.0") == 3
    assert value(client, name, stage="paint", le="+Inf") == 3
    assert value(client, name, stage="queue", le="1.0") == 3, "a bound counts as below"
    assert value(client, name, stage="whole", le="+Inf") == 0
    assert value(client, "efude_stage_seconds_gsum", stage="paint") == pytest.approx(6.2, abs=1e-3)


def test_failures_by_code_and_retries(client: FlaskClient, house: House) -> None:
    for code in ("unsafe", "unsafe", "out_of_memory"):
        job_id = house.add()
        house.claim(job_id)
        with house.database.write() as db:
            jobs.fail(db, job_id, code, owner="w")
    house.change(house.add(), attempts=3)
    assert value(client, "efude_failures_last_hour", code="unsafe") == 2
    assert value(client, "efude_failures_last_hour", code="out_of_memory") == 1
    assert value(client, "efude_retries_last_hour") == 2


def test_replies_tickets_and_pushes(
    client: FlaskClient, house: House, line: Line, courier: Courier
) -> None:
    courier.deliver(house.drawn(token=line.token()))
    with_ticket = house.add(token=line.token(), age=46)
    courier.offer_ticket(with_ticket)
    courier.deliver(house.drawn())
    name = "efude_messages_last_hour"
    assert value(client, name, kind="result", way="reply", state="sent") == 1
    assert value(client, name, kind="ticket", way="reply", state="sent") == 1
    assert value(client, name, kind="result", way="push", state="sent") == 1
    assert value(client, "efude_pushes_this_month") == 1


def test_workers_and_the_budget(
    client: FlaskClient, house: House, line: Line, talking: Settings
) -> None:
    line.set_quota(200, used=150)
    about: dict[str, Any] = {
        "slots": 4,
        "active": 3,
        "waiting": 2,
        "rows": 6,
        "steps_per_second": 7.5,
    }
    about |= {"device_memory": {"used": 5, "total": 9}}
    pulse.Pulse(house.database, "worker", lambda: about).beat()
    courier = pulse.Pulse(house.database, "courier", pulse.OfCourier(LineClient(talking)))
    courier.id = "another"
    courier.beat()
    assert value(client, "efude_processes_alive", process="worker") == 1
    who = {"process": "worker", "pid": str(os.getpid())}
    assert value(client, "efude_worker_active", **who) == 3
    assert value(client, "efude_worker_steps_per_second", **who) == 7.5
    assert value(client, "efude_worker_device_memory_total_bytes", **who) == 9
    assert value(client, "efude_worker_memory_bytes", **who) > 1_000_000
    assert value(client, "efude_push_quota_left") == 50
    assert value(client, "efude_push_reserve") == 20
    house.set(tables.workers, tables.workers.c.process == "worker", seen_at=now() - 60)
    assert value(client, "efude_processes_alive", process="worker") == 0


def test_a_courier_asks_line_now_and_then(line: Line, talking: Settings) -> None:
    line.set_quota(None)
    about = pulse.OfCourier(LineClient(talking), every=60)
    first = about()
    assert first["quota"]["limit"] is None
    calls = len(line.log("quota"))
    assert about() == first
    assert len(line.log("quota")) == calls
    line.fault("*", "500", times=1)
    assert pulse.OfCourier(LineClient(talking))()["quota_code"] == "server_error"


def test_nothing_personal_and_both_forms(
    client: FlaskClient, house: House, storage: FolderStorage
) -> None:
    job_id = house.add(token="reply-token")
    house.paint(job_id, storage)
    with house.database.write() as db:
        outbox.add_push(db, job_id, AOI, 1, [{"type": "text", "text": WISH}])
    plain, opened = text(client), text(client, "application/openmetrics-text")
    found = parse_open(opened)  # type: ignore[no-untyped-call]
    assert {it.name for it in found} >= {"efude_jobs", "efude_stage_seconds"}
    job = house.job(job_id)
    for personal in (AOI, WISH, "reply-token", job.secret, job.number, TOKEN, "open sesame"):
        assert personal not in plain + opened


def test_the_database_is_asked_once_in_a_while(house: House, settings: Settings) -> None:
    figures = metrics.Figures(house.database, settings, fresh=60)
    first = list(figures.collect())
    house.add()
    assert list(figures.collect()) is not None
    assert [it.samples for it in figures.collect()] == [it.samples for it in first]


def test_a_database_that_is_away(settings: Settings, tmp_path: Path) -> None:
    gone = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    [found] = metrics.Figures(gone, settings).collect()
    assert [(it.name, it.value) for it in found.samples] == [("efude_database_up", 0.0)]
    gone.close()


# --- what is made of them


def names(part: Any) -> set[str]:
    """The metrics in every query of a dashboard or of alert rules."""
    found = set(re.findall(r"\befude_[a-z_]+", json.dumps(part)))
    return {it.removesuffix("_bucket") for it in found}


def of_processes() -> set[str]:
    """What workers and couriers count for themselves."""
    registry = CollectorRegistry(auto_describe=False)
    counting._Counts(registry, paints=True)
    families = {it.name: it.type for it in registry.collect()}
    counters = {f"{name}_total" for name, kind in families.items() if kind == "counter"}
    rest = {name for name, kind in families.items() if kind != "counter"}
    return counters | rest | {f"efude_process_{name}" for name in counting.GAUGES}


@pytest.fixture
def known(client: FlaskClient, house: House, line: Line, talking: Settings) -> set[str]:
    """Every metric that there is, in a house that has all kinds."""
    test_workers_and_the_budget(client, house, line, talking)
    with house.database.write() as db:
        heard.swept(db)
    return {it.removesuffix("_gsum").removesuffix("_gcount") for it in families(client)}


def test_alerts_and_dashboard_ask_for_what_there_is(known: set[str]) -> None:
    rules = yaml.safe_load((OPERATE / "alerts.yml").read_text(encoding="utf-8"))
    dashboard = json.loads((OPERATE / "dashboard.json").read_text(encoding="utf-8"))
    assert names(rules) - known == set()
    assert names(dashboard) - known - of_processes() == set()
    for rule in (it for group in rules["groups"] for it in group["rules"]):
        assert {"alert", "expr", "for", "labels", "annotations"} == rule.keys()
        assert rule["annotations"].keys() == {"summary", "description"}
    panels = dashboard["panels"]
    assert len({it["id"] for it in panels}) == len(panels)
    assert all(target["expr"] for it in panels for target in it["targets"])


def test_every_metric_is_in_the_guide(known: set[str]) -> None:
    guide = (OPERATE.parent / "operate.md").read_text(encoding="utf-8")
    assert {it for it in known | of_processes() if f"`{it}" not in guide} == set()


def test_how_long_ago_that_was_heard_which_comes_by_itself(
    client: FlaskClient, house: House
) -> None:
    assert "efude_clock_silent_seconds" not in text(client), "it has never ticked"
    with house.database.write() as db:
        heard.swept(db)
    heard.Webhooks(house.database).refused()
    house.set(tables.switches, tables.switches.c.name == "heard_clock", at=now() - 90)
    assert 90 <= value(client, "efude_clock_silent_seconds") < 95
    assert 0 <= value(client, "efude_webhook_silent_seconds", outcome="refused") < 5


def test_alarms_are_told_by_name_and_age(client: FlaskClient, house: House) -> None:
    with house.database.write() as db:
        alarms.note(db, {"storage": "x"}, 60.0)
    house.set(tables.alarms, tables.alarms.c.name == "storage", since=now() - 100)
    assert 99 < value(client, "efude_alarm_seconds", alarm="storage") < 120
