"""The operator's day: one 受付番号 tells why no picture came, and nothing tells who asked."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import update

from bot.logstream import KEY
from bot.tables import alarms, jobs, pictures, switches, workers
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.privacy import personal_words
from tests.scenarios.processes import eventually, free_ports


def ask(house: House, *words: str, status: int = 0) -> str:
    """Run one command as an operator would, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=house.env,
        cwd=house.folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def metrics(house: House) -> str:
    """What Prometheus would read."""
    web = house.processes["web"]
    if "METRICS_TOKEN" not in web.env:
        web.env["METRICS_TOKEN"] = "a scraper's"
        house.restart("web")
    request = urllib.request.Request(f"{house.url}/metrics")
    request.add_header("Authorization", "Bearer a scraper's")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
    return text


def alarming(house: House) -> set[str]:
    """The alarms that stand."""
    return {row["name"] for row in house.rows(alarms)}


def stream(house: House) -> list[dict[str, Any]]:
    """Every line that is in the broker's stream."""
    client = Redis.from_url(house.settings.broker_url, decode_responses=True)
    entries: Any = client.xrange(KEY)
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
        told = ask(house, "job", number)
        assert "storage_failed" in told
        assert "doctor" in told
        lines = eventually(
            "the worker's line about it",
            lambda: [it for it in stream(house) if it.get("number") == number and it.get("code")],
            PATIENCE,
        )
        [line] = [it for it in lines if it["event"] == "not painted"]
        assert (line["process"], line["stage"]) == ("worker", "draw")
        assert line["event_id"] == job["event_id"]
        assert "storage_failed" in ask(house, "logs", "--job", number, "--level", "warning")
        report = ask(house, "doctor", status=1)
        assert "✘ storage" in report
        assert "PICTURES_DIR" in report
        assert 'code="storage_failed"' in metrics(house)
    finally:
        folder.unlink()
        aside.rename(folder)


def test_nothing_tells_who_asked_for_what(house: House) -> None:
    """Logs, stream, metrics, commands and the URLs of pictures, after a whole story."""
    person = house.person("さくら")
    house.simulator.send(person, "誰にも言えない夢の絵")
    job = house.wait_for_state(person, "delivered")
    house.settle()
    number = job["number"]

    def told() -> list[dict[str, Any]]:
        return [it for it in stream(house) if it.get("number") == number]

    stages = {"webhook", "draw", "deliver"}
    eventually("its lines", lambda: stages <= {it["stage"] for it in told()}, PATIENCE)
    ours = told()
    assert {it["process"] for it in ours} == {"web", "worker", "courier"}
    assert any(it.get("line_request_id") for it in ours)
    found = [json.dumps(stream(house), ensure_ascii=False), metrics(house)]
    commands = (["jobs"], ["job", number], ["workers"], ["quota"], ["logs"], ["audit"])
    found += [ask(house, *words) for words in commands]
    found += [ask(house, *words, "--json") for words in commands]
    whole = "\n".join(found)
    assert number in whole
    words = personal_words(house)
    assert {person, "誰にも言えない夢の絵", house.token} <= words
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
        told = {}
        for name in ("worker", "courier"):
            [line] = [
                it for it in map(json.loads, house.log_lines(name)) if it["event"] == "metrics"
            ]
            told[name] = house.get(line["url"])[1].decode()
    assert "efude_process_pictures_total 1.0" in told["worker"]
    assert 'efude_process_attempts_total{outcome="drawn"} 1.0' in told["worker"]
    assert "efude_process_slots" in told["worker"]
    assert (
        'efude_process_messages_total{end="sent",kind="result",way="reply"} 1.0' in told["courier"]
    )
    for of_workers in ("efude_process_slots", "efude_process_pictures"):
        assert of_workers not in told["courier"]


def test_a_clock_that_dies_is_noticed(house: House) -> None:
    """Nothing else complains: pictures are painted and brought all the same."""
    house.kill("clock")
    with house.database.write() as db:
        long_ago = {"at": switches.c.at - 600}
        db.execute(update(switches).where(switches.c.name == "heard_clock").values(**long_ago))
        db.execute(update(workers).values(started_at=workers.c.started_at - 600))
    eventually("the alarm", lambda: "no_clock" in alarming(house), PATIENCE)
    assert "python -m bot clock" in ask(house, "alarms", status=1)
    assert "✘ workers" in ask(house, "doctor", status=1)
    assert "python -m bot clock" in ask(house, "workers")
    assert 'efude_alarm_seconds{alarm="no_clock"}' in metrics(house)
    house.start("clock")
    eventually("it is over", lambda: "no_clock" not in alarming(house), PATIENCE)


def test_another_channels_secret_is_noticed(house: House) -> None:
    """Every webhook is refused, and nobody is answered."""
    person = house.person()
    with house.set("web", LINE_CHANNEL_SECRET="of another channel"):
        for _ in range(3):
            house.simulator.send(person, "赤いりんご", wait=False)
        eventually("the alarm", lambda: "webhooks_refused" in alarming(house), PATIENCE)
        [first, *_] = [it for it in house.log_lines("web") if "bad signature" in it]
        assert "LINE_CHANNEL_SECRET" in json.loads(first)["meaning"]
    house.simulator.send(person, "赤いりんご")
    house.arrives_once(person)
    eventually("it is over", lambda: "webhooks_refused" not in alarming(house), PATIENCE)


@pytest.mark.slow
def test_everybody_compares_their_clocks(any_house: House) -> None:
    """With a database server's and with LINE's; SQLite has no clock of its own."""

    def told() -> dict[str, Any]:
        return {row["process"]: row["about"] for row in any_house.rows(workers)}

    eventually("a courier that LINE answered", lambda: "line_skew" in told()["courier"], PATIENCE)
    assert abs(told()["courier"]["line_skew"]) < 5
    for about in told().values():
        assert ("skew" in about) is not any_house.database.sqlite
        assert abs(about.get("skew", 0)) < 5


def test_all_is_well_and_who_is_alive_says_so(house: House) -> None:
    found = json.loads(ask(house, "workers", "--json"))
    alive = {it["process"]: it for it in found if it["alive"]}
    assert alive.keys() == {"worker", "courier"}
    assert alive["worker"]["pid"] == house.processes["worker"].pid
    assert alive["worker"]["device"] == "cpu"
    assert alive["worker"]["slots"] >= 1
    assert alive["courier"]["quota"]["limit"] is not None
    report = ask(house, "doctor")
    assert "✘" not in report
    assert report.count("✔") == 13
