"""The operator's day: one 受付番号 tells why no picture came, and nothing tells who asked."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any

from redis import Redis

from bot.logstream import KEY
from bot.tables import jobs, pictures
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.privacy import personal_words
from tests.scenarios.processes import eventually


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
