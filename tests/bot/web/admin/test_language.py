"""The pages' language: each page whole in Japanese and in English, and how one is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from bot.operations import error_codes
from bot.settings import Settings
from bot.store import bans
from bot.store.clock import now
from bot.telemetry.log_stream import LogStream
from bot.texts import operators_sentences
from bot.web.admin import language
from tests import ROOT
from tests.bot.harness import AOI, House
from tests.bot.web.admin.browser import AdminBrowser, close_browser, fail_job, open_browser
from tests.bot.web.admin.furnished import Web
from tests.bot.web.album import Album

JAPANESE = re.compile("[ぁ-んァ-ヶ一-鿿]")
# Names that stand on Japanese pages as they are.
NAMES = """LINE Efude worker courier clock web host pid mame cuda ID UTC MB GB kB B p50 p95 Webhook
Redis Valkey RabbitMQ admin on off info debug warning error critical floods the queue reply
minors sexual gore hate illegal deception allowed message w"""
# A word with a digit, a mark or capitals in it is a name, a number or an address.
WORD = re.compile(r"(?<![\w./:@-])[A-Za-z][a-z']*(?![\w/:@]|[.-]\w)")
# Sentences hold commands and words of the trade, but never so many English ones in a row.
SENTENCE = re.compile(r"(?:\b[A-Za-z][a-z']* ){3,}[a-z']+")
COMMAND = re.compile(r"python -m bot [a-z -]+|journalctl -u [a-z-]+|user:password@host/name")
KEPT_IN_ENGLISH_PAGES = ("受付番号", "「受け取る」", "「裸」", "「子ども」", "絵筆")
TYPED = ("首吊り自殺", "ペンギン", "ない", "キリン")  # words of the lists, and in the forms below
VOID = {"meta", "link", "input", "img", "br", "rect", "line", "circle", "polyline", "option"}
SHOWN = ("aria-label", "alt", "title", "placeholder", "data-label")


class Reader(HTMLParser):
    """Collect what a page says and in which language, but for code and log lines."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str, bool]] = []
        self.said: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        _, lang, silent = self.stack[-1] if self.stack else ("", "", False)
        classes = values.get("class", "").split()
        lang = "words of a list" if "words" in classes else values.get("lang", lang)
        silent = silent or tag in ("code", "pre", "script", "style", "datalist")
        silent = silent or bool({"mono", "line"} & set(classes)) or tag == "s"
        shown = [values[name] for name in SHOWN if name in values]
        if values.get("id") in ("fresh", "state"):
            names = (each for each in values if re.fullmatch("data-[a-z-]+", each))
            shown += [values[each] for each in names if " " in values[each]]
        if not silent:
            self.said += [(lang, text) for text in shown]
        if tag not in VOID - {"option"}:
            in_log = any(name == "table log" for name, _, _ in self.stack) and tag in ("td", "th")
            silent = silent or (in_log and values.get("scope") != "col")
            name = "table log" if tag == "table" and "log" in classes else tag
            self.stack.append((name, lang, silent))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0].split()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and self.stack and not self.stack[-1][2]:
            self.said.append((self.stack[-1][1], text))


def foreign(html: str, lang: str) -> Iterator[str]:
    """What a page says in the other language than its own."""
    for said_in, text in Reader(html).said:
        if said_in != lang:
            continue
        if lang == "en":
            rest = text
            for each in (*KEPT_IN_ENGLISH_PAGES, *TYPED):
                rest = rest.replace(each, "")
            if JAPANESE.search(rest):
                yield text
            continue
        rest = COMMAND.sub("", text)
        unknown = set(WORD.findall(rest)) - set(NAMES.split())
        if SENTENCE.search(rest) or (unknown and not JAPANESE.search(rest)):
            yield text


@pytest.fixture
def web(with_lines: tuple[Settings, LogStream], album: Album) -> Web:
    settings, _ = with_lines
    return Web(settings, album)


@pytest.fixture
def browser(web: Web) -> Iterator[AdminBrowser]:
    client = open_browser(web.settings)
    assert client.log_in().status_code == 303
    yield client
    close_browser(client)


def in_language(client: AdminBrowser, lang: str) -> AdminBrowser:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = lang
    return client


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_is_in_one_language(browser: AdminBrowser, web: Web, lang: str) -> None:
    in_language(browser, lang)
    wrong = []
    for path in (each for each in web.pages() if each.startswith("/admin")):
        page = browser.get(path).text
        assert f'<html lang="{lang}">' in page, path
        assert len(Reader(page).said) > 10, path
        wrong += [f"{path}: {text}" for text in foreign(page, lang)]
    assert "\n".join(wrong) == ""


def test_a_sentence_in_the_other_language_is_found() -> None:
    page = '<html lang="{}"><p>{}</p><th data-label="{}">1</th><code>Not this</code></html>'
    assert list(foreign(page.format("ja", "Banned", "利用者"), "ja")) == ["Banned"]
    assert list(foreign(page.format("ja", "利用停止中", "Who asked"), "ja")) == ["Who asked"]
    assert list(foreign(page.format("ja", "これは a rest of an old sentence", "人"), "ja")) != []
    assert list(foreign(page.format("en", "停止中", "Who"), "en")) == ["停止中"]
    assert list(foreign(page.format("ja", "LINEの Webhook", "p50"), "ja")) == []


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_page_without_anything_is_in_one_language(
    stranger: AdminBrowser, house: House, lang: str
) -> None:
    in_language(stranger, lang)
    wrong = list(foreign(stranger.get("/admin/login").text, lang))
    assert stranger.log_in("").status_code == 401
    for typed in ("", "wrong"):
        wrong += foreign(stranger.send("/admin/login", {"password": typed}).text, lang)
    stranger.log_in()
    menu = ("", "job", "log", "people", "words", "appeals", "settings", "inbox")
    for path in (*menu, "job?state=failed", "job?number=000-000"):
        wrong += foreign(stranger.get(f"/admin/{path}").text, lang)
    assert wrong == []


ANSWERED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("/admin/job/{failed}/retry", "/admin/job/{failed}", {}),
    ("/admin/job/{queued}/cancel", "/admin/job/{queued}", {}),
    ("/admin/job/{delivered}/resend", "/admin/job/{delivered}", {}),
    ("/admin/people", "", {"who": "000-000"}),
    ("/admin/people/{aoi}/ban", "/admin/people/{aoi}", {"reason": "x"}),
    ("/admin/people/{aoi}/ban", "/admin/people", {"reason": "x"}),
    ("/admin/people/{aoi}/unban", "/admin/people", {}),
    ("/admin/people/{aoi}/limits", "/admin/people/{aoi}", {"daily_pictures": "-1"}),
    ("/admin/people/{aoi}/limits", "/admin/people/{aoi}", {"daily_pictures": "x"}),
    ("/admin/people/{aoi}/limits", "/admin/people/{aoi}", {"daily_pictures": "5"}),
    ("/admin/people/{aoi}/erase", "/admin/people/{aoi}", {}),
    ("/admin/words/add", "/admin/words", {"category": "hate", "word": "ペンギン"}),
    ("/admin/words/add", "/admin/words", {"category": "hate", "word": "の"}),
    ("/admin/words/add", "/admin/words", {"category": "x", "word": "キリン"}),
    ("/admin/words/add", "/admin/words", {"category": "hate", "word": "き" * 41}),
    ("/admin/words/add", "/admin/words", {"category": "hate", "word": "キリン"}),
    ("/admin/words/remove", "/admin/words", {"category": "minors", "word": "ロリコン"}),
    ("/admin/words/remove", "/admin/words", {"category": "hate", "word": "ない"}),
    ("/admin/words/remove", "/admin/words", {"category": "hate"}),
    ("/admin/words/remove", "/admin/words", {"category": "hate", "word": "キリン"}),
    ("/admin/settings/switch", "/admin/settings", {"do": "drain"}),
    ("/admin/settings/switch", "/admin/settings", {"do": "drain"}),
    ("/admin/settings/switch", "/admin/settings", {"do": "resume"}),
    ("/admin/inbox/1", "/admin/inbox", {"do": "retry"}),
    ("/admin/inbox/1", "/admin/inbox", {"do": "drop"}),
    ("/admin/words/test", "/admin/words", {"prompt": "全裸の人"}),
    ("/admin/words/test", "/admin/words", {"prompt": "赤いりんご"}),
    ("/admin/settings/switch", "/admin/settings", {"do": "burn"}),
    ("/admin/people/{aoi}/erase", "/admin/people/{aoi}", {"sure": "yes"}),
    ("/admin/logout", "/admin/settings", {}),
)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_what_comes_of_a_form_is_said_in_the_pages_language(
    browser: AdminBrowser, web: Web, lang: str
) -> None:
    in_language(browser, lang)
    names = {**web.numbers, "aoi": bans.fingerprint(AOI)}
    wrong, silent = [], []
    for path, of, form in ANSWERED:
        answer = browser.send(path.format(**names), form, of=of.format(**names))
        page = browser.get(answer.location).text if answer.status_code == 303 else answer.text
        if 'id="said"' not in page and answer.status_code == 303:
            silent.append((path, form))
        wrong += [f"{path} {form}: {text}" for text in foreign(page, lang)]
    assert silent == []
    assert wrong == []
    assert browser.post("/admin/settings/switch", data={}).status_code == 400
    assert list(foreign(browser.post("/admin/settings/switch", data={}).text, lang)) == []


def test_every_error_is_explained_in_both_languages(admin: AdminBrowser, house: House) -> None:
    """On a job's page, with the job's own number in the command."""
    assert {
        each for each in error_codes.known_codes() if not error_codes.explain(each, "ja")
    } == set()
    job_id = house.add()
    fail_job(house, job_id)
    number = house.job(job_id).number
    page = in_language(admin, "ja").get(f"/admin/job/{number}").text
    assert "描けましたが、保存できませんでした。" in page
    house.change(job_id, error_code="paint_failed")
    page = admin.get(f"/admin/job/{number}").text
    assert f"python -m bot logs --job {number} --level warning" in page


def test_times_and_numbers_are_written_as_in_the_language(
    admin: AdminBrowser, house: House
) -> None:
    house.change(house.add(), created_at=now() - 300)
    assert "5 min" in admin.get("/admin/job").text
    in_language(admin, "ja")
    assert "5分" in admin.get("/admin/job").text
    assert re.search(r">20\d\d/\d\d/\d\d \d\d:\d\d:\d\d</time>", admin.get("/admin/audit").text)


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (None, "en"),
        ("", "en"),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("fr,ja;q=0.5", "ja"),
        ("fr", "en"),
        ("*", "en"),
        ("en;q=0.1, ja;q=0.2", "ja"),
        ("ja;q=0", "en"),
        ("\x7f,;;q=x,ja;q=9", "en"),
    ],
)
def test_the_browser_chooses(stranger: AdminBrowser, header: str | None, lang: str) -> None:
    headers = {} if header is None else {"Accept-Language": header}
    assert f'<html lang="{lang}">' in stranger.get("/admin/login", headers=headers).text


def test_the_switch_is_kept_and_leads_back(stranger: AdminBrowser) -> None:
    page = in_language(stranger, "en").get("/admin/login?next=/admin/people").text
    [link] = re.findall(r'<a class="language" href="([^"]+)" lang="ja" hreflang="ja">日本語<', page)
    answer = stranger.get(str(Markup(link).unescape()))
    assert (answer.status_code, answer.location) == (303, "/admin/login?next=/admin/people")
    cookie = answer.headers["set-cookie"]
    for part in ("efude_language=ja", "Path=/admin", "HttpOnly", "SameSite=Lax", "Max-Age=3153"):
        assert part in cookie
    page = stranger.get("/admin/login?next=/admin/people").text
    assert '<html lang="ja">' in page
    assert '<a class="language" href="/admin/language/en?' in page
    assert stranger.log_in().status_code == 303
    assert "状況" in stranger.get("/admin/").text
    stranger.get("/admin/language/en")
    assert '<html lang="en">' in stranger.get("/admin/").text


def test_with_https_the_choice_travels_encrypted_only(with_pages: Settings) -> None:
    client = open_browser(replace(with_pages, public_url="https://bot.example"))
    assert "Secure" in client.get("/admin/language/ja").headers["set-cookie"]
    close_browser(client)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil", "/admin\\x", "/callback"])
def test_the_switch_leads_nowhere_else(stranger: AdminBrowser, target: str) -> None:
    answer = stranger.get("/admin/language/ja", query_string={"next": target})
    assert answer.location == "/admin/"


def test_a_choice_that_is_none_changes_nothing(stranger: AdminBrowser) -> None:
    for path in ("/admin/language/fr", "/admin/language/", "/admin/language/ja/x"):
        assert stranger.get(path).status_code == 404
    stranger.set_cookie("efude_language", 'fr"<x>', path="/admin")
    assert '<html lang="en">' in stranger.get("/admin/login").text


def test_after_a_form_the_switch_leads_to_a_page(browser: AdminBrowser, web: Web) -> None:
    """Where only a form leads, to the first one."""
    found = {
        "/admin/words/test": ("/admin/words", {"prompt": "海"}, "/admin/words/test"),
        "/admin/settings/switch": ("/admin/settings", {"do": "burn"}, "/admin/"),
        f"/admin/job/{web.numbers['queued']}": (None, {}, f"/admin/job/{web.numbers['queued']}"),
    }
    for path, (of, form, back) in found.items():
        page = browser.send(path, form, of=of or path).text
        assert f'href="/admin/language/ja?next={back}"' in page, path


def test_what_is_filled_in_stays_text(admin: AdminBrowser) -> None:
    with admin.application.extensions["admin"].test_request_context("/admin/"):
        assert language.markup("jobs.no_job", number="<b>") == "There is no job &lt;b&gt;."
        assert language.markup("jobs.no_job", number=Markup("<b>")) == "There is no job <b>."
        assert language.markup("jobs.no_job", number="{number}") == "There is no job {number}."
        assert "&#39;" in language.markup("column.line_id")


# Tables whose entries are looked up by names of the database or the code.
BY_NAME = (
    *("admin.category", "admin.kind", "admin.worker_state", "admin.delivery_state", "admin.did"),
    *("admin.did_about", "admin.menu", "admin.stage", "admin.error", "alarm_meaning"),
    *("error_meaning", "error_remedy", "job_state", "delivery_kind", "delivery_way", "outcome"),
    *("request_field", "duration"),
)
NAMED = re.compile(
    r"admin\.person\.(person|group|room|ja|en|ban_\w+|\w+_per_\w+|\w+_pictures|cool\w+)"
)


def test_every_sentence_of_the_pages_is_used() -> None:
    paths = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "bot").rglob("*.html")]
    code = "".join(path.read_text("utf-8") for path in paths)
    quoted = set(re.findall(r"[\"']([a-z_0-9]+(?:\.[a-z_0-9]+)*)[\"']", code))
    dynamic = {"timeline.stage_queue", "timeline.stage_paint", "timeline.stage_store"}
    dynamic |= {"timeline.stage_bring", "admin.inbox.malformed", "admin.inbox.failed"}
    unused = [
        key
        for key in operators_sentences("en")
        if key.rpartition(".")[0] not in BY_NAME
        and not {key, key.removeprefix("admin."), key.removeprefix("admin.").removesuffix("_one")}
        & quoted
        and not (key.startswith(("job_action.", "word_error.")) and key.split(".")[1] in quoted)
        and key not in dynamic
        and not NAMED.fullmatch(key)
    ]
    assert unused == []
