"""The operator's pages on the log, people, words and settings: as a browser without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from werkzeug.wrappers import Response

from bot import bans, jobs, limits, measures, switches, tables
from bot.admin import live
from bot.logstream import LogStream
from bot.moderation import Amendment, moderation
from bot.queue import make_celery
from bot.settings import Settings
from bot.texts import say
from tests.bot.house import AOI, GROUP, WISH, House, on_queues
from tests.bot.test_admin import PASSWORD, Desk, admin, browser, close, stranger, with_pages
from tests.bot.test_conversation import HARUTO
from tests.bot.test_logstream import AWAY, line, server
from tests.bot.valkey import Valkey

__all__ = ["admin", "server", "stranger", "with_pages"]  # fixtures
MARK = bans.fingerprint(AOI)
NUMBER = "4F7-K2M"


def events(page: str) -> list[str]:
    """What stands in the log lines of a page, in order."""
    return re.findall(r'<li class="line [^>]+>.*?<b>([^<]+)</b>', page, re.DOTALL)


def audited(house: House) -> list[tuple[str, str, str]]:
    """Who did what about whom, but for the login."""
    rows = sorted(house.rows(tables.audit), key=lambda row: float(row["at"]))
    found = [(row["who"], row["action"], row["about"]) for row in rows]
    return [it for it in found if it[1] != "log in"]


# --- the live log


@pytest.fixture
def with_lines(with_pages: Settings, server: Valkey) -> Iterator[tuple[Settings, LogStream]]:
    server.client.flushdb()
    settings = replace(with_pages, broker_url=server.url, log_stream=1000)
    stream = LogStream(settings)
    yield settings, stream
    stream.close()


@pytest.fixture
def reader(with_lines: tuple[Settings, LogStream]) -> Desk:
    """Who has logged in where lines are kept."""
    settings, _ = with_lines
    client = browser(settings)
    assert client.log_in().status_code == 303
    return client


@pytest.fixture
def write(with_lines: tuple[Settings, LogStream]) -> Callable[..., None]:
    _, stream = with_lines

    def put(*lines: str) -> None:
        for it in lines:
            stream.put(it)
        stream.carry(20)

    return put


WORKER = {"process": "worker", "host": "a", "pid": 7, "timestamp": "2026-11-22T14:30:01.234567Z"}


def three(write: Callable[..., None]) -> None:
    write(
        line("drawing", number=NUMBER, job="abc", **WORKER),
        line("two", process="courier", host="b", pid=2, seconds=0.5),
        json.dumps({"event": "boom", "level": "error", "exception": "Trace: <b>bold</b>"}),
    )


def test_the_newest_lines_stand_on_a_plain_page(reader: Desk, write: Callable[..., None]) -> None:
    three(write)
    page = reader.get("/admin/log").text
    assert events(page)[-3:] == ["boom", "two", "drawing"] or set(events(page)) >= {"boom", "two"}
    assert "23:30:01.234" in page, "in Japan's time"
    assert "worker a:7" in page
    assert "seconds</i>=0.5" in page
    assert "&lt;b&gt;bold" in page, "nothing of a line is markup"


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"level": "error"}, ["boom"]),
        ({"worker": "worker"}, ["drawing"]),
        ({"worker": "b:2"}, ["two"]),
        ({"job": "4f7k2m"}, ["drawing"]),
        ({"job": "abc"}, ["drawing"]),
        ({"text": "TRACE"}, ["boom"]),
        ({"text": "seconds=0.5"}, ["two"]),
        ({"worker": "worker", "level": "error"}, []),
    ],
)
def test_filters_of_the_plain_page(
    reader: Desk, write: Callable[..., None], form: dict[str, str], found: list[str]
) -> None:
    three(write)
    page = reader.send("/admin/log", form).text
    assert events(page) == found
    assert f'<p id="none"{" hidden" if found else ""}>No line passes' in page
    for value in form.values():
        assert f'value="{value}"' in page, "the form still says what was asked"


def test_an_address_filters_by_job_but_never_by_text(
    reader: Desk, write: Callable[..., None]
) -> None:
    three(write)
    assert events(reader.get(f"/admin/log?job={NUMBER}").text) == ["drawing"]
    assert "two" in events(reader.get("/admin/log?text=boom").text)


def test_a_page_has_a_bound_and_looks_as_far_back_as_needed(
    reader: Desk, write: Callable[..., None]
) -> None:
    write(line("needle", number=NUMBER), *(line("hay", place=it) for it in range(900)))
    assert len(events(reader.get("/admin/log").text)) == live.SHOWN
    assert events(reader.get(f"/admin/log?job={NUMBER}").text) == ["needle"]


def chunks(answer: Response) -> Iterator[str]:
    for it in answer.response:
        yield it.decode() if isinstance(it, bytes) else it


def until(pieces: Iterator[str], what: str) -> str:
    """What a stream says, up to the piece that holds this."""
    said = ""
    for piece in pieces:
        said += piece
        if what in piece:
            return said
    raise AssertionError(f"{what!r} never came: {said}")


def test_lines_come_as_they_are_written_and_as_the_filter_wants(
    reader: Desk, write: Callable[..., None]
) -> None:
    write(line("before", **WORKER))
    answer = reader.get("/admin/log/stream?worker=worker&auto=1")
    pieces = chunks(answer)
    assert next(pieces) == f"retry: {live.RETRY}\n\n"
    assert ": here" in next(pieces), "a heartbeat while nothing comes"
    write(line("other", process="web"), line("drawn", **WORKER, exception="one\ntwo"))
    said = until(pieces, "drawn")
    answer.close()
    assert "before" not in said
    assert "other" not in said
    [data] = re.findall(r"event: line\nid: \d+-\d+\n((?:data: .*\n)+)\n", said)
    assert "one\ndata: two" in data, "every line of it is data"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.content_type.startswith("text/event-stream")


def test_a_stream_goes_on_where_the_last_one_ended(
    reader: Desk, write: Callable[..., None]
) -> None:
    write(line("one"))
    with reader.get("/admin/log/stream?after=0-0") as answer:
        said = until(chunks(answer), "one")
    last = re.findall(r"id: (\d+-\d+)", said)[-1]
    write(line("two"))
    again = reader.get("/admin/log/stream?after=0-0", headers={"Last-Event-ID": last})
    said = until(chunks(again), "two")
    again.close()
    assert "<b>one</b>" not in said


def test_there_are_few_streams_and_a_place_becomes_free(reader: Desk) -> None:
    streams = [reader.get("/admin/log/stream") for _ in range(live.STREAMS)]
    assert {it.status_code for it in streams} == {200}
    full = reader.get("/admin/log/stream")
    assert (full.status_code, full.headers["retry-after"]) == (503, "15")
    streams[0].close()  # without a single piece of it having been read
    with reader.get("/admin/log/stream") as answer:
        assert answer.status_code == 200
    for it in streams[1:]:
        it.close()


def test_a_stream_ends_by_itself_and_when_the_process_must(
    reader: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LIFE", 0.1)
    monkeypatch.setattr(live, "BEAT", 0.05)
    with reader.get("/admin/log/stream") as answer:
        assert len(list(chunks(answer))) < 20
    monkeypatch.setattr(live, "LIFE", 60.0)
    reader.application.extensions["admin"].extensions["serving"] = lambda: False
    with reader.get("/admin/log/stream") as answer:
        assert len(list(chunks(answer))) == 1


def test_a_stream_ends_when_its_reader_logs_out(
    with_lines: tuple[Settings, LogStream], reader: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT", 0.05)
    thief = browser(with_lines[0])
    thief.set_cookie("efude_admin", reader.cookie(), path="/admin")
    with thief.get("/admin/log/stream") as answer:
        pieces = chunks(answer)
        # The log-in's own line may come first.
        assert any(": here" in piece for piece in islice(pieces, 5))
        reader.send("/admin/logout", of="/admin/settings")
        assert len(list(pieces)) < 5
    close(thief)


def test_the_download_has_all_lines_that_pass(
    reader: Desk, write: Callable[..., None], house: House
) -> None:
    three(write)
    write(*(line("more", place=it) for it in range(700)))
    answer = reader.send("/admin/log/download", {"text": "more"}, of="/admin/log")
    found = [json.loads(it) for it in answer.text.splitlines()]
    assert [it["place"] for it in found] == list(range(700))
    assert re.search(r'filename="efude-logs-\d{8}-\d{6}.jsonl"', str(answer.headers))
    assert audited(house) == [("admin@127.0.0.1", "download", "log lines")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"broker_url": "amqp://127.0.0.1:9//"}, "RabbitMQ"),
        ({"broker_url": AWAY, "log_stream": 0}, "LOG_STREAM is 0"),
        ({"broker_url": AWAY}, "cannot be reached"),
    ],
)
def test_where_there_are_no_lines_the_page_says_why(
    with_pages: Settings, change: dict[str, Any], says: str
) -> None:
    client = browser(replace(with_pages, broker_url="memory://"))
    client.log_in()
    desk = client.application.extensions["admin"].extensions["desk"]
    client.application.extensions["admin"].extensions["desk"] = desk._replace(
        settings=replace(desk.settings, **change)
    )
    page = client.get("/admin/log")
    assert page.status_code == 200
    assert says in page.text
    follows = "live.js" in page.text
    assert follows == (says == "cannot be reached"), "Redis may come back, a setting does not"
    answer = client.send("/admin/log/download", of="/admin/log")
    assert answer.location == "/admin/log"
    assert says in client.get("/admin/log").text
    with client.get("/admin/log/stream") as stream:
        if follows:
            assert "event: away" in until(chunks(stream), "cannot be reached")
        else:
            assert stream.status_code == 404


# --- people


def test_people_are_counted_and_named_by_fingerprints(admin: Desk, house: House) -> None:
    house.add(count=3)
    house.drawn(chat=GROUP, user=HARUTO)
    page = admin.get("/admin/people").text
    for who in (AOI, HARUTO, GROUP):
        assert bans.fingerprint(who)[:8] in page
        assert who not in page
    single = admin.get(f"/admin/people/{MARK[:8]}").text
    assert "Pictures today</dt><dd>3" in single
    assert "queued 1" in single
    of_group = admin.get(f"/admin/people/{bans.fingerprint(GROUP)}").text
    assert bans.fingerprint(HARUTO)[:8] in of_group
    for text in (single, of_group):
        assert not {AOI, HARUTO, GROUP, WISH} & set(re.findall(r"[^\s\"<>]+", text))


def test_somebody_is_found_by_number_fingerprint_or_id(admin: Desk, house: House) -> None:
    number = house.job(house.add(chat=GROUP, user=HARUTO)).number
    house.add()
    haruto = bans.fingerprint(HARUTO)
    for typed, mark in (
        (number.lower().replace("-", ""), haruto),
        (HARUTO, haruto),
        (GROUP, bans.fingerprint(GROUP)),
        (haruto[:8].upper(), haruto[:8]),
    ):
        answer = admin.send("/admin/people", {"who": typed})
        assert answer.location == f"/admin/people/{mark}"
        assert admin.get(answer.location).status_code == 200
    assert admin.send("/admin/people", {"who": "000-000"}).location == "/admin/people"
    assert "Nobody is found" in admin.get("/admin/people").text


@pytest.mark.parametrize("mark", ["0" * 64, "abc", "A" * 64, MARK[:7], "%27"])
def test_nobody_has_that_fingerprint(admin: Desk, house: House, mark: str) -> None:
    house.add()
    assert admin.get(f"/admin/people/{mark}").status_code == 404


def test_a_ban_and_its_end(admin: Desk, house: House) -> None:
    house.add()
    page = f"/admin/people/{MARK}"
    answer = admin.send(f"{page}/ban", {"reason": "floods"}, of=page)
    assert answer.location == page
    with house.database.read() as db:
        assert bans.is_banned(db, AOI, GROUP)
    assert "floods" in admin.get(page).text
    assert "floods" in admin.get("/admin/people").text
    admin.send(f"{page}/unban", of=page)
    with house.database.read() as db:
        assert not bans.is_banned(db, AOI, GROUP)
    who = "admin@127.0.0.1"
    assert audited(house) == [(who, "ban", MARK), (who, "unban", MARK)]


def test_limits_of_a_chat(admin: Desk, house: House, settings: Settings) -> None:
    house.add()
    page = f"/admin/people/{MARK}"
    typed = {"queued_per_person": "1", "daily_pictures": "", "cooldown_seconds": "2.5"}
    admin.send(f"{page}/limits", typed, of=page)
    with house.database.read() as db:
        assert limits.limits_of(db, settings, AOI) == (1, 8, 100, 2.5)
    text = admin.get(page).text
    assert 'name="cooldown_seconds" min="0" step="any" inputmode="decimal" value="2.5"' in text
    admin.send(f"{page}/limits", {"daily_pictures": "-1", "queued_per_person": "9"}, of=page)
    assert "daily_pictures is -1" in admin.get(page).text
    with house.database.read() as db:
        assert limits.limits_of(db, settings, AOI).waiting == 1, "all of it or nothing"
    assert admin.send(f"{page}/limits", {}, of=page).status_code == 400
    assert [it[1] for it in audited(house)] == ["limits"]


def test_erasing_asks_and_then_leaves_a_ban_and_nothing_else(
    admin: Desk, house: House, settings: Settings
) -> None:
    on_queues(make_celery(settings))
    job_id = house.add()
    page = f"/admin/people/{MARK}"
    admin.send(f"{page}/ban", of=page)
    admin.send(f"{page}/erase", of=page)
    assert house.job(job_id).erase_at is None
    assert "tick the box" in admin.get(page).text
    answer = admin.send(f"{page}/erase", {"sure": "yes"}, of=page)
    assert answer.location == "/admin/people"
    job = house.job(job_id)
    assert (job.state, job.request) == (jobs.CANCELLED, None)
    admin.application.extensions["publisher"].close(10)
    assert ("erase", job_id) in on_queues(make_celery(settings))
    with house.database.write() as db:
        jobs.erased(db, job_id, limits.mark(AOI))  # what the courier does at the end
    assert admin.get(page).status_code == 404
    assert MARK[:8] in admin.get("/admin/people").text, "the ban stays, and can be lifted"
    admin.send(f"{page}/unban", of="/admin/people")
    assert house.rows(tables.bans) == []
    assert [it[1] for it in audited(house)] == ["ban", "erase", "unban"]


# --- words


def test_a_prompt_is_tested_as_a_wish_and_kept_nowhere(
    admin: Desk, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = "ひみつの計画、全裸のおじさん"
    answer = admin.send("/admin/words/test", {"prompt": prompt}, of="/admin/words")
    assert answer.status_code == 200
    assert "<strong>Refused</strong> as sexual" in answer.text
    assert "「全裸」" in answer.text
    assert say("refused.sexual") in answer.text
    assert prompt in answer.text, "in the box, to be changed"
    fine = admin.send("/admin/words/test", {"prompt": "裸足の少年"}, of="/admin/words").text
    assert "<strong>Painted</strong>" in fine
    assert "ひみつ" not in capsys.readouterr().out
    everything = json.dumps([house.rows(it) for it in tables.metadata.sorted_tables], default=str)
    assert "ひみつ" not in everything
    assert admin.get("/admin/words/test").location == "/admin/words"


def test_words_are_added_removed_and_put_back(admin: Desk, house: House) -> None:
    def form(name: str, **values: str) -> str:
        answer = admin.send(f"/admin/words/{name}", values, of="/admin/words")
        assert answer.location == "/admin/words"
        return admin.get("/admin/words").text

    page = form("add", category="hate", word="ペンギン")
    assert 'value="ペンギン"' in page
    assert "1 added here" in page
    assert "already" in form("add", category="hate", word="ペンギン")
    assert "too short" in form("add", category="hate", word="の")
    assert "1 removed" in form("remove", category="sexual", word="裸")
    assert "Put back" in admin.get("/admin/words").text
    with house.database.read() as db:
        changes = switches.words(db)
    assert changes == Amendment((("hate", "ペンギン"),), (("sexual", "裸"),))
    assert moderation(None, changes).category("ペンギン") == "hate"
    form("add", category="sexual", word="裸")
    form("remove", category="hate", word="ペンギン")
    assert "protect children" in form("remove", category="minors", word="ロリコン")
    assert "No word was ticked" in form("remove", category="hate")
    with house.database.read() as db:
        assert switches.words(db) == Amendment()
    done = [(action, about) for _, action, about in audited(house)]
    assert done == [
        ("add word", "hate"),
        ("remove word", "sexual"),
        ("add word", "sexual"),
        ("remove word", "hate"),
    ]


def test_of_several_words_all_go_or_none(admin: Desk, house: House) -> None:
    data = {"category": "hate", "word": ["土人", "そんなことばはない"]}
    data["csrf_token"] = admin.token("/admin/words")
    assert admin.post("/admin/words/remove", data=data).status_code == 303
    with house.database.read() as db:
        assert switches.words(db) == Amendment()
    assert audited(house) == []


def test_the_page_says_when_nothing_is_checked(with_pages: Settings) -> None:
    client = browser(replace(with_pages, moderation=False))
    client.log_in()
    assert "MODERATION is off" in client.get("/admin/words").text


# --- settings


def test_settings_in_force_without_their_secrets(admin: Desk, settings: Settings) -> None:
    page = admin.get("/admin/settings").text
    for it in ("LINE_CHANNEL_SECRET", "MAX_QUEUED_PER_PERSON", "http://127.0.0.1:9"):
        assert it in page
    for secret in (
        settings.line_channel_secret,
        settings.line_channel_access_token,
        settings.broker_url,
        settings.database_url,
        PASSWORD,
    ):
        assert secret not in page
    assert re.search(r"HF_TOKEN</th><td><span class=\"mono\">not set", page)
    assert re.search(r"ADMIN_PASSWORD</th><td><span class=\"state off\">set, hidden", page)


def test_resume_wakes_the_workers_at_once(admin: Desk, house: House, settings: Settings) -> None:
    waits = house.add()
    on_queues(make_celery(settings))
    for what in ("drain", "resume"):
        admin.send("/admin/settings/switch", {"do": what}, of="/admin/settings")
    admin.application.extensions["publisher"].close()
    assert on_queues(make_celery(settings)) == [("draw", waits)]


def test_switches(admin: Desk, house: House) -> None:
    def do(what: str) -> str:
        admin.send("/admin/settings/switch", {"do": what}, of="/admin/settings")
        return admin.get("/admin/settings").text

    assert "paused</span> since" in do("pause")
    assert "draining</span> since" in do("drain")
    with house.database.read() as db:
        assert switches.state(db)[:2] == (False, True)
    assert "It was so already" in do("drain")
    page = do("resume")
    assert "paused</span>" not in page
    with house.database.read() as db:
        assert switches.state(db)[:2] == (True, False)
    bad = admin.send("/admin/settings/switch", {"do": "burn"}, of="/admin/settings")
    assert bad.status_code == 400
    assert [it[1] for it in audited(house)] == ["pause", "drain", "resume"]


def test_what_operators_did(admin: Desk, house: House) -> None:
    for place in range(150):
        with house.database.write() as db:
            measures.ban(db, f"U{place:032x}", f"reason {place}", who="someone@somewhere")
    page = admin.get("/admin/audit").text
    assert "reason 149" in page
    assert "reason 49<" not in page
    [older] = re.findall(r'href="(/admin/audit\?before=[^"]+)"', page)
    page = admin.get(older).text
    assert "reason 0<" in page
    assert "admin@127.0.0.1" in page, "the login"


# --- all of them


PAGES = ("log", "people", "people/x", "words", "settings", "audit", "log/stream")


@pytest.mark.parametrize("page", PAGES)
def test_strangers_see_nothing(stranger: Desk, page: str) -> None:
    answer = stranger.get(f"/admin/{page}")
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/admin/login")


def test_nothing_is_done_without_a_login_or_a_token(
    stranger: Desk, admin: Desk, house: House
) -> None:
    house.add()
    done = {
        "log": {},
        "log/download": {},
        "people": {"who": AOI},
        f"people/{MARK}/ban": {},
        f"people/{MARK}/unban": {},
        f"people/{MARK}/limits": {"daily_pictures": "1"},
        f"people/{MARK}/erase": {"sure": "yes"},
        "words/test": {"prompt": "海"},
        "words/add": {"category": "hate", "word": "ペンギン"},
        "words/remove": {"category": "sexual", "word": "裸"},
        "settings/switch": {"do": "pause"},
    }
    before = [house.rows(it) for it in tables.metadata.sorted_tables]
    for page, form in done.items():
        assert admin.post(f"/admin/{page}", data=form).status_code == 400
        assert admin.get(f"/admin/{page}").status_code in {200, 302, 405}
    assert [house.rows(it) for it in tables.metadata.sorted_tables] == before


def test_pages_hold_no_script_and_no_style_of_their_own(
    reader: Desk, house: House, write: Callable[..., None]
) -> None:
    three(write)
    house.add()
    for page in ("log", "people", f"people/{MARK}", "words", "settings", "audit"):
        text = reader.get(f"/admin/{page}").text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]+src=)", text), page
        labels = set(re.findall(r'<label for="([^"]+)"', text))
        fields = set(re.findall(r'<(?:input|select|textarea)[^>]+\bid="([^"]+)"', text))
        assert fields <= labels, "every field has a label"
