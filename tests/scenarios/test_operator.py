"""The operator's day: one 受付番号 tells why no picture came, and nothing tells who asked."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import update

from bot.store.clock import now
from bot.store.schema import alarms, jobs, pictures, switches, workers
from bot.telemetry.log_stream import STREAM_KEY
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.privacy import personal_words
from tests.scenarios.processes import eventually, free_ports


def metrics(house: House) -> str:
    """What Prometheus would read."""
    web = house.processes["web"]
    if "METRICS_TOKEN" not in web.env:
        web.env["METRICS_TOKEN"] = "scrapers-own"
        house.restart("web")
    request = urllib.request.Request(f"{house.url}/metrics")
    request.add_header("Authorization", "Bearer scrapers-own")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
    return text


def alarming(house: House) -> set[str]:
    """The alarms that stand."""
    return {row["name"] for row in house.rows(alarms)}


def stream(house: House) -> list[dict[str, Any]]:
    """Every line that is in the broker's stream."""
    client = Redis.from_url(house.settings.broker_url, decode_responses=True)
    entries: Any = client.xrange(STREAM_KEY)
    client.close()
    return [json.loads(fields["line"]) for _, fields in entries]


def test_the_reason_is_found_by_the_number_alone(house: House) -> None:
    """The folder for pictures breaks in mid-paint; the person only has the number."""
    person = house.person()
    folder = house.pictures_dir
    aside = folder.with_name("pictures-aside")
    folder.mkdir(exist_ok=True)
    folder.rename(aside)
    folder.write_text("not a folder", encoding="utf-8")
    try:
        house.simulator.send(person, "赤いりんごの絵")
        job = house.wait_for_state(person, "failed")
        number = job["number"]
        output = house.ask("job", number)
        assert "storage_failed" in output
        assert "doctor" in output
        lines = eventually(
            "the worker's line about it",
            lambda: [
                entry
                for entry in stream(house)
                if entry.get("number") == number and entry.get("code")
            ],
            PATIENCE,
        )
        [line] = [entry for entry in lines if entry["event"] == "job.attempt_failed"]
        assert (line["process"], line["stage"]) == ("worker", "draw")
        assert line["event_id"] == job["event_id"]
        assert "storage_failed" in house.ask("logs", "--job", number, "--level", "warning")
        report = house.ask("doctor", status=1)
        assert "✘ storage" in report
        assert "PICTURES_DIR" in report
    finally:
        folder.unlink()
        aside.rename(folder)


def test_nothing_tells_who_asked_for_what(house: House) -> None:
    """Logs, stream, metrics, commands and the URLs of pictures, after a whole story."""
    person = house.person("さくら")
    house.simulator.send(person, "内緒の夢の絵")
    job = house.wait_for_state(person, "delivered")
    house.settle()
    number = job["number"]

    def task_lines() -> list[dict[str, Any]]:
        return [line for line in stream(house) if line.get("number") == number]

    stages = {"read_inbox", "draw", "deliver"}
    eventually("its lines", lambda: stages <= {text["stage"] for text in task_lines()}, PATIENCE)
    ours = task_lines()
    assert {item["process"] for item in ours} == {"worker", "courier"}
    assert any(item.get("line_request_id") for item in ours)
    outputs = [json.dumps(stream(house), ensure_ascii=False), metrics(house)]
    commands = (["jobs"], ["job", number], ["workers"], ["quota"], ["logs"], ["audit"])
    outputs += [house.ask(*words) for words in commands]
    outputs += [house.ask(*words, "--json") for words in commands]
    whole = "\n".join(outputs)
    assert number in whole
    words = personal_words(house)
    assert {person, "内緒の夢の絵", house.token} <= words
    assert [word for word in words if word in whole] == []
    urls = [row["key"] for row in house.rows(pictures, pictures.c.job_id == job["id"])]
    secrets = {row["secret"] for row in house.rows(jobs)}
    assert urls
    assert [word for word in words - secrets if any(word in url for url in urls)] == []


def test_a_worker_and_a_courier_count_for_themselves(house: House) -> None:
    """All processes of a machine share METRICS_PORT, and each answers at a port of its own."""
    port = free_ports(1)[0]
    with (
        house.set("worker", METRICS_PORT=str(port)),
        house.set("courier", METRICS_PORT=str(port)),
    ):
        person = house.person()
        house.simulator.send(person, "赤いりんご")
        house.arrives_once(person)
        scrapes = {}
        for name in ("worker", "courier"):
            [*_, started] = house.log_entries(name, "metrics.started")
            scrapes[name] = house.get(started["url"])[1].decode()
    assert "efude_pictures_painted_total 1.0" in scrapes["worker"]
    assert 'efude_job_attempts_total{outcome="drawn"} 1.0' in scrapes["worker"]
    assert "efude_worker_batch_slots" in scrapes["worker"]
    assert (
        'efude_line_sends_total{kind="result",method="reply",result="sent"} 1.0'
        in scrapes["courier"]
    )
    assert "efude_worker_batch_slots" not in scrapes["courier"]


def test_a_clock_that_dies_is_noticed(house: House) -> None:
    """Nothing else complains: pictures are painted and brought all the same."""
    house.kill("clock")

    def not_ticking() -> bool:
        """Age what was heard; again and again, since a tick may be on its way yet."""
        with house.database.write() as db:
            long_ago = {"at": now() - 600}
            db.execute(update(switches).where(switches.c.name == "heard_clock").values(**long_ago))
            db.execute(update(workers).values(started_at=now() - 600))
        return "no_clock" in alarming(house)

    eventually("the alarm", not_ticking, PATIENCE)
    assert "python -m bot clock" in house.ask("alarms", status=1)
    assert "✘ workers" in house.ask("doctor", status=1)
    assert "python -m bot clock" in house.ask("workers")
    assert 'efude_alarm_active{alarm="no_clock"}' in metrics(house)
    house.start("clock")
    eventually("it is over", lambda: "no_clock" not in alarming(house), PATIENCE)


def test_another_channels_secret_is_noticed(house: House) -> None:
    """Every webhook is refused, and nobody is answered."""
    person = house.person()
    with house.set("web", LINE_CHANNEL_SECRET="of another channel"):
        for _ in range(3):
            house.simulator.send(person, "赤いりんご", wait=False)
        eventually("the alarm", lambda: "webhooks_refused" in alarming(house), PATIENCE)
        [*_, last] = house.log_entries("web", "webhook.signature_rejected")
        assert "LINE_CHANNEL_SECRET" in last["meaning"]
    house.simulator.send(person, "赤いりんご")
    house.arrives_once(person)
    eventually("it is over", lambda: "webhooks_refused" not in alarming(house), PATIENCE)


@pytest.mark.slow
def test_everybody_compares_their_clocks(any_house: House) -> None:
    """With a database server's and with LINE's; SQLite has no clock of its own."""

    def heartbeats() -> list[dict[str, Any]]:
        """What the processes that are alive tell of themselves; a dead one is kept for a while."""
        pids = {any_house.processes[name].pid for name in ("worker", "courier")}
        return [row["about"] for row in any_house.rows(workers) if row["pid"] in pids]

    courier = eventually(
        "a courier that LINE answered",
        lambda: next((about for about in heartbeats() if "line_skew" in about), None),
        PATIENCE,
    )
    assert abs(courier["line_skew"]) < 5
    if any_house.database.sqlite:
        assert [about for about in heartbeats() if "skew" in about] == []
        return
    eventually("everybody", lambda: all("skew" in about for about in heartbeats()), PATIENCE)
    assert max(abs(about["skew"]) for about in heartbeats()) < 5


def test_all_is_well_and_who_is_alive_says_so(house: House) -> None:
    pids = {house.processes[name].pid for name in ("worker", "courier")}

    def heartbeats() -> dict[str, dict[str, Any]]:
        """Of those that run now: who was killed a moment ago still counts as alive."""
        outputs = json.loads(house.ask("workers", "--json"))
        return {item["process"]: item for item in outputs if item["alive"] and item["pid"] in pids}

    def alive_with_quota() -> dict[str, dict[str, Any]] | None:
        both = heartbeats()
        return both if len(both) == 2 and both["courier"].get("quota") else None

    alive = eventually("both are alive, and LINE was asked", alive_with_quota, PATIENCE, 0.5)
    assert alive["worker"]["device"] == "cpu"
    assert alive["worker"]["slots"] >= 1
    assert alive["courier"]["quota"]["limit"] is not None
    for event in json.loads(house.ask("inbox", "--json", status=None))["events"]:
        # Set aside for another story of the same house.
        house.ask("inbox", "--drop", str(event["seq"]), status=None)
    eventually("all is well", lambda: "✘" not in house.ask("doctor", status=None), PATIENCE, 0.5)
    report = house.ask("doctor")
    assert "✘" not in report
    assert report.count("✔") == 16
