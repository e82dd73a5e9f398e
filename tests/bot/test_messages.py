from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.messaging import Message as SdkMessage

from bot import cards, estimates, going_on, help_pages, messages, readback, texts
from bot.moderation import CATEGORIES
from bot.prompt import Command, Problem, command, read, stored
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
KEPT = stored(read("海を水彩で、横長、4枚、人物なし、シード42、丁寧に、忠実に"))
KEPT |= {"cut": "雲" * 900}
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
        yield f"picture {count}", messages.picture(NUMBER, URLS[:count], lang=lang)
    yield (
        "picture whole",
        messages.picture(
            NUMBER,
            URLS,
            lang=lang,
            prompt="夜の{富士山} $ {{x}} " * 300,
            quote_token="q" * 60,
            seeds=[2**32 - 1] * 4,
            again=True,
        ),
    )
    for position in (None, 0, 1, 2, 999):
        yield f"ticket {position}", messages.ticket(NUMBER, lang=lang, position=position)
        yield f"still {position}", messages.still_painting(NUMBER, lang=lang, position=position)
    yield "ticket ready", messages.ticket(NUMBER, lang=lang, ready=True)
    yield "still quoting", messages.still_painting(NUMBER, lang=lang, quote_token="q")
    for reason in [*FAILURES, "never_heard_of"]:
        yield f"failed {reason}", messages.failed(NUMBER, reason, lang=lang, quote_token="q")
    blurred = {**KEPT, "blurred": True}
    yield "picture blurred", messages.picture(NUMBER, URLS[:1], lang=lang, kept=blurred, seeds=[1])
    yield "picture read back", messages.picture(NUMBER, URLS[:1], lang=lang, kept=KEPT)
    for wish in LEVELS:
        yield f"read {wish}", messages.picture(NUMBER, URLS[:1], lang=lang, kept=stored(read(wish)))
    for category in CATEGORIES:
        yield f"refused {category}", messages.refused(category, lang, quote_token="q")
    for kind in PROBLEMS:
        yield f"problem {kind}", messages.problem(kind, lang, quote_token="q")
    for kind, values in BUSY.items():
        yield f"busy {kind}", messages.busy(kind, lang, quote_token="q", **values)
    for kind in ("user", "group"):
        yield f"ask {kind}", messages.ask_what(NUMBER, lang, kind, quote_token="q")
    yield "gone", messages.gone(lang, quote_token="q")
    yield "nothing to go on", messages.nothing_to_go_on(lang, quote_token="q")
    for several in (False, True):
        yield f"photo {several}", messages.photo_ask(lang, several=several)
    for code in ("photo_gone", "never_heard_of"):
        yield f"photo {code}", messages.photo_refused(code, lang)
    kept = {**stored(read("海")), "photo": True}
    yield "picture from photo", messages.picture(NUMBER, URLS[:1], lang=lang, kept=kept)
    for way in ("similar", "fine"):
        kept = {**stored(read("海")), "way": way, "seed": 7, "strength": 0.5, "effort": "careful"}
        yield f"picture {way}", messages.picture(NUMBER, URLS[:1], lang=lang, kept=kept)
    for count in (2, 3):
        yield f"picture {count}", messages.picture(NUMBER, URLS[:count], lang=lang)
    for room in ("user", "group", "room"):
        yield f"welcome {room}", messages.welcome(lang, room)
        yield f"welcome {room} terms", messages.welcome(lang, room, terms_url=TERMS)
        yield f"help {room}", messages.help(lang, room)
        yield f"help {room} terms", messages.help(lang, room, terms_url=TERMS)
    yield "language", messages.language_chosen(lang)
    for key in texts.sentences("ja"):
        if key.startswith("prefix."):
            kind = key.partition(".")[2]
            yield key, messages.prefix(kind, lang, word="絵筆", most=10)
    for position, seconds in ((0, (20.0, 20.0)), (1, (20.0, 90.0)), (9, (4000.0, 9000.0))):
        told = messages.ticket_in_group(NUMBER, lang=lang, position=position, seconds=seconds)
        yield f"ticket in a group {position}", told
    sizes = [(512, 512), (512, 2048), (768, 512), (512, 768)]
    yield "gallery", messages.picture(NUMBER, URLS, lang=lang, quote_token="q", sizes=sizes)
    far = [(f"https://p.example/{'x' * 1000}", preview) for _, preview in URLS]
    yield "gallery far", messages.picture(NUMBER, far, lang=lang, quote_token="q", sizes=sizes)
    for count in (1, 4):
        yield f"first {count}", messages.picture(NUMBER, URLS[:count], lang=lang, terms_url=TERMS)
    yield "first failed", messages.failed(NUMBER, "unsafe", lang=lang, terms_url=TERMS)
    yield "cancelled", messages.cancelled(NUMBER, lang, quote_token="q")
    yield "too late", messages.too_late(NUMBER, lang, quote_token="q")
    yield "unknown number", messages.unknown_number(NUMBER, lang, quote_token="q")
    yield "nothing waiting", messages.nothing_waiting(lang, quote_token="q")


EVERY = [(f"{lang} {name}", built) for lang in texts.LANGUAGES for name, built in builders(lang)]
every = pytest.mark.parametrize("built", [b for _, b in EVERY], ids=[name for name, _ in EVERY])


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    if isinstance(value, list):
        for inner in value:
            yield from parts(inner)


@every
def test_lines_limits(built: list[dict[str, Any]]) -> None:
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
            assert all(len(it["action"]["label"]) <= 20 for it in part["items"])
    assert all("quickReply" not in message for message in built[:-1])  # only the last one shows


@every
def test_the_simulated_line_takes_it(built: list[dict[str, Any]]) -> None:
    assert rules.check({"messages": built}, Context()) == built


@every
def test_the_sdk_takes_it_whole(built: list[dict[str, Any]]) -> None:
    for message in built:
        assert SdkMessage.from_dict(message).to_dict() == message


@every
def test_no_placeholder_is_left(built: list[dict[str, Any]]) -> None:
    for part in parts(built):
        for text in (part.get("text"), part.get("altText")):
            assert "{富士山}" in (text or "") or "{" not in (text or "")


def test_every_sentence_is_said_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[str] = set()
    real: Callable[..., str] = texts.say

    def listen(key: str, lang: str = "ja", **values: object) -> str:
        said.add(key)
        return real(key, lang, **values)

    monkeypatch.setattr(messages, "say", listen)
    monkeypatch.setattr(readback, "say", listen)
    monkeypatch.setattr(cards, "say", listen)
    monkeypatch.setattr(estimates, "say", listen)
    monkeypatch.setattr(help_pages, "say", listen)
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
    assert said <= set(texts.sentences("ja")) <= said | elsewhere


def test_the_picture_comes_first_then_the_text_then_the_buttons() -> None:
    built = messages.picture(
        NUMBER, URLS[:2], prompt="夜の{富士山}", seeds=[42, 43], quote_token="q1"
    )
    assert built == [
        {
            "type": "image",
            "originalContentUrl": "https://p.example/0.png",
            "previewImageUrl": "https://p.example/0-preview.jpg",
        },
        {
            "type": "image",
            "originalContentUrl": "https://p.example/1.png",
            "previewImageUrl": "https://p.example/1-preview.jpg",
        },
        {
            "type": "text",
            "text": "「夜の{富士山}」を描きました。\n受付番号 A1B-2C3\nシード 42, 43",
            "quoteToken": "q1",
        },
        cards.going_on(NUMBER, 2),
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_picture_has_its_buttons(count: int) -> None:
    built = messages.picture(NUMBER, URLS[:count], prompt="海", seeds=range(count))
    data = [action["data"] for action in buttons(built)]
    assert len(data) == len(set(data))
    for position in range(count):
        for action in ("similar", "fine", "change"):
            assert f"{action}:{NUMBER}:{position}" in data
    assert f"again:{NUMBER}:0" in data
    assert (f"four:{NUMBER}:0" in data) == (count < 4)
    assert "「海」を描きました。" in json.dumps(built, ensure_ascii=False)
    assert str(count - 1) in json.dumps(built[count:], ensure_ascii=False)


@pytest.mark.parametrize("count", [0, 5])
def test_a_reply_holds_one_to_four_pictures(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        messages.picture(NUMBER, [URLS[0]] * count)


def test_how_it_was_read_is_said_in_one_line() -> None:
    kept = stored(read("夜の富士山を浮世絵風に、横長で2枚、人物なし"))
    text = messages.picture(NUMBER, URLS[:2], prompt=kept["prompt"], kept=kept)[-2]["text"]
    assert text.splitlines()[:2] == [
        "「夜の富士山 浮世絵風」を描きました。",
        "こう読みました：浮世絵風、横長、2枚、人物なし",
    ]
    plain = messages.picture(NUMBER, URLS[:1], prompt="猫", kept=stored(read("猫")))[-2]["text"]
    assert "こう読みました" not in plain


def test_a_long_prompt_is_shortened() -> None:
    text = messages.picture(NUMBER, URLS[:1], prompt="あ" * 1_000)[-2]["text"]
    assert f"「{'あ' * 60}…」" in text
    cut_in_a_family = "い" * 58 + "👨\u200d👩\u200d👧"
    text = messages.picture(NUMBER, URLS[:1], prompt=cut_in_a_family)[-2]["text"]
    assert "👨…」" in text


def buttons(built: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [part for part in parts(built) if part.get("type") == "postback"]


def test_the_ticket_is_a_lasting_button_and_a_quick_one() -> None:
    (ticket,) = messages.ticket(NUMBER, position=3)
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
    assert command(action["displayText"]) == Command("pick")
    assert command(texts.say("number.line", "ja", number=NUMBER)) == Command("number", NUMBER)
    help_text = messages.help(lang)[0]["altText"]
    typed = {"ja": ["まだ？", "受け取る", "キャンセル"], "en": ["Status", "Receive", "Cancel"]}[
        lang
    ]
    for words, kind in zip(typed, ("status", "pick", "cancel"), strict=True):
        assert words in help_text
        found = command(words)
        assert found
        assert found.kind == kind
    greeting = messages.welcome(lang)[0]["text"]
    assert {"ja": "「使い方」", "en": "“help”"}[lang] in greeting
    assert command("使い方") == command("help") == Command("help")


@pytest.mark.parametrize("built", [b for name, b in EVERY if buttons(b) and " help " not in name])
def test_who_cannot_tap_is_told_what_to_type_or_has_a_number(built: list[dict[str, Any]]) -> None:
    assert NUMBER in json.dumps(built, ensure_ascii=False)
    kinds = {tuple(action["data"].split(":")[:2]) for action in buttons(built)}
    assert kinds <= {(kind, NUMBER) for kind in ("pick", *going_on.ACTIONS)}


@pytest.mark.parametrize("problem", get_args(Problem))
def test_every_problem_of_a_text_has_its_sentence(problem: str) -> None:
    assert messages.problem(problem)[0]["text"]


def test_an_unknown_problem_is_a_mistake_but_an_unknown_failure_is_told() -> None:
    with pytest.raises(KeyError):
        messages.problem("no_such_problem")
    assert messages.failed(NUMBER, "no_such_code") == messages.failed(NUMBER, "paint_failed")
    assert messages.failed(NUMBER, "unsafe") != messages.failed(NUMBER, "paint_failed")
    assert NUMBER in messages.failed(NUMBER, "unsafe")[0]["text"]


@pytest.mark.parametrize("kind", ["user", "group"])
def test_the_greeting_tells_the_forbidden_uses_and_where_the_terms_are(kind: str) -> None:
    with_terms = messages.welcome("ja", kind, terms_url=TERMS)[0]["text"]
    assert "使えません" in with_terms
    assert with_terms.endswith(TERMS)
    without = messages.welcome("ja", kind)[0]["text"]
    assert "使えません" in without
    assert "：" not in without.splitlines()[-1]


def test_limits_are_told() -> None:
    assert "3件" in messages.busy("waiting", "ja", limit=3)[0]["text"]
    assert "明日0時" in messages.busy("daily", "ja", limit=30)[0]["text"]
    assert "10分ほどたったら" in messages.busy("cooldown", "ja", seconds=600)[0]["text"]
    assert "about 10 min" in messages.busy("cooldown", "en", seconds=600)[0]["text"]
    assert "1000文字" in messages.problem("too_long", "ja")[0]["text"]
    assert "500文字" in messages.problem("too_long", "ja", limit=500)[0]["text"]


@given(
    st.text(),
    st.text(min_size=1, max_size=20),
    st.sampled_from(texts.LANGUAGES),
    st.lists(st.integers(0, 2**32 - 1), max_size=4),
)
def test_whatever_the_prompt_the_messages_are_sound(
    prompt: str, quote_token: str, lang: str, seeds: list[int]
) -> None:
    built = messages.picture(
        NUMBER, URLS[:1], lang=lang, prompt=prompt, quote_token=quote_token, seeds=seeds
    )
    assert rules.check({"messages": built}, Context()) == built
    assert NUMBER in built[-2]["text"]
    assert all(str(seed) in built[-2]["text"] for seed in seeds)
