"""The chat page in a real browser, against the real simulator; the bot is a recorder."""

from __future__ import annotations

import io
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from simulator.app import create_app
from simulator.config import Config
from simulator.server import Server
from tests.browser import PHONE, chromium, new_context

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Locator, Page

pytestmark = pytest.mark.browser

AOI, HARUTO, GROUP = "U" + "a" * 32, "U" + "b" * 32, "C" + "d" * 32
Json = dict[str, Any]


class Bot:
    """Stands for a bot: keeps every event, serves pictures, sends what a test tells it to."""

    def __init__(self) -> None:
        self.events: queue.Queue[Json] = queue.Queue()
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for event in body["events"]:
                    recorder.events.put(event)
                self.answer(b"{}", "application/json")

            def do_GET(self) -> None:
                self.answer(picture(self.path), "image/png")

            def answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.line = ""
        self.token = ""
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def hears(self, kind: str) -> Json:
        """The next event of this type."""
        while True:
            event = self.events.get(timeout=20)
            if event["type"] == kind:
                return event

    def says(self, room: str, *messages: Json) -> None:
        """Push messages into a room."""
        self.call("/v2/bot/message/push", {"to": room, "messages": list(messages)})

    def call(self, path: str, body: Json) -> Json:
        """POST to the simulator as the bot."""
        request = urllib.request.Request(
            self.line + path,
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            answer: Json = json.load(response)
            return answer


def picture(name: str) -> bytes:
    """A PNG of one colour, which its name decides; so does its shape."""
    shade = sum(name.encode()) % 200
    out = io.BytesIO()
    size = (96, 96) if "square" in name else (96, 64)
    Image.new("RGB", size, (shade, 90, 160)).save(out, "PNG")
    return out.getvalue()


def image(url: str) -> Json:
    return {"type": "image", "originalContentUrl": url, "previewImageUrl": url}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def running_bot() -> Iterator[Bot]:
    bot = Bot()
    config = Config(webhook=f"{bot.url}/callback", quota=None)
    with Server(create_app(config), "127.0.0.1", 0) as server:
        bot.line, bot.token = server.url, config.token
        yield bot
    bot.http.shutdown()
    bot.http.server_close()


@pytest.fixture
def bot(running_bot: Bot) -> Bot:
    running_bot.call("/api/reset", {})
    while not running_bot.events.empty():
        running_bot.events.get_nowait()
    return running_bot


class Screen:
    """One open page, and what it complained about."""

    def __init__(self, page: Page, bot: Bot, room: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)
        page.goto(f"{bot.line}/?room={room}")
        page.wait_for_selector("body[data-live]")

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def last(self, css: str = "") -> Locator:
        """The newest entry of the talk, or something in it."""
        return self.page.locator("#messages > li").last.locator(css or "xpath=.")

    def send(self, text: str) -> None:
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")

    def menu(self, entry: Locator, item: str) -> None:
        """Choose an item of an entry's … menu, by keyboard alone."""
        entry.locator(".more").press("Enter")
        self.page.get_by_role("menuitem", name=item).press("Enter")

    def holds(self, css: str) -> None:
        self.page.wait_for_selector(css)

    def becomes(self, expression: str, value: object) -> None:
        """Wait until a JavaScript expression has this value. The page's content security policy
        forbids the eval that Playwright's own wait_for_function uses."""
        deadline = time.monotonic() + 15
        while (result := self.page.evaluate(expression)) != value:
            assert time.monotonic() < deadline, f"{expression} is {result!r}, not {value!r}"
            self.page.wait_for_timeout(50)


@pytest.fixture
def opened(browser: Browser, bot: Bot) -> Iterator[Any]:
    """Open a page on a room; at the end no page may have thrown or opened a dialog."""
    contexts = []
    screens: list[Screen] = []

    def open_page(room: str = AOI, size: tuple[int, int] = (1280, 860)) -> Screen:
        context = new_context(browser, size)
        contexts.append(context)
        screens.append(Screen(context.new_page(), bot, room))
        return screens[-1]

    yield open_page
    complaints = [complaint for screen in screens for complaint in screen.complaints]
    for context in contexts:
        context.close()
    assert complaints == []


def test_a_prompt_is_shown_at_once_and_reaches_the_bot(bot: Bot, opened: Any) -> None:
    screen = opened()
    screen.page.get_by_role("button", name="夕焼けのお城").click()

    assert bot.hears("message")["message"]["text"] == "夕焼けのお城"
    screen.holds(".row.own:not(.pending) .bubble:has-text('夕焼けのお城')")
    screen.holds(".row.own .marks:has-text('既読')")
    assert screen.page.locator(".row.own").count() == 1
    assert screen.page.locator("#hint").is_hidden()


def test_the_page_is_light_and_all_from_this_machine(bot: Bot, opened: Any) -> None:
    screen = opened()
    loaded = screen.page.evaluate(
        """() => ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
                 .map((one) => [one.name, one.decodedBodySize])"""
    )
    assert {url.startswith(bot.line) for url, _ in loaded} == {True}
    own = [size for url, size in loaded if "/api/" not in url]
    assert 20_000 < sum(own) < 90_000


def test_what_cannot_be_sent_stays_and_can_be_tried_again(bot: Bot, opened: Any) -> None:
    screen = opened()
    screen.page.route("**/send", lambda route: route.abort())
    screen.send("赤いりんご")
    screen.holds(".failed")
    screen.page.unroute("**/send")
    screen.page.get_by_role("button", name="再送").click()

    assert bot.hears("message")["message"]["text"] == "赤いりんご"
    screen.holds(".row.own:not(.pending) .bubble:has-text('赤いりんご')")
    assert screen.page.locator(".row.own").count() == 1


def test_pictures_of_one_call_stand_together_and_open_enlarged(bot: Bot, opened: Any) -> None:
    screen = opened()
    urls = [f"{bot.url}/{number}.png" for number in range(4)]
    bot.says(AOI, *[image(url) for url in urls])

    screen.holds(".album.of4 img")
    pictures = screen.page.locator(".album .picture")
    assert pictures.count() == 4
    pictures.nth(1).click()
    viewer = screen.page.get_by_role("dialog")
    viewer.wait_for()
    original = viewer.locator(".stage img")
    save = viewer.get_by_role("link", name="保存")
    assert save.get_attribute("download")
    assert save.get_attribute("href") == original.get_attribute("src")
    screen.becomes("document.querySelector('#viewer img').naturalWidth", 96)
    second = original.get_attribute("src")
    screen.page.keyboard.press("ArrowRight")
    assert original.get_attribute("src") != second
    screen.page.keyboard.press("Escape")
    viewer.wait_for(state="hidden")


def test_a_flex_bubble_is_laid_out_and_its_button_posts_back(bot: Bot, opened: Any) -> None:
    screen = opened()
    button = {"type": "postback", "label": "受け取る", "data": "pick:K7", "displayText": "受け取る"}
    line = [
        {"type": "text", "text": "受付番号", "size": "sm", "color": "#6B7280", "flex": 0},
        {"type": "text", "text": "K7", "size": "xl", "weight": "bold", "align": "end"},
    ]
    body = [
        {"type": "box", "layout": "baseline", "contents": line},
        {"type": "separator", "margin": "md"},
        {"type": "text", "text": "もうすぐ描けます。", "wrap": True, "margin": "xxl"},
    ]
    bubble = {
        "type": "bubble",
        "size": "kilo",
        "hero": {
            "type": "image",
            "url": f"{bot.url}/hero.png",
            "size": "full",
            "aspectRatio": "2:1",
            "aspectMode": "cover",
        },
        "body": {"type": "box", "layout": "vertical", "contents": body},
        "footer": {
            "type": "box",
            "layout": "vertical",
            "contents": [{"type": "button", "style": "primary", "action": button}],
        },
    }
    bot.says(AOI, {"type": "flex", "altText": "受付番号 K7", "contents": bubble})

    screen.holds(".fx-bubble")
    look = screen.page.evaluate(
        """() => {
          const box = (css) => document.querySelector(css).getBoundingClientRect();
          const style = (css) => getComputedStyle(document.querySelector(css));
          const number = '.fx-baseline .fx-text:last-child';
          return {
            width: box('.fx-bubble').width,
            hero: box('.fx-hero').width / box('.fx-hero').height,
            size: style(number).fontSize, weight: style(number).fontWeight,
            right: box('.fx-baseline').right - box(number).right,
            grey: style('.fx-baseline .fx-text').color,
            gap: box('.fx-body > .wrap').top - box('.fx-separator').bottom,
          };
        }"""
    )
    assert look == {
        "width": 260,
        "hero": 2,
        "size": "22px",
        "weight": "700",
        "right": 0,
        "grey": "rgb(107, 114, 128)",
        "gap": 20,
    }
    screen.page.get_by_role("button", name="受け取る").click()
    assert bot.hears("postback")["postback"]["data"] == "pick:K7"
    screen.holds(".row.own .bubble:has-text('受け取る')")


def test_carousel_and_templates_are_drawn_and_act(bot: Bot, opened: Any) -> None:
    screen = opened()

    def small(name: str) -> Json:
        text = {"type": "text", "text": name}
        return {
            "type": "bubble",
            "size": "micro",
            "body": {"type": "box", "layout": "vertical", "contents": [text]},
        }

    carousel = {"type": "carousel", "contents": [small("水彩画"), small("油絵")]}
    yes, no = ({"type": "message", "label": word, "text": word} for word in ("はい", "いいえ"))
    link = {"type": "uri", "label": "規約", "uri": "https://example.com/terms"}
    confirm = {"type": "confirm", "text": "描きますか？", "actions": [yes, no]}
    buttons = {"type": "buttons", "title": "大きさ", "text": "えらぶ", "actions": [link, no]}
    columns = [{"imageUrl": f"{bot.url}/c{number}.png", "action": yes} for number in range(2)]
    bot.says(
        AOI,
        {"type": "flex", "altText": "画風", "contents": carousel},
        {"type": "template", "altText": "確認", "template": confirm},
        {"type": "template", "altText": "大きさ", "template": buttons},
        {
            "type": "template",
            "altText": "絵",
            "template": {"type": "image_carousel", "columns": columns},
        },
    )

    screen.holds(".tp-poster >> nth=1")
    assert screen.page.locator(".carousel .fx-micro").count() == 2
    terms = screen.page.get_by_role("link", name="規約")
    assert terms.get_attribute("href") == "https://example.com/terms"
    assert terms.get_attribute("target") == "_blank"
    assert "noopener" in (terms.get_attribute("rel") or "")
    screen.page.get_by_role("button", name="いいえ").first.click()
    assert bot.hears("message")["message"]["text"] == "いいえ"
    screen.page.locator(".tp-poster").first.press("Enter")
    assert bot.hears("message")["message"]["text"] == "はい"


def quick(*actions: Json) -> Json:
    items = [{"type": "action", "action": action} for action in actions]
    return {"type": "text", "text": "どうしますか？", "quickReply": {"items": items}}


def test_a_quick_reply_posts_back_once_and_goes(bot: Bot, opened: Any) -> None:
    screen = opened()
    silent = {"type": "postback", "label": "もう一度", "data": "again:7"}
    bot.says(AOI, quick(silent))
    screen.page.get_by_role("button", name="もう一度").click()

    assert bot.hears("postback")["postback"]["data"] == "again:7"
    screen.page.wait_for_selector("#quick", state="hidden")


def test_a_newer_message_takes_quick_replies_away(bot: Bot, opened: Any) -> None:
    screen = opened()
    bot.says(AOI, quick({"type": "message", "label": "使い方", "text": "使い方"}))
    screen.holds("body[data-live=live] #quick .chip")
    bot.says(AOI, {"type": "text", "text": "新しい知らせ"})
    screen.page.wait_for_selector("#quick", state="hidden")


def test_a_postback_can_fill_in_the_keyboard(bot: Bot, opened: Any) -> None:
    screen = opened()
    action = {
        "type": "postback",
        "label": "描く",
        "data": "draw",
        "inputOption": "openKeyboard",
        "fillInText": "赤い",
    }
    bot.says(AOI, quick(action))
    screen.page.get_by_role("button", name="描く").click()
    screen.becomes("document.activeElement.value", "赤い")


def test_unsend_takes_the_text_away_everywhere(bot: Bot, opened: Any) -> None:
    screen = opened()
    screen.send("ひみつの絵")
    message = bot.hears("message")["message"]["id"]
    screen.holds(f"[data-message='{message}']")
    screen.menu(screen.last(), "送信取消")

    assert bot.hears("unsend")["unsend"]["messageId"] == message
    screen.holds("[data-kind=unsent]:has-text('送信を取り消しました')")
    assert "ひみつの絵" not in screen.page.inner_text("body")


def test_in_the_group_people_mention_quote_and_edit(bot: Bot, opened: Any) -> None:
    screen = opened(GROUP)
    page = screen.page
    page.get_by_role("radio", name="はると").check(force=True)
    page.get_by_role("button", name="@絵筆").click()
    page.keyboard.type("青い背景の犬")
    page.keyboard.press("Enter")

    event = bot.hears("message")
    assert event["source"]["userId"] == HARUTO
    assert event["message"]["text"] == "@絵筆 青い背景の犬"
    assert event["message"]["mention"]["mentionees"][0]["isSelf"] is True
    screen.holds(".row.own:not(.pending) .mention:has-text('@絵筆')")

    screen.menu(screen.last(), "編集")
    page.fill("#text", "@絵筆 青い背景の猫")
    page.press("#text", "Enter")
    assert bot.hears("messageEdited")["message"]["text"] == "@絵筆 青い背景の猫"
    screen.holds(".marks:has-text('編集済み')")

    page.get_by_role("radio", name="ゆい").check(force=True)
    screen.menu(page.locator(".row.other").last, "リプライ")
    screen.send("わたしも見たい")
    assert bot.hears("message")["message"]["quotedMessageId"] == event["message"]["id"]
    screen.holds(".row.own .quote:has-text('青い背景の猫')")
    screen.holds(".row.other .name:has-text('はると')")


def test_the_bot_mentions_and_quotes(bot: Bot, opened: Any) -> None:
    screen = opened(GROUP)
    screen.send("@絵筆 海")
    token = bot.hears("message")["message"]["quoteToken"]
    mention = {"type": "mention", "mentionee": {"type": "user", "userId": AOI}}
    text = {"type": "textV2", "text": "{who} さん、できました", "substitution": {"who": mention}}
    bot.says(GROUP, text | {"quoteToken": token})

    screen.holds(".row.other .mention:has-text('@あおい')")
    screen.holds(".row.other .bubble:has-text('@あおい さん、できました')")
    screen.page.locator(".row.other .quote:has-text('海')").click()
    screen.holds(".found")


def test_enter_in_a_conversion_does_not_send(bot: Bot, opened: Any) -> None:
    screen = opened()
    page = screen.page
    page.focus("#text")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "りんご", "selectionStart": 3, "selectionEnd": 3}
    )
    # As an input method hands it on: the key goes down, but types nothing.
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    assert page.input_value("#text") == "りんご"
    assert page.locator(".row").count() == 0

    keyboard.send("Input.insertText", {"text": "林檎"})
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("A4")
    page.keyboard.press("Enter")
    assert bot.hears("message")["message"]["text"] == "林檎\nA4"
    assert bot.events.empty()


def test_a_picture_from_disk_is_sent(bot: Bot, opened: Any) -> None:
    screen = opened()
    file = {"name": "cat.png", "mimeType": "image/png", "buffer": picture("cat")}
    screen.page.set_input_files("#file", file)

    assert bot.hears("message")["message"]["type"] == "image"
    screen.holds(".row.own:not(.pending) .picture img")
    screen.becomes("document.querySelector('.picture img').naturalWidth", 96)
    assert screen.page.locator(".row.own").count() == 1


HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_hostile_text_stays_text(bot: Bot, opened: Any) -> None:
    screen = opened()
    page = screen.page
    screen.send(HOSTILE)
    bot.hears("message")
    evil = {"type": "text", "text": HOSTILE, "color": "#ff0000;background:url(//x)"}
    box = {"type": "box", "layout": "vertical", "contents": [evil | {"color": "#FF0000"}]}
    bubble = {"type": "bubble", "body": box}
    bot.says(AOI, {"type": "flex", "altText": HOSTILE, "contents": bubble})
    bot.says(AOI, {"type": "text", "text": f"javascript:alert(3) {HOSTILE}"})

    screen.holds(".row.other .bubble")
    assert page.inner_text(".row.own .bubble p") == HOSTILE
    assert page.inner_text(".fx-text") == HOSTILE
    assert page.locator("#messages script, #messages img, #rooms img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    policy = page.request.get(bot.line).headers["content-security-policy"]
    assert "script-src 'self'" in policy


def test_the_loading_animation_shows_until_the_bot_speaks(bot: Bot, opened: Any) -> None:
    screen = opened()
    bot.call("/v2/bot/chat/loading/start", {"chatId": AOI, "loadingSeconds": 20})
    screen.holds("#typing")
    bot.says(AOI, {"type": "text", "text": "できました"})
    screen.page.wait_for_selector("#typing", state="hidden")


def test_without_the_event_stream_the_page_polls(browser: Browser, bot: Bot) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.route("**/api/events", lambda route: route.fulfill(status=503))
    page.goto(f"{bot.line}/?room={AOI}")
    page.wait_for_selector("body[data-live]")
    bot.says(AOI, {"type": "text", "text": "届きましたか"})
    page.wait_for_selector(".bubble:has-text('届きましたか')")
    page.wait_for_selector("body[data-live='polling']")
    context.close()


def test_the_reader_who_scrolled_up_is_left_alone(bot: Bot, opened: Any) -> None:
    screen = opened()
    page = screen.page
    for number in range(8):
        bot.says(AOI, *[{"type": "text", "text": f"{number}\n行"} for _ in range(3)])
    screen.becomes("document.querySelectorAll('#messages .bubble').length", 24)
    page.evaluate("document.querySelector('#scroller').scrollTop = 0")
    page.wait_for_timeout(100)
    bot.says(AOI, {"type": "text", "text": "新しい"})
    page.get_by_role("button", name="新着メッセージ").wait_for()
    assert page.evaluate("document.querySelector('#scroller').scrollTop") == 0
    page.get_by_role("button", name="新着メッセージ").click()
    page.wait_for_selector("#newer", state="hidden")
    assert page.evaluate("document.querySelector('#scroller').scrollTop") > 0


@pytest.mark.parametrize("size", [PHONE, (360, 640)])
def test_a_phone_never_scrolls_sideways(bot: Bot, opened: Any, size: tuple[int, int]) -> None:
    screen = opened(GROUP, size)
    page = screen.page
    wide = {"type": "text", "text": "幅" * 60}
    bubble = {
        "type": "bubble",
        "size": "giga",
        "body": {"type": "box", "layout": "horizontal", "contents": [wide, wide]},
    }
    carousel = {"type": "carousel", "contents": [bubble] * 3}
    bot.says(
        GROUP,
        {"type": "text", "text": "a" * 300},
        image(f"{bot.url}/wide.png"),
        {"type": "flex", "altText": "x", "contents": bubble},
        {
            "type": "flex",
            "altText": "x",
            "contents": carousel,
        },
        quick(*[{"type": "message", "label": "横" * 10, "text": "x"} for _ in range(9)]),
    )
    screen.holds("#quick .chip")
    for css in ("html", "#talk", "#scroller"):
        over = page.evaluate(
            "(css) => { const e = document.querySelector(css);"
            " return e.scrollWidth - e.clientWidth }",
            css,
        )
        assert over <= 0, css
    page.get_by_role("button", name="トーク一覧へ戻る").click()
    page.get_by_role("button", name="お絵描き部").wait_for()
    page.locator(f"[data-room='{AOI}']").click()
    screen.holds("#hint")


def test_the_developer_panel_tells_and_steers(bot: Bot, opened: Any) -> None:
    screen = opened()
    page = screen.page
    screen.send("赤いりんご")
    event = bot.hears("message")
    bot.says(AOI, {"type": "text", "text": "はい"})
    page.get_by_role("button", name="開発パネル").click()

    screen.holds("[data-log=webhooks] .status:has-text('200')")
    screen.holds("[data-log=requests] .what:has-text('POST message/push')")
    page.get_by_role("button", name="text を再送").click()
    again = bot.hears("message")
    assert again["webhookEventId"] == event["webhookEventId"]
    assert again["deliveryContext"]["isRedelivery"] is True

    page.get_by_role("switch", name="standby モード").click()
    page.wait_for_timeout(300)
    screen.send("青いりんご")
    assert bot.hears("message")["mode"] == "standby"

    page.get_by_label("対象").select_option("push")
    page.get_by_role("button", name="仕掛ける").click()
    page.get_by_text("障害を仕掛けました").wait_for()
    with pytest.raises(urllib.error.HTTPError) as broken:
        bot.says(AOI, {"type": "text", "text": "届かない"})
    assert broken.value.code == 500
    broken.value.close()
