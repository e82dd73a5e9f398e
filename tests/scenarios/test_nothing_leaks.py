"""A whole day in the house, and then a search of all that it told anybody for what is somebody's.

Searched are the logs of every process, an access log among them, the log stream, the metrics, every
link in a chat, the operator's pages, the spans that went to a collector, and what Sentry was sent.
Sought are the wishes, the ids of people and groups, reply and quote tokens, and the channel's two
secrets.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from bot.store.schema import alarms, chats, jobs, photos
from bot.texts import gettext
from tests.bot.telemetry.test_sentry import Ingest
from tests.bot.telemetry.test_tracing import Collector
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.privacy import leaks, personal_words
from tests.scenarios.processes import START_SECONDS, eventually
from tests.scenarios.test_hanging import bring
from tests.scenarios.test_operator import stream
from tests.scenarios.test_photos import jpeg

PASSWORD, SCRAPER = "a password for the pages", "a-token-for-the-metrics"
ENV = {
    "SWEEP_INTERVAL_SECONDS": "0.5",
    "LEASE_SECONDS": "3",
    "NUM_INFERENCE_STEPS": "3",
    "TICKET_AFTER_SECONDS": "5",
    "ADMIN_PASSWORD": PASSWORD,
    "METRICS_TOKEN": SCRAPER,
}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    item = Collector()
    yield item
    item.server.shutdown()
    item.server.server_close()


@pytest.fixture(scope="module")
def ingest() -> Iterator[Ingest]:
    item = Ingest()
    yield item
    item.server.shutdown()
    item.server.server_close()


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, collector: Collector, ingest: Ingest
) -> Iterator[House]:
    """A house with everything switched on that hears or tells something."""
    endpoints = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "SENTRY_DSN": ingest.dsn}
    house = House(tmp_path_factory.mktemp("discreet"), None, {**ENV, **endpoints}, fork=True)
    # Nobody needs it, but some switch it on; it goes the way of all log lines.
    house.processes["web"].command += " --access-logfile -"
    try:
        house.open()
        yield house
    finally:
        house.close()


class Operator:
    """Somebody with the password, and without a browser's eyes."""

    def __init__(self, house: House) -> None:
        self._url = house.url
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def get(self, path: str, form: dict[str, str] | None = None) -> str:
        """A page, or what a form leads to."""
        data = urlencode(form).encode() if form else None
        request = urllib.request.Request(self._url + path, data)
        if data:
            request.add_header("Referer", self._url + path)
        with self._opener.open(request, timeout=PATIENCE) as answer:
            text: str = answer.read().decode()
        return text

    def log_in(self) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/admin/login"))
        assert token is not None
        form = {"csrf_token": token[1], "password": PASSWORD}
        assert "Alarms" in self.get("/admin/login", form)


def a_day(house: House) -> list[str]:
    """A wish alone, one in a group, a photo, a failure, a ticket, an album, and an operator's chat;
    returns the numbers of the jobs."""
    line = house.simulator
    mio, rin, sora = house.person("みお"), house.person("りん"), house.person("そら")
    group, riku = house.group()

    line.send(mio, "内緒の夢の絵")
    bring(house, mio)
    line.send(mio, "アルバム")
    house.wait_for_text(mio, "アルバム")

    line.send(group, "@絵筆 部活のみんなの秘密の旗", user=riku)
    bring(house, group)

    with house.paused("worker"):
        line.send(rin, "遅れて届く内緒の手紙")
        ticket = line.wait_for(rin, lambda message: message.type == "flex", PATIENCE)
    assert ticket.actions()
    bring(house, rin)

    line.send(sora, image=jpeg())
    ready = photos.c.state == "ready"
    eventually("the photo is fetched", lambda: house.rows(photos, ready), PATIENCE)
    line.send(sora, "この写真をこっそり水彩画に")
    bring(house, sora)

    unlucky = house.person("うみ")
    aside = house.folder / "aside"
    house.pictures_dir.rename(aside)
    house.pictures_dir.write_text("a file where a folder should be")
    try:
        line.send(unlucky, "棚の上の思い出の箱")
        house.wait_for_state(unlucky, "failed")
        house.wait_for_text(unlucky, gettext("failed.storage_failed", "ja"))
    finally:
        house.pictures_dir.unlink()
        shutil.move(aside, house.pictures_dir)

    code = json.loads(house.ask("adminchat", "--json"))["code"]
    chief = house.person("管理者")
    line.send(chief, f"/管理 {code}")
    house.wait_for_text(chief, gettext("state.joined", "ja"))
    storage = alarms.c.name == "storage"
    eventually("the alarm is raised", lambda: house.rows(alarms, storage), PATIENCE)
    line.send(chief, "/状態")
    status = house.wait_for_text(chief, gettext("state.title", "ja"))
    assert gettext("alarm.storage", "ja") in (status.text or "")

    hidden = line.send(mio, "やっぱり消したい願い", wait=True)
    line.unsend(mio, hidden.id, wait=True)
    house.settle()
    return [str(row["number"]) for row in house.rows(jobs) if row["erased_at"] is None]


def written(words: set[str]) -> dict[str, str]:
    """Every way to write these words that a log, a URL or a page may use -> the word."""
    matches: dict[str, str] = {}
    for word in words:
        escaped = json.dumps(word)[1:-1]
        shapes = (word, quote(word), quote(word, safe=""), escaped, escaped.replace("\\", "\\\\"))
        matches |= dict.fromkeys(shapes, word)
        if len(word) >= 12:
            matches[base64.b64encode(word.encode()).decode().rstrip("=")[:-1]] = word
    return matches


def search(words: set[str], output: dict[str, str]) -> dict[str, set[str]]:
    """Where which of these words stands."""
    shapes = written(words)
    matches = {
        where: {word for shape, word in shapes.items() if shape in text}
        for where, text in output.items()
    }
    return {where: words for where, words in matches.items() if words}


def test_nothing_of_anybody_is_told(house: House, collector: Collector, ingest: Ingest) -> None:
    numbers = a_day(house)
    outputs: dict[str, str] = {}

    operator = Operator(house)
    operator.log_in()
    pages = ["/admin/", "/admin/log", "/admin/job", "/admin/people", "/admin/settings"]
    pages += ["/admin/audit", "/admin/words", *(f"/admin/job/{number}" for number in numbers)]
    for page in pages:
        outputs[page] = operator.get(page)
        assert "</html>" in outputs[page]
    for mark in set(re.findall(r'href="(/admin/people/[0-9a-f]+)', outputs["/admin/people"])):
        outputs[mark] = operator.get(mark)
    assert all(any(number in outputs[page] for page in pages) for number in numbers)

    links = every_link(house)
    assert any("/pictures/" in url for url in links)
    assert any("/album/" in url for url in links)

    scrape = urllib.request.Request(f"{house.url}/metrics")
    scrape.add_header("Authorization", f"Bearer {SCRAPER}")
    with urllib.request.urlopen(scrape, timeout=PATIENCE) as answer:
        outputs["/metrics"] = answer.read().decode()
    assert "efude_jobs{state=" in outputs["/metrics"]

    eventually(
        "the stream holds the failure",
        lambda: any(line.get("code") == "storage_failed" for line in stream(house)),
        PATIENCE,
    )
    outputs["stream"] = json.dumps(stream(house), ensure_ascii=False)
    names = [name for name in house.processes if name not in ("broker", "simulator")]
    for name in ("web", "worker", "courier", "clock"):
        house.processes[name].terminate()  # what waits for the collector goes out now
        house.processes[name].wait(START_SECONDS)
    for name in names:
        outputs[f"log of {name}"] = "\n".join(house.log_lines(name))
    outputs["links"] = "\n".join(links)
    outputs["spans"] = b"\n".join(collector.bodies).decode(errors="replace")
    outputs["Sentry"] = b"\n".join(ingest.bodies).decode(errors="replace")

    words = personal_words(house) | {PASSWORD, SCRAPER}
    wishes = {"内緒の夢の絵", "遅れて届く内緒の手紙", "この写真をこっそり水彩画に"}
    assert wishes <= words
    keys = {row["secret"] for row in house.rows(jobs)}
    keys |= {row["album"] for row in house.rows(chats) if row["album"]}
    kept = [row for row in house.rows(jobs) if row["erased_at"] is None]
    assert {row[column] for row in kept for column in ("user_id", "chat_id")} <= words
    # A link holds what opens its picture or album, and nothing else of anybody's; no log has it.
    assert search(words - keys, outputs) == {}
    secret = ("links", *(page for page in outputs if page.startswith("/admin")))
    assert (
        search(keys, {where: text for where, text in outputs.items() if where not in secret}) == {}
    )
    assert leaks(house, words) == []
    for where in ("stream", "spans", "log of worker"):
        assert outputs[where], where
    for each in ("POST /callback", "GET /pictures/p/***", "GET /admin/job"):
        assert each in outputs["log of web"]
    the_search_itself_finds(words, outputs["/metrics"])

    one_trace_from_webhook_to_courier(collector)


def the_search_itself_finds(words: set[str], text: str) -> None:
    """A search that finds nothing anywhere proves nothing unless it can find."""
    for word in words:
        for shape in (word, quote(word), json.dumps(word)):
            assert word in search({word}, {"a page": f"{text}{shape}"}).get("a page", set())


def one_trace_from_webhook_to_courier(collector: Collector) -> None:
    """Real processes, real spans: the same trace in web, worker and courier."""
    by_trace: dict[str, set[tuple[str, str]]] = {}
    for process, span in every_span(collector):
        by_trace.setdefault(span.trace_id.hex(), set()).add((process, span.name))
    whole = {("efude-web", "webhook"), ("efude-worker", "draw"), ("efude-courier", "deliver")}
    assert any(whole <= stages for stages in by_trace.values()), by_trace


def every_link(house: House) -> list[str]:
    """Every address that the bot has put into a chat."""
    matches: list[str] = []
    for room in house.simulator.rooms():
        answer = house.simulator.call("GET", f"/api/rooms/{room['id']}/messages")
        message = json.dumps(answer["messages"], ensure_ascii=False)
        matches += re.findall(r"https?://[^\s\"'<>\\]+", message)
    return [item for item in matches if item.startswith(house.url)]


def every_span(collector: Collector) -> Iterator[tuple[str, Any]]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    for body in collector.bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = {
                attribute.key: attribute.value.string_value
                for attribute in resource.resource.attributes
            }
            for scope in resource.scope_spans:
                for span in scope.spans:
                    yield about["service.name"], span
