from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.messaging import Message as SdkMessage

from bot import messages, texts
from bot.conversation import picture_actions
from bot.conversation.keep import KEEP_PHRASES
from bot.messages.picture_card import picture_card
from bot.moderation import CATEGORIES
from bot.prompt import Command, Problem, StoredRequest, parse_command, read
from bot.prompt.options.model_styles import offered_styles
from bot.store.chat_defaults import ChatDefaults
from inference.models import catalog
from simulator import rules
from simulator.rules.context import Context

BOT = Path(texts.__file__).parent.parent
NUMBER = "A1B-2C3"
TERMS = "https://bot.example/terms"
URLS = [(f"https://p.example/{i}.png", f"https://p.example/{i}-preview.jpg") for i in range(4)]
PROBLEMS = [key.partition(".")[2] for key in texts.sentences("ja") if key.startswith("problem.")]
FAILURES = [key.partition(".")[2] for key in texts.sentences("ja") if key.startswith("failed.")]

BUSY: dict[str, dict[str, Any]] = {
    "waiting": {"limit": 2},
    "group": {"limit": 8},
    "daily": {"limit": 30},
    "daily_left": {"left": 1},
    "cooldown": {"seconds": 9},
}
REQUEST = replace(
    StoredRequest.from_reading(read("海を水彩で、横長、4枚、人物なし、シード42、丁寧に、忠実に")),
    cut_text="雲" * 900,
)
LEVELS = (
    "海、縦長、速く、自由に、少しだけ変えて",
    "海、正方形、半分くらい変えて",
    "海、大きく変えて",
)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def builders(lang: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What every builder gives, in every form, by name."""
    for count in (1, 4):
        yield f"picture {count}", messages.picture_messages(NUMBER, URLS[:count], lang=lang)
    yield (
        "picture whole",
        messages.picture_messages(
            NUMBER,
            URLS,
            lang=lang,
            prompt="夜の{富士山} $ {{x}} " * 300,
            quote_token="q" * 60,
            addressee="花" * 255,
            resent=True,
        ),
    )
    yield (
        "picture addressed",
        messages.picture_messages(
            NUMBER, URLS[:3], lang=lang, quote_token="q" * 60, is_addressed=True, resent=True
        ),
    )
    for refine in (True, False):
        chosen = messages.chosen_picture(NUMBER, 3, lang, can_refine=refine)
        yield f"chosen {refine}", chosen
    details = messages.picture_details(
        NUMBER, lang, request=REQUEST, seeds=[2**32 - 1] * 4, steps=80, size=(1252, 1819)
    )
    yield "details", details
    every = offered_styles("somebody/else")
    yield "styles", messages.style_carousel([(each, None, (1, 1)) for each in every], lang)
    sampled = [(each, URLS[0][1], (512, 768)) for each in [*every, *every]]
    yield "styles with samples", messages.style_carousel(sampled, lang)
    for defaults in (ChatDefaults(), ChatDefaults("水彩風", "縦長"), ChatDefaults("x", "16:9")):
        for is_new in (True, False):
            answer = messages.chat_settings(defaults, lang, is_new=is_new)
            yield f"settings {defaults} {is_new}", answer
    yield "details of nothing", messages.picture_details(NUMBER, lang)
    for position in (None, 0, 1, 2, 999):
        yield f"ticket {position}", messages.ticket(NUMBER, lang=lang, position=position)
        lined_up = messages.lined_up_ticket(NUMBER, 7, lang=lang, position=position)
        yield f"lined up {position}", lined_up
        yield f"still {position}", messages.still_painting(NUMBER, lang=lang, position=position)
    for reason in [*FAILURES, "never_heard_of"]:
        yield f"failed {reason}", messages.job_failed(NUMBER, reason, lang=lang, quote_token="q")
    blurred = replace(REQUEST, blurred=True)
    yield (
        "picture blurred",
        messages.picture_messages(NUMBER, URLS[:1], lang=lang, request=blurred),
    )
    yield (
        "picture read back",
        messages.picture_messages(NUMBER, URLS[:1], lang=lang, request=REQUEST),
    )
    for wish in LEVELS:
        yield (
            f"read {wish}",
            messages.picture_messages(
                NUMBER, URLS[:1], lang=lang, request=StoredRequest.from_reading(read(wish))
            ),
        )
    for category in CATEGORIES:
        yield f"refused {category}", messages.moderation_refused(category, lang)
    for kind in PROBLEMS:
        yield f"problem {kind}", messages.request_problem(kind, lang)
    for kind, values in BUSY.items():
        yield f"busy {kind}", messages.limit_reached(kind, lang, **values)
    for kind in ("user", "group"):
        yield f"ask {kind}", messages.ask_change(NUMBER, lang, kind, quote_token="q")
    yield "gone", messages.picture_gone(lang)
    yield "nothing to go on", messages.no_previous_picture(lang)
    for several in (False, True):
        yield f"photo {several}", messages.ask_about_photo(lang, several=several)
    for code in ("photo_gone", "never_heard_of"):
        yield f"photo {code}", messages.photo_unusable(code, lang)
    from_photo = StoredRequest("海", from_photo=True)
    similar = StoredRequest("海", origin="similar", seed=7, strength=0.5, effort="careful")
    for request in (from_photo, similar, replace(similar, origin="fine")):
        yield (
            f"picture {request}",
            messages.picture_messages(NUMBER, URLS[:1], lang=lang, request=request),
        )
    for count in (2, 3):
        yield f"picture {count}", messages.picture_messages(NUMBER, URLS[:count], lang=lang)
    for room in ("user", "group", "room"):
        yield f"welcome {room}", messages.welcome(lang, room)
        shown = {"picture_url": URLS[0][1], "picture_prompt": "夕焼けのお城"}
        for model in (None, "stabilityai/stable-diffusion-xl-base-1.0", "somebody/unknown"):
            greeting = messages.welcome(lang, room, terms_url=TERMS, model=model, **shown)
            yield f"welcome {room} {model}", greeting
        yield f"help {room}", messages.help_message(lang, room)
        yield f"help {room} terms", messages.help_message(lang, room, terms_url=TERMS)
    yield "language", messages.language_chosen(lang)
    for key in texts.sentences("ja"):
        if key.startswith("prefix."):
            kind = key.partition(".")[2]
            yield key, messages.prefix_answer(kind, lang, word="絵筆", max_chars=10)
    for position, seconds in ((0, (20.0, 20.0)), (1, (20.0, 90.0)), (9, (4000.0, 9000.0))):
        answer = messages.group_ticket(NUMBER, lang=lang, position=position, wait_seconds=seconds)
        yield f"ticket in a group {position}", answer
    sizes = [(512, 512), (512, 2048), (768, 512), (512, 768)]
    yield "four shapes", messages.picture_messages(NUMBER, URLS, lang=lang, sizes=sizes)
    for count in (1, 4):
        yield (
            f"first {count}",
            messages.picture_messages(NUMBER, URLS[:count], lang=lang, terms_url=TERMS),
        )
    yield "first failed", messages.job_failed(NUMBER, "unsafe", lang=lang, terms_url=TERMS)
    yield "cancelled", messages.job_cancelled(NUMBER, lang)
    yield "too late", messages.too_late_to_cancel(NUMBER, lang)
    yield "unknown number", messages.unknown_number(NUMBER, lang)
    yield "nothing waiting", messages.nothing_waiting(lang)


EVERY = [(f"{lang} {name}", built) for lang in texts.LANGUAGES for name, built in builders(lang)]


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    if isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def test_lines_limits() -> None:
    for name, built in EVERY:
        try:
            within_limits(built)
        except AssertionError as error:
            raise AssertionError(name) from error


def within_limits(built: list[dict[str, Any]]) -> None:
    assert 1 <= len(built) <= 5
    assert len(json.dumps(built).encode()) < 2_000_000
    for message in built:
        assert message["type"] in ("text", "image", "flex")  # never textV2: prompts hold braces
        assert utf16(message.get("altText", "")) <= 1_500
        if message["type"] == "flex":
            limit = 50_000 if message["contents"]["type"] == "carousel" else 30_000
            assert len(json.dumps(message["contents"], ensure_ascii=False).encode()) <= limit
        if "quoteToken" in message:
            assert message["type"] == "text"
    for part in parts(built):
        if part.get("type") == "text":
            assert 1 <= utf16(part["text"]) <= 5_000
        if part.get("type") == "postback":
            assert len(part["data"].encode()) <= 300
            assert len(part["label"]) <= 40  # code points, so no fewer than grapheme clusters
            assert len(part["displayText"]) <= 300
        if "items" in part:
            assert 1 <= len(part["items"]) <= 13
            assert all(len(item["action"]["label"]) <= 20 for item in part["items"])
    assert all("quickReply" not in message for message in built[:-1])  # only the last one shows


def test_the_simulated_line_takes_it() -> None:
    for name, built in EVERY:
        assert rules.check({"messages": built}, Context()) == built, name


def test_the_sdk_takes_it_whole() -> None:
    for name, built in EVERY:
        for message in built:
            assert SdkMessage.from_dict(message).to_dict() == message, name


def test_no_placeholder_is_left() -> None:
    for name, built in EVERY:
        for part in parts(built):
            for text in (part.get("text"), part.get("altText")):
                assert "{富士山}" in (text or "") or "{" not in (text or ""), name


def test_every_sentence_is_said_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence: set[str] = set()
    real: Callable[..., str] = texts.gettext

    def listen(key: str, lang: str = "ja", **values: object) -> str:
        sentence.add(key)
        return real(key, lang, **values)

    for path in Path(messages.__path__[0]).glob("*.py"):
        module = import_module(f"bot.messages.{path.stem}")
        if hasattr(module, "gettext"):
            monkeypatch.setattr(module, "gettext", listen)
    list(builders("ja"))
    # What has builders of its own stands in their code: whole, or as f"prefix.{name}".
    code = "".join(path.read_text("utf-8") for path in BOT.rglob("*.py"))
    elsewhere = {
        key
        for key in texts.sentences("ja")
        if f'"{key}"' in code or f'f"{key.rpartition(".")[0]}.{{' in code
    }
    templates = "".join(path.read_text("utf-8") for path in BOT.rglob("*.html"))
    elsewhere |= {key for key in texts.sentences("ja") if key.rpartition(".")[2] in templates}
    # Those of the operators: tests/bot/web/admin/test_language.py, tests/bot/cli/test_japanese.py.
    operators = {*texts.operators_sentences("ja"), *texts.command_sentences("ja")}
    assert sentence <= set(texts.sentences("ja")) <= sentence | elsewhere | operators


def test_the_picture_comes_first_then_one_bubble() -> None:
    built = messages.picture_messages(NUMBER, URLS[:1], lang="ja", prompt="夜の{富士山}")
    image, bubble = built
    assert image == {
        "type": "image",
        "originalContentUrl": "https://p.example/0.png",
        "previewImageUrl": "https://p.example/0-preview.jpg",
    }
    thumbnails = [(URLS[0][1], (1, 1))]
    assert bubble["contents"] == picture_card(NUMBER, thumbnails, "ja", prompt="夜の{富士山}")
    assert "「夜の{富士山}」を描きました。" in bubble["altText"]
    assert NUMBER in bubble["altText"]
    shown = [part["text"] for part in parts(bubble["contents"]) if part.get("type") == "text"]
    assert NUMBER not in str(shown), "behind 「くわしく」"
    assert sum("富士山" in text for text in shown) == 1


def test_a_text_says_whom_it_is_for_where_there_is_room() -> None:
    wish: dict[str, Any] = {"lang": "ja", "prompt": "海", "quote_token": "q1"}
    addressed = messages.picture_messages(NUMBER, URLS[:3], is_addressed=True, **wish)
    assert [message["type"] for message in addressed] == ["text", "image", "image", "image", "flex"]
    assert addressed[0] == {"type": "text", "text": "絵が描き上がりました。", "quoteToken": "q1"}
    four = messages.picture_messages(NUMBER, URLS, is_addressed=True, addressee="花子", **wish)
    assert [message["type"] for message in four] == ["image"] * 4 + ["flex"]
    assert card_texts(four)[0] == "花子さんへ"
    alone = messages.picture_messages(NUMBER, URLS[:1], **wish)
    assert [message["type"] for message in alone] == ["image", "flex"]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_one_picture_has_its_chips(lang: str) -> None:
    built = messages.picture_messages(NUMBER, URLS[:1], lang=lang, prompt="海")
    made = {action["data"]: action["label"] for action in buttons(built)}
    names = ("again", "similar", "four", "fine", "change", "favourite", "send", "details")
    assert made == {f"{name}:{NUMBER}:0": texts.gettext(f"going_on.{name}", lang) for name in names}
    plain = messages.picture_messages(NUMBER, URLS[:1], lang=lang, can_refine=False)
    assert made.keys() - {action["data"] for action in buttons(plain)} == {f"fine:{NUMBER}:0"}
    beside = StoredRequest("麦わら帽子", beside="4F7-K2M:0")
    joined = messages.picture_messages(NUMBER, URLS[:1], lang=lang, request=beside)
    assert {action["data"] for action in buttons(joined)} - made.keys() == {f"join:{NUMBER}:0"}
    joined = messages.picture_messages(
        NUMBER, URLS[:1], lang=lang, request=StoredRequest("家、帽子", alone="帽子")
    )
    assert {action["data"] for action in buttons(joined)} - made.keys() == {f"alone:{NUMBER}:0"}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_of_several_each_can_be_chosen(count: int) -> None:
    built = messages.picture_messages(NUMBER, URLS[:count], lang="ja", prompt="海")
    data = [action["data"] for action in buttons(built)]
    assert data[:count] == [f"choose:{NUMBER}:{position}" for position in range(count)]
    assert (f"four:{NUMBER}:0" in data) == (count < 4)
    assert {f"again:{NUMBER}:0", f"details:{NUMBER}:0"} <= set(data)
    shown = [part["url"] for part in parts(built) if part.get("type") == "image" and "url" in part]
    assert shown == [preview for _, preview in URLS[:count]]
    rows = [part for part in parts(built) if part.get("spacing") == "4px"]
    assert [len(row["contents"]) for row in rows] == ([2, 2] if count == 4 else [count])


def test_the_chosen_one_has_chips_of_its_own() -> None:
    built = messages.chosen_picture(NUMBER, 2, "ja")
    data = [action["data"] for action in buttons(built)]
    names = ("similar", "fine", "change", "favourite", "send", "details")
    assert data == [f"{name}:{NUMBER}:2" for name in names]
    assert "3枚目" in card_texts(built)[0]


def card_texts(built: list[dict[str, Any]]) -> list[str]:
    """The texts in the last message's bubble, from top to bottom."""
    return [part["text"] for part in parts(built[-1]["contents"]) if part.get("type") == "text"]


def test_the_numbers_are_told_by_request() -> None:
    request = StoredRequest.from_reading(read("海を水彩で、横長"))
    [answer] = messages.picture_details(
        NUMBER, "ja", request=request, seeds=[42, 43], steps=20, size=(768, 512)
    )
    assert answer["text"].splitlines() == [
        "「海 水彩風」を描きました。",
        "こう読みました：水彩風、横長",
        "シード 42, 43",
        "ステップ 20",
        "大きさ 768×512",
        f"受付番号 {NUMBER}",
    ]
    blurred = replace(request, blurred=True)
    [answer] = messages.picture_details(NUMBER, "ja", request=blurred, seeds=[42])
    assert "42" not in answer["text"], "it would come blurred again"


@pytest.mark.parametrize("count", [0, 5])
def test_a_reply_holds_one_to_four_pictures(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        messages.picture_messages(NUMBER, [URLS[0]] * count, lang="ja")


def test_how_it_was_read_is_said_in_one_small_line() -> None:
    request = StoredRequest.from_reading(read("夜の富士山を浮世絵風に、横長で、人物なし"))
    built = messages.picture_messages(
        NUMBER, URLS[:1], lang="ja", prompt=request.prompt, request=request
    )
    assert card_texts(built)[:2] == ["「夜の富士山」", "浮世絵風・横長・人物なし"]
    assert "こう読みました：浮世絵風、横長、人物なし" in built[-1]["altText"]
    plain = messages.picture_messages(NUMBER, URLS[:1], lang="ja", request=StoredRequest("猫"))
    assert card_texts(plain)[1] == "別の絵で"


def test_the_subject_is_told_without_the_style_that_is_told_below() -> None:
    for wish, shown in {
        "夜の富士山、浮世絵風": "「夜の富士山」",
        "浮世絵の富士山": "「浮世絵の富士山」",
        "猫、水彩風、アニメ調": "「猫」",
    }.items():
        request = StoredRequest.from_reading(read(wish))
        built = messages.picture_messages(
            NUMBER, URLS[:1], lang="ja", prompt=request.prompt, request=request
        )
        assert card_texts(built)[0] == shown


def test_a_long_prompt_is_shortened() -> None:
    long = messages.picture_messages(NUMBER, URLS[:1], lang="ja", prompt="あ" * 1_000)
    assert card_texts(long)[0] == f"「{'あ' * 60}…」"
    cut_in_a_family = "い" * 58 + "👨\u200d👩\u200d👧"
    long = messages.picture_messages(NUMBER, URLS[:1], lang="ja", prompt=cut_in_a_family)
    assert card_texts(long)[0] == f"「{'い' * 58}…」"


def buttons(built: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [part for part in parts(built) if part.get("type") == "postback"]


def test_the_ticket_is_a_lasting_button_and_a_quick_one() -> None:
    (ticket,) = messages.ticket(NUMBER, lang="ja", position=3)
    action = {
        "type": "postback",
        "label": "受け取る",
        "data": "pick:A1B-2C3",
        "displayText": "受け取る",
    }
    assert [part["action"] for part in parts(ticket["contents"]) if "action" in part] == [action]
    assert ticket["quickReply"] == {"items": [{"type": "action", "action": action}]}
    assert NUMBER in ticket["altText"]
    words = [part["text"] for part in parts(ticket["contents"]) if "text" in part]
    assert NUMBER in words
    assert any("3番目" in text for text in words)
    assert any("「受け取る」か受付番号を送ってください" in text for text in words)


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_what_is_told_to_be_typed_is_understood(lang: str) -> None:
    (action, *_) = buttons(messages.ticket(NUMBER, lang=lang))
    assert parse_command(action["displayText"]) == Command("pick")
    assert parse_command(texts.gettext("number.line", "ja", number=NUMBER)) == Command(
        "number", NUMBER
    )
    help_text = messages.help_message(lang, "user")[0]["altText"]
    typed = {"ja": ["まだ？", "受け取る", "キャンセル"], "en": ["Status", "Receive", "Cancel"]}[
        lang
    ]
    for words, kind in zip(typed, ("status", "pick", "cancel"), strict=True):
        assert words in help_text
        result = parse_command(words)
        assert result
        assert result.kind == kind
    greeting = messages.welcome(lang, "user")[0]["altText"]
    assert {"ja": "「使い方」", "en": "“help”"}[lang] in greeting
    assert parse_command("使い方") == parse_command("help") == Command("help")


def test_who_cannot_tap_is_told_what_to_type_or_has_a_number() -> None:
    for name, built in EVERY:
        in_words = (" help ", " welcome ", " styles", " settings ")  # these tell what buttons do
        if not buttons(built) or any(part in name for part in in_words):
            continue
        assert NUMBER in json.dumps(built, ensure_ascii=False), name
        kinds = {tuple(action["data"].split(":")[:2]) for action in buttons(built)}
        assert kinds <= {
            (kind, NUMBER)
            for kind in (
                "pick",
                *picture_actions.ACTIONS,
                *picture_actions.PICTURE_TAPS,
                *KEEP_PHRASES,
            )
        }, name


@pytest.mark.parametrize("problem", get_args(Problem))
def test_every_problem_of_a_text_has_its_sentence(problem: str) -> None:
    assert messages.request_problem(problem, "ja")[0]["text"]


def test_an_unknown_problem_is_a_mistake_but_an_unknown_failure_is_told() -> None:
    with pytest.raises(KeyError):
        messages.request_problem("no_such_problem", "ja")
    assert messages.job_failed(NUMBER, "no_such_code", lang="ja") == messages.job_failed(
        NUMBER, "paint_failed", lang="ja"
    )
    assert messages.job_failed(NUMBER, "unsafe", lang="ja") != messages.job_failed(
        NUMBER, "paint_failed", lang="ja"
    )
    assert NUMBER in messages.job_failed(NUMBER, "unsafe", lang="ja")[0]["text"]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("kind", ["user", "group"])
def test_the_greeting_tells_the_forbidden_uses_and_where_the_terms_are(
    kind: str, lang: str
) -> None:
    (with_terms,) = messages.welcome(lang, kind, terms_url=TERMS)
    rules = texts.gettext("greeting.rules", lang)
    assert rules in with_terms["altText"]
    assert with_terms["altText"].endswith(TERMS)
    bubble = json.dumps(with_terms["contents"], ensure_ascii=False)
    assert rules in bubble
    assert f'"uri": "{TERMS}"' in bubble
    assert TERMS not in json.dumps(messages.welcome(lang, kind))


def test_the_greeting_shows_what_the_model_painted_and_paints_well() -> None:
    url = URLS[0][1]
    (message,) = messages.welcome("ja", "user", picture_url=url, picture_prompt="夕焼けのお城")
    assert message["contents"]["hero"]["url"] == url
    assert "hero" not in messages.welcome("ja", "user")[0]["contents"]
    for model, lang in (
        (None, "ja"),
        (None, "en"),
        (english := "CompVis/stable-diffusion-v1-4", "en"),
    ):
        footer = messages.welcome(lang, "user", model=model)[0]["contents"]["footer"]["contents"]
        request = [part["action"]["text"] for part in footer if part["type"] == "button"]
        assert request == [example.prompt for example in catalog.examples(model)]
        reads = texts.gettext("greeting.reads", "en")
        sentence = json.dumps(messages.welcome(lang, "user", model=model), ensure_ascii=False)
        assert (reads in sentence) == (lang == "en" and model != english)


@pytest.mark.parametrize("model", [None, "CompVis/stable-diffusion-v1-4", "somebody/unknown"])
def test_an_example_in_a_group_is_what_its_button_says(model: str | None) -> None:
    """A button there cannot mention the bot: its postback names the example."""
    footer = messages.welcome("ja", "group", model=model)[0]["contents"]["footer"]["contents"]
    actions = [part["action"] for part in footer if part["type"] == "button"]
    for action in actions:
        example_id = action["data"].removeprefix("try:")
        assert messages.example_text(example_id, "ja", model=model) == action["displayText"]
    assert messages.example_text("model:9", "ja", model=model) is None


def test_limits_are_told() -> None:
    assert "3件" in messages.limit_reached("waiting", "ja", limit=3)[0]["text"]
    assert "明日の0時" in messages.limit_reached("daily", "ja", limit=30)[0]["text"]
    assert "10分ほどたったら" in messages.limit_reached("cooldown", "ja", seconds=600)[0]["text"]
    assert "about 10 min" in messages.limit_reached("cooldown", "en", seconds=600)[0]["text"]
    assert "1000文字" in messages.request_problem("too_long", "ja")[0]["text"]
    assert "500文字" in messages.request_problem("too_long", "ja", limit=500)[0]["text"]


@given(
    st.text(),
    st.text(min_size=1, max_size=20),
    st.sampled_from(texts.LANGUAGES),
    st.integers(1, 4),
)
def test_whatever_the_prompt_the_messages_are_sound(
    prompt: str, quote_token: str, lang: str, count: int
) -> None:
    request = StoredRequest(prompt, negative_prompt=prompt, count=count)
    built = messages.picture_messages(
        NUMBER,
        URLS[:count],
        lang=lang,
        prompt=prompt,
        request=request,
        quote_token=quote_token,
        addressee=prompt,
        is_addressed=True,
    )
    assert rules.check({"messages": built}, Context()) == built
    assert NUMBER in built[-1]["altText"]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_offer_takes_the_quick_replies_along_and_stays_within_a_call(lang: str) -> None:
    own = {"type": "action", "action": {"type": "message", "label": "x", "text": "x"}}
    content = [*messages.sentence("help.terms", lang, terms_url="https://e.example/terms")]
    content[-1] = content[-1] | {"quickReply": {"items": [own] * 12}}
    before = [dict(message) for message in content]
    extended = messages.with_offer(content, ["4F7-K2M", "9QZ-3AB"], lang)
    assert content == before
    assert [("quickReply" in message) for message in extended] == [False, True]
    items = extended[-1]["quickReply"]["items"]
    assert [item["action"].get("data") for item in items[:3]] == [
        "pick:4F7-K2M",
        "pick:9QZ-3AB",
        None,
    ]
    assert len(items) == 13
    assert all(len(item["action"]["label"]) <= 20 for item in items)
    assert all(number in extended[-1]["text"] for number in ("4F7-K2M", "9QZ-3AB"))
    full = content * 5
    assert messages.with_offer(full, ["4F7-K2M"], lang) == full
    assert messages.with_offer(content, [], lang) == content
